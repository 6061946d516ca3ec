"""Properties of messages and posts (MS-OXWSMSG 2.2.4.1, MS-OXWSPOST 2.2.4.1)."""

from schemas.properties.make import (
    ABSENT,
    DEFAULT_OF_MESSAGE,
    MESSAGES,
    READ_ONLY,
    row,
)
from schemas.property import Kind, P, Type

_POSTS = (*MESSAGES, Kind.POST)

# fmt: off
MESSAGE: tuple[P, ...] = (
    row("message:Sender", Type.MAILBOX, _POSTS, writable="cu", eas="Email2:Sender@14.0",
        **DEFAULT_OF_MESSAGE),
    row("message:ToRecipients", Type.MAILBOXES, MESSAGES, "to", writable="cuda", find=False,
        eas="Email:To", **DEFAULT_OF_MESSAGE),
    row("message:CcRecipients", Type.MAILBOXES, MESSAGES, "cc", writable="cuda", find=False,
        eas="Email:Cc", **DEFAULT_OF_MESSAGE),
    row("message:BccRecipients", Type.MAILBOXES, MESSAGES, "bcc", writable="cuda", find=False,
        eas="Email2:Bcc@16.0", **DEFAULT_OF_MESSAGE),
    row("message:IsReadReceiptRequested", Type.BOOLEAN, MESSAGES, mapi=0x0029000B,
        **DEFAULT_OF_MESSAGE),
    row("message:IsDeliveryReceiptRequested", Type.BOOLEAN, MESSAGES, mapi=0x0023000B,
        **DEFAULT_OF_MESSAGE),
    row("message:ConversationIndex", Type.BINARY, _POSTS, mapi=0x00710102,
        eas="Email2:ConversationIndex@14.0", **READ_ONLY),
    row("message:ConversationTopic", Type.STRING, _POSTS, mapi=0x0070001F, eas="Email:ThreadTopic",
        **READ_ONLY),
    row("message:From", Type.MAILBOX, _POSTS, column="from_name", eas="Email:From",
        **DEFAULT_OF_MESSAGE),
    # Thunderbird names the message it creates; an update is refused (MS-OXWSMSG_R58).
    row("message:InternetMessageId", Type.STRING, _POSTS, "message_id", column="message_id",
        mapi=0x1035001F, writable="c"),
    row("message:IsRead", Type.BOOLEAN, _POSTS, column="is_read", writable="cu", mapi=0x0E69000B,
        eas="Email:Read", **DEFAULT_OF_MESSAGE),
    row("message:IsResponseRequested", Type.BOOLEAN, MESSAGES, mapi=0x0063000B,
        eas="Email:ResponseRequested"),
    row("message:References", Type.STRING, _POSTS, mapi=0x1039001F),
    row("message:ReplyTo", Type.MAILBOXES, MESSAGES, writable="cuda", find=False,
        eas="Email:ReplyTo"),
    row("message:ReceivedBy", Type.MAILBOX, MESSAGES, since="Exchange2007_SP1", **READ_ONLY),
    row("message:ReceivedRepresenting", Type.MAILBOX, MESSAGES, since="Exchange2007_SP1",
        **READ_ONLY),
    row("message:ApprovalRequestData", Type.RECORD, MESSAGES, since="Exchange2013_SP1", **ABSENT),
    row("message:VotingInformation", Type.RECORD, MESSAGES, since="Exchange2013_SP1", **ABSENT),
    row("message:ReminderMessageData", Type.RECORD, MESSAGES, since="Exchange2013_SP1", **ABSENT),
    row("message:MessageSafety", Type.RECORD, MESSAGES, since="Exchange2016", **ABSENT),
    row("message:PublishedCalendarItemIcs", Type.STRING, MESSAGES, since="Exchange2016", **ABSENT),
    row("message:PublishedCalendarItemName", Type.STRING, MESSAGES, since="Exchange2016", **ABSENT),
    # A post is sent to its folder: when is when it was posted.
    row("postitem:PostedTime", Type.INSTANT, (Kind.POST,), "sent", column="sent",
        mapi=0x00390040, since="Exchange2007_SP1", **READ_ONLY),
)
# fmt: on
