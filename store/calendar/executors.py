"""Importing this registers the executors of calendars."""

from store.calendar import view
from store.calendar.scheduling import arrival, respond

ALL = (arrival, respond, view)
