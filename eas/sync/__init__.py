"""Sync: its request, its collections, what devices change and what they are told."""
