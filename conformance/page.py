"""Outcomes as one HTML page that needs nothing else: no script, no style sheet, no picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from pathlib import Path

from lxml import etree

from conformance.client import Exchange
from conformance.runner import Outcome

EXCHANGE_CHARS_MAX = 6000

STYLE = """
:root { color-scheme: light dark; --line: #8884; --ok: #2a7d4f; --bad: #c0392b; --skip: #8a6d1d }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
.about { opacity: .75; margin-top: .2rem }
.sum { display: flex; gap: 1rem; flex-wrap: wrap; margin: 1rem 0; padding: 0 }
.sum li { list-style: none; border: 1px solid var(--line); border-radius: .5rem;
  padding: .4rem 1rem }
.sum b { font-size: 1.4rem; display: block }
.bar { display: flex; height: .5rem; border-radius: .25rem; overflow: hidden }
.bar i.passed { background: var(--ok) } .bar i.failed { background: var(--bad) }
.bar i.skipped { background: var(--skip) }
details { border-bottom: 1px solid var(--line) } summary { padding: .3rem .2rem; cursor: pointer;
  display: grid; grid-template-columns: 5.5rem 7rem 1fr 4rem; gap: .5rem }
summary .took { text-align: right; opacity: .65; font-variant-numeric: tabular-nums }
.passed .status { color: var(--ok) } .failed .status { color: var(--bad) }
.skipped .status { color: var(--skip) } .status { font-weight: 600 }
.inside { padding: .2rem 0 1rem 1rem } .ids { font-size: .85rem; opacity: .8 }
pre { overflow: auto; max-height: 24rem; border: 1px solid var(--line); border-radius: .4rem;
  padding: .6rem; font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere }
@media (max-width: 40rem) { summary { grid-template-columns: 5rem 1fr } .took { display: none } }
"""


def page(outcomes: Sequence[Outcome], server: str) -> str:
    """The page; `server` is the address that was driven."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    in_order = sorted(outcomes, key=lambda each: each.scenario.id)
    sections = [
        _section(specification, list(group))
        for specification, group in groupby(in_order, lambda each: each.scenario.specification)
    ]
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Conformance of {escape(server)}</title><style>{STYLE}</style>"
        f"<h1>Conformance to Exchange Web Services</h1>"
        f"<p class=about>{escape(server)}, {when}</p>"
        f"{_counts(outcomes)}{_bar(outcomes)}{''.join(sections)}</html>\n"
    )


def write(outcomes: Iterable[Outcome], server: str, path: Path) -> None:
    """Write the page to a file."""
    path.write_text(page(list(outcomes), server), encoding="utf-8")


def _counts(outcomes: Sequence[Outcome]) -> str:
    shown = {each for one in outcomes for each in one.scenario.requirements}
    cells = [
        (status, sum(one.status == status for one in outcomes))
        for status in ("passed", "failed", "skipped")
    ]
    items = "".join(f"<li><b>{count}</b>{status}</li>" for status, count in cells)
    return f"<ul class=sum>{items}<li><b>{len(shown)}</b>requirements touched</li></ul>"


def _bar(outcomes: Sequence[Outcome]) -> str:
    parts = "".join(
        f'<i class={status} style="flex:{count}"></i>'
        for status in ("passed", "failed", "skipped")
        if (count := sum(one.status == status for one in outcomes))
    )
    return f"<div class=bar>{parts}</div>"


def _section(specification: str, outcomes: Sequence[Outcome]) -> str:
    passed = sum(one.status == "passed" for one in outcomes)
    rows = "".join(_row(one) for one in outcomes)
    return f"<h2>{escape(specification)}: {passed} of {len(outcomes)} passed</h2>{rows}"


def _row(outcome: Outcome) -> str:
    scenario = outcome.scenario
    ids = ", ".join(scenario.requirements) or "no requirement named"
    about = (scenario.function.__doc__ or "").strip().splitlines()
    inside = f"<p>{escape(about[0])}</p>" if about else ""
    inside += f"<p class=ids>{escape(ids)}</p>"
    if outcome.detail:
        inside += f"<pre>{escape(outcome.detail)}</pre>"
    inside += "".join(_exchange(each) for each in outcome.exchanges)
    opened = " open" if outcome.status == "failed" else ""
    return (
        f"<details class={outcome.status}{opened}><summary>"
        f"<span class=status>{outcome.status}</span><span>{escape(scenario.name)}</span>"
        f"<span>{escape(scenario.title)}</span><span class=took>{outcome.seconds:.2f} s</span>"
        f"</summary><div class=inside>{inside}</div></details>"
    )


def _exchange(exchange: Exchange) -> str:
    return (
        f"<details><summary>{escape(exchange.operation)}</summary>"
        f"<pre>{escape(_readable(exchange.request))}</pre>"
        f"<pre>HTTP {exchange.status}\n{escape(_readable(exchange.answer))}</pre></details>"
    )


def _readable(raw: bytes) -> str:
    """Indented XML, or the bytes as text; cut where it gets long."""
    try:
        root = etree.fromstring(
            raw, etree.XMLParser(remove_blank_text=True, resolve_entities=False)
        )
        text = etree.tostring(root, pretty_print=True, encoding="unicode")
    except (etree.XMLSyntaxError, ValueError):
        text = raw.decode("utf-8", "replace")
    cut = text[:EXCHANGE_CHARS_MAX]
    return cut if len(cut) == len(text) else f"{cut}\n… {len(text) - len(cut):,} more characters"
