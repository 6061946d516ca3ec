"""Devices that follow a mailbox: who they are, what each holds, what each was told and why."""
