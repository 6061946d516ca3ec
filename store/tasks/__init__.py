"""Tasks: what follows from their status, and recurring ones."""
