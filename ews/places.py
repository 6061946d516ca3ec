"""The parts of postal addresses and places: each element's name and the store's (MS-OXWSCDATA
PersonaPostalAddressType, MS-OXWSCONT PhysicalAddressDictionaryEntryType)."""

from __future__ import annotations

POSTAL = (
    ("Street", "street"),
    ("City", "city"),
    ("State", "state"),
    ("Country", "country"),
    ("PostalCode", "postal_code"),
    ("PostOfficeBox", "post_office_box"),
    ("Type", "type"),
    ("Latitude", "latitude"),
    ("Longitude", "longitude"),
    ("Accuracy", "accuracy"),
    ("Altitude", "altitude"),
    ("AltitudeAccuracy", "altitude_accuracy"),
    ("FormattedAddress", "formatted_address"),
    ("LocationUri", "uri"),
    ("LocationSource", "source"),
)
ADDRESS = (
    ("Street", "street"),
    ("City", "city"),
    ("State", "state"),
    ("CountryOrRegion", "country_or_region"),
    ("PostalCode", "postal_code"),
)
