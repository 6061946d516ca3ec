"""Importing this registers the executors of calendars."""

from store.calendar import view
from store.calendar.scheduling import arrival, lookup, respond

ALL = (arrival, lookup, respond, view)
