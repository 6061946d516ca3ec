"""The directory: domains, accounts, grants, secrets, and finding people by name.

Importing the package registers the executors of the administration and directory commands.
"""

from store.directory import (
    accounts,
    credentials,
    domains,
    grants,
    names,
    resolve,
    secrets,
)

__all__ = ["accounts", "credentials", "domains", "grants", "names", "resolve", "secrets"]
