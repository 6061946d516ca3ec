"""When people are free: what their calendars say to others, and when they work."""
