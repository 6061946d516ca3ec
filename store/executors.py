"""Importing this registers every executor."""

from store import configuration, events, integrity, sync
from store.calendar import executors as calendar
from store.delegates import executors as delegates
from store.devices import executors as devices
from store.directory import executors as directory
from store.folders import change as change_folders
from store.folders import read as read_folders
from store.items import attach, change, create, delete, fetch, find, relocate, update
from store.submission import executors as submission

ALL = (
    attach,
    calendar,
    change,
    change_folders,
    configuration,
    create,
    delegates,
    delete,
    devices,
    directory,
    events,
    fetch,
    find,
    integrity,
    read_folders,
    relocate,
    submission,
    sync,
    update,
)
