"""The sync-aware store: command model, executor, items, folders, sync, search, directory."""
