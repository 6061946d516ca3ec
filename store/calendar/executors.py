"""Importing this registers the executors of calendars."""

from store.calendar import view
from store.calendar.availability import read as availability
from store.calendar.scheduling import arrival, forward, lookup, respond

ALL = (arrival, availability, forward, lookup, respond, view)
