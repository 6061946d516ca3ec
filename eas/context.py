"""What a command knows of its request: who asks, from which device, in which version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eas.errors import EasError
from eas.per_device import PerDevice
from eas.request import EasRequest
from eas.sync.request import SyncRequest
from eas.wbxml import Element
from store.clock import Clock
from store.commands import Command
from store.devices.model import Device
from store.instant import Instant
from store.store import Session, Store

if TYPE_CHECKING:
    from eas.waiting import Waiting


class Services:
    """What all requests of the front-end share."""

    def __init__(self, store: Store, settings: Any, clock: Clock, waiting: Waiting) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.waiting = waiting
        # For requests that repeat the last one in few words or none; unknown: Status 13.
        self.last_syncs = PerDevice[SyncRequest]()
        # The search that a device pages through; unknown: it begins anew (Status 4).
        self.last_finds = PerDevice[tuple[str, ...]]()
        self.vain_pings = PerDevice[int]()
        # Steps that a device asked for again, by folder: token and number, and how often.
        self.repeats = PerDevice[dict[int, tuple[tuple[str, int], int]]]()


class Context:
    """One request. ``root`` is None where the body is empty; ``body`` is it as it came."""

    def __init__(
        self,
        services: Services,
        session: Session,
        request: EasRequest,
        device: Device,
        *,
        root: Element | None,
        body: bytes,
        content_type: str = "",
        is_mime: bool = False,
        base_url: str = "",
    ) -> None:
        self.services = services
        self.session = session
        self.request = request
        self.device = device
        self.root = root
        self.body = body
        self.content_type = content_type
        self.is_mime = is_mime
        self.base_url = base_url
        self.version = request.version
        # Response headers that the command adds.
        self.headers: dict[str, str] = {}
        # The answer says what OPTIONS does: the device begins anew.
        self.describes = False

    @property
    def settings(self) -> Any:
        return self.services.settings

    @property
    def clock(self) -> Clock:
        return self.services.clock

    @property
    def mailbox_id(self) -> int:
        """The asker's mailbox: the only one that ids of a request can name."""
        return self.session.principal.mailbox_id

    @property
    def now(self) -> Instant:
        """The moment of this request."""
        return self.services.store.clock.instant()

    def is_at_least(self, version: str) -> bool:
        """Whether the device speaks that version or a newer one."""
        return self.request.is_at_least(version)

    async def execute(self, command: Command) -> Any:
        """Ask the store, as whoever sent the request."""
        return await self.session.execute(command)

    def document(self) -> Element:
        """The request's root element. Raises EasError 102, 103 where there is none."""
        if self.root is None:
            raise EasError(103, "the body is empty")
        return self.root
