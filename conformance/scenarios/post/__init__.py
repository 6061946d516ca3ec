"""MS-OXWSPOST: posts."""
