"""Importing this registers the executors of the administration and directory commands."""

from store.directory import (
    accounts,
    certificates,
    credentials,
    domains,
    grants,
    lists,
    photos,
    resolve,
    secrets,
)

ALL = (accounts, certificates, credentials, domains, grants, lists, photos, resolve, secrets)
