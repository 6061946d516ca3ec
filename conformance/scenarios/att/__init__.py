"""MS-OXWSATT: attachments."""
