"""ActiveSync as tables: code pages now, grammars and status codes to come."""
