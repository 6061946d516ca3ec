"""From elements of requests to options and changes."""
