"""Importing this registers the executors of calendars."""

from store.calendar import home_zone, view
from store.calendar.availability import read as availability
from store.calendar.scheduling import arrival, forward, lookup, respond

ALL = (arrival, availability, forward, home_zone, lookup, respond, view)
