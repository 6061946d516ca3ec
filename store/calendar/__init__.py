"""Calendar logic: zones, recurrences, occurrences, scheduling. Protocol-free."""
