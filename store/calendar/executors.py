"""Importing this registers the executors of calendars."""

from store.calendar import view

ALL = (view,)
