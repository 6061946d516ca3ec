"""Requests to the store's words: items, changes, folders, restrictions."""
