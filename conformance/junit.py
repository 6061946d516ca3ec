"""Outcomes as JUnit XML, one suite per specification."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from lxml import etree

from conformance.runner import Outcome

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Iterable[Outcome]) -> bytes:
    """The document. Requirement ids are properties of their test case."""
    root = etree.Element("testsuites", name="conformance")
    in_order = sorted(outcomes, key=lambda each: each.scenario.id)
    for specification, group in groupby(in_order, lambda each: each.scenario.specification):
        cases = list(group)
        suite = etree.SubElement(
            root,
            "testsuite",
            name=specification,
            tests=str(len(cases)),
            failures=str(sum(case.status == "failed" for case in cases)),
            skipped=str(sum(case.status == "skipped" for case in cases)),
            time=f"{sum(case.seconds for case in cases):.3f}",
        )
        for case in cases:
            suite.append(_case(case))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def write(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write the document to a file."""
    path.write_bytes(junit(outcomes))


def _case(outcome: Outcome) -> etree._Element:
    scenario = outcome.scenario
    case = etree.Element(
        "testcase",
        classname=scenario.specification,
        name=f"{scenario.name} {scenario.title}",
        time=f"{outcome.seconds:.3f}",
    )
    if scenario.requirements:
        properties = etree.SubElement(case, "properties")
        for requirement in scenario.requirements:
            etree.SubElement(properties, "property", name="requirement", value=requirement)
    if outcome.status != "passed":
        detail = _NO_XML.sub("�", outcome.detail)
        first = detail.splitlines()[0] if detail else ""
        tag = "failure" if outcome.status == "failed" else "skipped"
        etree.SubElement(case, tag, message=first).text = detail
    return case
