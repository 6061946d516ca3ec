"""Autodiscover: how clients find the server (MS-OXDSCLI, MS-OXWSADISC)."""

from ews.autodiscover.routes import routes

__all__ = ["routes"]
