"""MIME to items and back (RFC 5322, 2045-2049, 2231, 2047)."""

from store.mime.build import build, with_headers
from store.mime.headers import header_list
from store.mime.parse import parse

__all__ = ["build", "header_list", "parse", "with_headers"]
