"""Calendar items as iCalendar and back (RFC 5545, 5546; MS-OXCICAL)."""
