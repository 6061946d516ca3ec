"""Text conversions: HTML to text and back, sanitising, previews, the unique part of a reply."""

from store.text.html import (
    blank_targets,
    block_images,
    html_to_text,
    sanitise,
    text_to_html,
)
from store.text.plain import preview, unique_body

__all__ = [
    "blank_targets",
    "block_images",
    "html_to_text",
    "preview",
    "sanitise",
    "text_to_html",
    "unique_body",
]
