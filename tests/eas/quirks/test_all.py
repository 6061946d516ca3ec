"""No habit of the survey is without its test."""

from __future__ import annotations

import re
from pathlib import Path

_HABITS = 47


def test_every_habit_has_a_test() -> None:
    here = Path(__file__).parent
    text = "".join(each.read_text("utf-8") for each in sorted(here.glob("test_*.py")))
    numbers = {int(found) for found in re.findall(r"^def test_quirk_(\d\d)_", text, re.MULTILINE)}
    assert numbers == set(range(1, _HABITS + 1))
