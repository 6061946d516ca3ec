"""Errors in every world's words: the only place with a protocol's codes for the store's refusals.

A row maps the name of a ``StoreError`` class, and the role of the thing it was about, to the EWS
ResponseCode, the ActiveSync status, and the SMTP reply.
"""

from __future__ import annotations

import msgspec

from schemas.error_texts import TEXTS
from schemas.ews.contract import simple_type


class Row(msgspec.Struct, frozen=True):
    """One error. ``role`` empty: whatever the role.

    ``eas``: a common status (101 and up), or that of Sync where one item of it failed; commands
    that number on their own turn it. 0 and "" in a row with a role: as in the row without.
    """

    name: str
    ews: str
    eas: int = 0
    smtp: str = ""
    role: str = ""


ROWS: tuple[Row, ...] = (
    Row("NotFound", "ErrorItemNotFound", 8, "550 5.1.1"),
    Row("NotFound", "ErrorItemNotFound", 8, role="item"),
    Row("NotFound", "ErrorFolderNotFound", 12, role="folder"),
    Row("NotFound", "ErrorParentFolderNotFound", 5, role="parent"),
    Row("NotFound", "ErrorToFolderNotFound", 5, role="target"),
    Row("NotFound", "ErrorSavedItemFolderNotFound", 12, role="saved"),
    Row("NotFound", "ErrorSyncFolderNotFound", 12, role="sync"),
    Row("NotFound", "ErrorInvalidAttachmentId", 15, role="attachment"),
    Row("NotFound", "ErrorNonExistentMailbox", 125, "550 5.1.1", role="account"),
    Row("AccessDenied", "ErrorAccessDenied", 130, "550 5.7.1"),
    Row("AccessDenied", "ErrorCreateSubfolderAccessDenied", role="parent"),
    Row("AccessDenied", "ErrorCreateItemAccessDenied", role="saved"),
    Row("NoSuchMailbox", "ErrorNonExistentMailbox", 123, "550 5.1.1"),
    Row("NoSuchMailbox", "ErrorMissingEmailAddress", role="own"),
    Row("AccessDenied", "ErrorNoFreeBusyAccess", role="free_busy"),
    Row("TooMany", "ErrorFreeBusyDLLimitReached", role="members"),
    Row("TooMany", "ErrorResultSetTooBig", role="events"),
    Row("Damaged", "ErrorItemCorrupt", 6, "451 4.3.0"),
    Row("Conflict", "ErrorIrresolvableConflict", 7),
    Row("ChangeRequired", "ErrorChangeKeyRequiredForWriteOperations", 4),
    Row("AlreadyExists", "ErrorFolderExists", 2),
    Row("AlreadyExists", "ErrorItemSave", 2, role="configuration"),
    Row("AlreadyExists", "ErrorDelegateAlreadyExists", role="delegate"),
    Row("NotFound", "ErrorNotDelegate", role="delegate"),
    Row("NotFound", "ErrorDelegateNoUser", role="delegate_user"),
    Row("InvalidValue", "ErrorDelegateCannotAddOwner", role="delegate_owner"),
    Row("InvalidValue", "ErrorDelegateValidationFailed", role="delegate"),
    Row("TooMany", "ErrorAddDelegatesFailed", role="delegates"),
    Row("AlreadyDone", "ErrorInvalidOperation", 118),
    Row("InvalidValue", "ErrorInvalidValueForProperty", 6),
    Row("InvalidValue", "ErrorFolderSavePropertyError", 6, role="folder_name"),
    Row("InvalidValue", "ErrorInvalidPropertyAppend", 6, role="append"),
    Row("InvalidValue", "ErrorInvalidIdNotAnItemAttachmentId", 6, role="item_attachment"),
    Row("InvalidValue", "ErrorInvalidArgument", 6, role="argument"),
    Row("InvalidValue", "ErrorCalendarInvalidRecurrence", 6, role="recurrence"),
    Row("InvalidValue", "ErrorCalendarOutOfRange", 6, role="recurrence_range"),
    Row("InvalidValue", "ErrorCalendarInvalidDayForWeeklyRecurrence", 6, role="recurrence_days"),
    Row("InvalidValue", "ErrorRecurrenceEndDateTooBig", 6, role="recurrence_end"),
    Row("InvalidValue", "ErrorRecurrenceHasNoOccurrence", 6, role="recurrence_empty"),
    Row("InvalidValue", "ErrorOccurrenceTimeSpanTooBig", 6, role="recurrence_overlap"),
    Row("InvalidValue", "ErrorOccurrenceCrossingBoundary", 6, role="occurrence_crossing"),
    Row("InvalidValue", "ErrorCalendarDurationIsTooLong", 6, role="too_long"),
    Row("InvalidValue", "ErrorCalendarEndDateIsEarlierThanStartDate", 6, role="end_before_start"),
    Row("InvalidValue", "ErrorTimeZone", 6, role="time_zone"),
    Row("WrongClass", "ErrorObjectTypeChanged", 6),
    Row("WrongClass", "ErrorInvalidItemForOperationSendItem", 6, role="send"),
    Row("WrongClass", "ErrorFolderNotFound", 6, role="folder"),
    Row("WrongClass", "ErrorInvalidItemForOperationAcceptItem", 6, role="accept"),
    Row("WrongClass", "ErrorInvalidItemForOperationTentative", 6, role="tentative"),
    Row("WrongClass", "ErrorInvalidItemForOperationDeclineItem", 6, role="decline"),
    Row("WrongClass", "ErrorInvalidItemForOperationCancelItem", 6, role="cancel"),
    Row("WrongClass", "ErrorInvalidItemForOperationRemoveItem", 6, role="remove"),
    Row("WrongFolderClass", "ErrorInvalidFolderTypeForOperation", 6),
    Row("WrongFolderClass", "ErrorCannotCreateCalendarItemInNonCalendarFolder", 6, role="calendar"),
    Row("WrongFolderClass", "ErrorCannotCreateContactInNonContactFolder", 6, role="contact"),
    Row("WrongFolderClass", "ErrorCannotCreateContactInNonContactFolder", 6, role="dist_list"),
    Row("WrongFolderClass", "ErrorCannotCreateTaskInNonTaskFolder", 6, role="task"),
    Row("WrongFolderClass", "ErrorCannotCreatePostItemInNonMailFolder", 6, role="post"),
    Row("ProtectedFolder", "ErrorDeleteDistinguishedFolder", 3, role="deleted"),
    Row("ProtectedFolder", "ErrorMoveDistinguishedFolder", 3, role="moved"),
    Row("ProtectedFolder", "ErrorInvalidOperation", 3),
    Row("IntoItself", "ErrorMoveCopyFailed", 4),
    Row("InvalidState", "ErrorInvalidSyncStateData", 3),
    Row("InvalidWatermark", "ErrorInvalidWatermark", 3),
    Row("InvalidRestriction", "ErrorUnsupportedPathForQuery", 4),
    Row("InvalidRestriction", "ErrorContainsFilterWrongType", 4, role="contains"),
    Row("InvalidRestriction", "ErrorUnsupportedPathForSortGroup", 4, role="sort"),
    Row("InvalidRestriction", "ErrorUnsupportedPathForSortGroup", 4, role="group"),
    Row("InvalidRestriction", "ErrorInvalidExcludesRestriction", 4, role="excludes"),
    Row("InvalidRestriction", "ErrorUnsupportedPathForQuery", 4, role="query"),
    Row("InvalidRestriction", "ErrorInvalidValueForProperty", 4, role="value"),
    Row("InvalidRestriction", "ErrorInvalidPropertyForExists", 4, role="exists"),
    Row("RestrictionTooLong", "ErrorRestrictionTooLong", 4),
    Row("InvalidPaging", "ErrorInvalidIndexedPagingParameters", 4),
    Row("InvalidPaging", "ErrorInvalidPagingMaxRows", 4, role="rows"),
    Row("InvalidPaging", "ErrorInvalidFractionalPagingParameters", 4, role="fraction"),
    Row("QuotaReached", "ErrorQuotaExceeded", 113, "552 5.2.2"),
    Row("TooLarge", "ErrorDataSizeLimitExceeded", 122, "552 5.3.4"),
    Row("TooLarge", "ErrorAttachmentSizeLimitExceeded", 122, role="attachment"),
    Row("TooMany", "ErrorInvalidOperation", 110, "452 4.5.3"),
    Row("TooMany", "ErrorAttachmentNestLevelLimitExceeded", 110, role="attachment_depth"),
    Row("NoRecipients", "ErrorMissingRecipients", 119, "554 5.5.1"),
    Row("InvalidRecipient", "ErrorInvalidRecipients", 116, "553 5.1.3"),
    Row("SendAsDenied", "ErrorSendAsDenied", 120, "550 5.7.1"),
    Row("UnsupportedMime", "ErrorUnsupportedMimeConversion", 107),
    Row("InvalidPermission", "ErrorInvalidPermissionSettings", 6),
    Row("InvalidPermission", "ErrorInvalidUserInfo", 6, role="user"),
    Row("DuplicateUser", "ErrorDuplicateUserIdsSpecified", 6),
    Row("NotSupported", "ErrorInvalidOperation", 137, "504 5.5.4"),
    Row("NotSupported", "ErrorCalendarCannotMoveOrCopyOccurrence", 137, role="occurrence"),
    Row("NotSupported", "ErrorCalendarIsOrganizerForAccept", 137, role="organizer_accept"),
    Row("NotSupported", "ErrorCalendarIsOrganizerForTentative", 137, role="organizer_tentative"),
    Row("NotSupported", "ErrorCalendarIsOrganizerForDecline", 137, role="organizer_decline"),
    Row("NotSupported", "ErrorCalendarIsOrganizerForRemove", 137, role="organizer_remove"),
    Row("NotSupported", "ErrorCalendarIsCancelledForAccept", 137, role="cancelled_accept"),
    Row("NotSupported", "ErrorCalendarIsCancelledForTentative", 137, role="cancelled_tentative"),
    Row("NotSupported", "ErrorCalendarIsCancelledForDecline", 137, role="cancelled_decline"),
    Row("NotSupported", "ErrorCalendarIsDelegatedForAccept", 137, role="delegated_accept"),
    Row("NotSupported", "ErrorCalendarIsDelegatedForTentative", 137, role="delegated_tentative"),
    Row("NotSupported", "ErrorCalendarIsDelegatedForDecline", 137, role="delegated_decline"),
    Row("NotSupported", "ErrorCalendarIsDelegatedForRemove", 137, role="delegated_remove"),
    Row("NotSupported", "ErrorCalendarIsNotOrganizer", 137, role="not_organizer"),
    Row("NotSupported", "ErrorCalendarMeetingRequestIsOutOfDate", 137, role="out_of_date"),
    Row("NotSupported", "ErrorCalendarCannotUpdateDeletedItem", 137, role="deleted_meeting"),
    Row("NotSupported", "ErrorCannotDeleteTaskOccurrence", 137, role="task_occurrence"),
    Row("NotSupported", "ErrorCannotEmptyFolder", 137, role="empty"),
    Row("NotSupported", "ErrorInvalidParentFolder", 137, role="parent"),
    Row("NotSupported", "ErrorCrossMailboxMoveCopy", 137, role="cross_mailbox"),
    Row("NotSupported", "ErrorInvalidSubscriptionRequest", 137, role="several_mailboxes"),
)

