"""Properties of tasks (MS-OXWSTASK 2.2.4)."""

from schemas.properties.make import READ_ONLY, members, row, rows
from schemas.property import Kind, Named, P, Type

_TASK = (Kind.TASK,)
_TASK_SET = "00062003-0000-0000-c000-000000000046"

TASK_ROWS: tuple[P, ...] = (
    row("task:ActualWork", Type.INTEGER, _TASK),
    row("task:AssignedTime", Type.INSTANT, _TASK, **READ_ONLY),
    row("task:BillingInformation", Type.STRING, _TASK),
    row("task:ChangeCount", Type.INTEGER, _TASK, **READ_ONLY),
    row("task:Companies", Type.STRINGS, _TASK),
    row("task:CompleteDate", Type.INSTANT, _TASK),
    row("task:Contacts", Type.STRINGS, _TASK),
    row(
        "task:DelegationState",
        Type.ENUM,
        _TASK,
        members=members("NoMatch", "OwnNew", "Owned", "Accepted", "Declined", "Max"),
        **READ_ONLY,
    ),
    row("task:Delegator", Type.STRING, _TASK, **READ_ONLY),
    row(
        "task:DueDate",
        Type.INSTANT,
        _TASK,
        shapes=("default", "all"),
        mapi=Named(_TASK_SET, 0x8105, "SystemTime"),
    ),
    row("task:IsAssignmentEditable", Type.INTEGER, _TASK, **READ_ONLY),
    row("task:IsComplete", Type.BOOLEAN, _TASK, computed="is_complete", query=False, **READ_ONLY),
    row("task:IsRecurring", Type.BOOLEAN, _TASK, computed="is_recurring", query=False, **READ_ONLY),
    row("task:IsTeamTask", Type.BOOLEAN, _TASK, **READ_ONLY),
    row("task:Mileage", Type.STRING, _TASK),
    row("task:Owner", Type.STRING, _TASK, **READ_ONLY),
    row("task:PercentComplete", Type.DOUBLE, _TASK, shapes=("default", "all"), writable="cu"),
    row(
        "task:StartDate",
        Type.INSTANT,
        _TASK,
        shapes=("default", "all"),
        mapi=Named(_TASK_SET, 0x8104, "SystemTime"),
    ),
    row(
        "task:Status",
        Type.ENUM,
        _TASK,
        shapes=("default", "all"),
        writable="cu",
        members=members("NotStarted", "InProgress", "Completed", "WaitingOnOthers", "Deferred"),
    ),
    row("task:StatusDescription", Type.STRING, _TASK, **READ_ONLY),
    *rows("task", Type.INTEGER, _TASK, "TotalWork"),
)
