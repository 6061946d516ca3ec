"""Scenarios for ActiveSync, by the specification that each shows."""
