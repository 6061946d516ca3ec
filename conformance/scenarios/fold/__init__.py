"""MS-OXWSFOLD: folders and permissions."""
