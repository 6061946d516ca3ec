"""Items: saving, reading, changing, moving and deleting them."""
