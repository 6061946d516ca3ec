"""The command line, as a person or a script uses it."""

import contextlib
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from entrepot.cli import main
from entrepot.console import out as console

ROOT = Path(__file__).resolve().parents[2]


def entrepot(*arguments, stdin="", env=None):
    """Run a command to its end in this process, which saves the second of its start."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    umask = os.umask(0o022)
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["entrepot", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        for name, value in {"ENTREPOT_CONFIG": "", **(env or {})}.items():
            patch.setenv(name, value)
        patch.setattr(console, "width", 200)  # that of the terminal was read at the start
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    os.umask(umask)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def entrepot_alone(*arguments, cwd=ROOT, env=None):
    """Run a command to its end in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "entrepot", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": _path(), "ENTREPOT_CONFIG": "", **(env or {})},
    )


def _path():
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


@pytest.fixture
def organisation(tmp_path):
    """The folder of an organisation fresh from ``init``, and what ``init`` printed."""
    folder = tmp_path / "org"
    done = entrepot("init", "example.org", "--folder", folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_version():
    assert entrepot_alone("version").stdout == "entrepot 0.1.0\n"


def test_init_makes_everything_and_prints_the_password_and_the_records(organisation):
    folder, printed = organisation
    assert {path.name for path in folder.iterdir()} >= {
        "entrepot.toml",
        "entrepot.db",
        "certificate.pem",
        "key.pem",
    }
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    for record in (
        "example.org.",
        "MX     10 mail.example.org.",
        "autodiscover.example.org.",
        "SRV    0 0 443 mail.example.org.",
        "v=spf1 mx -all",
    ):
        assert record in printed
    assert "admin@example.org" in printed
    users = json.loads(entrepot("user", "list", "--json", "--folder", folder).stdout)
    assert [(user["address"], user["role"]) for user in users] == [("admin@example.org", "admin")]
    assert users[0]["aliases"] == ["postmaster@example.org"]


def test_init_does_not_touch_what_is_there(organisation):
    folder, _ = organisation
    before = (folder / "entrepot.toml").read_bytes()
    again = entrepot("init", "other.example", "--folder", folder)
    assert again.returncode == 4
    assert "set up already" in again.stderr and "Do this:" in again.stderr
    assert (folder / "entrepot.toml").read_bytes() == before


def test_two_installations_share_no_secret(organisation, tmp_path):
    entrepot("init", "example.org", "--folder", tmp_path / "second")
    keys = {(folder / "key.pem").read_bytes() for folder in (organisation[0], tmp_path / "second")}
    assert len(keys) == 2


def test_the_life_of_an_account(organisation):
    folder, _ = organisation

    def user(*arguments, **more):
        return entrepot("user", *arguments, "--folder", folder, **more)

    added = user("add", "anna@example.org", "--name", "Anna Berg")
    assert added.returncode == 0 and "Password (shown once): " in added.stdout
    assert user("add", "anna@example.org").returncode == 1
    outside = user("add", "anna@elsewhere.example")
    assert outside.returncode == 1
    assert "entrepot domain add elsewhere.example" in outside.stderr

    changed = user("passwd", "anna@example.org", "--stdin", stdin="new password\n")
    assert changed.returncode == 0 and "new password" not in changed.stdout
    assert user("passwd", "anna@example.org", "--stdin", stdin="\n").returncode == 1

    assert "Would disable" in user("disable", "anna@example.org", "--dry-run").stdout
    assert "enabled" in user("list").stdout and "disabled" not in user("list").stdout
    asked = user("disable", "anna@example.org", stdin="n\n")
    assert asked.returncode == 1 and "disabled" not in user("list").stdout
    done = user("disable", "anna@example.org", "--yes")
    assert "Undo: entrepot user enable anna@example.org" in done.stdout
    assert "disabled" in user("list").stdout
    assert user("enable", "anna@example.org").returncode == 0

    user("add", "blue@example.org", "--role", "room")
    held = user("booking", "blue@example.org", "tentative")
    assert held.stdout == "blue@example.org answers invitations: tentative.\n"
    wrong = user("booking", "blue@example.org", "sometimes")
    assert wrong.returncode == 1 and "automatic, tentative, by_hand" in wrong.stderr
    assert user("booking", "blue@example.org", "automatic", "--keeps", "subject").returncode == 0
    wrong = user("booking", "blue@example.org", "automatic", "--keeps", "nothing")
    assert wrong.returncode == 1 and "organizer, subject, everything" in wrong.stderr
    assert "its owner answers" in user("booking", "anna@example.org", "automatic").stderr

    assert "Would remove anna@example.org" in user("remove", "anna@example.org", "--dry-run").stdout
    asked = user("remove", "anna@example.org", stdin="n\n")
    assert asked.returncode == 1 and "There is no undo" in asked.stdout
    assert user("remove", "anna@example.org", "--yes").returncode == 0
    gone = user("remove", "anna@example.org", "--yes")
    assert gone.returncode == 1 and "no account has the address" in gone.stderr


def test_domains_grants_and_checks(organisation):
    folder, _ = organisation
    assert entrepot("domain", "add", "example.net", "--folder", folder).returncode == 0
    listed = entrepot("domain", "list", "--folder", folder).stdout
    assert listed == "example.org  (default)\nexample.net\n"
    for address in ("office@example.net", "anna@example.org"):
        entrepot("user", "add", address, "--folder", folder)
    pair = ("office@example.net", "anna@example.org", "--folder", folder)
    assert "Undo: entrepot mailbox revoke" in entrepot("mailbox", "grant", *pair).stdout
    assert entrepot("mailbox", "revoke", *pair).returncode == 0
    assert entrepot("check", "--folder", folder).stdout == "The store is sound.\n"
    assert entrepot("upgrade", "--folder", folder).stdout == "The schema is current.\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stop_s = 0", "greater than or equal to 1"),
        ("unknown = 1", "unknown: Extra inputs"),
        ("not toml", "is no TOML"),
    ],
)
def test_wrong_settings_are_named_with_exit_code_3(tmp_path, line, said):
    config = tmp_path / "entrepot.toml"
    config.write_text(line + "\n")
    done = entrepot("serve", "--config", config)
    assert done.returncode == 3
    assert said in done.stderr and "Traceback" not in done.stderr


