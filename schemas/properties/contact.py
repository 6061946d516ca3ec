"""Properties of contacts and distribution lists (MS-OXWSCONT, MS-OXWSDLIST).

A dictionary (addresses, numbers) is one property: a record by the wire key of its entries.
"""

from schemas.properties.make import READ_ONLY, members, row, rows
from schemas.property import Kind, P, Type

_CONTACT = (Kind.CONTACT,)
_BOTH = (Kind.CONTACT, Kind.DIST_LIST)

CONTACT_ROWS: tuple[P, ...] = (
    row("contacts:FileAs", Type.STRING, _BOTH, shapes=("default", "all")),
    row(
        "contacts:FileAsMapping",
        Type.ENUM,
        _CONTACT,
        members=members(
            "None",
            "LastCommaFirst",
            "FirstSpaceLast",
            "Company",
            "LastCommaFirstCompany",
            "CompanyLastFirst",
            "LastFirst",
            "LastFirstCompany",
            "CompanyLastCommaFirst",
            "LastFirstSuffix",
            "LastSpaceFirstCompany",
            "CompanyLastSpaceFirst",
            "LastSpaceFirst",
            "DisplayName",
            "FirstName",
            "LastFirstMiddleSuffix",
            "LastName",
            "Empty",
        ),
    ),
    row("contacts:DisplayName", Type.STRING, _BOTH, shapes=("default:dist_list", "all")),
    *rows("contacts", Type.STRING, _CONTACT, "GivenName Initials MiddleName Nickname"),
    row(
        "contacts:CompleteName",
        Type.RECORD,
        _CONTACT,
        shapes=("default", "all"),
        computed="complete_name",
        query=False,
        **READ_ONLY,
    ),
    row("contacts:CompanyName", Type.STRING, _CONTACT, shapes=("default", "all")),
    row(
        "contacts:EmailAddresses",
        Type.RECORD,
        _CONTACT,
        shapes=("default", "all"),
        computed="dictionary",
    ),
    row(
        "contacts:PhysicalAddresses",
        Type.RECORD,
        _CONTACT,
        shapes=("default", "all"),
        computed="dictionary",
    ),
    row(
        "contacts:PhoneNumbers",
        Type.RECORD,
        _CONTACT,
        shapes=("default", "all"),
        computed="dictionary",
    ),
    row("contacts:AssistantName", Type.STRING, _CONTACT),
    row("contacts:Birthday", Type.INSTANT, _CONTACT),
    row("contacts:BusinessHomePage", Type.STRING, _CONTACT),
    row("contacts:Children", Type.STRINGS, _CONTACT),
    row("contacts:Companies", Type.STRINGS, _CONTACT),
    row(
        "contacts:ContactSource",
        Type.ENUM,
        _BOTH,
        members=members("ActiveDirectory", "Store"),
        **READ_ONLY,
    ),
    row("contacts:Department", Type.STRING, _CONTACT),
    row("contacts:Generation", Type.STRING, _CONTACT),
    row(
        "contacts:ImAddresses",
        Type.RECORD,
        _CONTACT,
        shapes=("default", "all"),
        computed="dictionary",
    ),
    row("contacts:JobTitle", Type.STRING, _CONTACT, shapes=("default", "all")),
    *rows("contacts", Type.STRING, _CONTACT, "Manager Mileage OfficeLocation"),
    row(
        "contacts:PostalAddressIndex",
        Type.ENUM,
        _CONTACT,
        members=members("None", "Home", "Business", "Other"),
    ),
    *rows("contacts", Type.STRING, _CONTACT, "Profession SpouseName Surname"),
    row("contacts:WeddingAnniversary", Type.INSTANT, _CONTACT),
    row(
        "contacts:HasPicture",
        Type.BOOLEAN,
        _CONTACT,
        since="Exchange2010",
        computed="has_picture",
        query=False,
        **READ_ONLY,
    ),
    *rows(
        "contacts",
        Type.STRING,
        _CONTACT,
        "PhoneticFullName PhoneticFirstName PhoneticLastName Alias Notes",
        since="Exchange2010_SP2",
    ),
    row(
        "distributionlist:Members",
        Type.RECORD,
        (Kind.DIST_LIST,),
        since="Exchange2010",
        computed="members",
        find=False,
    ),
)
