"""Exchange Web Services: SOAP in, commands to the store, SOAP out."""
