"""The directory is tested on the engines on which the store is."""

from tests.store.conftest import engine, store

__all__ = ["engine", "store"]
