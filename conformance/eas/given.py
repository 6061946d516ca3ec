"""A message as each of the commands gives it, under the same preferences."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.documents import options
from conformance.eas.mailing import rare_word, received
from conformance.eas.scenarios.search import found_mail
from conformance.eas.things import fetched
from conformance.eas.wbxml import Node

INBOX = 2
Data = Mapping[str, Node]
"""Elements by their names."""


def given(
    device: Device, *asked: Node, text: str = "Words", html: str = ""
) -> dict[str, tuple[Data, str]]:
    """A new message by Sync, ItemOperations and Search, each asked with the same preferences.

    With each command a word that stands at the end of the message's text, and of its HTML where
    there is any: who holds that holds all of it. Raises Failure where it does not come.
    """
    word = rare_word()
    page = f"{html}<p>{word}</p>" if html else ""
    _, id, data = received(device, text=f"{text} {word}", html=page, asked=options(*asked))
    return {"Sync": (data, word)} | given_again(device, id, word, *asked)


def given_again(device: Device, id: str, word: str, *asked: Node) -> dict[str, tuple[Data, str]]:
    """A message of the inbox by ItemOperations and Search."""
    (by_id,) = fetched(device, INBOX, id, options=asked)
    by_word = found_mail(device, word, *asked)
    check(len(by_word) == 1, f"{len(by_word)} messages have the word, one is due")
    return {
        "ItemOperations": (by_name(by_id), word),
        "Search": (by_name(by_word[0]), word),
    }


def by_name(properties: Node) -> Data:
    """The children of an element."""
    return {child.name: child for child in properties.children}
