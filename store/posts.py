"""Posts: what is written into a folder for everybody who reads there (MS-OXWSPOST, MS-OXOPOST)."""

from __future__ import annotations

from store import conversation_index
from store.executor import Tx
from store.mime.build import new_identity
from store.mime.properties import topic_of
from store.model import Properties
from store.submission.recipients import default_domain


def posted(tx: Tx, properties: Properties) -> Properties:
    """A new post's properties: whose it is, by which name answers know it, and where it stands in
    its conversation. Whoever posts is its sender; it may be from somebody else."""
    settled = dict(properties)
    if tx.principal.address:
        own = {"name": tx.principal.name, "address": tx.principal.address}
        settled.setdefault("sender", own)
        settled.setdefault("from", settled["sender"])
    if not settled.get("message_id"):
        settled["message_id"] = new_identity(default_domain(tx))
    settled.setdefault("conversation_index", conversation_index.begun(tx.now))
    settled.setdefault("conversation_topic", topic_of(str(settled.get("subject", ""))))
    return settled
