"""Items and folders as XML: writers compiled from the property registry."""
