"""``entrepot list``, ``user photo`` and ``user certificate``, as an administrator uses them."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.directory.certificates import certificate
from tests.directory.pictures import picture
from tests.entrepot.test_cli import entrepot

CREW = "crew@example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An organisation with Anna and a room."""
    folder = tmp_path_factory.mktemp("lists") / "org"
    assert entrepot("init", "example.org", "--folder", folder).returncode == 0
    for address, role in (("anna@example.org", "user"), ("oak@example.org", "room")):
        assert entrepot("user", "add", address, "--role", role, "--folder", folder).returncode == 0
    return folder


def said(folder, *arguments, stdin="", code=0):
    done = entrepot("list", *arguments, "--folder", folder, stdin=stdin)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_list_has_members_who_join_and_leave(folder):
    assert "1 member" in said(folder, "add", CREW, "--member", "anna@example.org")
    assert "2 members" in said(folder, "join", CREW, "far@elsewhere.example")
    assert said(folder, "show", CREW).split() == ["anna@example.org", "far@elsewhere.example"]
    assert f"entrepot list join {CREW} anna@example.org" in said(
        folder, "leave", CREW, "anna@example.org"
    )
    assert said(folder, "show", CREW).split() == ["far@elsewhere.example"]


def test_a_list_of_rooms_takes_rooms_alone(folder):
    rooms = "rooms@example.org"
    said(folder, "add", rooms, "--rooms", "--name", "Rooms", "--member", "oak@example.org")
    assert "is no room" in said(folder, "join", rooms, "anna@example.org", code=1)
    listed = {each["address"]: each for each in json.loads(said(folder, "list", "--json"))}
    assert listed[rooms] == {
        "address": rooms, "name": "Rooms", "is_room_list": True, "members": ["oak@example.org"],
    }  # fmt: skip
    assert "rooms@example.org" in said(folder, "list")


def test_a_list_is_removed_after_a_question_and_comes_back(folder):
    gone = "gone@example.org"
    said(folder, "add", gone, "--member", "anna@example.org", "--name", "Gone")
    assert "Would remove the list gone@example.org" in said(folder, "remove", gone, "--dry-run")
    said(folder, "remove", gone, stdin="n\n", code=1)
    assert said(folder, "show", gone).split() == ["anna@example.org"]
    undo = f'entrepot list add {gone} --name "Gone" --member anna@example.org'
    assert undo in said(folder, "remove", gone, "--yes")
    said(folder, "show", gone, code=1)
    assert "is no list" in said(folder, "remove", "anna@example.org", "--yes", code=1)


def test_a_photo_is_set_and_taken_away(folder, tmp_path):
    file = tmp_path / "anna.png"
    file.write_bytes(picture(64, 64, "PNG"))

    def photo(*arguments, code=0):
        done = entrepot("user", "photo", "anna@example.org", *arguments, "--folder", folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "user photo anna@example.org --remove" in photo(file)
    assert "has no photo now" in photo("--remove")
    file.write_bytes(b"no picture")
    assert "no JPEG or PNG" in photo(file, code=1)
    assert "cannot be read" in photo(tmp_path / "missing.png", code=1)
    assert "--remove" in photo(code=1)


def test_a_certificate_is_set_and_taken_away(folder, tmp_path):
    file = tmp_path / "anna.pem"
    file.write_bytes(certificate("anna@example.org").public_bytes(Encoding.PEM))

    def told(*arguments, code=0):
        done = entrepot("user", "certificate", "anna@example.org", *arguments, "--folder", folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "user certificate anna@example.org --remove" in told(file)
    assert "has no certificate now" in told("--remove")
    file.write_bytes(certificate("ben@example.org").public_bytes(Encoding.PEM))
    assert "ben@example.org" in told(file, code=1)
    assert "cannot be read" in told(tmp_path / "missing.pem", code=1)
