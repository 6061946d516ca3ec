"""``entrepot demo`` as the design words it, and the test double on it."""

import base64
import json
import ssl
import stat
import urllib.error
import urllib.request

import pytest

from entrepot.testing import Exchange

ROLES = {"user", "admin", "room", "equipment", "shared"}


def get(url, user=None, context=None):
    request = urllib.request.Request(url)
    if user is not None:
        pair = base64.b64encode(f"{user['address']}:{user['password']}".encode()).decode()
        request.add_header("Authorization", f"Basic {pair}")
    return urllib.request.urlopen(request, timeout=10, context=context)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo organisation with its messages."""
    with Exchange(tmp_path_factory.mktemp("demo"), options=()) as server:
        yield server


def test_the_line_of_json_has_what_the_design_says(demo):
    word = demo.word
    assert word["http"].startswith("http://127.0.0.1:")
    for name in ("ews", "eas", "autodiscover"):
        assert word[name].startswith(word["http"] + "/")
    host, port = word["smtp"].split(":")
    assert host == "127.0.0.1" and int(port) > 0
    assert isinstance(word["pid"], int)
    for user in word["users"]:
        assert set(user) == {"address", "password", "role"} and user["role"] in ROLES
    roles = [user["role"] for user in word["users"]]
    assert (roles.count("user"), roles.count("room"), roles.count("shared")) == (2, 1, 1)


def test_health_tells_nothing_but_health(demo):
    with get(demo.url + "/health") as answer:
        assert set(json.load(answer)) == {"status", "version"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_errors_are_plain_text_and_do_not_echo(demo):
    for path, status in (("/%3Cscript%3E", 404), ("/EWS/..%2f..%2fetc", 404), ("/health/x", 404)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(demo.url + path)
        assert caught.value.code == status
        assert caught.value.headers["Content-Type"].startswith("text/plain")
        assert b"script" not in caught.value.read()


def test_passwords_lie_in_a_file_for_the_owner_only(demo):
    file = demo.folder / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    users = json.loads(file.read_text())["users"]
    assert {user["address"] for user in users} == {user["address"] for user in demo.word["users"]}


def test_no_password_is_in_the_log_or_the_database(demo):
    passwords = [user["password"] for user in demo.word["users"]]
    data = b"".join(path.read_bytes() for path in demo.folder.glob("entrepot.db*"))
    log = "\n".join(demo.log)
    assert not [p for p in passwords if p in log or p.encode() in data]


def test_two_folders_have_other_passwords(demo, exchange_factory):
    other = exchange_factory(options=("--empty",))
    mine = {user["password"] for user in demo.word["users"]}
    assert mine.isdisjoint({user["password"] for user in other.word["users"]})


def test_the_folder_is_kept_with_its_passwords(tmp_path):
    with Exchange(tmp_path / "kept", options=("--users", "2", "--empty")) as first:
        word = first.word
        first.people()[0].receives(subject="Kept")
    with Exchange(tmp_path / "kept", options=("--users", "3", "--empty")) as second:
        assert second.word["users"][:2] == word["users"]
        assert second.word["users"][2]["password"] == word["users"][0]["password"]
        assert second.people()[0].folder("Inbox").total == 1


def test_users_are_numbered_and_share_one_password(exchange_factory):
    server = exchange_factory(options=("--users", "3", "--empty"))
    addresses = [person.address for person in server.people()]
    assert addresses == [f"user{number}@demo.example" for number in (1, 2, 3)]
    assert len({person.password for person in server.people()}) == 1


def test_tls(exchange_factory):
    server = exchange_factory(options=("--empty", "--tls"))
    assert server.url.startswith("https://")
    context = ssl.create_default_context(cafile=str(server.folder / "certificate.pem"))
    with get(server.url + "/health", context=context) as answer:
        assert json.load(answer)["status"] == "ok"


def test_a_stop_is_clean_and_says_so(exchange):
    assert exchange.stop() == 0
    assert [json.loads(line)["event"] for line in exchange.log][-1] == "stopped"
    assert not (exchange.folder / "control.json").exists()


def test_the_clock_moves_at_once(exchange):
    before = exchange.clock.now()
    after = exchange.clock.advance(days=1, hours=2)
    assert 26 * 3600 <= (after - before).total_seconds() < 26 * 3600 + 60
    with pytest.raises(RuntimeError, match="a clock never goes back"):
        exchange.clock.advance(hours=-1)


def test_the_control_door_wants_its_token(exchange):
    file = exchange.folder / "control.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    word = json.loads(file.read_text())
    file.write_text(json.dumps({**word, "token": "0" * 64}))
    with pytest.raises(RuntimeError, match="wrong token"):
        exchange.ask("status")


def test_a_server_without_test_controls_has_no_clock_to_move(demo, tmp_path):
    server = Exchange(tmp_path / "plain", is_double=False)
    try:
        with pytest.raises(RuntimeError, match="nothing of that name"):
            server.ask("advance", seconds=1)
    finally:
        server.close()


def test_what_was_accepted_survives_a_kill(exchange):
    anna = exchange.person("anna")
    for number in range(5):
        anna.receives(subject=f"Message {number}")
    ports = (exchange.url, exchange.smtp)
    exchange.kill()
    assert not exchange.is_running
    exchange.restart()
    assert (exchange.url, exchange.smtp) == ports
    assert anna.folder("Inbox").total == 5


def test_people_receive_all_kinds_of_mail(exchange):
    anna = exchange.person("anna")
    assert anna.address == "anna@demo.example"
    anna.receives(subject="Text", text="All present.")
    anna.receives(subject="Page", html="<p>All present.</p>", text="All present.")
    anna.receives(
        subject="File",
        attachments={"a.txt": b"one", "b.png": (b"\x89PNG", "image/png")},
        headers={"X-Priority": "1"},
    )
    anna.receives(mime=b"Subject: raw\r\n\r\n\xff\xfe")
    inbox = anna.folder("Inbox")
    assert (inbox.total, inbox.unread) == (4, 4)
    assert anna.folder("Inbox/Projects").total == 0


def test_exchangelib_reads_what_arrived(exchange):
    pytest.importorskip("exchangelib")
    anna = exchange.person("anna")
    anna.receives(subject="Minutes", text="All present.", attachments={"a.txt": b"one"})
    item = anna.account().inbox.get(subject="Minutes")
    assert item.text_body.strip() == "All present."
    assert [attachment.content for attachment in item.attachments] == [b"one"]


def test_a_disabled_account_is_out_at_once(exchange):
    anna = exchange.person("anna")
    user = {"address": anna.address, "password": anna.password}
    wsdl = exchange.url + "/EWS/Services.wsdl"
    with get(wsdl, user) as answer:
        assert answer.status == 200
    anna.disable()
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(wsdl, user)
    assert caught.value.code == 401
    anna.disable(False)
    with get(wsdl, user) as answer:
        assert answer.status == 200
