"""Documents that devices send, by command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.eas.wbxml import Node, node

_A, _F, _B = "AirSync", "FolderHierarchy", "AirSyncBase"
POLICY_TYPE = "MS-EAS-Provisioning-WBXML"


def body_preference(
    type: int,
    truncation: int | None = None,
    *,
    all_or_none: bool | None = None,
    preview: int = 0,
    name: str = "BodyPreference",
) -> Node:
    """A BodyPreference, or under another name one of its kin. ``all_or_none`` None: not said."""
    return node(
        f"{_B}:{name}",
        node(f"{_B}:Type", type),
        node(f"{_B}:TruncationSize", truncation) if truncation is not None else None,
        node(f"{_B}:AllOrNone", int(all_or_none)) if all_or_none is not None else None,
        node(f"{_B}:Preview", preview) if preview else None,
    )


def part_preference(
    truncation: int | None = None, *, all_or_none: bool | None = None, preview: int = 0
) -> Node:
    """A BodyPartPreference: of HTML, as all are (MS-ASAIRS 2.2.2.41.3)."""
    return body_preference(
        2, truncation, all_or_none=all_or_none, preview=preview, name="BodyPartPreference"
    )


def options(*bodies: Node, filter_type: int = 0, mime: int = 0, conflict: int = 1) -> Node:
    """The Options of a Sync for mail."""
    return node(
        f"{_A}:Options",
        node(f"{_A}:FilterType", filter_type),
        node(f"{_A}:Conflict", conflict) if conflict != 1 else None,
        node(f"{_A}:MIMESupport", mime) if mime else None,
        *bodies,
    )


def collection(
    key: str,
    id: str,
    *,
    window: int | None = None,
    gets: bool | None = None,
    moves: bool | None = None,
    options: Node | None = None,
    commands: Sequence[Node] = (),
    more: Iterable[Node] = (),
) -> Node:
    """A Collection of a Sync request."""
    return node(
        f"{_A}:Collection",
        node(f"{_A}:SyncKey", key),
        node(f"{_A}:CollectionId", id),
        node(f"{_A}:DeletesAsMoves", int(moves)) if moves is not None else None,
        node(f"{_A}:GetChanges", int(gets)) if gets is not None else None,
        node(f"{_A}:WindowSize", window) if window is not None else None,
        *more,
        options,
        node(f"{_A}:Commands", *commands) if commands else None,
    )


def sync(
    collections: Sequence[Node],
    *,
    window: int | None = None,
    wait: int | None = None,
    heartbeat: int | None = None,
    partial: bool = False,
) -> Node:
    """A Sync request."""
    return node(
        f"{_A}:Sync",
        node(f"{_A}:Collections", *collections) if collections else None,
        node(f"{_A}:Wait", wait) if wait is not None else None,
        node(f"{_A}:HeartbeatInterval", heartbeat) if heartbeat is not None else None,
        node(f"{_A}:WindowSize", window) if window is not None else None,
        node(f"{_A}:Partial") if partial else None,
    )


def change(id: str, *data: Node) -> Node:
    """A Change of an item."""
    return node(f"{_A}:Change", node(f"{_A}:ServerId", id), node(f"{_A}:ApplicationData", *data))


def delete(id: str) -> Node:
    """A Delete of an item."""
    return node(f"{_A}:Delete", node(f"{_A}:ServerId", id))


def add(client_id: str, *data: Node, sends: bool = False) -> Node:
    """An Add of a draft."""
    return node(
        f"{_A}:Add",
        node(f"{_A}:ClientId", client_id),
        node(f"{_A}:ApplicationData", *data),
        node("Email2:Send") if sends else None,
    )


def fetch(id: str) -> Node:
    """A Fetch of an item."""
    return node(f"{_A}:Fetch", node(f"{_A}:ServerId", id))


def folder_sync(key: str) -> Node:
    """A FolderSync request."""
    return node(f"{_F}:FolderSync", node(f"{_F}:SyncKey", key))


def ping(seconds: int | None, folders: Iterable[str] = ()) -> Node:
    """A Ping request."""
    listed = [
        node("Ping:Folder", node("Ping:Id", id), node("Ping:Class", "Email")) for id in folders
    ]
    return node(
        "Ping:Ping",
        node("Ping:HeartbeatInterval", seconds) if seconds is not None else None,
        node("Ping:Folders", *listed) if listed else None,
    )


def provision(key: int = 0, status: int = 0, information: Node | None = None) -> Node:
    """A Provision request: the first phase, or with a key the second."""
    return node(
        "Provision:Provision",
        information,
        node(
            "Provision:Policies",
            node(
                "Provision:Policy",
                node("Provision:PolicyType", POLICY_TYPE),
                node("Provision:PolicyKey", key) if key else None,
                node("Provision:Status", status) if status else None,
            ),
        ),
    )


def information(**said: str) -> Node:
    """DeviceInformation."""
    return node(
        "Settings:DeviceInformation",
        node("Settings:Set", *(node(f"Settings:{name}", value) for name, value in said.items())),
    )


def source(**said: str) -> Node:
    """The Source of SmartReply and SmartForward: FolderId and ItemId, or LongId; InstanceId."""
    return node(
        "ComposeMail:Source",
        *(node(f"ComposeMail:{name}", value) for name, value in said.items() if value),
    )


def send_mail(
    mime: bytes,
    client_id: str,
    *,
    saves: bool = True,
    command: str = "SendMail",
    source: Node | None = None,
    replaces: bool = False,
) -> Node:
    """SendMail, SmartReply or SmartForward from 14.0 on."""
    _C = "ComposeMail"
    return node(
        f"{_C}:{command}",
        node(f"{_C}:ClientId", client_id),
        source,
        node(f"{_C}:SaveInSentItems") if saves else None,
        node(f"{_C}:ReplaceMime") if replaces else None,
        node(f"{_C}:Mime", mime),
    )


def move(*moves: tuple[str, str, str]) -> Node:
    """MoveItems: item, folder, target."""
    return node(
        "Move:MoveItems",
        *(
            node(
                "Move:Move",
                node("Move:SrcMsgId", item),
                node("Move:SrcFldId", source),
                node("Move:DstFldId", target),
            )
            for item, source, target in moves
        ),
    )
