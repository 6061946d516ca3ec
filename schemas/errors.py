"""Errors in every world's words: the only place with a protocol's codes for the store's refusals.

A row maps the name of a ``StoreError`` class, and the role of the thing it was about, to the EWS
ResponseCode, the ActiveSync status, and the SMTP reply.
"""

from __future__ import annotations

import msgspec

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
    Row("SendAsDenied", "ErrorSendAsDenied", 120, "550 5.7.1"),
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
_ANY = Row("", "ErrorInternalServerError", 110, "451 4.3.0")

# English sentences of ResponseCodes: those that Microsoft's examples show and clients compare
# (trap 11), else our own.
TEXTS: dict[str, str] = {
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorAffectedTaskOccurrencesRequired": "Say which occurrences of the task are meant.",
    "ErrorAttachmentNestLevelLimitExceeded": "Attachments are nested too deeply.",
    "ErrorAttachmentSizeLimitExceeded": "The attachment is larger than the limit.",
    "ErrorCalendarEndDateIsEarlierThanStartDate": "EndDate is earlier than StartDate",
    "ErrorCalendarFolderIsInvalidForCalendarView": "A calendar view needs a calendar folder.",
    "ErrorCalendarViewRangeTooBig": "A calendar view spans two years at most.",
    "ErrorCannotCreateCalendarItemInNonCalendarFolder": (
        "Cannot create a calendar item in a folder that is no calendar."
    ),
    "ErrorCannotCreateContactInNonContactFolder": (
        "Cannot create a contact in a non-contact Folder."
    ),
    "ErrorCannotCreatePostItemInNonMailFolder": (
        "Cannot create a post in a folder that is not mail's."
    ),
    "ErrorCannotCreateTaskInNonTaskFolder": "Cannot create a task in a folder that is not tasks'.",
    "ErrorCannotEmptyFolder": "This folder cannot be emptied.",
    "ErrorCannotSetCalendarPermissionOnNonCalendarFolder": (
        "Calendar permissions belong to calendar folders."
    ),
    "ErrorCannotSetNonCalendarPermissionOnCalendarFolder": (
        "A calendar folder takes calendar permissions."
    ),
    "ErrorCannotSetPermissionUnknownEntries": "Unknown permission entries cannot be set.",
    "ErrorCannotUseFolderIdForItemId": "Id is a folder's where an item's is needed.",
    "ErrorCannotUseItemIdForFolderId": "Id is an item's where a folder's is needed.",
    "ErrorChangeKeyRequired": "A change key is required here.",
    "ErrorChangeKeyRequiredForWriteOperations": "An up-to-date change key is required here.",
    "ErrorContainsFilterWrongType": "Contains compares text, and this property is none.",
    "ErrorContentConversionFailed": "The item's content could not be converted.",
    "ErrorCreateItemAccessDenied": "The right to create items in the folder is missing.",
    "ErrorCreateSubfolderAccessDenied": "The right to create folders in the folder is missing.",
    "ErrorCrossMailboxMoveCopy": "Items and folders stay in their mailbox.",
    "ErrorDataSizeLimitExceeded": "The data is larger than the limit.",
    "ErrorDeleteDistinguishedFolder": "Cannot delete distinguished folder.",
    "ErrorDuplicateSOAPHeader": "A SOAP header stands twice.",
    "ErrorDuplicateUserIdsSpecified": "A user has more than one permission.",
    "ErrorExceededConnectionCount": "You have exceeded the number of connections allowed.",
    "ErrorExceededFindCountLimit": "More rows than the limit allows; ask for pages.",
    "ErrorExpiredSubscription": "The subscription has expired.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorFolderSavePropertyError": (
        "The folder save operation failed due to invalid property values."
    ),
    "ErrorImpersonateUserDenied": "The account may not act for the requested user.",
    "ErrorIncorrectSchemaVersion": (
        "The request is valid but does not specify the correct server version in the"
        " RequestServerVersion SOAP header."
    ),
    "ErrorIncorrectUpdatePropertyCount": "Each change sets exactly one property.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorInvalidArgument": "An argument is not valid.",
    "ErrorInvalidAttachmentId": "The specified attachment could not be found.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorInvalidExchangeImpersonationHeaderData": (
        "ExchangeImpersonation names no account, or more than one."
    ),
    "ErrorInvalidExcludesRestriction": "The bit mask of Excludes is not valid.",
    "ErrorInvalidExtendedProperty": (
        "An extended property has a tag alone, or one property set with an id or a name."
    ),
    "ErrorInvalidExtendedPropertyValue": "The value does not fit the extended property's type.",
    "ErrorInvalidFolderTypeForOperation": "The folder is of the wrong type for this operation.",
    "ErrorInvalidFractionalPagingParameters": "The fraction of a page view is out of range.",
    "ErrorInvalidId": "The id is not valid.",
    "ErrorInvalidIdEmpty": "Id must be non-empty.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidIdMonikerTooLong": "Id is too long.",
    "ErrorInvalidIdNotAnItemAttachmentId": "Id is not that of an item attachment.",
    "ErrorInvalidIndexedPagingParameters": "The offset of a page view is out of range.",
    "ErrorInvalidItemForOperationCreateItem": "Items of this type cannot be created.",
    "ErrorInvalidItemForOperationCreateItemAttachment": "Items of this type cannot be attached.",
    "ErrorInvalidItemForOperationExpandDL": "The item is no distribution list.",
    "ErrorInvalidItemForOperationSendItem": "Items of this type cannot be sent.",
    "ErrorInvalidNameForNameResolution": "There is no name to resolve.",
    "ErrorInvalidOperation": "The operation is not available or makes no sense here.",
    "ErrorInvalidPagingMaxRows": "A page view has at least one row.",
    "ErrorInvalidParentFolder": "Folders cannot be created or moved here.",
    "ErrorInvalidPermissionSettings": "The permission's level and its single rights disagree.",
    "ErrorInvalidPropertyAppend": "Nothing can be appended to the property.",
    "ErrorInvalidPropertyDelete": "The property cannot be deleted.",
    "ErrorInvalidPropertyForExists": "Exists cannot be asked of the property.",
    "ErrorInvalidPropertyForOperation": "The operation does not return the property.",
    "ErrorInvalidPropertyRequest": "Property is not valid for this object type.",
    "ErrorInvalidPropertySet": "Set action is invalid for property.",
    "ErrorInvalidPropertyUpdateSentMessage": "The property of a sent message cannot be changed.",
    "ErrorInvalidRecipients": "A recipient is missing or not valid.",
    "ErrorInvalidReferenceItem": "The item cannot be answered or forwarded.",
    "ErrorInvalidRequest": "The request is invalid.",
    "ErrorInvalidRoutingType": "The routing type of an address is not valid.",
    "ErrorInvalidSendItemSaveSettings": "A folder to save in is named, but nothing is to be saved.",
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorInvalidSmtpAddress": "The SMTP address is not valid.",
    "ErrorInvalidSubscription": "The subscription is not valid.",
    "ErrorInvalidSubscriptionRequest": "The folders of a subscription lie in one mailbox.",
    "ErrorInvalidSyncStateData": "Synchronization state data is corrupt or otherwise invalid.",
    "ErrorInvalidUserInfo": "The user id is not valid.",
    "ErrorInvalidUserPrincipalName": "The user principal name is not valid.",
    "ErrorInvalidUserSid": "The security identifier is not valid.",
    "ErrorInvalidValueForProperty": "The specified value is invalid for property.",
    "ErrorInvalidWatermark": "The watermark is invalid.",
    "ErrorIrresolvableConflict": (
        "The send or update operation could not be performed because the change key passed in the"
        " request does not match the current change key for the item."
    ),
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorItemSave": "The item could not be saved.",
    "ErrorMessageDispositionRequired": "A message disposition is required for this item.",
    "ErrorMessageSizeExceeded": "The message is larger than the limit.",
    "ErrorMimeContentConversionFailed": "The item could not be converted to or from MIME.",
    "ErrorMimeContentInvalid": "The MIME content is not valid.",
    "ErrorMimeContentInvalidBase64String": "The MIME content is not valid base64.",
    "ErrorMissingEmailAddress": "The account has no mailbox; name one.",
    "ErrorMissingItemForCreateItemAttachment": "The item attachment holds no item.",
    "ErrorMissingRecipients": "The message has no recipients.",
    "ErrorMissingUserIdInformation": "The user id says nothing.",
    "ErrorMoveCopyFailed": "The move or copy operation failed.",
    "ErrorMoveDistinguishedFolder": "Cannot move distinguished folder.",
    "ErrorNameResolutionMultipleResults": "Multiple results were found.",
    "ErrorNameResolutionNoMailbox": "The account has no mailbox to resolve names in.",
    "ErrorNameResolutionNoResults": "No results were found.",
    "ErrorNoFolderClassOverride": "The folder element says the class; it cannot be another.",
    "ErrorNoPropertyTagForCustomProperties": (
        "Property tags from 0x8000 on belong to named properties."
    ),
    "ErrorNonExistentMailbox": "No mailbox with such an address exists.",
    "ErrorNonPrimarySmtpAddress": "The address is an alias; use the primary one.",
    "ErrorObjectTypeChanged": "The class does not fit the type of the object.",
    "ErrorParentFolderNotFound": "The specified parent folder could not be found.",
    "ErrorQuotaExceeded": "The mailbox is full.",
    "ErrorReadReceiptNotPending": "No read receipt is pending for the message.",
    "ErrorRequestStreamTooBig": "The request is larger than the limit.",
    "ErrorRequiredPropertyMissing": "Required property is missing.",
    "ErrorResolveNamesInvalidFolderType": "Names are resolved in contacts folders.",
    "ErrorResolveNamesOnlyOneContactsFolderAllowed": "Names are resolved in one folder at most.",
    "ErrorRestrictionTooComplex": "The restriction is too complex.",
    "ErrorRestrictionTooLong": "The restriction has too many parts.",
    "ErrorSavedItemFolderNotFound": "The folder to save in could not be found.",
    "ErrorSchemaValidation": "The request failed schema validation.",
    "ErrorSendAsDenied": (
        "The user account which was used to submit this request does not have the right to send"
        " mail on behalf of the specified sending account."
    ),
    "ErrorSendMeetingCancellationsRequired": "Say whether meeting cancellations are sent.",
    "ErrorSendMeetingInvitationsOrCancellationsRequired": (
        "Say whether meeting invitations or cancellations are sent."
    ),
    "ErrorSendMeetingInvitationsRequired": "Say whether meeting invitations are sent.",
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorStaleObject": "The object was changed meanwhile.",
    "ErrorSubscriptionAccessDenied": (
        "Access is denied. Only the subscription owner may access the subscription."
    ),
    "ErrorSubscriptionNotFound": "The specified subscription was not found.",
    "ErrorSyncFolderNotFound": "The folder to synchronize could not be found.",
    "ErrorTimeZone": "The time zone is not known.",
    "ErrorToFolderNotFound": "The target folder could not be found.",
    "ErrorUnsupportedMapiPropertyType": "The type of an extended property is not supported.",
    "ErrorUnsupportedMimeConversion": "Mime conversion is not supported for this item type.",
    "ErrorUnsupportedPathForQuery": "The property cannot stand in a restriction.",
    "ErrorUnsupportedPathForSortGroup": "The property cannot be sorted or grouped by.",
    "ErrorUnsupportedQueryFilter": "The restriction cannot be expressed.",
    "ErrorUpdatePropertyMismatch": "The change names another property than it sets.",
}


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
