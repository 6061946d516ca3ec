"""Delegates: who may act for the owner of a mailbox, and what of its meetings they are told."""
