"""The scenarios, one package per specification."""
