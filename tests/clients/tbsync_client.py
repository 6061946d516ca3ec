"""TbSync's provider for ActiveSync (the Thunderbird add-on) as tests use it: its own sources,
unchanged, in a Thunderbird of stand-ins (``node/tbsync.mjs``)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import queue
import shutil
import subprocess
import tarfile
import threading
import urllib.request
from pathlib import Path
from typing import IO, Any

import icalendar

from entrepot.testing import Exchange, Person

HERE = Path(__file__).parent
COMMIT = "b89fbf8fd86a4fdcc8f5c18317bb16f9c415440c"
_URL = f"https://codeload.github.com/jobisoft/EAS-4-TbSync/tar.gz/{COMMIT}"
_FILES_SHA256 = "e7aafe19c60335377f92450533a6974c493948c3c3d6ff4a383b7556765ed798"
_DOWNLOADS = HERE / "downloads"
_DOWNLOAD_S_MAX, _ANSWER_S_MAX = 60, 120
TYPES = ("contacts", "calendars", "tasks")
VERSIONS = ("16.1", "14.1", "14.0")
# Both models of a calendar are tried where they matter; elsewhere the newer one, unless
# ALL_VERSIONS=1 is in the environment.
BOTH_MODELS = VERSIONS[:2]
USUAL_VERSIONS = BOTH_MODELS if os.environ.get("ALL_VERSIONS") else BOTH_MODELS[:1]


def parts(text: str) -> list[Any]:
    """Events or tasks of an iCalendar text: the master first, then single occurrences."""
    whole = icalendar.Calendar.from_ical(text)
    found = [*whole.walk("VEVENT"), *whole.walk("VTODO")]
    return sorted(found, key=lambda part: "RECURRENCE-ID" in part)


def ical(kind: str, *lines: str, more: str = "") -> str:
    """An iCalendar text of one VEVENT or VTODO of those lines; ``more``: further components."""
    own = (f"BEGIN:{kind}", "DTSTAMP:20261001T000000Z", *lines, f"END:{kind}")
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *own)
    return "\r\n".join(whole) + f"\r\n{more}END:VCALENDAR\r\n"


class NoSources(Exception):
    """There are no sources of the add-on here; says why."""


def sources() -> Path:
    """The folder ``src`` of the add-on: of the checkout that TBSYNC_EAS names, else downloaded.

    Raises NoSources.
    """
    checkout = os.environ.get("TBSYNC_EAS")
    folder = Path(checkout) / "src" if checkout else _DOWNLOADS / f"EAS-4-TbSync-{COMMIT}" / "src"
    if not checkout and not folder.exists():
        _download()
    if not (folder / "background.mjs").exists():
        raise NoSources(f"no add-on in {folder} (TBSYNC_EAS)")
    return folder


def _download() -> None:
    try:
        with urllib.request.urlopen(_URL, timeout=_DOWNLOAD_S_MAX) as answer:
            packed = answer.read()
    except OSError as error:
        raise NoSources(f"TBSYNC_EAS is not set, and there is no download: {error}") from error
    half = _DOWNLOADS / "half"
    shutil.rmtree(half, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(half, filter="data")
    (made,) = half.iterdir()
    found = digest(made / "src")
    if found != _FILES_SHA256:
        raise NoSources(f"the download is not what was pinned: {found}")
    made.rename(_DOWNLOADS / f"EAS-4-TbSync-{COMMIT}")
    half.rmdir()


def digest(folder: Path) -> str:
    """SHA-256 of names and contents of the files of a folder; the packing may change."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return whole.hexdigest()


