"""Photos of people, rooms and lists: anybody signed in may see them, their owner may change them
(MS-OXWSPHOTO)."""

from __future__ import annotations

import hashlib

from sqlalchemy import bindparam, delete, insert, select

from store import tables
from store.commands import FetchPhotos, LookUpAddresses, SetPhoto
from store.directory.accounts import account_at, look_up_addresses
from store.directory.names import require_system
from store.directory.pictures import picture_of
from store.executor import Tx, WriteTx, reads, writes
from store.results import Photo

_photo = tables.account_photo
_OF = select(_photo).where(_photo.c.account_id.in_(bindparam("ids", expanding=True)))
_REMOVE = delete(_photo).where(_photo.c.account_id == bindparam("b_account"))


def prepare_photo(tx: Tx, command: SetPhoto) -> bytes | None:
    """Raises InvalidValue, TooLarge (role ``photo``)."""
    del tx
    return None if command.content is None else picture_of(command.content)


@writes(SetPhoto, prepare=prepare_photo)
def set_photo(tx: WriteTx, command: SetPhoto, picture: bytes | None) -> Photo | None:
    """Set an account's photo, or take it away. Raises NotFound, AccessDenied for another's."""
    account = account_at(tx, command.address)
    if account.id != tx.principal.account_id:
        require_system(tx)
    tx.conn.execute(_REMOVE, {"b_account": account.id})
    if picture is None:
        return None
    etag = hashlib.blake2b(picture, digest_size=16).hexdigest()
    row = {"account_id": account.id, "etag": etag, "data": picture}
    tx.conn.execute(insert(_photo), [row])
    return Photo(etag, picture)


@reads(FetchPhotos)
def fetch_photos(tx: Tx, command: FetchPhotos) -> list[Photo | None]:
    """The photo of whoever each address reaches, None where there is nobody, or no photo."""
    accounts = look_up_addresses(tx, LookUpAddresses(command.addresses))
    ids = list({account.id for account in accounts if account is not None})
    rows = tx.conn.execute(_OF, {"ids": ids}).all() if ids else ()
    found = {row.account_id: Photo(row.etag, row.data) for row in rows}
    return [found.get(account.id) if account is not None else None for account in accounts]
