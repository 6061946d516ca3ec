"""Importing this registers the executors of devices."""

from store.devices import collection, move, records, rounds, tree

ALL = (collection, move, records, rounds, tree)
