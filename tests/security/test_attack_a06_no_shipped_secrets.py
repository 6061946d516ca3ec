"""Attack A6 (CVE-2020-0688): no key, account or password comes with the program.

That two installations share no secret: ``tests/entrepot/test_cli.py`` and ``test_demo.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("entrepot", "ews", "store", "schemas", "mailflow", "eas")
SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|\$argon2id?\$v="
    rb"|(?:password|secret|token)\s*=\s*[\"'][^\"'{]{4,}|key\s*=\s*b[\"'][^\"']{8,}",
    re.IGNORECASE,
)


def test_attack_a06_no_secret_is_in_the_packages() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match[0][:40]!r}"
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
        for match in SECRET.finditer(file.read_bytes())
    ]
    assert found == []
