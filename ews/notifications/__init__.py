"""Subscriptions and what they tell: pull, push and streaming (MS-OXWNTIF)."""
