"""Entrepot: an Exchange server without Exchange. Importing this changes nothing, see ``_paths``."""

__version__ = "0.1.0"
