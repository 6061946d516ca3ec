"""Sending and delivering: who gets a message, how it reaches them, what goes back to the sender."""
