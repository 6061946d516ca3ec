"""ActiveSync from outside: an own codec, a device, and what answers must look like."""
