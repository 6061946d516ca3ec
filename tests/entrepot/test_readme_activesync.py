"""README's table of ActiveSync says of every command whether it is built, and says it truly."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from eas.request import COMMANDS
from entrepot.testing import Exchange

README = Path(__file__).resolve().parents[2] / "README.md"


def _table() -> dict[str, str]:
    text = README.read_text("utf-8").partition("### ActiveSync")[2].partition("### Exchange")[0]
    rows = re.findall(r"^\| ([A-Z][A-Za-z, ]+) \| (yes|partly|not yet) \|", text, re.MULTILINE)
    return {name: built for names, built in rows for name in names.split(", ")}


def test_the_table_is_what_the_server_offers(exchange: Exchange) -> None:
    anna = exchange.person("anna")
    answer = httpx.options(exchange.eas, auth=(anna.address, anna.password))
    offered = set(answer.headers["MS-ASProtocolCommands"].split(","))
    table = _table()
    assert set(table) == {*COMMANDS, "Autodiscover"}
    assert {name for name, built in table.items() if built != "not yet"} == {
        *offered,
        "Autodiscover",
    }
