"""What an operation knows of its request besides the body: who asks, version, time zone."""

from __future__ import annotations

from copy import copy
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from ews.errors import EwsError
from ews.ids import Ids, read_change_key
from store.calendar.model import ZoneRecord
from store.calendar.zones import zone_of
from store.commands import Command, FolderRef, FolderRole
from store.instant import Instant, to_instant
from store.store import Session, Store

if TYPE_CHECKING:
    from ews.notifications.subscriptions import Subscriptions


class Services:
    """What all requests of an EWS front-end share."""

    def __init__(self, store: Store, settings: Any, ids: Ids, subscriptions: Subscriptions) -> None:
        self.store = store
        self.settings = settings
        self.ids = ids
        self.subscriptions = subscriptions


class Context:
    """One request. ``version`` is its RequestServerVersion, ``zone`` that of its TimeZoneContext,
    or UTC; ``zone_record`` that zone as items keep it, None where there was none."""

    def __init__(
        self,
        services: Services,
        session: Session,
        *,
        version: str,
        zone_record: ZoneRecord | None = None,
        milliseconds: bool = False,
        culture: str = "",
        base_url: str = "",
    ) -> None:
        self.services = services
        self.session = session
        self.version = version
        self.zone_record = zone_record
        self.zone: tzinfo = zone_of(zone_record)
        self.milliseconds = milliseconds
        self.culture = culture
        self.base_url = base_url

    @property
    def ids(self) -> Ids:
        return self.services.ids

    def in_zone(self, record: ZoneRecord | None) -> Context:
        """The same request, but for the zone of times that say none."""
        if record is None:
            return self
        other = copy(self)
        other.zone_record, other.zone = record, zone_of(record)
        return other

    async def execute(self, command: Command) -> Any:
        """Ask the store, as whoever sent the request."""
        return await self.session.execute(command)

    def folder(self, pair: tuple[str, Any]) -> FolderRef:
        """The folder that a FolderId or DistinguishedFolderId element names.

        A ChangeKey must parse but may be stale or another folder's (survey of clients, trap 44).
        Raises EwsError.
        """
        name, node = pair
        read_change_key(node.ChangeKey)
        if name == "DistinguishedFolderId":
            mailbox = node.Mailbox
            address = (mailbox.EmailAddress or "") if mailbox else ""
            return FolderRole(node.Id, address)
        return self.ids.read_folder(node.Id)

    def target(self, node: Any) -> FolderRef:
        """The folder in a TargetFolderId-like element, which holds one id.

        Raises EwsError: an AddressListId names no folder.
        """
        for name in ("FolderId", "DistinguishedFolderId"):
            if node.get(name) is not None:
                return self.folder((name, node[name]))
        raise EwsError("ErrorInvalidFolderId")

    @property
    def now(self) -> Instant:
        """The moment of this request."""
        return self.services.store.clock.instant()

    def to_instant(self, moment: datetime) -> Instant:
        """A date-time of the request; one without zone is in the request's zone."""
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return to_instant(moment)

    def from_instant(self, instant: Instant) -> str:
        """An instant as answers write it: UTC, seconds, or milliseconds where asked for."""
        return instant[:23] + "Z" if self.milliseconds else instant[:19] + "Z"
