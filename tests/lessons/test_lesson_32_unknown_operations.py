"""Lesson 32 (gromox#261): an operation that nobody knows, or that is not built, is told as such.

That each of the contract's operations answers in its own words is shown for random requests of all
122 in ``tests/bad_requests/test_random_requests.py``.
"""

from __future__ import annotations

import pytest
import structlog

from tests.bad_requests.cases import envelope
from tests.security.house import House

pytestmark = pytest.mark.anyio


async def test_lesson_32_an_unknown_one_is_a_fault_and_noted(house: House) -> None:
    with structlog.testing.capture_logs() as lines:
        status, answer = await house.post(envelope("<m:MakeCoffee/>"))
    assert status == 500
    assert "<e:ResponseCode" in answer and "ErrorInvalidRequest" in answer
    assert [(line["event"], line["operation"]) for line in lines] == [
        ("unknown operation", "MakeCoffee")
    ]


async def test_lesson_32_one_that_is_not_built_answers_under_200_and_is_wanted(
    house: House,
) -> None:
    with structlog.testing.capture_logs() as lines:
        status, answer = await house.post(envelope("<m:GetInboxRules/>"))
    assert status == 200
    assert '<m:GetInboxRulesResponse ResponseClass="Error">' in answer
    assert "ErrorInvalidOperation" in answer
    assert [(line["event"], line["operation"]) for line in lines] == [
        ("operation not built", "GetInboxRules")
    ]
