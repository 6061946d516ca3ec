"""The operations, one module for each area; importing a module registers its operations."""
