"""What scenarios assert with: each helper says what it found where something else was due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from conformance.answer import Answer, Message
from conformance.node import Node

T = TypeVar("T")


class Failure(AssertionError):
    """The server did something else than the scenario asks for."""


class Missing(Exception):
    """The server lacks an optional feature in a way that no response code tells."""


def check(condition: object, what: str) -> None:
    """Fail with `what` unless the condition holds."""
    if not condition:
        raise Failure(what)


def success(answer: Answer, count: int = 1) -> list[Message]:
    """All `count` messages say Success and NoError; returns them."""
    messages = answer.messages
    if answer.fault is not None:
        raise Failure(f"{answer.operation} answered a fault: {answer.fault.text('faultstring')}")
    wrong = [_told(message) for message in messages if not message.ok]
    if wrong:
        raise Failure(f"{answer.operation} was refused: {'; '.join(wrong)}")
    if len(messages) != count:
        raise Failure(f"{answer.operation} gave {len(messages)} messages for {count} requested")
    return messages


def refused(answer: Answer, *codes: str, count: int = 1) -> list[Message]:
    """All `count` messages are of class Error; with one of the codes, if any are named."""
    if answer.fault is not None:
        raise Failure(
            f"{answer.operation} answered a fault where an error message is due: "
            f"{answer.fault.text('faultstring')}"
        )
    messages = answer.messages
    if len(messages) != count:
        raise Failure(f"{answer.operation} gave {len(messages)} messages for {count} requested")
    for message in messages:
        if message.response_class != "Error":
            raise Failure(f"{answer.operation} was not refused: {_told(message)}")
        if codes and message.code not in codes:
            raise Failure(f"{answer.operation}: expected {' or '.join(codes)}, {_told(message)}")
    return messages


def faulted(answer: Answer, *codes: str) -> None:
    """The answer is a SOAP fault, with one of the codes, if any are named."""
    if answer.fault is None:
        raise Failure(f"{answer.operation}: a fault is due, not {', '.join(answer.codes)}")
    if codes and answer.codes[0] not in codes:
        raise Failure(f"{answer.operation}: expected {' or '.join(codes)}, got {answer.codes[0]}")


def equal(actual: T, expected: T, what: str) -> None:
    """`actual` is `expected`."""
    if actual != expected:
        raise Failure(f"{what}: expected {expected!r}, got {actual!r}")


def different(one: T, other: T, what: str) -> None:
    """The two differ."""
    if one == other:
        raise Failure(f"{what}: both are {one!r}")


def contains(text: str | None, part: str, what: str) -> None:
    """`text` holds `part`."""
    if part not in (text or ""):
        raise Failure(f"{what}: {part!r} is not in {text!r}")


def lacks(text: str | None, part: str, what: str) -> None:
    """`text` does not hold `part`."""
    if part in (text or ""):
        raise Failure(f"{what}: {part!r} is in {text!r}")


def among(value: T, allowed: Collection[T], what: str) -> None:
    """`value` is one of the allowed ones."""
    if value not in allowed:
        raise Failure(f"{what}: {value!r} is none of {sorted(map(str, allowed))}")


def present(node: Node, *paths: str) -> None:
    """There is something at each path."""
    missing = [path for path in paths if not node.has(path)]
    if missing:
        raise Failure(f"{node.name} lacks {', '.join(missing)}; it has {', '.join(node.names)}")


def absent(node: Node, *paths: str) -> None:
    """There is nothing at any of the paths."""
    surplus = [path for path in paths if node.has(path)]
    if surplus:
        raise Failure(f"{node.name} has {', '.join(surplus)}")


def holds(node: Node, values: dict[str, Any]) -> None:
    """The node has these texts at these paths (None: nothing there)."""
    for path, expected in values.items():
        equal(node.text(path), None if expected is None else _text(expected), path)


def no_more_than(node: Node, names: Iterable[str]) -> None:
    """The node has exactly these children, in any order."""
    equal(sorted(node.names), sorted(names), f"elements of {node.name}")


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _told(message: Message) -> str:
    text = message.text("MessageText")
    return f"{message.response_class} {message.code}" + (f" ({text})" if text else "")
