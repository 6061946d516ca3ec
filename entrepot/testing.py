"""A private Entrepot for a test, started in a second and gone with the test.

For pytest the fixtures come by themselves once ``entrepot`` is installed::

    def test_a_mail_can_be_read(exchange):
        anna = exchange.person("anna")
        anna.receives(subject="Minutes", text="All present.")
        account = anna.account()                     # exchangelib, where it is installed
        assert [item.subject for item in account.inbox.all()] == ["Minutes"]

``exchange`` is a server of this test alone; ``exchange_factory`` makes as many as a module or a
session needs. The server runs in a process of its own on free ports of loopback, so a test can
kill it (``exchange.kill()``), start it again on the same data (``exchange.restart()``) and move its
clock (``exchange.clock.advance(hours=2)``). Only the standard library is imported here, and nothing
is added to ``sys.path``.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Exchange", "Folder", "Person", "ServerClock", "ServerDidNotStart"]

_START_S_MAX = 60.0
_STOP_S_MAX = 30.0
_ANSWER_S_MAX = 30.0
_LOG_LINES_MAX = 20_000

Attachment = bytes | tuple[bytes, str]


class ServerDidNotStart(RuntimeError):
    """The server ended, or was not ready in time; the message ends with its last log lines."""


@dataclass(frozen=True)
class Folder:
    """A folder that a test made, as it was then."""

    path: str
    total: int
    unread: int


class Person:
    """Somebody with a mailbox on the server."""

    def __init__(self, exchange: Exchange, address: str, password: str) -> None:
        self.exchange = exchange
        self.address = address
        self.password = password

    def __repr__(self) -> str:
        return f"<Person {self.address}>"

    def receives(
        self,
        subject: str = "",
        text: str | None = None,
        html: str | None = None,
        *,
        sender: str = "somebody@elsewhere.example",
        to: str | None = None,
        headers: Mapping[str, str] | None = None,
        attachments: Mapping[str, Attachment] | None = None,
        mime: bytes | None = None,
    ) -> str:
        """Deliver a message by SMTP, as another mail server would; its Message-ID.

        ``attachments``: file name to content, or to content and media type. ``mime``: the message
        as it is, instead of all the rest. Returns once the server has accepted it, which means
        that it is in the inbox. Raises smtplib.SMTPException where it is refused.
        """
        if mime is None:
            message = _message(subject, text, html, headers or {}, attachments or {})
            message["From"] = sender
            message["To"] = to or self.address
            message["Date"] = format_datetime(self.exchange.clock.now())
            message["Message-ID"] = make_msgid(domain="elsewhere.example")
            mime, id = message.as_bytes(policy=SMTP), str(message["Message-ID"])
        else:
            id = ""
        host, port = self.exchange.smtp.rsplit(":", 1)
        with smtplib.SMTP(host, int(port), timeout=_ANSWER_S_MAX) as server:
            server.ehlo("elsewhere.example")
            server.sendmail(sender, [self.address], mime)
        return id

    def folder(self, path: str, folder_class: str = "IPF.Note") -> Folder:
        """The folder at a path below the top of the mailbox (``Inbox/Projects``), made where it
        is missing."""
        answer = self.exchange.ask(
            "add_folder", address=self.address, path=path, folder_class=folder_class
        )
        return Folder(path, int(answer["total"]), int(answer["unread"]))

    def sets_photo(self, content: bytes | None) -> None:
        """Set the picture that others see, a JPEG or a PNG; None takes it away."""
        self._sets("set_photo", content)

    def sets_certificates(self, content: bytes | None) -> None:
        """Set the certificates by which others encrypt, PEM or DER; None takes them away."""
        self._sets("set_certificates", content)

    def _sets(self, what: str, content: bytes | None) -> None:
        if content is None:
            self.exchange.ask(what, address=self.address)
            return
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            self.exchange.ask(what, address=self.address, file=file.name)

    def disable(self, disabled: bool = True) -> None:
        """Disable the account, as an administrator does (or enable it again)."""
        self.exchange.ask("disable", address=self.address, is_disabled=disabled)

    def account(self, **options: Any) -> Any:
        """An ``exchangelib.Account``; ``options`` go to its constructor.

        Raises ImportError where exchangelib is not installed.
        """
        from exchangelib import DELEGATE, Account, Configuration, Credentials

        config = Configuration(
            service_endpoint=self.exchange.ews,
            credentials=Credentials(self.address, self.password),
            auth_type="basic",
        )
        values: dict[str, Any] = {"access_type": DELEGATE, "autodiscover": False, **options}
        return Account(self.address, config=config, **values)


def _message(
    subject: str,
    text: str | None,
    html: str | None,
    headers: Mapping[str, str],
    attachments: Mapping[str, Attachment],
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    for name, value in headers.items():
        message[name] = value
    if text is not None or html is None:
        message.set_content(text or "")
    if html is not None:
        if text is None:
            message.set_content(html, subtype="html")
        else:
            message.add_alternative(html, subtype="html")
    for name, content in attachments.items():
        data, kind = content if isinstance(content, tuple) else (content, "")
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


class ServerClock:
    """The server's clock: real time plus what a test added."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def now(self) -> datetime:
        """The server's time, aware, UTC."""
        return datetime.fromisoformat(str(self._exchange.ask("now")["now"]))

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Let time pass at once; whoever waits on the server wakes. The new time."""
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        answer = self._exchange.ask("advance", seconds=span.total_seconds())
        return datetime.fromisoformat(str(answer["now"]))


class Exchange:
    """A running server. As a context manager it stops, and its folder goes, at the end.

    ``folder`` keeps the data elsewhere, and then it stays. ``options`` are further arguments of
    ``entrepot demo``, ``environment`` further variables (``ENTREPOT_…``). ``is_double`` False
    starts the demo as anybody would: without a clock to move or people to add, and not strict.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        options: tuple[str, ...] = ("--empty", "--users", "0"),
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
        is_double: bool = True,
    ) -> None:
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="entrepot-"))
        self._options = options
        self._environment = dict(environment or {})
        self._python = python
        self._double = ("--test",) if is_double else ()
        self._process: subprocess.Popen[str] | None = None
        self._log: list[str] = []
        self._ports = (0, 0)
        self.clock = ServerClock(self)
        self.word: dict[str, Any] = {}
        self.start()

    # -- addresses -----------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where HTTP is served, without a final slash."""
        return str(self.word["http"])

    @property
    def ews(self) -> str:
        """The EWS endpoint."""
        return str(self.word["ews"])

    @property
    def eas(self) -> str:
        """The ActiveSync endpoint."""
        return str(self.word["eas"])

    @property
    def autodiscover(self) -> str:
        """The POX Autodiscover endpoint."""
        return str(self.word["autodiscover"])

    @property
    def smtp(self) -> str:
        """``host:port`` of the SMTP door."""
        return str(self.word["smtp"])

    @property
    def log(self) -> list[str]:
        """The server's log lines so far (JSON)."""
        return list(self._log)

    # -- people --------------------------------------------------------------------------------

    def person(self, name: str, *, role: str = "user", password: str = "") -> Person:
        """A new person with a mailbox: ``anna`` becomes ``anna@demo.example``."""
        answer = self.ask("add_account", name=name, role=role, password=password)
        return Person(self, str(answer["address"]), str(answer["password"]))

    def distribution_list(
        self, name: str, members: Iterable[str] = (), *, of_rooms: bool = False
    ) -> str:
        """A new distribution list of addresses; its address. ``of_rooms``: rooms are found by
        it."""
        answer = self.ask("add_list", name=name, members=[*members], is_of_rooms=of_rooms)
        return str(answer["address"])

    def people(self) -> list[Person]:
        """The people with whom the server was started (``--users N``)."""
        return [Person(self, user["address"], user["password"]) for user in self.word["users"]]

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server; returns when it is ready. Raises ServerDidNotStart."""
        if self.is_running:
            return
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **self._environment}
        here = Path(__file__).resolve().parent
        if not (here / "_app").is_dir():  # a checkout: the child may start in another folder
            paths = (str(here.parent), environment.get("PYTHONPATH", ""))
            environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        http_port, smtp_port = self._ports
        self._process = subprocess.Popen(
            [
                self._python,
                *("-m", "entrepot", "demo", "--json", "--folder", str(self.folder)),
                *self._double,
                *("--http-port", str(http_port), "--smtp-port", str(smtp_port)),
                *self._options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.word = self._wait_until_ready(self._process)
        self._ports = (
            int(self.url.rsplit(":", 1)[1]),
            int(self.smtp.rsplit(":", 1)[1]),
        )

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        words: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert process.stdout is not None and process.stderr is not None
        _follow(process.stdout, words.put, at_end=lambda: words.put(""))
        _follow(process.stderr, self._note)
        try:
            line = words.get(timeout=_START_S_MAX)
        except queue.Empty:
            line = ""
        if not line:
            process.kill()
            process.wait()
            last = "\n".join(self._log[-20:])
            raise ServerDidNotStart(f"the server did not start:\n{last}")
        return dict(json.loads(line))

    def _note(self, line: str) -> None:
        self._log.append(line.rstrip("\n"))
        del self._log[:-_LOG_LINES_MAX]

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """Stop as an administrator does (SIGTERM); the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process in the middle of whatever it does (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start again on the same data and the same ports, after ``kill`` or instead of it."""
        if self.is_running:
            self.stop()
        self.start()

    def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(_STOP_S_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None and number == signal.SIGKILL:
                stream.close()
        return process.returncode

    def close(self) -> None:
        """Stop, and remove the data unless the test gave the folder."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Exchange:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- control -------------------------------------------------------------------------------

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Ask the server's control door. Raises RuntimeError where it refuses."""
        word = json.loads((self.folder / "control.json").read_text("utf-8"))
        request = {"token": word["token"], "do": do, **arguments}
        address = ("127.0.0.1", int(word["port"]))
        with socket.create_connection(address, _ANSWER_S_MAX) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline()
        if not line:
            raise RuntimeError(f"the server closed the control connection on {do!r}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{do}: {answer['error']}")
        return answer


def _follow(
    stream: Any, note: Callable[[str], Any], at_end: Callable[[], Any] | None = None
) -> None:
    def read() -> None:
        try:
            for line in stream:
                note(line)
        except ValueError:
            return  # closed while it was read: the server was killed
        finally:
            if at_end is not None:
                at_end()

    threading.Thread(target=read, daemon=True, name="entrepot-log").start()