def test_serve_without_settings_says_how_to_begin(tmp_path):
    done = entrepot_alone("serve", cwd=tmp_path)
    assert done.returncode == 1 and "entrepot init DOMAIN" in done.stderr
    done = entrepot("serve", "--config", tmp_path / "missing.toml")
    assert done.returncode == 3 and "there is no settings file" in done.stderr


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_serve_an_organisation_and_stop_it(organisation):
    folder, printed = organisation
    http, smtp = _free_port(), _free_port()
    password = printed.partition("Password ")[2].split()[0]
    env = {
        "ENTREPOT_HTTPS_LISTEN": "[]",
        "ENTREPOT_HTTP_LISTEN": f'["127.0.0.1:{http}"]',
        "ENTREPOT_SMTP_LISTEN": f'["127.0.0.1:{smtp}"]',
        "ENTREPOT_SUBMISSION_LISTEN": "[]",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "entrepot", "serve", "--config", str(folder / "entrepot.toml")],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **env},
    )
    try:
        health = _wait_for(f"http://127.0.0.1:{http}/health")
        assert health["status"] == "ok"
        second = entrepot_alone("serve", "--config", folder / "entrepot.toml", env=env)
        assert second.returncode == 4 and "another server runs on" in second.stderr
        removed = entrepot("user", "disable", "admin@example.org", "--yes", "--folder", folder)
        assert removed.returncode == 0
    finally:
        server.send_signal(signal.SIGTERM)
        log = server.communicate(timeout=30)[1]
    assert server.returncode == 0
    assert password not in log
    assert not (folder / "control.json").exists()
    assert all(json.loads(line) for line in log.splitlines())


def _wait_for(url, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_a_newer_database_is_refused(organisation):
    folder, _ = organisation
    with sqlite3.connect(folder / "entrepot.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = entrepot("user", "list", "--folder", folder)
    assert done.returncode == 5
    assert "does not know" in done.stderr and "Traceback" not in done.stderr
