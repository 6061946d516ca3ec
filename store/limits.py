"""Bounds of the store. The settings of the server fill them; each default has its reason there."""

import msgspec

# Nodes of one restriction, as Exchange has it.
RESTRICTION_NODES_MAX = 255


class Limits(msgspec.Struct, frozen=True):
    find_rows_max: int = 100_000
    subject_chars_max: int = 255
    attachment_depth_max: int = 10
    item_bytes_max: int = 150 * 1024 * 1024
    property_bytes_max: int = 4 * 1024 * 1024
    batch_items_max: int = 20_000
    folder_depth_max: int = 100
    folders_max: int = 20_000
    recipients_max: int = 5_000
    event_days: int = 30
    queue_days: int = 3
    readers: int = 3
    writes_grouped_max: int = 64
    devices_max: int = 100
