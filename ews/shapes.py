"""Shapes: which properties an answer carries (MS-OXWSCDATA 2.2.4.47, 2.2.4.36)."""

from __future__ import annotations

from typing import Any

import msgspec

from ews.errors import EwsError
from ews.paths import Path, read_path
from ews.render.bodies import BodyOptions, body_options
from schemas.property import P
from store.commands import Want

# Properties that need a costly part of the item, by computed name.
_BODY = frozenset(
    {"body", "unique_body", "normalized_body", "text_body", "block_status", "has_blocked_images"}
)


class ItemShape(msgspec.Struct, frozen=True):
    """An ItemShape (or AttachmentShape): a base shape and paths beside it."""

    base: str
    paths: tuple[Path, ...]
    options: BodyOptions
    include_mime: bool = False

    @property
    def extended(self) -> tuple[Path, ...]:
        """Paths that are answered as ExtendedProperty, in the order asked for."""
        return tuple(path for path in self.paths if path.is_extended)

    @property
    def rows(self) -> tuple[P, ...]:
        """Registry rows asked for by FieldURI or IndexedFieldURI."""
        return tuple(p.row for p in self.paths if p.row is not None and not p.is_extended)

    @property
    def wants_beside(self) -> bool:
        """Whether it shows what else the calendar has to do with the item."""
        return self.base == "AllProperties" or any(row.computed in _BESIDE for row in self.rows)

    def want(self) -> Want:
        """Which parts of an item must be loaded for this shape."""
        names = {row.computed for row in self.rows}
        full = self.base != "IdOnly"
        keys = {path.name for path in self.extended}
        # MIME that was not kept is made from body and attachments.
        mime = self.include_mime or "mime_content" in names
        return Want(
            body=full or mime or bool(names & _BODY) or bool(keys & _BODY_KEYS),
            mime=mime,
            attachments=full or mime or bool(names & {"attachments", "has_picture"}),
            headers=self.base == "AllProperties"
            or "internet_message_headers" in names
            or bool(keys & {"x:0x7d:String"})
            or any(path.name.startswith("x:{00020386") for path in self.extended),
        )


_BESIDE = frozenset({"meetings_beside", "count_beside", "associated_item"})
_BODY_KEYS = frozenset({"x:0x1000:String", "x:0x1013:String", "x:0x1013:Binary"})


def read_item_shape(node: Any) -> ItemShape:
    """The shape in an ItemShape node. Raises EwsError for a path that cannot be."""
    paths = tuple(read_path(pair) for pair in (node.AdditionalProperties or ()))
    return ItemShape(
        base=_BASES.get(node.BaseShape or "AllProperties", "Default"),
        paths=paths,
        options=body_options(node),
        include_mime=bool(node.IncludeMimeContent),
    )


_BASES = {"IdOnly": "IdOnly", "Default": "Default", "AllProperties": "AllProperties"}


def read_attachment_shape(node: Any) -> ItemShape:
    """The shape in an AttachmentShape; an empty or missing one asks for everything but MIME."""
    if node is None:
        return ItemShape("AllProperties", (), BodyOptions())
    paths = tuple(read_path(pair) for pair in (node.AdditionalProperties or ()))
    return ItemShape("AllProperties", paths, body_options(node), bool(node.IncludeMimeContent))


def check_find_shape(shape: ItemShape) -> None:
    """Raises EwsError where the shape asks for what only GetItem loads (survey, 4.2)."""
    if shape.include_mime:
        raise EwsError("ErrorInvalidPropertyForOperation")
    for path in shape.paths:
        if path.row is not None and not path.is_extended and not path.row.find:
            raise EwsError("ErrorInvalidPropertyForOperation", xml=[path.pair])
