"""The order of elements inside each kind of item, as the contract has it (types.xsd).

The registry groups rows by subject; an answer needs them in the contract's sequence: that of the
base item, then that of each derived type.
"""

from schemas.property import Kind

_ITEM = (
    "MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments"
    " DateTimeReceived Size Categories Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend"
    " IsUnmodified InternetMessageHeaders DateTimeSent DateTimeCreated ResponseObjects"
    " ReminderDueBy ReminderIsSet ReminderNextTime ReminderMinutesBeforeStart DisplayCc DisplayTo"
    " DisplayBcc HasAttachments ExtendedProperty Culture EffectiveRights LastModifiedName"
    " LastModifiedTime IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString"
    " ConversationId UniqueBody Flag StoreEntryId InstanceKey NormalizedBody"
    " EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview"
    " RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus HasBlockedImages"
    " TextBody IconIndex Hashtags MentionedMe"
)
_MESSAGE = (
    " Sender ToRecipients CcRecipients BccRecipients IsReadReceiptRequested"
    " IsDeliveryReceiptRequested ConversationIndex ConversationTopic From InternetMessageId IsRead"
    " IsResponseRequested References ReplyTo ReceivedBy ReceivedRepresenting ApprovalRequestData"
    " VotingInformation ReminderMessageData"
)
_POST = (
    " ConversationIndex ConversationTopic From InternetMessageId IsRead PostedTime References"
    " Sender"
)
_MEETING = (
    " AssociatedCalendarItemId IsDelegated IsOutOfDate HasBeenProcessed ResponseType UID"
    " RecurrenceId DateTimeStamp IsOrganizer"
)
_TIMES = (
    " Start End OriginalStart IsAllDayEvent LegacyFreeBusyStatus Location When IsMeeting"
    " IsCancelled IsRecurring MeetingRequestWasSent"
)
_REST = (
    " CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources"
    " ConflictingMeetingCount AdjacentMeetingCount Duration TimeZone AppointmentReplyTime"
    " AppointmentSequenceNumber AppointmentState StartTimeZone EndTimeZone ConferenceType"
    " AllowNewTimeProposal IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl StartTimeZoneId"
    " EndTimeZoneId"
)
_CALENDAR = (
    " UID RecurrenceId DateTimeStamp"
    + _TIMES
    + " IsResponseRequested"
    + _REST
    + " JoinOnlineMeetingUrl IsOrganizer"
)
_REQUEST = " MeetingRequestType IntendedFreeBusyStatus" + _TIMES + _REST
_CONTACT = (
    " FileAs FileAsMapping DisplayName GivenName Initials MiddleName Nickname CompleteName"
    " CompanyName EmailAddresses PhysicalAddresses PhoneNumbers AssistantName Birthday"
    " BusinessHomePage Children Companies ContactSource Department Generation ImAddresses JobTitle"
    " Manager Mileage OfficeLocation PostalAddressIndex Profession SpouseName Surname"
    " WeddingAnniversary HasPicture PhoneticFullName PhoneticFirstName PhoneticLastName Alias Notes"
)
_LIST = " DisplayName FileAs ContactSource Members"
_TASK = (
    " ActualWork AssignedTime BillingInformation ChangeCount Companies CompleteDate Contacts"
    " DelegationState Delegator DueDate IsAssignmentEditable IsComplete IsRecurring IsTeamTask"
    " Mileage Owner PercentComplete StartDate Status StatusDescription TotalWork"
)

ELEMENTS: dict[Kind, tuple[str, ...]] = {
    kind: tuple((_ITEM + rest).split())
    for kind, rest in {
        Kind.ITEM: _MESSAGE,
        Kind.MESSAGE: _MESSAGE,
        Kind.NOTE: _MESSAGE,
        Kind.POST: _POST,
        Kind.CALENDAR: _CALENDAR,
        Kind.MEETING_MESSAGE: _MESSAGE + _MEETING,
        Kind.MEETING_REQUEST: _MESSAGE + _MEETING + _REQUEST,
        Kind.MEETING_RESPONSE: _MESSAGE
        + _MEETING
        + " Start End Location CalendarItemType ProposedStart ProposedEnd",
        Kind.MEETING_CANCELLATION: _MESSAGE + _MEETING + " Start End Location CalendarItemType",
        Kind.CONTACT: _CONTACT,
        Kind.DIST_LIST: _LIST,
        Kind.TASK: _TASK,
    }.items()
}
