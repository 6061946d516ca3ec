"""Importing this registers the executors of the administration and directory commands."""

from store.directory import accounts, credentials, domains, grants, lists, photos, resolve, secrets

ALL = (accounts, credentials, domains, grants, lists, photos, resolve, secrets)
