"""Round trips between the protocols: what both sides can say comes back as it was."""
