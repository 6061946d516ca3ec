"""Text conversions: HTML to text and back, sanitising, previews, the unique part of a reply."""

from store.text.from_html import html_to_text
from store.text.html import blank_targets, block_images, sanitise, text_to_html
from store.text.plain import fold_accents, preview
from store.text.rtf import rtf_to_text
from store.text.unique import unique_body

__all__ = [
    "blank_targets",
    "block_images",
    "fold_accents",
    "html_to_text",
    "preview",
    "rtf_to_text",
    "sanitise",
    "text_to_html",
    "unique_body",
]
