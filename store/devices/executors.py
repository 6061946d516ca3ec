"""Importing this registers the executors of devices."""

from store.devices import records, rounds, tree

ALL = (records, rounds, tree)
