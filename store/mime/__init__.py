"""MIME to items and back (RFC 5322, 2045-2049, 2231, 2047)."""

from store.mime.build import build, native
from store.mime.edit import with_headers
from store.mime.headers import header_list
from store.mime.parse import Limits, Parsed, parse, parse_all

__all__ = [
    "Limits",
    "Parsed",
    "build",
    "header_list",
    "native",
    "parse",
    "parse_all",
    "with_headers",
]
