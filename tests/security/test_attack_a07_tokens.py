"""Attack A7 (CVE-2021-26857): nothing is unpickled or evaluated, and a changed token is refused."""

from __future__ import annotations

import ast
import base64
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ews.errors import EwsError
from ews.ids import Ids, read_change_key
from store.model import AttachmentId, ItemId
from store.sync import ItemState

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("entrepot", "ews", "store", "schemas", "mailflow", "eas", "conformance")
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "joblib"}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {("yaml", "load"), ("yaml", "unsafe_load"), ("os", "system"), ("os", "popen")}
MUTATIONS = 20_000


def _sources() -> list[Path]:
    return [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("file", _sources(), ids=lambda f: str(f.relative_to(ROOT)))
def test_attack_a07_no_module_that_runs_data(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & MODULES, (file, node.lineno)
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id not in CALLS, (file, node.lineno)
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                assert (called.value.id, called.attr) not in METHODS, (file, node.lineno)
            shell = [k for k in node.keywords if k.arg == "shell"]
            assert not shell, (file, node.lineno)


def _tokens() -> dict[str, tuple[str, Callable[[str], Any]]]:
    ids = Ids(b"k" * 32)
    other = Ids(b"o" * 32)
    assert other.item(1, 1) != ids.item(1, 1)
    return {
        "item": (ids.item(1, 77), ids.read_item),
        "folder": (ids.folder(1, 77), ids.read_folder),
        "attachment": (ids.attachment(AttachmentId(ItemId(1, 7), (1, 2))), ids.read_attachment),
        "parent": (ids.item(1, 77), ids.read_item_or_attachment),
        "any": (ids.folder(1, 77), ids.read_any),
        "conversation": (ids.conversation(1, "ab" * 16), ids.read_conversation),
        "items": (ids.item_state(ItemState(1, 2, 3, 4, 5, False)), ids.read_item_state),
        "tree": (ids.folder_state(1, "7", 9), lambda t: ids.read_folder_state(t, 1, "7")),
        "watermark": (ids.watermark(1, 2, 3), ids.read_watermark),
        "subscription": (ids.subscription(1, 2, b"n" * 12), ids.read_subscription),
    }


TOKENS = _tokens()


@pytest.mark.parametrize("name", TOKENS)
def test_attack_a07_twenty_thousand_changes_of_a_token(name: str) -> None:
    """Whatever is changed, the reader refuses in its own words; never another object."""
    token, read = TOKENS[name]
    chance = random.Random(name)
    assert read(token) is not None
    for _ in range(MUTATIONS):
        changed = _changed(token, chance)
        if changed == token or not changed:
            continue
        with pytest.raises(EwsError):
            found = read(changed)
            raise AssertionError(f"{changed!r} was read as {found!r}")


@pytest.mark.parametrize("name", TOKENS)
def test_attack_a07_every_single_bit(name: str) -> None:
    token, read = TOKENS[name]
    raw = base64.b64decode(token)
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EwsError):
            read(base64.b64encode(flipped).decode())


@pytest.mark.parametrize("reader", TOKENS)
def test_attack_a07_no_token_stands_for_one_of_another_kind(reader: str) -> None:
    allowed = {"any": set(TOKENS), "parent": {"item", "attachment", "parent"}, "item": {"parent"},
               "folder": {"any"}}  # fmt: skip
    for name, (token, _) in TOKENS.items():
        if name == reader or name in allowed.get(reader, set()):
            continue
        with pytest.raises(EwsError):
            TOKENS[reader][1](token)


def test_attack_a07_a_token_of_another_installation_is_refused() -> None:
    other = Ids(b"o" * 32)
    for token in (other.item(1, 77), other.folder(1, 77), other.watermark(1, 2, 3)):
        for _, read in TOKENS.values():
            with pytest.raises(EwsError):
                read(token)


def test_attack_a07_change_keys() -> None:
    """They are not signed, as they open nothing; what is no key is refused all the same."""
    chance = random.Random(7)
    for _ in range(MUTATIONS):
        text = "".join(chance.choices(string.printable, k=chance.randrange(30)))
        try:
            read_change_key(text)
        except EwsError as error:
            assert error.code == "ErrorInvalidChangeKey"


def _changed(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token))
    match chance.randrange(7):
        case 0:
            return token[:at] + chance.choice(string.printable) + token[at + 1 :]
        case 1:
            return token[:at]
        case 2:
            return token[:at] + chance.choice(string.printable) + token[at:]
        case 3:
            return token + chance.choice(("=", "A", "AAAA", " ", "\0", token))
        case 4:
            raw = bytearray(base64.b64decode(token))
            raw[chance.randrange(len(raw))] = chance.randrange(256)
            changed = base64.b64encode(raw).decode()
            return changed
        case 5:
            return token[at:] + token[:at] if at else ""
        case _:
            return "".join(chance.choices(string.ascii_letters + "+/=é\ud800", k=at))
