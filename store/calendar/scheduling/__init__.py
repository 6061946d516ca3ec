"""Meetings: what organisers send, what attendees answer, what each message does to a calendar."""
