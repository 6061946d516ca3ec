"""The directory: domains, accounts, grants, secrets, and finding people by name."""
