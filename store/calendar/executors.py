"""Importing this registers the executors of calendars."""

from store.calendar import view
from store.calendar.availability import read as availability
from store.calendar.scheduling import arrival, lookup, respond

ALL = (arrival, availability, lookup, respond, view)
