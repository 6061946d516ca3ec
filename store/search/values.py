"""A field's values as SQL expressions: to test, to compare, to sort by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, select

from store.errors import InvalidRestriction
from store.search.dialect import Dialect
from store.search.fields import Family, Field, Place, field_of
from store.search.text import ACCENTS, CASE
from store.tables import attachment, content, item

Sql = ColumnElement[Any]


class Values:
    """Expressions of one statement; ``needs_content`` once one of them reads the content."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.needs_content = False

    def field(self, name: str, role: str) -> Field:
        """The field of a property that may stand in a ``role``: ``query``, ``sort``, ``group``.

        Raises InvalidRestriction with that role for a calculated property.
        """
        field = field_of(name)
        if not field.is_queryable:
            raise InvalidRestriction(
                f"{name} is calculated: no {role} can use it", where=name, role=role
            )
        if field.place in (Place.BODY, Place.HEADER, Place.HEADERS):
            self.needs_content = True
        return field

    def comparable(self, field: Field, value: Sql) -> Sql:
        """An expression that compares as values of the field's family do."""
        match field.family:
            case Family.TEXT | Family.MAILBOX:
                return self.dialect.fold(value, CASE)
            case Family.BINARY:
                return self.dialect.bytes(value)
            case Family.BOOLEAN if field.place is Place.COLUMN:
                return cast(value, Integer)
            case Family.ENUM if field.place is Place.RECORD:
                return case(*((value == name, n) for name, n in field.ordinals.items()))
            case _:
                return value

    def value(self, field: Field) -> Sql:
        """The field's single value; of a mailbox the text it sorts by, of a list the first."""
        match field.place:
            case Place.COLUMN:
                return item.c[field.column]
            case Place.BODY:
                return content.c.text
            case Place.HEADERS:
                return content.c.headers
            case Place.HEADER:
                header = self.dialect.header(field.column)
                return (
                    func.coalesce(self.dialect.text(field.path), header) if field.path else header
                )
            case Place.ATTACHMENTS:
                return _attachment_names(func.min(attachment.c.name)).scalar_subquery()
            case Place.RECORD:
                return self._record_value(field)

    def _record_value(self, field: Field) -> Sql:
        if field.many:
            return self.dialect.first_text(field.path)
        match field.family:
            case Family.NUMBER:
                return self.dialect.number(field.path)
            case Family.BOOLEAN:
                return self.dialect.boolean(field.path)
            case Family.MAILBOX:
                return self.dialect.mailbox(field.path)
            case _:
                return self.dialect.text(field.path)

    def any_value(self, field: Field, test: Callable[[Sql], Sql]) -> Sql:
        """Whether any value of the field passes; of mailboxes any name or address."""
        if field.place is Place.ATTACHMENTS:
            return _attachment_names(literal(1)).where(test(attachment.c.name)).exists()
        if field.family is Family.MAILBOX:
            every = self.dialect.any_mailbox if field.many else self.dialect.mailbox_passes
            return every(field.path, test)
        if not field.many:
            return test(self.value(field))
        is_number = field.family in (Family.NUMBER,)
        every = self.dialect.any_number if is_number else self.dialect.any_text
        return every(field.path, test)

    def sort_key(self, name: str, role: str = "sort") -> Sql:
        """The expression that a property sorts and groups by. Raises InvalidRestriction."""
        field = self.field(name, role)
        is_long = field.family is Family.RECORD or field.place in (
            Place.BODY,
            Place.HEADERS,
            Place.ATTACHMENTS,
        )
        if is_long or (field.many and field.family not in (Family.TEXT, Family.MAILBOX)):
            raise InvalidRestriction(f"nothing sorts by {name}", where=name, role=role)
        if field.family not in (Family.TEXT, Family.MAILBOX):
            return self.comparable(field, self.value(field))
        return self.dialect.fold(self.value(field), CASE | ACCENTS)


def _attachment_names(column: Sql) -> Any:
    here = and_(attachment.c.mailbox_id == item.c.mailbox_id, attachment.c.item_id == item.c.id)
    return select(column).where(here).correlate(item)
