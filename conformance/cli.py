"""The command line: `python -m conformance --ews URL --eas URL --user ADDRESS --password WORD`.

Exit status: 0 nothing failed, 1 something did, 2 it could not run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import httpx
from rich.console import Console

from conformance import console as terminal
from conformance import junit, page
from conformance.contract import Contract, ContractMissing
from conformance.eas.administrator import by_command
from conformance.eas.runner import VERSIONS, EasRunner
from conformance.eas.runner import load_all as load_eas
from conformance.runner import Account, Outcome, Runner
from conformance.scenario import Scenario, load_all

TIMEOUT_S = 60.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print and write what was asked for; gives the exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    console = Console()
    chosen = [each for each in _all(args) if args.only is None or each.matches(args.only)]
    if args.list:
        terminal.listing(chosen, console)
        return 0
    if not ((args.ews or args.eas) and args.user and args.password):
        parser.error("--ews or --eas, --user and --password say what to drive, and as whom")
    if not chosen:
        parser.error(f"no scenario is called {args.only!r}; --list shows all")
    try:
        return _run(args, chosen, console)
    except (ContractMissing, httpx.HTTPError) as problem:
        print(f"conformance: {problem}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace, chosen: list[Scenario], console: Console) -> int:
    with httpx.Client(timeout=TIMEOUT_S, verify=not args.insecure) as http:
        first = Account(args.user, args.password)
        second = Account(args.user2, args.password2) if args.user2 else None
        runs: list[Iterator[Outcome]] = []
        if args.ews:
            third = Account(args.user3, args.password3) if args.user3 else None
            runner = Runner(http, args.ews, _contract(args, http), first, second, third)
            runs.append(runner.run_all([s for s in chosen if not _is_eas(s)]))
        if args.eas:
            acts = by_command(args.administrator) if args.administrator else None
            devices = EasRunner(http, args.eas, args.eas_version, first, second, acts)
            runs.append(devices.run_all([s for s in chosen if _is_eas(s)]))
        outcomes = terminal.follow(chain(*runs), len(chosen), console)
    if args.junit:
        junit.write(outcomes, args.junit)
    if args.html:
        page.write(outcomes, args.ews or args.eas, args.html)
    console.print(terminal.summary(outcomes), highlight=False)
    return int(any(outcome.status == "failed" for outcome in outcomes))


def _is_eas(scenario: Scenario) -> bool:
    return scenario.specification.startswith("MS-AS")


def _all(args: argparse.Namespace) -> list[Scenario]:
    """The scenarios of what is to be driven; all of them where only their list is wanted."""
    either = args.list and not (args.ews or args.eas)
    found: list[Scenario] = []
    if args.ews or either or not args.eas:
        found += load_all()
    if args.eas or either:
        found += load_eas()
    return found


def _contract(args: argparse.Namespace, http: httpx.Client) -> Contract:
    if args.contract:
        return Contract(args.contract)
    auth = httpx.BasicAuth(args.user, args.password)
    return Contract.from_server(args.ews, http, auth)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance",
        description="Drive an EWS or ActiveSync server from outside and report where it differs.",
        epilog="Passwords may also come from CONFORMANCE_PASSWORD, …_PASSWORD2 and …_PASSWORD3.",
    )
    parser.add_argument("--ews", metavar="URL", help="the endpoint, …/EWS/Exchange.asmx")
    parser.add_argument(
        "--eas", metavar="URL", help="the ActiveSync endpoint, …/Microsoft-Server-ActiveSync"
    )
    parser.add_argument("--eas-version", default=VERSIONS[-1], choices=VERSIONS)
    parser.add_argument("--user", metavar="ADDRESS", help="whose mailbox to use: an empty one")
    parser.add_argument("--password", default=os.environ.get("CONFORMANCE_PASSWORD"))
    parser.add_argument("--user2", metavar="ADDRESS", help="a second user, to send mail to")
    parser.add_argument("--password2", default=os.environ.get("CONFORMANCE_PASSWORD2", ""))
    parser.add_argument("--user3", metavar="ADDRESS", help="a third user, to act for the second")
    parser.add_argument("--password3", default=os.environ.get("CONFORMANCE_PASSWORD3", ""))
    parser.add_argument(
        "--administrator",
        metavar="COMMAND",
        help="does what an administrator can, with {action} (wipe, wipe-account, remove: a device; "
        "close, open: ActiveSync to a user), {user}, {device} filled in",
    )
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
