"""Errors in every world's words: the only place with a protocol's codes for the store's refusals.

A row maps the name of a ``StoreError`` class, and the role of the thing it was about, to the EWS
ResponseCode, the ActiveSync status, and the SMTP reply.
"""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One error. ``role`` empty: whatever the role."""

    name: str
    ews: str
    eas: int = 110
    smtp: str = "451 4.3.0"
    role: str = ""


ROWS: tuple[Row, ...] = (
    Row("NotFound", "ErrorItemNotFound", 8, "550 5.1.1"),
    Row("NotFound", "ErrorItemNotFound", 8, role="item"),
    Row("NotFound", "ErrorFolderNotFound", 6, role="folder"),
    Row("NotFound", "ErrorParentFolderNotFound", 5, role="parent"),
    Row("NotFound", "ErrorToFolderNotFound", 5, role="target"),
    Row("NotFound", "ErrorSavedItemFolderNotFound", 5, role="saved"),
    Row("NotFound", "ErrorSyncFolderNotFound", 12, role="sync"),
    Row("NotFound", "ErrorInvalidAttachmentId", 15, role="attachment"),
    Row("AccessDenied", "ErrorAccessDenied", 5, "550 5.7.1"),
    Row("AccessDenied", "ErrorCreateSubfolderAccessDenied", 5, role="parent"),
    Row("AccessDenied", "ErrorCreateItemAccessDenied", 5, role="saved"),
    Row("NoSuchMailbox", "ErrorNonExistentMailbox", 8, "550 5.1.1"),
    Row("NoSuchMailbox", "ErrorMissingEmailAddress", 8, role="own"),
    Row("Conflict", "ErrorIrresolvableConflict", 7),
    Row("ChangeRequired", "ErrorChangeKeyRequiredForWriteOperations", 4),
    Row("AlreadyExists", "ErrorFolderExists", 2),
    Row("AlreadyExists", "ErrorItemSave", 2, role="configuration"),
    Row("InvalidValue", "ErrorInvalidValueForProperty", 6),
    Row("InvalidValue", "ErrorFolderSavePropertyError", 6, role="folder_name"),
    Row("InvalidValue", "ErrorInvalidPropertyAppend", 6, role="append"),
    Row("InvalidValue", "ErrorInvalidIdNotAnItemAttachmentId", 6, role="item_attachment"),
    Row("InvalidValue", "ErrorInvalidArgument", 6, role="argument"),
    Row("ReadOnlyProperty", "ErrorInvalidPropertySet", 6),
    Row("UnknownProperty", "ErrorInvalidPropertyRequest", 6),
    Row("NotAppendable", "ErrorInvalidPropertyAppend", 6),
    Row("NotDeletable", "ErrorInvalidPropertyDelete", 6),
    Row("WrongClass", "ErrorObjectTypeChanged", 6),
    Row("WrongClass", "ErrorInvalidItemForOperationSendItem", 6, role="send"),
    Row("WrongClass", "ErrorFolderNotFound", 6, role="folder"),
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
    Row("SendAsDenied", "ErrorSendAsDenied", 119, "550 5.7.1"),
    Row("InvalidMime", "ErrorMimeContentInvalid", 107, "554 5.6.0"),
    Row("UnsupportedMime", "ErrorUnsupportedMimeConversion", 107),
    Row("InvalidPermission", "ErrorInvalidPermissionSettings", 6),
    Row("InvalidPermission", "ErrorInvalidUserInfo", 6, role="user"),
    Row("DuplicateUser", "ErrorDuplicateUserIdsSpecified", 6),
    Row("NotSupported", "ErrorInvalidOperation", 137, "504 5.5.4"),
    Row("NotSupported", "ErrorCannotEmptyFolder", 137, role="empty"),
    Row("NotSupported", "ErrorInvalidParentFolder", 137, role="parent"),
    Row("NotSupported", "ErrorCrossMailboxMoveCopy", 137, role="cross_mailbox"),
    Row("NotSupported", "ErrorInvalidSubscriptionRequest", 137, role="several_mailboxes"),
)

_BY_KEY = {(row.name, row.role): row for row in ROWS}

# Sentences for codes, in our words but for those that clients are known to compare (trap 11).
TEXTS: dict[str, str] = {
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorCannotUseFolderIdForItemId": "Id is a folder's where an item's is needed.",
    "ErrorCannotUseItemIdForFolderId": "Id is an item's where a folder's is needed.",
    "ErrorChangeKeyRequiredForWriteOperations": "An up-to-date change key is required here.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorIncorrectSchemaVersion": (
        "The request is valid but does not specify the correct server version in the"
        " RequestServerVersion SOAP header."
    ),
    "ErrorIncorrectUpdatePropertyCount": "Each change sets exactly one property.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorInvalidAttachmentId": "The specified attachment could not be found.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorInvalidIdEmpty": "Id must be non-empty.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidOperation": "The operation is not available or makes no sense here.",
    "ErrorInvalidPropertyRequest": "The property does not belong to this kind of object.",
    "ErrorInvalidPropertySet": "The property is read-only.",
    "ErrorInvalidRequest": "The request is invalid.",
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorInvalidSyncStateData": "The synchronization state data is corrupt or otherwise invalid.",
    "ErrorInvalidWatermark": "The watermark is invalid.",
    "ErrorIrresolvableConflict": (
        "The send or update operation could not be performed because the change key passed in the"
        " request does not match the current change key for the item."
    ),
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorMessageDispositionRequired": "A message disposition is required for this item.",
    "ErrorNameResolutionMultipleResults": "Multiple results were found.",
    "ErrorNameResolutionNoResults": "No results were found.",
    "ErrorNonExistentMailbox": "No mailbox with such an address exists.",
    "ErrorSchemaValidation": "The request failed schema validation.",
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorSubscriptionNotFound": "The subscription was not found.",
}


def ews_code(name: str, role: str = "") -> str:
    """The ResponseCode for a store error by class name and role."""
    row = _BY_KEY.get((name, role)) or _BY_KEY.get((name, ""))
    return row.ews if row is not None else "ErrorInternalServerError"


def smtp_reply(name: str, role: str = "") -> str:
    """Reply code and enhanced status for a store error."""
    row = _BY_KEY.get((name, role)) or _BY_KEY.get((name, ""))
    return row.smtp if row is not None else "451 4.3.0"


def text_of(code: str) -> str:
    """The English MessageText of a ResponseCode: its own sentence, or the code in words."""
    text = TEXTS.get(code)
    if text is not None:
        return text
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in code.removeprefix("Error"))
    return f"The request was refused:{words}."
