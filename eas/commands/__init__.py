"""The commands of ActiveSync, a module each: parse, ask the store, write."""
