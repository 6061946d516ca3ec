"""MS-OXWSSYNC: what changed since a state."""
