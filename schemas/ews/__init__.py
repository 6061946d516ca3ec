"""The EWS contract as tables: types, elements, operations, and the version each came with."""
