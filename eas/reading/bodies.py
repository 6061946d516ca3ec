"""Bodies as devices send them (MS-ASAIRS 2.2.2.9)."""

from __future__ import annotations

import base64
import binascii

from eas.errors import EasError
from eas.reading.moments import CONVERSION
from eas.reading.options import in_order
from eas.render.text import clean
from eas.wbxml import Element
from store.model import Body
from store.text.rtf import decompress_rtf, read_rtf

_TEXT, _HTML, _RTF = "1", "2", "3"
# What a Body says, in this order (MS-ASAIRS 2.2.2.9).
_BODY = ("Type", "EstimatedDataSize", "Truncated", "Data", "Part", "Preview")
_PLAIN_RTF = b"{\\rtf"


def read_body(element: Element) -> Body | None:
    """A Body of text, HTML or RTF; None where it holds no data: then it is unchanged (MS-ASCMD
    2.2.3.24). Raises EasError 6."""
    check_body(element)
    data = element.find("AirSyncBase:Data")
    type = element.text("AirSyncBase:Type", _TEXT)
    if type not in (_TEXT, _HTML, _RTF):
        raise EasError(CONVERSION, "the body is text, HTML or RTF")
    if data is None:
        return None
    if type == _RTF:
        return _of_rtf(data.as_text())
    words = clean(data.as_text())
    return Body(html=words) if type == _HTML else Body(text=words)


def check_body(element: Element) -> None:
    """Raises EasError 6 for a Body whose elements are others than they may be, there twice, or in
    another order (MS-ASAIRS 3.2.5.1)."""
    if not in_order(element, "AirSyncBase", _BODY):
        raise EasError(CONVERSION, f"a Body says {', '.join(_BODY)}: each once, in order")


def body_in(parent: Element, status: int) -> Body | None:
    """The Body that is a child of an element, None where there is none. Raises EasError ``status``
    for one that is no body."""
    element = parent.find("AirSyncBase:Body")
    try:
        return read_body(element) if element is not None else None
    except EasError as error:
        raise EasError(status, "a Body that is none") from error


def _of_rtf(value: str) -> Body:
    """Compressed RTF in base64 (MS-ASAIRS 2.2.2.41.1); what is in it is kept as text or HTML."""
    try:
        data = base64.b64decode("".join(value.split()), validate=True)
        found = read_rtf(data if data.startswith(_PLAIN_RTF) else decompress_rtf(data))
    except (binascii.Error, ValueError) as error:
        raise EasError(CONVERSION, "a body that is no RTF") from error
    if found.html is not None:
        return Body(html=clean(found.html))
    return Body(text=clean(found.text or ""))
