"""Messages to test with."""
