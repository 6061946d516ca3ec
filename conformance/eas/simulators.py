"""Devices as they come: how each sets itself up and follows a mailbox, with its habits.

What they do is what was seen of the real ones: versions, query forms, windows, options, heartbeats,
and the oddities that servers stumbled over.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from conformance.checks import check
from conformance.eas import documents
from conformance.eas.device import Device
from conformance.eas.documents import body_preference, options
from conformance.eas.http import Identity
from conformance.eas.wbxml import Node, node

_INBOX, _DRAFTS, _BIN, _SENT = 2, 3, 4, 5


@dataclass(frozen=True)
class Profile:
    """A kind of device. ``packed``: it uses the base64 form. ``resets``: it asks for the whole tree
    at every refresh. ``pings_early``: it pings folders that it never synchronised. ``settings``:
    it tells what it is by Settings, too."""

    name: str
    type: str
    agent: str
    version: str
    window: int
    heartbeat: int
    body: int
    truncation: int | None
    filter_type: int
    packed: bool = False
    resets: bool = False
    pings_early: bool = False
    settings: bool = False
    empty_syncs: bool = False


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("iOS Mail", "iPhone", "Apple-iPhone14C5/2001.90", "16.1", 25, 1800, 2, 500, 4,
                packed=True, pings_early=True, settings=True),
        Profile("Gmail", "Android", "Android-Mail/2025.11.02", "14.1", 25, 480, 2, 200_000, 3,
                resets=True, settings=True),
        Profile("Samsung", "SAMSUNGSMS921B", "Android-SAMSUNG-SM-S921B/101.14", "16.1", 50, 900, 2,
                51_200, 3, packed=True, settings=True, empty_syncs=True),
        Profile("Outlook mobile", "Outlook", "Outlook-iOS-Android/1.0", "16.1", 100, 180, 2, None,
                0, settings=True),
        Profile("Outlook desktop", "WindowsOutlook15", "Outlook/16.0 (16.0.17126; C2R; x64)",
                "14.0", 512, 540, 2, None, 0),
    )
}  # fmt: skip


class Simulated:
    """A device of a profile. ``set_up`` and ``refresh`` are what somebody does with a phone."""

    def __init__(
        self,
        profile: Profile,
        url: str,
        user: str,
        password: str,
        device_id: str,
        client: httpx.Client | None = None,
    ) -> None:
        self.profile = profile
        identity = Identity(
            device_id=device_id,
            device_type=profile.type,
            agent=profile.agent,
            version=profile.version,
            packed=profile.packed,
        )
        self.device = Device(url, user, password, identity, client=client)

    @property
    def options(self) -> Node:
        """What it asks of mail."""
        profile = self.profile
        bodies = [body_preference(profile.body, profile.truncation)]
        if profile.body == 2:
            bodies.insert(0, body_preference(1, profile.truncation))
        return options(*bodies, filter_type=profile.filter_type)

    def set_up(self) -> None:
        """From an address and a password to a mailbox that is there. Raises Failure, Refused."""
        device, profile = self.device, self.profile
        answer = device.options()
        versions = answer.headers.get("MS-ASProtocolVersions", "").split(",")
        check(profile.version in versions, f"the server does not speak {profile.version}")
        if profile.name == "Gmail":
            self._validate()
        first = device.post("FolderSync", documents.folder_sync("0"))
        needs_policies = first.status == 449 or (
            first.root is not None and first.root.text("FolderHierarchy:Status") in ("142", "144")
        )
        if needs_policies:
            device.provision(Model=profile.type, UserAgent=profile.agent, OS=profile.name)
        if profile.settings:
            told = node("Settings:Settings", documents.information(Model=profile.type))
            answer_ = device.ask("Settings", told)
            path = ("Settings:DeviceInformation", "Settings:Status")
            check(answer_.text(*path) == "1", "it may not say what it is")
        device.folder_sync("0")
        if profile.pings_early:
            early = [device.folder_of_type(kind) for kind in (_SENT, _BIN)]
            device.begin(device.folder_of_type(_INBOX))
            told = device.ping(profile.heartbeat, [device.folder_of_type(_INBOX), *early])
            check(told.text("Ping:Status") in ("1", "2"), "a Ping of new folders is refused")
        self.refresh()

    def _validate(self) -> None:
        """Android tries its credentials under another id first."""
        identity = self.device.identity
        name, identity.device_id = identity.device_id, "validate"
        reply = self.device.post("FolderSync", documents.folder_sync("0"))
        check(reply.status in (200, 449), f"the trial is answered by HTTP {reply.status}")
        identity.device_id = name
        self.device.tree_key = "0"

    def refresh(self) -> None:
        """Somebody pulls the list down: everything is asked for."""
        device, profile = self.device, self.profile
        device.folder_sync("0" if profile.resets else None)
        folder = ""
        for kind in (_INBOX, _SENT, _DRAFTS, _BIN):
            folder = device.folder_of_type(kind)
            if folder not in device.keys:
                device.begin(folder, options=self.options)
            device.sync_all(folder, window=profile.window, options=self.options)
        if profile.empty_syncs:
            # Said only after an answer that was empty itself: then nothing has to be said again.
            while device.sync(folder) is not None:
                pass
            while device.take(device.post("Sync"), folder) is not None:
                device.sync_all(folder)

    def wait(self) -> Node:
        """Its Ping, as long as it has it."""
        device = self.device
        return device.ping(self.profile.heartbeat, [device.folder_of_type(_INBOX)])

    def subjects(self, kind: int = _INBOX) -> list[str]:
        """What it shows of a folder, sorted."""
        held = self.device.held[self.device.folder_of_type(kind)].items.values()
        return sorted(str(data["Email:Subject"].value or "") for data in held)

    def anomalies(self) -> list[str]:
        """What the server told it that makes no sense."""
        return [each for held in self.device.held.values() for each in held.anomalies]
