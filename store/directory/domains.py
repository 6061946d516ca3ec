"""Mail domains that this installation serves."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from store import tables
from store.commands import AddDomain, ListDomains
from store.directory.names import checked_domain, require_system
from store.errors import AlreadyExists
from store.executor import Tx, WriteTx, reads, writes

_domain = tables.domain
_BY_NAME = select(_domain.c.name).where(_domain.c.name == bindparam("name"))
_ALL = select(_domain.c.name, _domain.c.is_default).order_by(
    _domain.c.is_default.desc(), _domain.c.name
)


@writes(AddDomain)
def add_domain(tx: WriteTx, command: AddDomain) -> None:
    """Serve a domain. The first one is the default; a new default takes over from the old."""
    require_system(tx)
    name = checked_domain(command.name)
    if tx.conn.execute(_BY_NAME, {"name": name}).first() is not None:
        raise AlreadyExists(f"{name} is served already", where=name)
    is_default = command.is_default or not domains(tx)
    if is_default:
        tx.conn.execute(update(_domain).values(is_default=False))
    tx.conn.execute(insert(_domain), {"name": name, "is_default": is_default})


@reads(ListDomains)
def list_domains(tx: Tx, command: ListDomains) -> list[tuple[str, bool]]:
    """All domains, the default one first."""
    return domains(tx)


def domains(tx: Tx) -> list[tuple[str, bool]]:
    """All domains with whether each is the default, that one first."""
    return [(row.name, bool(row.is_default)) for row in tx.conn.execute(_ALL)]


def is_served(tx: Tx, domain: str) -> bool:
    """Whether mail for the domain is ours."""
    return tx.conn.execute(_BY_NAME, {"name": domain}).first() is not None
