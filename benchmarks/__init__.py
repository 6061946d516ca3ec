"""Benchmarks: one file for each promise; each prints JSON with figures and their limits."""
