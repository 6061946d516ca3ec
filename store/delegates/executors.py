"""Importing this registers the executors of the commands on delegates."""

from store.delegates import manage

ALL = (manage,)
