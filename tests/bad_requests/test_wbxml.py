"""Bad WBXML, kept in ``wbxml.txt`` and made at random: the status that the specification names, or
HTTP 400; never a 500 nor a hang, and memory flat."""

from __future__ import annotations

import base64
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.eas.device import Device
from conformance.eas.http import Identity, post
from conformance.eas.wbxml import Malformed, decode
from eas import wbxml
from entrepot.testing import Exchange
from schemas.eas.grammar import ROOT_PAGES
from schemas.eas.status import status

_FILE = Path(__file__).parent / "wbxml.txt"
_ANSWER_S_MAX = 5.0


class Case(NamedTuple):
    """A kept request."""

    command: str
    wrong: str
    body: bytes


def _cases() -> list[Case]:
    lines = _FILE.read_text("utf-8").splitlines()[1:]
    parts = (line.split(" | ") for line in lines)
    return [Case(c, w, zlib.decompress(base64.b64decode(data))) for c, w, data in parts]


CASES = _cases()
NOT_WAITING = [case for case in CASES if case.command != "Ping"]


class Door:
    """A device's way in, for bytes that no device sends."""

    def __init__(self, server: Exchange) -> None:
        self.server = server
        anna = server.person("anna")
        self.device = Device(server.eas, anna.address, anna.password, Identity(version="16.1"))
        self.device.provision()
        self.device.folder_sync()
        # Held, and not yet told to its end: a Ping of it never waits.
        for folder in ("3", "4"):
            self.device.begin(folder)
        self._client = httpx.Client(auth=(anna.address, anna.password), timeout=20)

    def send(self, command: str, body: bytes, version: str = "16.1") -> httpx.Response:
        identity = self.device.identity
        identity.version = version
        request = post(identity, command)
        headers = {**request.headers, "Content-Type": "application/vnd.ms-sync.wbxml"}
        begun = time.monotonic()
        answer = self._client.post(
            f"{self.device.url}?{request.query}", content=body, headers=headers
        )
        assert time.monotonic() - begun < _ANSWER_S_MAX
        return answer

    def memory(self) -> int:
        """Resident KiB of the server."""
        text = Path(f"/proc/{self.server.word['pid']}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", text)[0])


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with Exchange() as server:
        yield Door(server)


def _is_named(command: str, answer: httpx.Response) -> bool:
    """Whether an answer is one that the specification has."""
    if answer.status_code in (400, 404, 501):
        return True
    if answer.status_code != 200:
        return False
    if not answer.content:
        return True
    root = decode(answer.content)
    own = root.text(f"{ROOT_PAGES[command]}:Status")
    return not own or own == "1" or own == "2" or status(command, int(own)) is not None


def test_there_are_two_hundred_and_more() -> None:
    assert len(CASES) >= 250
    assert {case.command for case in CASES} >= {"Sync", "Ping", "Provision", "SendMail", "Find"}


@pytest.mark.parametrize("version", ["12.1", "14.1", "16.1"])
@pytest.mark.parametrize("command", sorted({case.command for case in CASES}))
def test_kept_cases_get_a_status_that_there_is(door: Door, command: str, version: str) -> None:
    wrong = [
        f"{case.wrong}: HTTP {answer.status_code} {answer.content[:60]!r}"
        for case in CASES
        if case.command == command
        for answer in [door.send(command, case.body, version)]
        if not _is_named(command, answer)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "wrong",
    ["cut in the middle", "no header", "a string table", "nested a hundred deep",
     "a byte array without end", "a text without end", "not UTF-8", "an unknown page"],
)  # fmt: skip
def test_attack_a09_what_is_no_wbxml_is_told_so(door: Door, wrong: str) -> None:
    """102 from 14.0 on; HTTP 400 before."""
    for case in CASES:
        if case.wrong != wrong or case.command == "Find":
            continue
        new = door.send(case.command, case.body)
        page = ROOT_PAGES[case.command]
        assert decode(new.content).text(f"{page}:Status") in ("102", "103"), case.command
        assert door.send(case.command, case.body, "12.1").status_code == 400


def test_memory_stays_flat(door: Door) -> None:
    for case in CASES:
        door.send(case.command, case.body)
    before = door.memory()
    for _ in range(3):
        for case in CASES:
            door.send(case.command, case.body)
    assert door.memory() - before < 20_000


def test_a_document_of_elements_alone_is_bounded(door: Door) -> None:
    """A million of them, and a million page switches: refused before they are built."""
    for body in (
        b"\x03\x01\x6a\x00\x45" + b"\x46" * 1_000_000,
        b"\x03\x01\x6a\x00\x45" + b"\x06" * 1_000_000 + b"\x01",
        b"\x03\x01\x6a\x00\x45" + b"\x00\x00" * 1_000_000 + b"\x01",
    ):
        assert decode(door.send("Sync", body).content).text("AirSync:Status") == "102"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    case=st.sampled_from(NOT_WAITING),
    at=st.floats(0, 1),
    byte=st.integers(0, 255),
    cut=st.booleans(),
)
def test_random_damage_never_fails_the_server(
    door: Door, case: Case, at: float, byte: int, cut: bool
) -> None:
    place = int(at * max(len(case.body) - 1, 0))
    body = case.body[:place] + bytes([byte]) + (b"" if cut else case.body[place + 1 :])
    answer = door.send(case.command, body)
    assert answer.status_code < 500


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    """The server's reader and the strict one of the harness: neither ever fails otherwise."""
    for body in (data, b"\x03\x01\x6a\x00" + data):
        with suppress(wbxml.WbxmlError):
            wbxml.decode(body)
        with suppress(Malformed, ValueError):
            decode(body)


def test_the_log_names_no_failure(door: Door) -> None:
    """Last of all: none of the above was an error inside of the server."""
    assert [line for line in door.server.log if '"level":"error"' in line] == []
