"""exchangelib with nothing but an address and a password: autodiscover, unpatched, on loopback.

The library looks the domain up in DNS and asks it over HTTPS at port 443. Here a resolver of this
test answers for ``demo.example``, and a proxy (``HTTPS_PROXY``, as in many an office) leads what is
meant for it to the server's own HTTPS port. Both are the library's public knobs.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import requests
from exchangelib import DELEGATE, Account, Credentials
from exchangelib.autodiscover import Autodiscovery, clear_cache, discover
from exchangelib.autodiscover.protocol import AutodiscoverProtocol
from exchangelib.configuration import Configuration
from exchangelib.errors import UnauthorizedError
from exchangelib.items import Message
from exchangelib.protocol import close_connections

from entrepot.testing import Exchange, Person

DOMAIN = "demo.example"


@pytest.fixture(scope="module")
def tls_server() -> Iterator[Exchange]:
    """A server as anybody starts it, with HTTPS; two people."""
    options = ("--empty", "--users", "2", "--tls")
    environment = {"ENTREPOT_HOST_NAME": f"autodiscover.{DOMAIN}"}
    with Exchange(options=options, environment=environment, is_double=False) as exchange:
        yield exchange


class Resolver:
    """A name server on loopback: the names in ``hosts`` live on 127.0.0.1, others nowhere."""

    def __init__(self, hosts: set[str]) -> None:
        self.hosts = hosts
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, caller = self._socket.recvfrom(4096)
            except OSError:
                return  # closed: the test is over
            query = dns.message.from_wire(data)
            question = query.question[0]
            name = question.name.to_text(omit_final_dot=True)
            self.asked.append(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
            answer = dns.message.make_response(query)
            if name in self.hosts and question.rdtype == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", "127.0.0.1"))
            elif name not in self.hosts:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), caller)

    def close(self) -> None:
        self._socket.close()


class Proxy:
    """An HTTP proxy that knows CONNECT, and leads every tunnel to one port of loopback."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(4096)
                if not part:
                    return
                head += part
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split()
            self.asked.append(target)
            if method != "CONNECT":
                client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self._to)) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                _tunnel(client, server)

    def close(self) -> None:
        self._listener.close()


def _tunnel(one: socket.socket, other: socket.socket) -> None:
    ways = {one: other, other: one}
    while True:
        for source in select.select(list(ways), [], [])[0]:
            try:
                data = source.recv(65536)
                ways[source].sendall(data)
            except OSError:
                return
            if not data:
                return


@pytest.fixture
def internet(
    tls_server: Exchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Any]:
    """The world as exchangelib sees it; what it finds is kept for this test alone."""
    kept = "exchangelib.autodiscover.cache.AUTODISCOVER_PERSISTENT_STORAGE"
    monkeypatch.setattr(kept, tmp_path / "found")
    resolver = Resolver({f"autodiscover.{DOMAIN}"})
    proxy = Proxy(int(tls_server.url.rsplit(":", 1)[1]))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_server.folder / "certificate.pem"))
    monkeypatch.setattr(Autodiscovery, "DNS_RESOLVER_KWARGS", {"configure": False})
    attributes = {"nameservers": ["127.0.0.1"], "port": resolver.port, "timeout": 2}
    monkeypatch.setattr(Autodiscovery, "DNS_RESOLVER_ATTRS", attributes)
    clear_cache()
    yield resolver, proxy
    clear_cache()
    close_connections()
    resolver.close()
    proxy.close()


@pytest.fixture
def user(tls_server: Exchange) -> Person:
    return tls_server.people()[0]


def test_an_account_opens_by_address_and_password(internet: Any, user: Person) -> None:
    resolver, proxy = internet
    account = Account(
        user.address,
        credentials=Credentials(user.address, user.password),
        autodiscover=True,
        access_type=DELEGATE,
    )
    assert account.primary_smtp_address == user.address
    assert account.protocol.service_endpoint == user.exchange.ews
    assert f"{DOMAIN} A" in resolver.asked  # first the domain itself, which has no host
    assert proxy.asked == [f"autodiscover.{DOMAIN}:443"] * len(proxy.asked)
    Message(account=account, folder=account.inbox, subject="Found").save()
    assert [item.subject for item in account.inbox.all()] == ["Found"]
    tips = account.mail_tips
    assert tips.recipient_address.email_address == user.address
    assert tips.max_message_size > 1_000_000 and not tips.invalid_recipient


def test_settings_are_told_and_unknown_ones_are_passed_over(internet: Any, user: Person) -> None:
    found, protocol = discover(user.address, Credentials(user.address, user.password))
    assert found.ews_url == user.exchange.ews
    assert found.autodiscover_smtp_address == user.address
    assert found.version.build.major_version == 15
    assert found.user_settings["user_display_name"] == "User 1"
    assert "mailbox_dn" not in found.user_settings or found.user_settings["mailbox_dn"]
    assert protocol.service_endpoint == user.exchange.ews


def test_a_second_account_of_the_domain_uses_what_was_found(
    internet: Any, tls_server: Exchange
) -> None:
    for person in tls_server.people():
        account = Account(
            person.address,
            credentials=Credentials(person.address, person.password),
            autodiscover=True,
        )
        assert account.root.name


def test_a_wrong_password_finds_nothing(internet: Any, user: Person) -> None:
    assert discover(user.address, Credentials(user.address, user.password))
    with pytest.raises(UnauthorizedError):
        discover(user.address, Credentials(user.address, "wrong"))


def test_the_service_tells_who_is_nobody(internet: Any, user: Person) -> None:
    protocol = AutodiscoverProtocol(
        config=Configuration(
            service_endpoint=f"{user.exchange.url}/autodiscover/autodiscover.svc",
            credentials=Credentials(user.address, user.password),
        )
    )
    assert protocol.auth_type == "basic"
    answer = protocol.get_user_settings(user=user.address, settings=["external_ews_url"])
    assert answer.user_settings == {"external_ews_url": user.exchange.ews}
    nobody = protocol.get_user_settings(user=f"nobody@{DOMAIN}", settings=["external_ews_url"])
    assert nobody.error_code not in (None, "NoError")


def test_the_other_ways_to_the_same_answer(internet: Any, user: Person) -> None:
    url = f"{user.exchange.url}/autodiscover/autodiscover.json/v1.0/{user.address}?Protocol=EWS"
    assert requests.get(url, timeout=10).json()["Url"] == user.exchange.ews
    request = (
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
        f'requestschema/2006"><Request><EMailAddress>{user.address}</EMailAddress>'
        "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/"
        "responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>"
    )
    answer = requests.post(
        user.exchange.autodiscover,
        data=request,
        headers={"Content-Type": "text/xml; charset=utf-8"},
        auth=(user.address, user.password),
        timeout=10,
    )
    assert answer.status_code == 200
    assert f"<EwsUrl>{user.exchange.ews}</EwsUrl>" in answer.text
