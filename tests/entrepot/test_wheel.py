"""The wheel adds one name to an environment, and runs beside packages of the same names as ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECOY = "raise RuntimeError('this is somebody else\\'s package')\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The Python of an environment in which only the wheel is installed.

    The libraries are this environment's, by a ``.pth`` file, which saves a minute of downloads.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(python), "install"),
            *("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check", str(wheel)),
        ],
        check=True,
        timeout=120,
    )
    return python, site


@pytest.fixture
def decoys(tmp_path):
    """A folder with packages of the same names as ours."""
    for name in ("store", "schemas", "ews", "eas", "mailflow"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(DECOY)
    return tmp_path


def clean_environment():
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def test_the_wheel_adds_one_name(wheel, environment):
    _, site = environment
    added = {path.name for path in site.iterdir()} - {"libraries.pth", "__pycache__"}
    assert {name for name in added if not name.endswith(".dist-info")} == {"entrepot"}
    names = zipfile.ZipFile(wheel).namelist()
    assert "entrepot/_app/store/commands.py" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_every_file_of_our_packages_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.check_output(
        ["git", "ls-files", "schemas", "store", "ews", "eas", "mailflow"], cwd=ROOT, text=True
    ).splitlines()
    if not tracked:
        pytest.skip("not a checkout with git")
    present = [name for name in tracked if (ROOT / name).exists()]
    assert [name for name in present if f"entrepot/_app/{name}" not in names] == []


def test_it_runs_beside_decoys(environment, decoys):
    python, _ = environment
    for command in (
        [python.parent / "entrepot", "version"],
        [python, "-m", "entrepot", "version"],
    ):
        done = subprocess.run(
            command, cwd=decoys, env=clean_environment(), capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "entrepot 0.1.0\n"), done.stderr


def test_it_serves_beside_decoys(environment, decoys):
    python, _ = environment
    server = subprocess.Popen(
        [
            *(python, "-m", "entrepot", "demo", "--json", "--empty", "--folder", "data"),
            *("--http-port", "0", "--smtp-port", "0"),
        ],
        cwd=decoys,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = server.stdout.readline()
        assert line, server.stderr.read()
        word = json.loads(line)
        with urllib.request.urlopen(word["http"] + "/health", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
    assert server.returncode == 0


def test_the_fixtures_leave_the_path_and_the_decoys_alone(environment, decoys):
    python, _ = environment
    code = (
        "import sys; before = list(sys.path)\n"
        "import entrepot.testing, entrepot.pytest_plugin\n"
        "assert sys.path == before\n"
        "assert not {'store', 'schemas', 'ews', 'mailflow'} & set(sys.modules)\n"
    )
    subprocess.run(
        [python, "-c", code], cwd=decoys, env=clean_environment(), check=True, timeout=60
    )


def test_pytest_finds_the_fixtures(environment, decoys):
    python, _ = environment
    (decoys / "test_mine.py").write_text("def test_it(exchange):\n    assert exchange.is_running\n")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=decoys,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
