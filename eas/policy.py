"""The policies that devices must keep, as the settings have them (MS-ASPROV 2.2.2.28)."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import Any

from eas.wbxml import Element, encode
from schemas.eas.codepages import tag_named
from schemas.eas.policies import POLICIES, Choice

POLICY_TYPE = "MS-EAS-Provisioning-WBXML"
_P = "Provision"


def provision_doc(settings: Any, version: str) -> Element:
    """The EASProvisionDoc for a device of that version: only what the version can say."""
    chosen = settings.device_policy
    elements: list[Element] = []
    for policy in POLICIES:
        name = f"{_P}:{policy.name}"
        if not tag_named(name).is_known_to(version):
            continue
        value = chosen.get(policy.name, policy.default)
        if isinstance(value, tuple):
            children = [Element(f"{_P}:{policy.item}", each) for each in value]
            if children:
                elements.append(Element(name, None, children))
        elif not policy.item:
            elements.append(Element(name, None if value is None else str(int(value))))
    return Element(f"{_P}:EASProvisionDoc", None, elements)


def mark_of(settings: Any, version: str) -> str:
    """What changes whenever the document that this version is sent does (lesson 3)."""
    return _mark(tuple(sorted(settings.device_policy.items())), version)


@lru_cache(maxsize=256)
def _mark(chosen: tuple[tuple[str, Choice], ...], version: str) -> str:
    document = provision_doc(_Chosen(dict(chosen)), version)
    return hashlib.blake2b(encode(document), digest_size=8).hexdigest()


class _Chosen:
    """Settings as far as policies go."""

    def __init__(self, device_policy: dict[str, Choice]) -> None:
        self.device_policy = device_policy


def new_key() -> int:
    """A policy key: 32 bits, never 0 (MS-ASPROV 2.2.2.42)."""
    return secrets.randbelow(0xFFFFFFFF) + 1
