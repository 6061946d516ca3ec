"""Progress and summary on the terminal: a bar where there is one, plain lines elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance.runner import Outcome
from conformance.scenario import Scenario

SIGNS = {
    "passed": "[green]passed[/green]",
    "failed": "[red]failed[/red]",
    "skipped": "[yellow]skipped[/yellow]",
}


def follow(outcomes: Iterable[Outcome], total: int, console: Console) -> list[Outcome]:
    """Show outcomes as they come, and give them all."""
    if not console.is_terminal:
        return [_line(outcome, console) for outcome in outcomes]
    gathered: list[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("scenarios", total=total)
        for outcome in outcomes:
            gathered.append(outcome)
            if outcome.status != "passed":
                _line(outcome, progress.console)
            progress.update(task, advance=1, description=outcome.scenario.id)
    return gathered


def _line(outcome: Outcome, console: Console) -> Outcome:
    scenario = outcome.scenario
    console.print(
        f"{SIGNS[outcome.status]} {scenario.id} {escape(scenario.title)}", highlight=False
    )
    if outcome.detail:
        for line in outcome.detail.splitlines():
            console.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
    return outcome


def summary(outcomes: Sequence[Outcome]) -> str:
    """`12 passed, 1 failed, 2 skipped`."""
    count = Counter(outcome.status for outcome in outcomes)
    return f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"


def listing(scenarios: Iterable[Scenario], console: Console) -> None:
    """Print what there is, one a line: id, title, requirement ids."""
    for scenario in scenarios:
        ids = ", ".join(scenario.requirements)
        console.print(
            f"{scenario.id}  {escape(scenario.title)}  [dim]{ids}[/dim]",
            highlight=False,
            soft_wrap=True,
        )
