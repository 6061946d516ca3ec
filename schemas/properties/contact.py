"""Properties of contacts and distribution lists (MS-OXWSCONT 2.2.4.3, MS-OXWSDLIST 2.2.4).

A dictionary (addresses, numbers) is one property: a record by the wire key of its entries:
``email_addresses`` ``{"EmailAddress1": {"address": …, "name": …}}``, ``phone_numbers``
``{"BusinessPhone": "…"}``, ``physical_addresses`` ``{"Home": {"street": …}}``, ``im_addresses``.
"""

from typing import Any

from schemas.properties.make import (
    ABSENT,
    BY_PATH,
    DEFAULT,
    LOADED,
    READ_ONLY,
    members,
    named,
    numbered,
    row,
    rows,
)
from schemas.property import Kind, P, Type

_CONTACT = (Kind.CONTACT,)
_LIST = (Kind.DIST_LIST,)
_BOTH = (Kind.CONTACT, Kind.DIST_LIST)
_DICTIONARY: dict[str, Any] = {"computed": "dictionary", **DEFAULT}
_SP2 = "Exchange2010_SP2"
# What Outlook's other address books keep; stored as it comes (MS-OXWSCONT, Appendix C).
_STORED: dict[str, Any] = {"since": "Exchange2016", **BY_PATH}

_FILE_AS = members(
    "None", "LastCommaFirst", "FirstSpaceLast", "Company", "LastCommaFirstCompany",
    "CompanyLastFirst", "LastFirst", "LastFirstCompany", "CompanyLastCommaFirst",
    "LastFirstSuffix", "LastSpaceFirstCompany", "CompanyLastSpaceFirst", "LastSpaceFirst",
    "DisplayName", "FirstName", "LastFirstMiddleSuffix", "LastName", "Empty",
)  # fmt: skip

