"""Tasks that come once: status, completion, every element, copying, moving, several at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from conformance import requests
from conformance.checks import absent, different, equal, holds, present, refused, success
from conformance.kinds import TASK
from conformance.mailbox import Mailbox
from conformance.node import Ref
from conformance.scenario import scenario
from conformance.scenarios.core.life import new_subject
from conformance.xml import t

SPEC = "MS-OXWSTASK"
START = datetime(2030, 1, 1, tzinfo=UTC)
STATUSES = ("NotStarted", "Completed", "InProgress", "Deferred", "WaitingOnOthers")
NEVER_SET = ("Accepted", "Declined", "Max", "NoMatch", "Owned", "OwnNew")


def _make(ews: Mailbox, tasks: Ref, *content: Any, **values: Any) -> Ref:
    return ews.make_item(TASK.make(ews.unique("Task"), *content, **values), tasks)


@scenario(SPEC, "S01_TC11", requirements=("MS-OXWSTASK_R85", "MS-OXWSTASK_R88"))
def a_state_of_delegation_is_not_set(ews: Mailbox, tasks: Ref) -> None:
    """Each value is refused, where the same task without it is taken."""
    _make(ews, tasks)
    for state in NEVER_SET:
        wanted = TASK.make(ews.unique(state), DelegationState=state)
        refused(ews.call(requests.create_item(wanted, folder=tasks)), "ErrorInvalidPropertySet")
        equal(ews.find(tasks, ews.unique(state)), [], f"tasks with state {state}")


@scenario(
    SPEC,
    "S01_TC12",
    requirements=tuple(f"MS-OXWSTASK_R{row}" for row in (102, 103, 104, 105, 106)),
)
def five_statuses(ews: Mailbox, tasks: Ref) -> None:
    """Each reads back."""
    for status in STATUSES:
        made = _make(ews, tasks, Status=status)
        equal(ews.get_item(made).text("Status"), status, "Status")


@scenario(SPEC, "S01_TC13", requirements=("MS-OXWSTASK_R67001", "MS-OXWSTASK_R67002"))
def what_completes_a_task(ews: Mailbox, tasks: Ref) -> None:
    """Any of three properties does; of several in one request the last one counts."""
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    ways: tuple[dict[str, Any], ...] = (
        {"CompleteDate": day},
        {"PercentComplete": 100},
        {"Status": "Completed"},
    )
    for way in ways:
        read = ews.get_item(_make(ews, tasks, **way))
        holds(read, {"IsComplete": True, "Status": "Completed"})
        equal(float(read.text("PercentComplete") or -1), 100.0, "PercentComplete")
        present(read, "CompleteDate")
    open_again = _make(ews, tasks, CompleteDate=day, PercentComplete=100, Status="NotStarted")
    read = ews.get_item(open_again)
    holds(read, {"IsComplete": False, "Status": "NotStarted"})
    equal(float(read.text("PercentComplete") or -1), 0.0, "PercentComplete")
    absent(read, "CompleteDate")


@scenario(SPEC, "S03_TC01", requirements=("MS-OXWSCORE_R1600", "MS-OXWSCORE_R1601"))
def copy_a_task(ews: Mailbox, tasks: Ref, folder: Ref) -> None:
    """Original and copy are two tasks that say the same."""
    made = _make(ews, tasks, Status="InProgress", Mileage="15 km")
    copied = ews.copy_items(folder, made)[0]
    different(copied.id, made.id, "ids of original and copy")
    for each in (made, copied):
        read = ews.get_item(each)
        equal(read.name, "Task", "kind of item")
        holds(read, {"Subject": ews.unique("Task"), "Status": "InProgress", "Mileage": "15 km"})


@scenario(SPEC, "S04_TC01", requirements=("MS-OXWSCORE_R45", "MS-OXWSCORE_R46"))
def move_a_task(ews: Mailbox, tasks: Ref, folder: Ref) -> None:
    """It is in its new folder, and no longer known by its old id."""
    made = _make(ews, tasks, Status="InProgress")
    moved = ews.move_items(folder, made)[0]
    read = ews.get_item(moved)
    equal(read.ref("ParentFolderId").id, folder.id, "ParentFolderId")
    equal(read.text("Status"), "InProgress", "Status")
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(
    SPEC,
    "S05_TC01",
    requirements=("MS-OXWSCORE_R299", "MS-OXWSCORE_R341", "MS-OXWSCORE_R556"),
)
def several_tasks_at_once(ews: Mailbox, tasks: Ref, folder: Ref) -> None:
    """Create, read, change, copy, move and delete two with a request each."""
    names = [ews.unique("First"), ews.unique("Second")]
    made = ews.make_items(*[TASK.make(name) for name in names], folder=tasks)
    read = ews.call(requests.get_item(made))
    success(read, 2)
    equal([item.text("Subject") for item in read.items], names, "subjects")

    new = [ews.unique("Third"), ews.unique("Fourth")]
    changes = [
        requests.item_change(ref, new_subject(TASK, name))
        for ref, name in zip(made, new, strict=True)
    ]
    success(ews.call(requests.update_item(*changes)), 2)
    equal(sorted(item.text("Subject") or "" for item in ews.find(tasks)), sorted(new), "subjects")

    copies = ews.copy_items(folder, *made)
    moved = ews.move_items(folder, *made)
    there = {item.id.id for item in ews.find(folder)}
    equal(there, {ref.id for ref in (*copies, *moved)}, "tasks in the other folder")
    equal(ews.find(tasks), [], "tasks left behind")
    ews.delete_items(*copies, *moved)
    refused(ews.call(requests.get_item([*copies, *moved])), "ErrorItemNotFound", count=4)


@scenario(SPEC, "S06_TC01", requirements=("MS-OXWSCORE_R341", "MS-OXWSTASK_R105"))
def a_task_with_nothing(ews: Mailbox, tasks: Ref) -> None:
    """A task without any element of its own is not started, and has none of them."""
    made = _make(ews, tasks)
    read = ews.get_item(made)
    equal(read.name, "Task", "kind of item")
    equal(read.text("Status"), "NotStarted", "Status")
    absent(read, "BillingInformation", "Companies", "Contacts", "DueDate", "Mileage")
    absent(read, "Recurrence", "CompleteDate")
    ews.delete_items(made)
    refused(ews.call(requests.get_item([made])), "ErrorItemNotFound")


@scenario(
    SPEC,
    "S06_TC02",
    requirements=tuple(
        f"MS-OXWSTASK_R{row}" for row in (42, 44, 45, 47, 48, 49, 53, 58, 63, 65, 67)
    ),
)
def a_task_with_everything(ews: Mailbox, tasks: Ref) -> None:
    """Each element comes back; ChangeCount rises with a change."""
    texts: dict[str, Any] = {
        "ActualWork": 5,
        "BillingInformation": "Account 7",
        "Mileage": "15 km",
        "TotalWork": 10,
    }
    made = _make(
        ews,
        tasks,
        t.Companies(t.String("Company1"), t.String("Company2")),
        t.Contacts(t.String("Alice"), t.String("Bob")),
        StartDate=START,
        DueDate=START + timedelta(days=2),
        Status="InProgress",
        **texts,
    )
    read = ews.get_item(made)
    holds(read, texts | {"Status": "InProgress"})
    equal(read.texts("Companies/String"), ["Company1", "Company2"], "Companies")
    equal(read.texts("Contacts/String"), ["Alice", "Bob"], "Contacts")
    equal((read.text("StartDate") or "")[:10], "2030-01-01", "StartDate")
    equal((read.text("DueDate") or "")[:10], "2030-01-03", "DueDate")
    before = int(read.text("ChangeCount") or -1)

    done = requests.set_field("task:CompleteDate", t.Task(t.CompleteDate("2024-05-06T00:00:00Z")))
    read = ews.get_item(ews.update(made, done))
    equal((read.text("CompleteDate") or "")[:10], "2024-05-06", "CompleteDate")
    equal(int(read.text("ChangeCount") or -1), before + 1, "ChangeCount after one change")


@scenario(SPEC, "S06_TC03", requirements=("MS-OXWSTASK_R5555", "MS-OXWSTASK_R5556"))
def is_complete(ews: Mailbox, tasks: Ref) -> None:
    """True of a completed task, false of one in progress."""
    for status, complete in (("Completed", "true"), ("InProgress", "false")):
        read = ews.get_item(_make(ews, tasks, Status=status))
        equal(read.text("IsComplete"), complete, f"IsComplete of {status}")