class TbSyncError(Exception):
    """What the add-on refused, in its words; ``code`` is its own."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"{answer['error']}\n{answer['details']}")
        self.code = answer["code"]


class TbSync:
    """A Thunderbird with the add-on and one account. ``warnings``: parts of warnings in its event
    log that a test brings about."""

    def __init__(self, folder: Path, exchange: Exchange, zone: str = "Europe/Berlin") -> None:
        self.warnings: list[str] = []
        self._exchange = exchange
        self._process = subprocess.Popen(
            ["node", "tbsync.mjs", str(folder), exchange.url, zone],
            cwd=HERE / "node",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._words: list[str] = []
        assert self._process.stdout is not None and self._process.stderr is not None
        self._follow(self._process.stdout, self._answers.put, last="")
        self._follow(self._process.stderr, self._words.append, last="")
        self._account: dict[str, str] = {}

    @staticmethod
    def _follow(stream: IO[str], note: Any, last: str) -> None:
        def read() -> None:
            for line in stream:
                note(line)
            note(last)

        threading.Thread(target=read, daemon=True).start()

    def close(self) -> None:
        """End the Thunderbird."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_ANSWER_S_MAX)

    def ask(self, do: str, **values: Any) -> Any:
        """What came of a deed (``DEEDS`` in ``tbsync.mjs``). Raises TbSyncError."""
        assert self._process.stdin is not None
        line = json.dumps({"do": do, **self._account, **values})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        try:
            said = self._answers.get(timeout=_ANSWER_S_MAX)
        except queue.Empty:
            said = ""
        assert said, "\n".join(["no answer", *self._words[-20:], *self._exchange.log[-5:]])
        answer = json.loads(said)
        if "error" in answer:
            raise TbSyncError(answer)
        return answer["result"]

    # -- the account ---------------------------------------------------------------------------

    def set_up(self, person: Person, version: str = "") -> str:
        """A new account by Autodiscover; where it found the server. ``version``: the one to which
        an account was negotiated before, empty for what is negotiated now."""
        made = self.ask(
            "setUp", email=person.address, password=person.password, version=version or None
        )
        self._account = {"accountId": made["accountId"]}
        return made["server"]

    def connect(self, types: tuple[str, ...] = TYPES) -> None:
        """Fetch the tree of folders and select those of the types."""
        self.ask("connect", types=types)

    def synchronise(self) -> int:
        """Synchronise the account and the selected folders; in how many runs. AssertionError
        where a folder ends with an error or a warning."""
        runs: int = self.ask("synchronise")
        told = {f["displayName"]: f["error"] or f["warning"] for f in self.folders()}
        assert not any(told.values()), told
        return runs

    @property
    def account(self) -> dict[str, Any]:
        """What the add-on keeps of the account."""
        return self.ask("account")["custom"]

    def folders(self) -> list[dict[str, Any]]:
        """The rows of the folders, those among them that are not shown."""
        return self.ask("folders")

    def change_folder(self, type: str, **values: Any) -> None:
        """Write values into the row of a folder; ``custom`` is joined with what is there."""
        self.ask("change", type=type, values=values)

    # -- items ---------------------------------------------------------------------------------

    def items(self, type: str) -> dict[str, str]:
        """vCards or iCalendar by the client's ids, of the selected folder of a type."""
        return {item["id"]: item["text"] for item in self.ask("items", type=type)}

    def only(self, type: str) -> list[Any]:
        """The parts of the only event or task. Raises ValueError where there is not one."""
        (text,) = self.items(type).values()
        return parts(text)

    def save(self, type: str, text: str, id: str = "") -> str:
        """Save an item as a person does in the window; its id."""
        return self.ask("save", type=type, text=text, id=id or None)

    def erase(self, type: str, id: str) -> None:
        """Delete an item as a person does in the window."""
        self.ask("erase", type=type, id=id)

    # -- what happened -------------------------------------------------------------------------

    def lose(self, command: str, pattern: str = "x") -> None:
        """The server does what the next requests of a command ask; of its answers those with an
        ``x`` in the pattern are lost, those with a ``.`` arrive."""
        self.ask("lose", command=command, pattern=pattern)

    def requests(self) -> list[dict[str, Any]]:
        """The requests since the last call."""
        return self.ask("requests")

    def log(self) -> list[dict[str, Any]]:
        """The add-on's event log since the last call."""
        return self.ask("log")
