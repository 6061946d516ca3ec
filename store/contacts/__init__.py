"""Contacts: what follows from their names."""