# fmt: off
CONTACT_ROWS: tuple[P, ...] = (
    row("contacts:FileAs", Type.STRING, _BOTH, mapi=named("Address", 0x8005),
        eas="Contacts:FileAs", **DEFAULT),
    row("contacts:FileAsMapping", Type.ENUM, _CONTACT, members=_FILE_AS),
    row("contacts:Culture", Type.STRING, _CONTACT, since="Exchange2007_SP1"),
    row("contacts:DisplayName", Type.STRING, _BOTH, mapi=0x3001001F,
        shapes=("default:dist_list", "all")),
    row("contacts:GivenName", Type.STRING, _CONTACT, mapi=0x3A06001F, eas="Contacts:FirstName"),
    row("contacts:Initials", Type.STRING, _CONTACT, mapi=0x3A0A001F),
    row("contacts:MiddleName", Type.STRING, _CONTACT, mapi=0x3A44001F, eas="Contacts:MiddleName"),
    row("contacts:Nickname", Type.STRING, _CONTACT, mapi=0x3A4F001F, eas="Contacts2:NickName"),
    row("contacts:CompleteName", Type.RECORD, _CONTACT, computed="complete_name", query=False,
        **DEFAULT, **READ_ONLY),
    row("contacts:CompanyName", Type.STRING, _CONTACT, mapi=0x3A16001F,
        eas="Contacts:CompanyName", **DEFAULT),
    row("contacts:EmailAddresses", Type.RECORD, _CONTACT,
        eas="Contacts:Email1Address Contacts:Email2Address Contacts:Email3Address", **_DICTIONARY),
    row("contacts:AbchEmailAddresses", Type.RECORD, _CONTACT, since="Exchange2016", **ABSENT),
    row("contacts:PhysicalAddresses", Type.RECORD, _CONTACT, **_DICTIONARY),
    row("contacts:PhoneNumbers", Type.RECORD, _CONTACT, **_DICTIONARY),
    row("contacts:AssistantName", Type.STRING, _CONTACT, mapi=0x3A30001F,
        eas="Contacts:AssistantName"),
    row("contacts:Birthday", Type.INSTANT, _CONTACT, mapi=0x3A420040, eas="Contacts:Birthday"),
    row("contacts:BusinessHomePage", Type.STRING, _CONTACT, mapi=0x3A51001F,
        eas="Contacts:WebPage"),
    row("contacts:Children", Type.STRINGS, _CONTACT, mapi=0x3A58101F, eas="Contacts:Children"),
    row("contacts:Companies", Type.STRINGS, _CONTACT, mapi=named("Common", 0x8539, "StringArray")),
    row("contacts:ContactSource", Type.ENUM, _BOTH, members=members("ActiveDirectory", "Store"),
        **READ_ONLY),
    row("contacts:Department", Type.STRING, _CONTACT, mapi=0x3A18001F, eas="Contacts:Department"),
    row("contacts:Generation", Type.STRING, _CONTACT, mapi=0x3A05001F, eas="Contacts:Suffix"),
    row("contacts:ImAddresses", Type.RECORD, _CONTACT,
        eas="Contacts2:IMAddress Contacts2:IMAddress2 Contacts2:IMAddress3", **_DICTIONARY),
    row("contacts:JobTitle", Type.STRING, _CONTACT, mapi=0x3A17001F, eas="Contacts:JobTitle",
        **DEFAULT),
    row("contacts:Manager", Type.STRING, _CONTACT, mapi=0x3A4E001F, eas="Contacts2:ManagerName"),
    row("contacts:Mileage", Type.STRING, _CONTACT, mapi=named("Common", 0x8534)),
    row("contacts:OfficeLocation", Type.STRING, _CONTACT, mapi=0x3A19001F,
        eas="Contacts:OfficeLocation"),
    row("contacts:PostalAddressIndex", Type.ENUM, _CONTACT,
        members=members("None", "Home", "Business", "Other"),
        ordinals=numbered("none", "home", "business", "other"),
        mapi=named("Address", 0x8022, "Integer")),
    row("contacts:Profession", Type.STRING, _CONTACT, mapi=0x3A46001F),
    row("contacts:SpouseName", Type.STRING, _CONTACT, mapi=0x3A48001F, eas="Contacts:Spouse"),
    row("contacts:Surname", Type.STRING, _CONTACT, mapi=0x3A11001F, eas="Contacts:LastName"),
    row("contacts:WeddingAnniversary", Type.INSTANT, _CONTACT, mapi=0x3A410040,
        eas="Contacts:Anniversary"),
    row("contacts:HasPicture", Type.BOOLEAN, _CONTACT, since="Exchange2010",
        computed="has_picture", query=False, **READ_ONLY),
    # From here to DirectReports: of the directory's people, not of stored contacts.
    *rows("contacts", Type.STRING, _CONTACT,
          "PhoneticFullName PhoneticFirstName PhoneticLastName", since=_SP2, **READ_ONLY),
    row("contacts:Alias", Type.STRING, _CONTACT, since=_SP2, eas="Contacts:Alias@14.0",
        **READ_ONLY),
    row("contacts:Notes", Type.STRING, _CONTACT, since=_SP2, **READ_ONLY),
    row("contacts:Photo", Type.BINARY, _CONTACT, since=_SP2, eas="Contacts:Picture",
        **{**LOADED, "computed": "nothing"}),
    *rows("contacts", Type.RECORD, _CONTACT, "UserSMIMECertificate MSExchangeCertificate",
          since=_SP2, **ABSENT),
    row("contacts:DirectoryId", Type.STRING, _CONTACT, since=_SP2, **READ_ONLY),
    row("contacts:ManagerMailbox", Type.MAILBOX, _CONTACT, since=_SP2, **READ_ONLY),
    row("contacts:DirectReports", Type.MAILBOXES, _CONTACT, since=_SP2, find=False, **READ_ONLY),
    *rows("contacts", Type.STRING, _CONTACT,
          "AccountName Comment ContactType Gender ObjectId SourceId CreatedBy SkypeAuthCertificate"
          " SkypeContext SkypeId SkypeRelationship YomiNickname XboxLiveTag UserTileHash Wlid"
          " AbchContactId ShellContactType ImMri OtherMri ProfileLastChanged"
          " PartnerNetworkProfilePhotoUrl PartnerNetworkThumbnailPhotoUrl PersonId"
          " ConversationGuid", **_STORED),
    *rows("contacts", Type.INTEGER, _CONTACT,
          "ContactShortId PassportId TrustLevel Cid PresenceTrustLevel", **_STORED),
    *rows("contacts", Type.BOOLEAN, _CONTACT,
          "IsAutoUpdateDisabled IsMessengerEnabled IsHidden IsPrivate InviteFree"
          " HidePresenceAndProfile IsPendingOutbound SupportGroupFeeds UnifiedInbox"
          " NotInBirthdayCalendar", **_STORED),
    row("contacts:MobileIMEnabled", Type.BOOLEAN, _CONTACT, "mobile_im_enabled", **_STORED),
    row("contacts:Mris", Type.STRINGS, _CONTACT, **_STORED),
    row("contacts:Urls", Type.RECORD, _CONTACT, since="Exchange2016", **ABSENT),
    row("distributionlist:Members", Type.RECORD, _LIST, since="Exchange2010", computed="members",
        find=False, writable="cuad"),
)
# fmt: on
