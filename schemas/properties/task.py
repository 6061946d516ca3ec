"""Properties of tasks (MS-OXWSTASK 2.2.4.6)."""

from schemas.properties.make import DEFAULT, READ_ONLY, members, named, numbered, row
from schemas.property import Kind, P, Type

_TASK = (Kind.TASK,)
_STATUS = members("NotStarted", "InProgress", "Completed", "WaitingOnOthers", "Deferred")

# fmt: off
TASK_ROWS: tuple[P, ...] = (
    row("task:ActualWork", Type.INTEGER, _TASK, mapi=named("Task", 0x8110, "Integer")),
    row("task:AssignedTime", Type.INSTANT, _TASK, **READ_ONLY),
    row("task:BillingInformation", Type.STRING, _TASK, mapi=named("Common", 0x8535)),
    row("task:ChangeCount", Type.INTEGER, _TASK, **READ_ONLY),
    row("task:Companies", Type.STRINGS, _TASK, mapi=named("Common", 0x8539, "StringArray")),
    row("task:CompleteDate", Type.INSTANT, _TASK, mapi=named("Task", 0x810F, "SystemTime"),
        eas="Tasks:DateCompleted"),
    row("task:Contacts", Type.STRINGS, _TASK, mapi=named("Common", 0x853A, "StringArray")),
    row("task:DelegationState", Type.ENUM, _TASK,
        members=members("NoMatch", "OwnNew", "Owned", "Accepted", "Declined", "Max"), **READ_ONLY),
    row("task:Delegator", Type.STRING, _TASK, mapi=named("Task", 0x8121), **READ_ONLY),
    # Without a MAPI view of its own: messages keep their flag's dates there too (schemas.mapi).
    row("task:DueDate", Type.INSTANT, _TASK, eas="Tasks:DueDate", **DEFAULT),
    row("task:IsAssignmentEditable", Type.INTEGER, _TASK, **READ_ONLY),
    row("task:IsComplete", Type.BOOLEAN, _TASK, computed="is_complete", query=False,
        eas="Tasks:Complete", **READ_ONLY),
    row("task:IsRecurring", Type.BOOLEAN, _TASK, computed="is_recurring", query=False, **READ_ONLY),
    row("task:IsTeamTask", Type.BOOLEAN, _TASK, mapi=named("Task", 0x8103, "Boolean"),
        **READ_ONLY),
    row("task:Mileage", Type.STRING, _TASK, mapi=named("Common", 0x8534)),
    row("task:Owner", Type.STRING, _TASK, mapi=named("Task", 0x811F), **READ_ONLY),
    row("task:PercentComplete", Type.DOUBLE, _TASK, writable="cu", **DEFAULT),
    row("task:Recurrence", Type.RECORD, _TASK, computed="recurrence", find=False, query=False,
        eas="Tasks:Recurrence"),
    row("task:StartDate", Type.INSTANT, _TASK, eas="Tasks:StartDate", **DEFAULT),
    row("task:Status", Type.ENUM, _TASK, writable="cu", members=_STATUS,
        ordinals=numbered(*_STATUS), mapi=named("Task", 0x8101, "Integer"), **DEFAULT),
    row("task:StatusDescription", Type.STRING, _TASK, **READ_ONLY),
    row("task:TotalWork", Type.INTEGER, _TASK, mapi=named("Task", 0x8111, "Integer")),
)
# fmt: on
