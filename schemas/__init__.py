"""What the wire and the store say, as tables. Imports nothing else of ours."""
