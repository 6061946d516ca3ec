"""JavaScript: ews-javascript-api and node-ews against the server, through a proxy that listens."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from entrepot.testing import Exchange, Person

_RUN_S_MAX = 60
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def proxy(server: Exchange) -> Iterator[str]:
    """The server's address by way of this process, whose listener judges the answers."""
    target = urlsplit(server.url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _pass_on(self, body: bytes | None) -> None:
            connection = http.client.HTTPConnection(target, timeout=30)
            headers = {k: v for k, v in self.headers.items() if k.lower() != "accept-encoding"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture
def node(node_folder: Path, tmp_path: Path, server: Exchange) -> Run:
    """Run a script; what it printed as JSON. A failure shows the server's last words, too."""

    def run(script: str, *arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            ["node", script, *arguments],
            cwd=node_folder,
            env={**os.environ, "EWS_TEMP": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=_RUN_S_MAX,
        )
        assert done.returncode == 0, "\n".join([done.stderr[-3000:], *server.log[-5:]])
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return run


def three_mails(person: Person) -> None:
    person.receives(subject="First", text="One")
    person.receives(
        subject="The report",
        text="All is well",
        attachments={"figures.txt": (b"1, 2, 3", "text/plain")},
    )
    person.receives(subject="Last", text="Three")


def test_ews_javascript_api(node: Run, proxy: str, anna: Person, ben: Person) -> None:
    three_mails(anna)
    found = node(
        "client.mjs", f"{proxy}/EWS/Exchange.asmx", anna.address, anna.password, ben.address
    )
    assert found["inbox"] == {"name": "Inbox", "total": 3, "unread": 3}
    assert {"Inbox", "Sent Items", "Drafts"} <= set(found["folders"])
    assert sorted(found["subjects"]) == ["First", "Last", "The report"]
    assert found["matches"] == ["The report"]
    message = found["message"]
    assert message["from"] == "somebody@elsewhere.example"
    assert message["body"].strip() == "All is well"
    assert message["isRead"] is False and found["isReadAfter"] is True
    assert message["attachments"] == [{"name": "figures.txt", "content": "1, 2, 3"}]
    assert found["error"] == "ErrorInvalidIdMalformed"
    assert found["resolved"] == [ben.address]
    got = ben.account().inbox.get(subject="From JavaScript")
    assert "<b>there</b>" in got.body and got.author.email_address == anna.address
    assert [(a.name, a.content) for a in got.attachments] == [("note.txt", b"attached")]
    assert anna.account().sent.filter(subject="From JavaScript").count() == 1


def test_node_ews(node: Run, proxy: str, anna: Person, ben: Person) -> None:
    three_mails(anna)
    found = node("node_ews.cjs", proxy, anna.address, anna.password, ben.address)
    assert found["inbox"] == "Inbox"
    assert sorted(found["subjects"]) == ["First", "Last", "The report"]
    assert found["body"].strip() in ("One", "All is well", "Three")
    assert found["sent"] == "Success"
    got = ben.account().inbox.get(subject="From node-ews")
    assert got.text_body.strip() == "Hello"
