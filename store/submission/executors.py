"""Importing this registers the executors of the mail flow."""

from store.submission import conversations, delivery, inbox_reminders, queue, sending

ALL = (conversations, delivery, inbox_reminders, queue, sending)
