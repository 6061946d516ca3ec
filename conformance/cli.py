"""The command line: `python -m conformance --ews URL --user ADDRESS --password WORD`.

Exit status: 0 nothing failed, 1 something did, 2 it could not run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
from rich.console import Console

from conformance import console as terminal
from conformance import junit, page
from conformance.contract import Contract, ContractMissing
from conformance.runner import Account, Runner
from conformance.scenario import Scenario, load_all

TIMEOUT_S = 60.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print and write what was asked for; gives the exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    console = Console()
    chosen = [each for each in load_all() if args.only is None or each.matches(args.only)]
    if args.list:
        terminal.listing(chosen, console)
        return 0
    if not (args.ews and args.user and args.password):
        parser.error("--ews, --user and --password say what to drive, and as whom")
    if not chosen:
        parser.error(f"no scenario is called {args.only!r}; --list shows all")
    try:
        return _run(args, chosen, console)
    except (ContractMissing, httpx.HTTPError) as problem:
        print(f"conformance: {problem}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace, chosen: list[Scenario], console: Console) -> int:
    with httpx.Client(timeout=TIMEOUT_S, verify=not args.insecure) as http:
        contract = _contract(args, http)
        second = Account(args.user2, args.password2) if args.user2 else None
        runner = Runner(http, args.ews, contract, Account(args.user, args.password), second)
        outcomes = terminal.follow(runner.run_all(chosen), len(chosen), console)
    if args.junit:
        junit.write(outcomes, args.junit)
    if args.html:
        page.write(outcomes, args.ews, args.html)
    console.print(terminal.summary(outcomes), highlight=False)
    return int(any(outcome.status == "failed" for outcome in outcomes))


def _contract(args: argparse.Namespace, http: httpx.Client) -> Contract:
    if args.contract:
        return Contract(args.contract)
    auth = httpx.BasicAuth(args.user, args.password)
    return Contract.from_server(args.ews, http, auth)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance",
        description="Drive an EWS server from outside and report where it differs.",
        epilog="Passwords may also come from CONFORMANCE_PASSWORD and CONFORMANCE_PASSWORD2.",
    )
    parser.add_argument("--ews", metavar="URL", help="the endpoint, …/EWS/Exchange.asmx")
    parser.add_argument("--user", metavar="ADDRESS", help="whose mailbox to use: an empty one")
    parser.add_argument("--password", default=os.environ.get("CONFORMANCE_PASSWORD"))
    parser.add_argument("--user2", metavar="ADDRESS", help="a second user, to send mail to")
    parser.add_argument("--password2", default=os.environ.get("CONFORMANCE_PASSWORD2", ""))
    parser.add_argument("--only", metavar="PATTERN", help="part of an id or title, or a * pattern")
    parser.add_argument("--list", action="store_true", help="print the scenarios and stop")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page for people")
    parser.add_argument(
        "--contract",
        type=Path,
        metavar="DIR",
        help="messages.xsd and types.xsd (else the server's)",
    )
    parser.add_argument("--insecure", action="store_true", help="accept any TLS certificate")
    return parser
