"""Follow-up flags: which dates go with which status."""

from __future__ import annotations

from conformance import requests
from conformance.checks import absent, equal, refused
from conformance.kinds import ITEM
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.xml import Element, t

START, DUE, DONE = "2024-05-06T00:00:00Z", "2024-05-07T00:00:00Z", "2024-05-06T00:00:00Z"


def flag(
    status: str, *, start: str | None = None, due: str | None = None, done: str | None = None
) -> Element:
    """A Flag with the dates given."""
    return t.Flag(
        t.FlagStatus(status),
        t.StartDate(start) if start else None,
        t.DueDate(due) if due else None,
        t.CompleteDate(done) if done else None,
    )


@scenario("MS-OXWSCORE", "S01_TC26", requirements=("MS-OXWSCORE_R2002",))
def flagged(ews: Mailbox, folder: Ref) -> None:
    """With start and due date, or without any."""
    dated = flag("Flagged", start=START, due=DUE)
    made = ews.make_item(ITEM.make(ews.unique("Dated"), dated), folder)
    read = ews.get_item(made)
    equal(read.text("Flag/FlagStatus"), "Flagged", "FlagStatus")
    equal((read.text("Flag/StartDate") or "")[:10], START[:10], "StartDate")
    equal((read.text("Flag/DueDate") or "")[:10], DUE[:10], "DueDate")
    absent(read, "Flag/CompleteDate")

    made = ews.make_item(ITEM.make(ews.unique("Undated"), flag("Flagged")), folder)
    read = ews.get_item(made)
    equal(read.text("Flag/FlagStatus"), "Flagged", "FlagStatus without dates")
    absent(read, "Flag/CompleteDate")


@scenario("MS-OXWSCORE", "S01_TC27", requirements=("MS-OXWSCORE_R2005",))
def not_flagged(ews: Mailbox, folder: Ref) -> None:
    """Without any date."""
    made = ews.make_item(ITEM.make(ews.unique("Plain"), flag("NotFlagged")), folder)
    read = ews.get_item(made)
    equal(read.text("Flag/FlagStatus"), "NotFlagged", "FlagStatus")
    absent(read, "Flag/StartDate", "Flag/DueDate", "Flag/CompleteDate")


@scenario("MS-OXWSCORE", "S01_TC28", requirements=("MS-OXWSCORE_R2010",))
def dates_that_do_not_go_with_the_status(ews: Mailbox, folder: Ref) -> None:
    """Six combinations, each refused with ErrorInvalidArgument."""
    wrong = (
        flag("Flagged", done=DONE),
        flag("Flagged", start=START),
        flag("Flagged", due=DUE),
        flag("Complete", start=START, due=DUE, done=DONE),
        flag("NotFlagged", done=DONE),
        flag("NotFlagged", start=START, due=DUE),
    )
    items = [ITEM.make(ews.unique("Wrong"), each) for each in wrong]
    answer = ews.call(requests.create_item(*items, folder=folder))
    refused(answer, "ErrorInvalidArgument", count=len(items))
