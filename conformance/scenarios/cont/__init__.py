"""MS-OXWSCONT: contacts."""
