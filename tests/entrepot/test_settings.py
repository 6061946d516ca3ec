"""Settings: bounds, sources, documentation."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from entrepot.settings import Settings, listen_address, settings_markdown, settings_table

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_on_settings_is_printed_from_them():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == settings_markdown(), "run: make docs"
    for name in Settings.model_fields:
        assert f"### `{name}`" in page


def test_the_defaults_that_are_shown_may_stand_in_the_file(tmp_path):
    rows = [row for _, rows in settings_table() for row in rows if row["default"] != "none"]
    shown = "".join(f"{row['name']} = {row['default']}\n" for row in rows)
    (tmp_path / "entrepot.toml").write_text(shown)
    read = Settings.read(tmp_path / "entrepot.toml")
    for row in rows:
        default = Settings.model_fields[row["name"]].default
        if not isinstance(default, Path):  # those are made absolute
            assert getattr(read, row["name"]) == default, row["name"]


def test_every_setting_has_a_group_and_a_reason():
    for group, rows in settings_table():
        assert group
        for row in rows:
            assert len(row["reason"]) > 10, row["name"]


def test_every_number_has_bounds():
    for _, rows in settings_table():
        for row in rows:
            if re.fullmatch(r"-?\d+", row["default"]):
                assert re.fullmatch(r"\d+ to \d+", row["bounds"]), row["name"]


def test_the_environment_beats_the_file_and_paths_are_relative_to_it(tmp_path, monkeypatch):
    config = tmp_path / "entrepot.toml"
    config.write_text('data_folder = "kept"\nhost_name = "a.example"\nstop_s = 7\n')
    monkeypatch.setenv("ENTREPOT_HOST_NAME", "b.example")
    settings = Settings.read(config)
    assert settings.data_folder == tmp_path / "kept"
    assert settings.host_name == "b.example"
    assert settings.stop_s == 7
    assert settings.url == "https://b.example"


@pytest.mark.parametrize(
    "line",
    [
        "stop_s = 0",
        "stop_s = 601",
        'stop_s = "soon"',
        "unknown = 1",
        'proxy_addresses = ["somewhere"]',
        'log_level = "loud"',
        "lockout_first_s = 1000",
    ],
)
def test_what_is_out_of_bounds_or_unknown_is_refused(tmp_path, line):
    config = tmp_path / "entrepot.toml"
    config.write_text(line + "\n")
    with pytest.raises(ValidationError):
        Settings.read(config)


def test_secrets_come_from_files(tmp_path):
    secret = tmp_path / "relay.password"
    secret.write_text("hunter2\nsecond line\n")
    settings = Settings.read(None, smart_host_password_file=secret)
    assert settings.smart_host_password() == "hunter2"
    assert "hunter2" not in repr(settings)
    assert Settings.read(None).smart_host_password() == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1:25", ("127.0.0.1", 25)), ("[::]:443", ("::", 443)), ("host:0", ("host", 0))],
)
def test_listen_addresses(text, expected):
    assert listen_address(text) == expected


@pytest.mark.parametrize("text", ["", "8080", ":8080", "host:", "host:x", "host:70000"])
def test_other_texts_are_no_listen_addresses(text):
    with pytest.raises(ValueError, match="no listen address"):
        listen_address(text)


def test_every_setting_is_used():
    code = {
        path: path.read_text("utf-8")
        for folder in ("entrepot", "ews", "eas", "mailflow")
        for path in (ROOT / folder).rglob("*.py")
    }
    readers = "\n".join(code.values())
    unused = [
        name
        for name in Settings.model_fields
        if not re.search(rf"(?:settings|self)\.{name}\b", readers)
    ]
    assert unused == []
