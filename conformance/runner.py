"""Runs one scenario: fixtures, the function, the verdict, and tidying up."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import httpx

from conformance.checks import Failure, Missing
from conformance.client import BadScenario, Exchange, Journal, Unusable
from conformance.contract import Contract
from conformance.fixtures import NoSuchUser, arguments
from conformance.mailbox import Mailbox
from conformance.scenario import FEATURES, Scenario
from conformance.tidy import tidy

EXCHANGES_KEPT = 4
"""How many of the last exchanges a failed outcome keeps for the report."""

Status = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Account:
    """A user to sign in as."""

    address: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a scenario; `seconds` without tidying."""

    scenario: Scenario
    status: Status
    seconds: float
    detail: str = ""
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Runner:
    """Where to run scenarios, and as whom."""

    http: httpx.Client
    ews: str
    contract: Contract
    first: Account
    second: Account | None = None
    third: Account | None = None

    def run_all(self, scenarios: Iterable[Scenario]) -> Iterator[Outcome]:
        """Run one after another, giving each outcome as it is known."""
        for scenario in scenarios:
            yield self.run(scenario)

    def run(self, scenario: Scenario) -> Outcome:
        """Run one. Whatever it meets becomes an outcome: one scenario never ends the run."""
        journal = Journal()
        ews = self._mailbox(self.first, journal)
        named = {"other": self.second, "third": self.third}
        others = {
            name: self._mailbox(account, journal) for name, account in named.items() if account
        }
        began = time.perf_counter()
        status, detail = self._attempt(scenario, ews, others)
        seconds = time.perf_counter() - began
        kept = tuple(journal.exchanges[-EXCHANGES_KEPT:]) if status == "failed" else ()
        left = tidy(journal, [ews, *others.values()])
        if status == "passed" and journal.breaches:
            status, detail = "failed", ""
            kept = tuple(journal.exchanges[-EXCHANGES_KEPT:])
        if journal.breaches and status == "failed":
            told = "\n".join(dict.fromkeys(journal.breaches))
            detail = f"{detail}\nnot as the contract says:\n{told}".strip()
        if left and status == "failed":
            detail = f"{detail}\nnot tidied: {left}"
        return Outcome(scenario, status, seconds, detail, kept)

    def _mailbox(self, account: Account, journal: Journal) -> Mailbox:
        return Mailbox(
            self.http, self.ews, account.address, account.password, self.contract, journal
        )

    def _attempt(
        self, scenario: Scenario, ews: Mailbox, others: Mapping[str, Mailbox]
    ) -> tuple[Status, str]:
        try:
            scenario.function(**arguments(scenario, ews, others))
        except NoSuchUser as missing:
            return "skipped", f"needs {missing}"
        except Missing as missing:
            return "skipped", f"the server lacks {missing}"
        except Failure as failure:
            if reason := missing_feature(scenario, ews.journal):
                return "skipped", reason
            return "failed", str(failure)
        except BadScenario as mistake:
            return "failed", f"the scenario breaks the contract: {mistake}"
        except (Unusable, httpx.HTTPError) as problem:
            return "failed", f"{type(problem).__name__}: {problem}"
        except LookupError:
            if reason := missing_feature(scenario, ews.journal):
                return "skipped", reason
            return "failed", traceback.format_exc(limit=-3)
        except Exception:
            return "failed", traceback.format_exc(limit=-5)
        return "passed", ""


def missing_feature(scenario: Scenario, journal: Journal) -> str:
    """Why a scenario could not be shown, if it needs what the server said it lacks."""
    for need in scenario.needs:
        what, codes = FEATURES[need]
        for operation, code in journal.codes:
            if code == "ErrorInvalidOperation" or code in codes:
                return f"the server lacks {what}: {operation} answered {code}"
    return ""
