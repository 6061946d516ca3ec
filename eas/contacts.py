"""Elements of contacts and where the store keeps what they say (MS-ASCNTC 2.2.2).

One table for both directions. A path with a dot is an entry of a dictionary, or a part of one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from store.instant import Instant, from_instant, to_instant

_C, _C2 = "Contacts", "Contacts2"

TEXTS: dict[str, str] = {
    f"{_C}:FileAs": "file_as",
    f"{_C}:Title": "title",
    f"{_C}:FirstName": "given_name",
    f"{_C}:MiddleName": "middle_name",
    f"{_C}:LastName": "surname",
    f"{_C}:Suffix": "generation",
    f"{_C2}:NickName": "nickname",
    f"{_C}:CompanyName": "company_name",
    f"{_C}:Department": "department",
    f"{_C}:JobTitle": "job_title",
    f"{_C}:OfficeLocation": "office_location",
    f"{_C2}:ManagerName": "manager",
    f"{_C}:AssistantName": "assistant_name",
    f"{_C}:Spouse": "spouse_name",
    f"{_C}:WebPage": "business_home_page",
    f"{_C}:YomiCompanyName": "yomi_company_name",
    f"{_C}:YomiFirstName": "yomi_first_name",
    f"{_C}:YomiLastName": "yomi_last_name",
    f"{_C2}:CustomerId": "customer_id",
    f"{_C2}:GovernmentId": "government_id",
    f"{_C2}:AccountName": "account_name",
    f"{_C2}:MMS": "mms",
    f"{_C2}:IMAddress": "im_addresses.ImAddress1",
    f"{_C2}:IMAddress2": "im_addresses.ImAddress2",
    f"{_C2}:IMAddress3": "im_addresses.ImAddress3",
    f"{_C}:AssistantPhoneNumber": "phone_numbers.AssistantPhone",
    f"{_C}:BusinessPhoneNumber": "phone_numbers.BusinessPhone",
    f"{_C}:Business2PhoneNumber": "phone_numbers.BusinessPhone2",
    f"{_C}:BusinessFaxNumber": "phone_numbers.BusinessFax",
    f"{_C}:CarPhoneNumber": "phone_numbers.CarPhone",
    f"{_C}:HomePhoneNumber": "phone_numbers.HomePhone",
    f"{_C}:Home2PhoneNumber": "phone_numbers.HomePhone2",
    f"{_C}:HomeFaxNumber": "phone_numbers.HomeFax",
    f"{_C}:MobilePhoneNumber": "phone_numbers.MobilePhone",
    f"{_C}:PagerNumber": "phone_numbers.Pager",
    f"{_C}:RadioPhoneNumber": "phone_numbers.RadioPhone",
    f"{_C2}:CompanyMainPhone": "phone_numbers.CompanyMainPhone",
    **{
        f"{_C}:{place}Address{element}": f"physical_addresses.{place}.{part}"
        for place in ("Business", "Home", "Other")
        for element, part in (
            ("Street", "street"),
            ("City", "city"),
            ("State", "state"),
            ("PostalCode", "postal_code"),
            ("Country", "country_or_region"),
        )
    },
}
# Those that may have several lines.
LINES = frozenset(f"{_C}:{place}AddressStreet" for place in ("Business", "Home", "Other"))
EMAILS: dict[str, str] = {
    f"{_C}:Email{number}Address": f"email_addresses.EmailAddress{number}" for number in (1, 2, 3)
}
DATES: dict[str, str] = {
    f"{_C}:Birthday": "birthday",
    f"{_C}:Anniversary": "wedding_anniversary",
}
# A day is told as its midnight, its noon, or an hour between them (devices, 27); behind noon it is
# midnight where the clock is ahead of UTC, of the next day.
_TO_NEXT_DAY = timedelta(hours=12) - timedelta.resolution
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
LISTS: dict[str, tuple[str, str]] = {
    f"{_C}:Categories": ("categories", f"{_C}:Category"),
    f"{_C}:Children": ("children", f"{_C}:Child"),
}
PICTURE = f"{_C}:Picture"
# A picture has at most so many characters of base64, and so many bytes (MS-ASCNTC 2.2.2.58).
PICTURE_CHARS_MAX = 48 * 1024
PICTURE_BYTES_MAX = PICTURE_CHARS_MAX * 3 // 4


def day_of(instant: Instant) -> Instant:
    """The day that somebody means who says a moment for it, at the hour that is on this day nearly
    everywhere."""
    moment = from_instant(instant)
    if moment < _LAST:
        moment += _TO_NEXT_DAY
    return to_instant(moment.replace(hour=11, minute=59, second=0, microsecond=0))
