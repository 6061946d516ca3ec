"""RTF bodies of winmail.dat: uncompressed (MS-OXRTFCP), the HTML or text in them (MS-OXRTFEX)."""

from __future__ import annotations

import re
import struct

import msgspec

RTF_BYTES_MAX = 4 * 1024 * 1024

_COMPRESSED, _UNCOMPRESSED = 0x75465A4C, 0x414C454D
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress_rtf(data: bytes, bytes_max: int = RTF_BYTES_MAX) -> bytes:
    """RTF of a compressed RTF property. Raises ValueError for what is none, or too large."""
    if len(data) < 16:
        raise ValueError("compressed RTF has a header of 16 bytes")
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if raw_size > bytes_max:
        raise ValueError(f"compressed RTF of {raw_size:,} bytes; at most {bytes_max:,} are read")
    if kind == _UNCOMPRESSED:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED:
        raise ValueError(f"no compressed RTF: {kind:#010x}")
    return _unpacked(data, raw_size)


def _unpacked(data: bytes, size: int) -> bytes:
    """LZFu: references into the last 4096 bytes, which begin with a known text."""
    out = bytearray(_DICTIONARY)
    wanted = size + len(_DICTIONARY)
    position = 16
    while position < len(data) and len(out) < wanted:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data) or len(out) >= wanted:
                break
            if not control >> bit & 1:
                out.append(data[position])
                position += 1
                continue
            if position + 1 >= len(data):
                position = len(data)
                break
            pair = data[position] << 8 | data[position + 1]
            position += 2
            offset, length = pair >> 4, (pair & 15) + 2
            distance = (len(out) - offset) & 0xFFF
            if distance == 0:  # points at the place of writing: the end
                position = len(data)
                break
            begin = len(out) - distance
            if begin < 0:
                raise ValueError("compressed RTF refers to what is not there")
            for step in range(length):
                out.append(out[begin + step])
    return bytes(out[len(_DICTIONARY) : wanted])


class RtfBody(msgspec.Struct, frozen=True):
    """What RTF holds: the HTML or text it was made from, else its own text."""

    html: str | None = None
    text: str | None = None


_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
    rb"|\\",
    re.IGNORECASE,
)
# Groups whose content is no text of the message.
_SKIPPED = frozenset(
    [b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer",
     b"listtable", b"listoverridetable", b"generator", b"themedata", b"datastore", b"xmlnstbl",
     b"fldinst", b"bkmkstart", b"bkmkend", b"mhtmltag"]
)  # fmt: skip
_SYMBOLS = {
    b"par": "\r\n", b"line": "\r\n", b"row": "\r\n", b"sect": "\r\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_ESCAPES = {b"~": "\xa0", b"_": "-", b"-": "", b"{": "{", b"}": "}", b"\\": "\\",
            b"\r": "\r\n", b"\n": "\r\n"}  # fmt: skip
_CHARSETS = {0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030",
             136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
             178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}  # fmt: skip
_GROUPS_MAX = 2_000


class _State(msgspec.Struct):
    """What a group hands down: whether it is skipped, is HTML source, how it encodes."""

    skipped: bool = False
    tag: bool = False
    starred: bool = False
    codec: str = "cp1252"
    fallback: int = 1


class _Reader:
    """One pass over RTF."""

    def __init__(self, rtf: bytes) -> None:
        head = rtf[:1024]
        self._from_html = b"\\fromhtml" in head
        self._rtf = rtf
        self._stack: list[_State] = [_State()]
        self._out: list[str] = []
        self._pending = bytearray()
        self._hidden = False  # between \htmlrtf and \htmlrtf0: RTF's own rendering of HTML
        self._to_skip = 0
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._in_fonts = 0

    def read(self) -> str:
        for match in _TOKEN.finditer(self._rtf):
            word, number, code, escape, brace, text = match.groups()
            if brace:
                self._brace(brace)
            elif word:
                self._word(word.lower(), int(number) if number else None)
            elif code:
                self._byte(int(code, 16))
            elif text:
                self._text(text)
            elif escape == b"*":
                self._stack[-1].starred = True
            elif escape in _ESCAPES:
                self._emit(_ESCAPES[escape])
        self._flush()
        return "".join(self._out)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        if brace == b"{":
            if len(self._stack) > _GROUPS_MAX:
                raise ValueError("RTF nests too deep")
            self._stack.append(msgspec.structs.replace(self._stack[-1], starred=False))
        elif len(self._stack) > 1:
            self._stack.pop()
            if len(self._stack) < self._in_fonts:
                self._in_fonts = 0

    def _word(self, word: bytes, number: int | None) -> None:
        state = self._stack[-1]
        if state.starred:
            self._destination(state, word)
            return
        if word in _SKIPPED:
            state.skipped = True
            if word == b"fonttbl":
                self._in_fonts = len(self._stack)
        elif word == b"htmlrtf":
            self._flush()
            self._hidden = number != 0
        elif word == b"u" and number is not None:
            self._emit(_character(number))
            self._to_skip = state.fallback
        elif word == b"uc":
            state.fallback = max(0, min(number if number is not None else 1, 8))
        elif word in _SYMBOLS:
            self._emit(_SYMBOLS[word])
        else:
            self._encoding(state, word, number)

    def _encoding(self, state: _State, word: bytes, number: int | None) -> None:
        if word == b"ansicpg" and number:
            self._flush()
            state.codec = self._stack[0].codec = _codec(number)
        elif word == b"f" and number is not None:
            self._flush()
            self._font = number
            if not self._in_fonts and number in self._fonts:
                state.codec = self._fonts[number]
        elif word == b"fcharset" and self._in_fonts and number in _CHARSETS:
            self._fonts[self._font] = _CHARSETS[number] if number else self._stack[0].codec

    def _destination(self, state: _State, word: bytes) -> None:
        """A starred group: HTML source where RTF was made from HTML, else nothing for us."""
        state.starred = False
        if self._from_html and word == b"htmltag":
            state.tag, state.skipped = True, False
        else:
            state.skipped = True

    def _visible(self) -> bool:
        state = self._stack[-1]
        return not state.skipped and (not self._hidden or state.tag)

    def _emit(self, text: str) -> None:
        if self._visible():
            self._flush()
            self._out.append(text)

    def _byte(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._visible():
            self._pending.append(value)

    def _text(self, text: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if self._visible():
            self._pending += text

    def _flush(self) -> None:
        if self._pending:
            self._out.append(self._pending.decode(self._stack[-1].codec, "replace"))
            self._pending = bytearray()


def _character(number: int) -> str:
    """The UTF-16 unit of \\u; halves of pairs are joined at the end."""
    return chr(number & 0xFFFF)


def _codec(page: int) -> str:
    name = {65001: "utf-8", 10000: "mac-roman", 936: "gb18030", 20127: "cp1252"}.get(
        page, f"cp{page}"
    )
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


def read_rtf(rtf: bytes) -> RtfBody:
    """The body in RTF: the HTML it was made from, or plain text. Raises ValueError."""
    rtf = rtf[:RTF_BYTES_MAX]
    if not rtf.lstrip().startswith(b"{\\rtf"):
        raise ValueError("no RTF")
    text = _Reader(rtf).read().replace("\x00", "")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if b"\\fromhtml" in rtf[:1024]:
        return RtfBody(html=text)
    return RtfBody(text=text)


def rtf_to_text(rtf: bytes) -> str:
    """Plain text of RTF. Raises ValueError for what is no RTF."""
    from store.text.from_html import html_to_text

    body = read_rtf(rtf)
    return html_to_text(body.html) if body.html is not None else body.text or ""
