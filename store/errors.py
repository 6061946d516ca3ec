"""Errors of the store, in its own words. ``schemas/errors.py`` turns them into each protocol's.

StoreError
 +- NotFound, AccessDenied, NoSuchMailbox, Damaged   who and what
 +- Conflict, ChangeRequired, AlreadyExists, AlreadyDone   state of the thing
 +- InvalidValue                                    values
 +- WrongClass, WrongFolderClass, ProtectedFolder, IntoItself
 +- InvalidState, InvalidWatermark                   tokens
 +- InvalidRestriction, RestrictionTooLong, InvalidPaging
 +- QuotaReached, TooLarge, TooMany                  limits
 +- NoRecipients, InvalidRecipient, SendAsDenied     sending
 +- UnsupportedMime
 +- InvalidPermission, DuplicateUser
 +- NotSupported
"""


class StoreError(Exception):
    """A refusal with a name. ``message`` says what was wrong, ``where`` the thing it was about
    (property, address, folder), ``remedy`` what to do, ``role`` the part the missing thing played
    (``item``, ``folder``, ``parent``, ``target``, ``saved``, ``sync``, ``attachment``)."""

    def __init__(
        self, message: str = "", *, where: str = "", remedy: str = "", role: str = ""
    ) -> None:
        super().__init__(message or type(self).__doc__ or type(self).__name__)
        self.message = message
        self.where = where
        self.remedy = remedy
        self.role = role


class NotFound(StoreError):
    """The object is not there, or the asker may not know that it is."""


class AccessDenied(StoreError):
    """The object is known to the asker, the right is missing."""


class NoSuchMailbox(StoreError):
    """No mailbox has that address."""


class Damaged(StoreError):
    """What is stored of the object cannot be read."""


class Conflict(StoreError):
    """Somebody else changed the object since the change number given."""


class ChangeRequired(StoreError):
    """This change needs the object's change number."""


class AlreadyExists(StoreError):
    """An object of that name is there already."""


class AlreadyDone(StoreError):
    """The very same request was carried out before."""


class InvalidValue(StoreError):
    """A value does not fit its property."""


class WrongClass(StoreError):
    """The item's class does not fit the kind of item or the operation."""


class WrongFolderClass(StoreError):
    """The folder does not take items (or folders) of this kind."""


class ProtectedFolder(StoreError):
    """A distinguished folder cannot be deleted, moved or renamed so."""


class IntoItself(StoreError):
    """A folder cannot go below itself."""


class InvalidState(StoreError):
    """A synchronisation state is foreign, damaged or of another folder."""


class InvalidWatermark(StoreError):
    """A watermark is foreign, damaged or too old."""


class InvalidRestriction(StoreError):
    """A search expression cannot be evaluated."""


class RestrictionTooLong(StoreError):
    """A search expression has too many nodes."""


class InvalidPaging(StoreError):
    """Page offset, size or fraction is out of range."""


class QuotaReached(StoreError):
    """The mailbox is full."""


class TooLarge(StoreError):
    """A value, message or attachment is larger than the limit."""


class TooMany(StoreError):
    """More of them than the limit allows."""


class NoRecipients(StoreError):
    """A message to be sent names nobody."""


class InvalidRecipient(StoreError):
    """A recipient's address cannot be used."""


class SendAsDenied(StoreError):
    """The asker may not send in that name."""


class UnsupportedMime(StoreError):
    """Items of this kind have no MIME form."""


class InvalidPermission(StoreError):
    """A permission's level and its single rights disagree, or it names nobody."""


class DuplicateUser(StoreError):
    """A permission set names the same person twice."""


class NotSupported(StoreError):
    """The operation makes no sense on this object."""
