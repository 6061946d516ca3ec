"""Response messages: one for each requested element, in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from ews.codec.answers import message_name
from ews.errors import EwsError, ews_error
from schemas.ews import contract
from store.errors import StoreError

T = TypeVar("T")
R = TypeVar("R")

Message = dict[str, Any]


def success(**payload: Any) -> Message:
    """A response message that says all went well."""
    return {"ResponseClass": "Success", "ResponseCode": "NoError", **payload}


def failure(error: EwsError | StoreError, **payload: Any) -> Message:
    """A response message for an error of one element; ``payload`` is its empty container."""
    return _refusal("Error", ews_error(error), payload)


def warning(error: EwsError, **payload: Any) -> Message:
    """A response message for something done with a caveat."""
    return _refusal("Warning", error, payload)


def _refusal(level: str, error: EwsError, payload: Message) -> Message:
    message: Message = {
        "ResponseClass": level,
        "MessageText": error.text,
        "ResponseCode": error.code,
        "DescriptiveLinkKey": 0,
    }
    if error.xml is not None:
        message["MessageXml"] = error.xml
    return {**message, **payload}


def response(operation: str, messages: Iterable[Message]) -> Message:
    """The response element of an operation that answers with an array of messages."""
    name = message_name(contract.operation(operation))
    return {"ResponseMessages": [(name, message) for message in messages]}


async def each(
    elements: Sequence[T],
    decode: Callable[[T], R],
    execute: Callable[[tuple[R, ...]], Awaitable[Sequence[Any]]],
) -> list[Any]:
    """Decode each element, execute the good ones together, and put results in request order.

    In the result an element that could not be decoded, or was refused, stands as EwsError; an
    error of the whole command stands for each element.
    """
    decoded = [_try(decode, element) for element in elements]
    good = tuple(entry for entry in decoded if not isinstance(entry, EwsError))
    results: Sequence[Any] = ()
    if good:
        try:
            results = await execute(good)
        except (StoreError, EwsError) as error:
            results = [ews_error(error)] * len(good)
    remaining = iter(results)
    merged = [e if isinstance(e, EwsError) else next(remaining) for e in decoded]
    return [ews_error(m) if isinstance(m, StoreError) else m for m in merged]


def _try(decode: Callable[[T], R], element: T) -> R | EwsError:
    try:
        return decode(element)
    except (EwsError, StoreError) as error:
        return ews_error(error)
