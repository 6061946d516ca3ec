"""Exchange ActiveSync: WBXML in, commands to the store, WBXML out."""
