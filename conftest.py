"""The plugin of ``entrepot`` for the suite of a checkout, where it is not installed."""

pytest_plugins = ["entrepot.pytest_plugin"]
