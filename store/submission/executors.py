"""Importing this registers the executors of the mail flow."""

from store.submission import conversations, delivery, queue, sending

ALL = (conversations, delivery, queue, sending)
