"""Folders: the tree of a mailbox, its permissions, and changes of it."""
