"""The frame, against a tiny server that answers what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from lxml import etree

from conformance import cli, junit, page, requests
from conformance.checks import success
from conformance.contract import Contract
from conformance.mailbox import Mailbox
from conformance.runner import Account, Outcome, Runner
from conformance.scenario import Registry, Scenario, load_all, scenario
from conformance.things import message as message_element
from conformance.xml import MESSAGES, TYPES, m, t
from tests.conformance.conftest import FakeServer, Reply, fault, folder_answer, message, reply

Run = Callable[[], Outcome]


def declare(registry: Registry, function: Callable[..., None], **how: tuple[str, ...]) -> None:
    """Declare a function as the registry's scenario."""
    scenario("MS-TEST", "S01_TC01", registry=registry, **how)(function)


def get_a_folder(ews: Mailbox) -> None:
    """Reads the inbox."""
    success(ews.call(requests.get_folder(["inbox"])))


def test_a_good_answer_passes(fake: FakeServer, registry: Registry, run: Run) -> None:
    declare(registry, get_a_folder)
    fake.replies["GetFolder"] = reply(folder_answer())
    assert run().status == "passed"


def test_an_answer_that_breaks_the_contract_fails(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    declare(registry, get_a_folder)
    wrong = m.Folders(t.Folder(t.DisplayName("Inbox"), t.FolderId(Id="AAMk=")))
    fake.replies["GetFolder"] = reply(message("GetFolder", wrong))
    outcome = run()
    assert outcome.status == "failed"
    assert "not as the contract says" in outcome.detail
    assert "t:FolderId" in outcome.detail
    assert [each.operation for each in outcome.exchanges] == ["GetFolder"]


def test_a_breach_is_told_beside_the_failure(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    declare(registry, get_a_folder)
    fake.replies["GetFolder"] = reply(message("GetFolder", t.Nothing(), code="ErrorAccessDenied"))
    detail = run().detail
    assert "ErrorAccessDenied" in detail
    assert "t:Nothing" in detail


def test_the_version_of_the_server_is_due_in_the_header(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    declare(registry, get_a_folder)
    fake.replies["GetFolder"] = reply(folder_answer(), head="")
    assert "no ServerVersionInfo" in run().detail


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (fault("ErrorServerBusy", status=200), "a fault under HTTP 200"),
        (fault("ErrorOfOurOwn"), "unknown ResponseCode ErrorOfOurOwn"),
        (Reply(b"", 401), "HTTP 401"),
        (Reply(b"<html>no</html>"), "no SOAP Body"),
        (Reply(b"out of order"), "no XML"),
    ],
)
def test_what_is_no_answer_fails_and_says_why(
    fake: FakeServer, registry: Registry, run: Run, answer: Reply, told: str
) -> None:
    declare(registry, get_a_folder)
    fake.replies["GetFolder"] = answer
    outcome = run()
    assert outcome.status == "failed"
    assert told in outcome.detail


def test_a_server_without_the_feature_is_excused(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    declare(registry, get_a_folder, needs=("delegates",))
    fake.replies["GetFolder"] = reply(message("GetFolder", code="ErrorInvalidOperation"))
    outcome = run()
    assert outcome.status == "skipped"
    assert "GetFolder answered ErrorInvalidOperation" in outcome.detail


def test_without_a_need_there_is_no_excuse(fake: FakeServer, registry: Registry, run: Run) -> None:
    declare(registry, get_a_folder)
    fake.replies["GetFolder"] = reply(message("GetFolder", code="ErrorInvalidOperation"))
    assert run().status == "failed"


def test_a_scenario_for_two_needs_two(registry: Registry, run: Run) -> None:
    def two(ews: Mailbox, other: Mailbox) -> None:
        """Needs somebody else."""

    declare(registry, two)
    outcome = run()
    assert (outcome.status, outcome.detail) == (
        "skipped",
        "needs a second user: --user2, --password2",
    )


def test_a_scenario_for_three_needs_three(registry: Registry, run: Run) -> None:
    def three(ews: Mailbox, third: Mailbox) -> None:
        """Needs one more."""

    declare(registry, three)
    outcome = run()
    assert (outcome.status, outcome.detail) == (
        "skipped",
        "needs a third user: --user3, --password3",
    )


def test_what_a_scenario_made_is_taken_away_though_it_failed(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    def fail(ews: Mailbox) -> None:
        """Makes a folder, then fails."""
        ews.make_folder("inbox", "left behind")
        raise RuntimeError("on purpose")

    declare(registry, fail)
    fake.replies["CreateFolder"] = reply(folder_answer("CreateFolder"))
    fake.replies["DeleteFolder"] = reply(message("DeleteFolder"))
    outcome = run()
    assert outcome.status == "failed"
    assert "on purpose" in outcome.detail
    assert fake.operations() == ["CreateFolder", "DeleteFolder"]
    assert fake.requests[-1].find(".//{*}FolderId").get("Id") == "AAMk="


def test_a_request_against_the_contract_must_be_meant(
    fake: FakeServer, registry: Registry, run: Run
) -> None:
    def unknown_folder(ews: Mailbox) -> None:
        """Asks for a default folder that there is not."""
        ews.call(requests.get_folder(["cellar"]))

    declare(registry, unknown_folder)
    assert "the scenario breaks the contract" in run().detail
    assert fake.requests == []


def test_a_deliberate_breach_is_sent(fake: FakeServer, registry: Registry, run: Run) -> None:
    def unknown_folder(ews: Mailbox) -> None:
        """Asks for a default folder that there is not, on purpose."""
        answer = ews.call(requests.get_folder(["cellar"]), deliberate=True)
        assert answer.codes == ["ErrorSchemaValidation"]

    declare(registry, unknown_folder)
    fake.replies["GetFolder"] = fault("ErrorSchemaValidation")
    assert run().status == "passed"


@pytest.mark.parametrize("namespace", [MESSAGES, TYPES])
def test_the_known_deviation_is_accepted(contract: Contract, namespace: str) -> None:
    """Clients read SubscriptionId below ErrorSubscriptionIds in the messages namespace."""
    ids = m.ErrorSubscriptionIds((m if namespace == MESSAGES else t).SubscriptionId("abc"))
    one = m.GetStreamingEventsResponseMessage(
        m.ResponseCode("ErrorInvalidSubscription"), ids, ResponseClass="Error"
    )
    body = m.GetStreamingEventsResponse(m.ResponseMessages(one))
    assert contract.breaches(body) == []


def test_a_deviation_elsewhere_is_not(contract: Contract) -> None:
    body = m.UnsubscribeResponse(m.ResponseMessages(m.SubscriptionId("abc")))
    assert contract.breaches(body)


def test_children_are_put_in_the_order_of_the_contract(contract: Contract) -> None:
    made = message_element("Minutes", to=["b@demo.example"], text="Hello", IsRead=True)
    assert [etree.QName(child).localname for child in made] == [
        "Subject",
        "Body",
        "ToRecipients",
        "IsRead",
    ]
    assert contract.request_breaches(requests.create_item(made)) == []


def test_one_id_is_given_once(registry: Registry) -> None:
    declare(registry, get_a_folder)
    with pytest.raises(ValueError, match="two scenarios are called MS-TEST S01_TC01"):
        declare(registry, get_a_folder)


def test_a_need_must_be_a_known_feature(registry: Registry) -> None:
    with pytest.raises(ValueError, match="teleport"):
        declare(registry, get_a_folder, needs=("teleport",))


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("MS-TEST", True),
        ("s01_tc01", True),
        ("get a folder", True),
        ("MS-TEST S0?_TC*", True),
        ("MS-OTHER", False),
        ("*TC02*", False),
    ],
)
def test_only_some(pattern: str, matches: bool) -> None:
    assert Scenario("MS-TEST", "S01_TC01", get_a_folder).matches(pattern) is matches


def _outcomes() -> list[Outcome]:
    good = Scenario("MS-TEST", "S01_TC01", get_a_folder, ("MS-TEST_R1", "MS-TEST_R2"))
    bad = Scenario("MS-TEST", "S01_TC02", get_a_folder, ("MS-TEST_R2",))
    none = Scenario("MS-TEST", "S01_TC03", get_a_folder)
    return [
        Outcome(good, "passed", 0.25),
        Outcome(bad, "failed", 0.5, "<b>\x00not</b>\nso"),
        Outcome(none, "skipped", 0.0, "the server lacks it"),
    ]


def test_junit_counts_and_names_requirements() -> None:
    root = etree.fromstring(junit.junit(_outcomes()))
    suite = root[0]
    counts = [suite.get(name) for name in ("tests", "failures", "skipped")]
    assert counts == ["3", "1", "1"]
    assert root.xpath("//testcase[1]//property/@value") == ["MS-TEST_R1", "MS-TEST_R2"]
    assert root.xpath("//failure")[0].get("message").startswith("<b>")
    assert root.xpath("//skipped")[0].text == "the server lacks it"


def test_the_page_needs_nothing_else_and_escapes() -> None:
    html = page.page(_outcomes(), "http://server.example/<EWS>")
    assert "1 of 3 passed" in html
    assert "MS-TEST_R1, MS-TEST_R2" in html
    assert "<b>2</b>requirements" in html
    assert "&lt;b&gt;" in html
    assert "<EWS>" not in html
    assert "<script" not in html and "<link" not in html and "src=" not in html


def test_the_contract_can_be_the_servers_own(fake: FakeServer) -> None:
    with httpx.Client() as http:
        fetched = Contract.from_server(fake.url, http)
    assert fetched.breaches(folder_answer()) == []
    assert fetched.breaches(folder_answer(Colour="red"))


def test_the_command_line_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--list", "--only", "MS-OXWSFOLD S01_TC01"]) == 0
    assert "create get and delete a folder" in capsys.readouterr().out


def test_the_command_line_runs_reports_and_fails(
    fake: FakeServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--junit", str(tmp_path / "j.xml"), "--html", str(tmp_path / "p.html")]
    who = ["--user", "anna@demo.example", "--password", "secret"]
    status = cli.main(["--ews", fake.url, *who, *files, "--only", "MS-OXWSFOLD S04_TC04"])
    assert status == 1
    assert "0 passed, 1 failed, 0 skipped" in capsys.readouterr().out
    assert etree.parse(tmp_path / "j.xml").getroot()[0].get("failures") == "1"
    assert "MS-OXWSFOLD_R587" in (tmp_path / "p.html").read_text()


def test_the_command_line_says_when_there_is_no_contract(
    fake: FakeServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    who = ["--user", "anna@demo.example", "--password", "secret"]
    status = cli.main(["--ews", fake.url, *who, "--contract", str(tmp_path)])
    assert status == 2
    assert "messages.xsd" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["ErrorItemNotFound", "NoError"])
def test_no_scenario_passes_where_nothing_works(
    fake: FakeServer, contract: Contract, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A server that refuses everything, and one that agrees to everything and does nothing."""
    monkeypatch.setattr("conformance.mailbox.ARRIVAL_S_MAX", 0.0)
    fake.otherwise = code
    users = [Account(f"user{n}@demo.example", "secret") for n in (1, 2, 3)]
    with httpx.Client(timeout=10) as http:
        runner = Runner(http, fake.url, contract, *users)
        passed = [
            each.scenario.id for each in runner.run_all(load_all()) if each.status == "passed"
        ]
    assert passed == []