_BY_KEY = {(row.name, row.role): row for row in ROWS}
_ANY = Row("", "ErrorInternalServerError", 110, "451 4.3.0")


def codes() -> frozenset[str]:
    """All values of ResponseCodeType (messages.xsd)."""
    return frozenset(simple_type("ResponseCodeType").values)


def row_of(name: str, role: str = "") -> Row:
    """The row of a store error by class name and role, complete."""
    base = _BY_KEY.get((name, ""), _ANY)
    row = _BY_KEY.get((name, role), base)
    return Row(name, row.ews, row.eas or base.eas, row.smtp or base.smtp or _ANY.smtp, role)


def ews_code(name: str, role: str = "") -> str:
    """The ResponseCode for a store error by class name and role."""
    return row_of(name, role).ews


def eas_status(name: str, role: str = "") -> int:
    """The ActiveSync status for a store error by class name and role."""
    return row_of(name, role).eas


def smtp_reply(name: str, role: str = "") -> str:
    """Reply code and enhanced status for a store error."""
    return row_of(name, role).smtp


def text_of(code: str) -> str:
    """The English MessageText of a ResponseCode: its own sentence, or the code in words."""
    text = TEXTS.get(code)
    if text is not None:
        return text
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in code.removeprefix("Error"))
    return f"The request was refused:{words}."
