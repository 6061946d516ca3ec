"""Importing this registers the executors of the mail flow."""

from store.submission import delivery, queue, sending

ALL = (delivery, queue, sending)
