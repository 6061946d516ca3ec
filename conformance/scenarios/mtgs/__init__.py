"""MS-OXWSMTGS: appointments and meetings."""
