"""The scenarios of ActiveSync hold on this server in every version, and fail on one that lies."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.checks import Failure
from conformance.cli import main
from conformance.eas import http as wire
from conformance.eas.administrator import Administrator, by_command
from conformance.eas.runner import VERSIONS, EasRunner, load_all
from conformance.eas.wbxml import Malformed, Node, decode, encode, node
from conformance.runner import Account, Outcome
from conformance.scenario import Scenario
from entrepot.testing import Exchange, Person
from tests.clients.zeep_client import Soap
from tests.clients.zeep_others import delegate_of
from tests.conformance.conftest import reference
from tests.directory.pictures import picture
from tests.entrepot.test_cli import entrepot as run_here
from tests.entrepot.test_cli_devices import entrepot

SCENARIOS_OF_ONE = 40
OF_SOMEBODY_WITH_A_PHOTO = {
    f"MS-ASCMD {number}" for number in ("S13_TC17", "S13_TC18", "S13_TC19", "S14_TC20", "S14_TC21")
}
_DELIVERY = "DelegatesAndSendInformationToMe"
OF_A_DELEGATE = {"MS-ASEMAIL S04_TC08", "MS-ASEMAIL S04_TC09"}
MEMBERS_OF_LARGE = 21  # one more than are asked for their time (MS-ASCMD 2.2.3.183)
SCENARIOS = {scenario.id: scenario for scenario in load_all()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A server with the groups that the scenarios look for."""
    folder = tmp_path_factory.mktemp("server")
    with Exchange(folder) as exchange:
        crowd = [exchange.person(f"member{n}").address for n in range(MEMBERS_OF_LARGE)]
        exchange.distribution_list("conformance-group", crowd[:2])
        exchange.distribution_list("conformance-crowd", crowd)
        yield exchange


@pytest.fixture(scope="module")
def run(server: Exchange) -> Iterator[Callable[[Scenario, str], Outcome]]:
    """Runs a scenario in a version, each version as a person of its own; each scenario makes new
    devices, and nobody may have more than a hundred, so new people come every so often."""
    people: dict[tuple[str, int], Person] = {}
    counts: Counter[str] = Counter()

    def somebody(name: str, turn: int) -> Person:
        if (name, turn) not in people:
            people[name, turn] = server.person(f"{name}x{turn}")
        return people[name, turn]

    with httpx.Client(timeout=30) as client:

        def runs(scenario: Scenario, version: str) -> Outcome:
            turn = counts[version] // SCENARIOS_OF_ONE
            counts[version] += 1
            name = version.replace(".", "")
            person, other = somebody(f"v{name}", turn), somebody(f"other{name}", turn)
            if scenario.id in OF_SOMEBODY_WITH_A_PHOTO:
                person = somebody(f"shown{name}", 0)
                person.sets_photo(picture())
            if scenario.id in OF_A_DELEGATE:
                turn = counts[version]
                person, other = somebody(f"clerk{name}", turn), somebody(f"chief{name}", turn)
                delegate_of(Soap(other), person, _DELIVERY, ReceiveCopiesOfMeetingMessages=True)
            runner = EasRunner(
                client,
                server.eas,
                version,
                Account(person.address, person.password),
                Account(other.address, other.password),
                _administrator(server),
            )
            return runner.run(scenario)

        yield runs


def _administrator(server: Exchange) -> Administrator:
    """What ``entrepot device`` and ``entrepot user`` do, as its administrator would."""

    def acts(action: str, user: str, device: str) -> None:
        if action in ("close", "open"):
            state = "off" if action == "close" else "on"
            done = run_here("user", "devices", user, state, "--folder", server.folder)
            assert done.returncode == 0, done.stdout + done.stderr
            return
        words = {
            "wipe": ("wipe", device, "--user", user, "--full"),
            "wipe-account": ("wipe", device, "--user", user),
            "remove": ("remove", device, "--user", user, "--yes"),
        }[action]
        environment = {"ENTREPOT_DEVICE_FULL_WIPE": "true"}
        entrepot(server, *words, typed=f"{device}\n", environment=environment)

    return acts


# Of versions that bring little that is new beside their neighbours only a part is run, one of so
# many; with ALL_VERSIONS=1 in the environment everything.
_SAMPLED = {"12.1": 2, "14.0": 4, "16.0": 4}


def _cases() -> list[tuple[str, str]]:
    runs_all = bool(os.environ.get("ALL_VERSIONS"))
    return [
        (id, version)
        for number, id in enumerate(SCENARIOS)
        for version in VERSIONS
        if runs_all or number % _SAMPLED.get(version, 1) == 0
    ]


@pytest.mark.parametrize(("id", "version"), _cases())
def test_a_scenario_holds(run: Callable[[Scenario, str], Outcome], id: str, version: str) -> None:
    outcome = run(SCENARIOS[id], version)
    if outcome.status == "skipped":
        pytest.skip(outcome.detail)
    assert outcome.status == "passed", outcome.detail


def test_there_are_many_and_each_names_itself() -> None:
    assert len(SCENARIOS) >= 500
    assert all(scenario.function.__doc__ for scenario in SCENARIOS.values())


def test_every_requirement_exists() -> None:
    known: set[str] = set()
    for table in (reference() / "eas/requirements").glob("*.tsv"):
        known |= set(re.findall(r"MS-AS\w+_R\d+", table.read_text("utf-8")))
    named = {each for scenario in SCENARIOS.values() for each in scenario.requirements}
    assert named - known == set()


OF_STRICT_SERVERS = ("MS-ASPROV S03_TC05", "MS-ASPROV S03_TC06", "MS-ASCMD S21_TC14")


def test_a_strict_server_keeps_devices_out() -> None:
    with (
        httpx.Client(timeout=30) as client,
        Exchange(environment={"ENTREPOT_DEVICE_POLICY_STRICT": "true"}) as server,
    ):
        person = server.person("anna")
        account = Account(person.address, person.password)
        for version in VERSIONS[1:]:
            runner = EasRunner(client, server.eas, version, account)
            outcomes = [runner.run(SCENARIOS[id]) for id in OF_STRICT_SERVERS]
            assert {outcome.status for outcome in outcomes} == {"passed"}, outcomes


# -- a server that lies: the same scenarios must see it


def _lying(server: Exchange, lie: Callable[[str, Node], Node | bytes]) -> EasRunner:
    """A runner whose answers are changed on the way."""
    person, other = (server.person(f"{name}{id(lie)}") for name in ("lied", "beside"))

    class Transport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            answer.request = request  # as the watch over answers needs it
            body = answer.read()
            command = httpx.QueryParams(request.url.query).get("Cmd", "")
            if not body.startswith(b"\x03\x01\x6a\x00"):
                return answer
            changed = lie(command, decode(body))
            data = changed if isinstance(changed, bytes) else encode(changed)
            headers = {"content-type": wire.WBXML}
            return httpx.Response(
                answer.status_code, headers=headers, content=data, request=request
            )

    client = httpx.Client(transport=Transport(), timeout=30)
    first, second = (Account(each.address, each.password) for each in (person, other))
    return EasRunner(client, server.eas, "16.1", first, second)


def _without(name: str) -> Callable[[str, Node], Node]:
    def lie(_command: str, root: Node) -> Node:
        root.children = [child for child in root.children if child.name != name]
        for child in root.children:
            lie("", child)
        return root

    return lie


def _valued(name: str, value: str) -> Callable[[str, Node], Node]:
    def lie(_command: str, root: Node) -> Node:
        if root.name == name and root.value is not None:
            root.value = value
        for child in root.children:
            lie("", child)
        return root

    return lie


def _beside(name: str, other: Node) -> Callable[[str, Node], Node]:
    """Another one after each element of a name."""

    def lie(_command: str, root: Node) -> Node:
        made: list[Node] = []
        for child in root.children:
            made += [lie("", child), *([other] if child.name == name else [])]
        root.children = made
        return root

    return lie


LIES: dict[str, tuple[str, Callable[[str, Node], Any]]] = {
    "more is never said": ("MS-ASCMD S19_TC02", _without("AirSync:MoreAvailable")),
    "a body is never cut short": ("MS-ASAIRS S02_TC03", _without("AirSyncBase:Truncated")),
    "a part is never cut short": ("MS-ASAIRS S01_TC03", _without("AirSyncBase:Truncated")),
    "a part has no status": ("MS-ASAIRS S01_TC01", _without("AirSyncBase:Status")),
    "every body is a text": (
        "MS-ASAIRS S02_TC13 other types",
        _valued("AirSyncBase:NativeBodyType", "1"),
    ),
    "every attachment is a file": ("MS-ASAIRS S03_TC03", _valued("AirSyncBase:Method", "1")),
    "nothing is inline": ("MS-ASAIRS S03_TC02 inline", _without("AirSyncBase:IsInline")),
    "every preference is good": ("MS-ASAIRS S04_TC01", _valued("AirSync:Status", "1")),
    "every body is good": ("MS-ASAIRS S04_TC04", _valued("AirSync:Status", "1")),
    "a place is in no city": ("MS-ASAIRS S05_TC01", _without("AirSyncBase:City")),
    "an index never grows": (
        "MS-ASCON S01_TC05",
        _valued("Email2:ConversationIndex", "xxxxx"),
    ),
    "nobody is in a conversation": ("MS-ASCON S01_TC04", _without("Email2:ConversationId")),
    "a body comes with each part": (
        "MS-ASCON S03_TC08",
        _beside("AirSyncBase:BodyPart", node("AirSyncBase:Body", node("AirSyncBase:Type", 2))),
    ),
    "a part is of any type": ("MS-ASCON S05_TC03", _valued("Search:Status", "1")),
    "every conversation is moved": ("MS-ASCON S03_TC04", _valued("ItemOperations:Status", "1")),
    "a conversation is nowhere else": (
        "MS-ASCON S05_TC01",
        _valued("AirSync:CollectionId", "3"),
    ),
    "a file has no size": ("MS-ASAIRS S03_TC02", _without("AirSyncBase:EstimatedDataSize")),
    "every key is good": ("MS-ASCMD S19_TC04", _valued("AirSync:Status", "1")),
    "every pair of classes is good": ("MS-ASCMD S19_TC42", _valued("AirSync:Status", "1")),
    "a file is never cut short": ("MS-ASCMD S19_TC43", _without("AirSyncBase:Truncated")),
    "nothing is taken away": (
        "MS-ASCMD S19_TC27",
        _beside("Contacts:FileAs", node("Contacts:JobTitle", "Pilot")),
    ),
    "deletions are kept quiet": ("MS-ASCMD S19_TC38", _without("AirSync:Delete")),
    "a move has another status": ("MS-ASCMD S10_TC01", _valued("Move:Status", "1")),
    "a name is free": ("MS-ASCMD S02_TC03", _valued("FolderHierarchy:Status", "1")),
    "nothing is to come": ("MS-ASCMD S07_TC01", _valued("GetItemEstimate:Estimate", "0")),
    "every filter is good": ("MS-ASCMD S07_TC04", _valued("GetItemEstimate:Status", "1")),
    "an item has nothing in it": ("MS-ASCMD S08_TC05", _without("ItemOperations:Properties")),
    "every range is good": ("MS-ASCMD S08_TC14", _valued("ItemOperations:Status", "1")),
    "the tree never changes": ("MS-ASCMD S11_TC05", _valued("Ping:Status", "2")),
    "every policy has its type": ("MS-ASCMD S12_TC02", _valued("Provision:Status", "1")),
    "a policy stands anywhere": ("MS-ASPROV S03_TC03", _valued("Provision:Status", "1")),
    "certificates have no number": ("MS-ASCMD S20_TC03", _valued("ValidateCert:Status", "1")),
    "people are not there": ("MS-ASHTTP S01_TC13", _without("ResolveRecipients:Recipient")),
    "every device has a name": ("MS-ASCMD S21_TC11", _valued("FolderHierarchy:Status", "1")),
    "forwards have no files": ("MS-ASCMD S17_TC01", _without("AirSyncBase:Attachments")),
    "invitations are mere mail": ("MS-ASCMD S17_TC05", _without("Email:MeetingRequest")),
    "every moment is one": ("MS-ASCMD S18_TC03", _valued("ComposeMail:Status", "1")),
    "Find begins anywhere": ("MS-ASCMD S23_TC03", _valued("Find:Status", "1")),
    "people have no alias": ("MS-ASCMD S23_TC04", _without("GAL:Alias")),
    "everybody is free": (
        "MS-ASCMD S13_TC15",
        _valued("ResolveRecipients:MergedFreeBusy", "0000"),
    ),
    "every message is new": ("MS-ASCMD S21_TC06", _valued("ComposeMail:Status", "1")),
    "words of the absent are lost": ("MS-ASCMD S16_TC05", _without("Settings:ReplyMessage")),
    "every absence is good": ("MS-ASCMD S16_TC11", _valued("Settings:Status", "1")),
    "every query is good": ("MS-ASCMD S14_TC02", _valued("Search:Status", "1")),
    "nothing is found": ("MS-ASCMD S14_TC13", _without("Search:Result")),
    "all lies in one folder": ("MS-ASCMD S14_TC22", _valued("AirSync:CollectionId", "3")),
    "words are lost": ("MS-ASNOTE S01_TC02", _without("AirSyncBase:Data")),
    "a note has the device's date": (
        "MS-ASNOTE S01_TC03",
        _valued("Notes:LastModifiedDate", "19990909T090909Z"),
    ),
    "labels stay": (
        "MS-ASNOTE S01_TC07",
        _beside("Notes:Category", node("Notes:Category", "Blue")),
    ),
    "every rule is good": ("MS-ASTASK S01_TC03", _valued("AirSync:Status", "1")),
    "every rule is of days": ("MS-ASTASK S01_TC10", _valued("Tasks:Type", "0")),
    "every event is of days": ("MS-ASCAL S01_TC01 timed", _valued("Calendar:AllDayEvent", "1")),
    "nobody takes part": (
        "MS-ASCAL S01_TC18",
        _without("Calendar:Attendees"),
    ),
    "no event ends": ("MS-ASCAL S01_TC07", _valued("Calendar:EndTime", "20270101T000000Z")),
    "every rule of events is good": ("MS-ASCAL S01_TC22 13", _valued("AirSync:Status", "1")),
    "months have no calendar": ("MS-ASCAL S01_TC13", _without("Calendar:CalendarType")),
    "nobody knows when it was done": ("MS-ASTASK S01_TC17", _without("Tasks:DateCompleted")),
    "flags are all alike": ("MS-ASEMAIL S03_TC15", _valued("Email:FlagType", "Flag for follow up")),
    "nothing reminds": ("MS-ASEMAIL S03_TC27", _valued("Tasks:ReminderSet", "0")),
    "every flag is good": ("MS-ASEMAIL S03_TC16", _valued("AirSync:Status", "1")),
    "a flag stays": (
        "MS-ASEMAIL S03_TC13",
        _beside("Email:Flag", node("Email:Flag", node("Email:Status", 2))),
    ),
    "categories come with every flag": (
        "MS-ASEMAIL S01_TC06",
        _beside("Email:Flag", node("Email:Categories")),
    ),
    "nobody hears that it is unread": ("MS-ASEMAIL S01_TC07", _valued("Email:Read", "1")),
    "nothing is ever new": ("MS-ASEMAIL S01_TC25", _without("Email:Categories")),
    "every change of mail is good": ("MS-ASEMAIL S01_TC17", _valued("AirSync:Status", "1")),
    "what bounced is a letter": ("MS-ASEMAIL S01_TC18", _valued("Email:MessageClass", "IPM.Note")),
    "a fetch gives no words": ("MS-ASEMAIL S01_TC20", _without("AirSyncBase:Data")),
    "every draft is sent": ("MS-ASEMAIL S01_TC26", _valued("Email2:IsDraft", "0")),
    "what is sent is a draft": ("MS-ASEMAIL S01_TC27", _valued("Email2:IsDraft", "1")),
    "nothing was done with it": ("MS-ASEMAIL S01_TC16", _without("Email2:LastVerbExecuted")),
    "blind copies say nothing": ("MS-ASEMAIL ReceivedAsBcc", _without("Email2:ReceivedAsBcc")),
    "every meeting is once": ("MS-ASEMAIL S04_TC03", _without("Email:Recurrences")),
    "every months' calendar is lost": ("MS-ASEMAIL S04_TC06", _without("Email2:CalendarType")),
    "every time may be proposed": (
        "MS-ASEMAIL S04_TC05",
        _valued("Email:DisallowNewTimeProposal", "0"),
    ),
    "nothing is out of date": ("MS-ASEMAIL S04_TC12", _valued("Email2:MeetingMessageType", "1")),
    "no exception says which": ("MS-ASEMAIL S04_TC15", _without("Email:RecurrenceId")),
    "a day has hours": ("MS-ASEMAIL S04_TC13", _valued("Email:AllDayEvent", "0")),
    "everybody is busy": ("MS-ASEMAIL S04_TC17", _valued("Email:BusyStatus", "2")),
    "recordings have no order": ("MS-ASEMAIL S02_TC01", _without("Email2:UmAttOrder")),
    "callers are hidden": ("MS-ASEMAIL S02_TC01", _without("Email2:UmCallerID")),
    "an element that there is not": (
        "MS-ASCMD S04_TC02",
        lambda _c, root: node(root.name, *root.children, node("FolderHierarchy:Folders")),
    ),
    "bytes behind the end": ("MS-ASCMD S04_TC02", lambda _c, root: encode(root) + b"\x01"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_seen(server: Exchange, lie: str) -> None:
    id, change = LIES[lie]
    outcome = _lying(server, change).run(SCENARIOS[id])
    assert outcome.status == "failed", lie
    assert "Traceback" not in outcome.detail, outcome.detail


@pytest.mark.parametrize("status", [403, 307, 200])
def test_http_beside_https_is_seen(status: int) -> None:
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, request=request)

    account = Account("anna@demo.example", "secret")
    client = httpx.Client(transport=httpx.MockTransport(answers))
    runner = EasRunner(client, "https://mail.example/Microsoft-Server-ActiveSync", "16.1", account)
    outcome = runner.run(SCENARIOS["MS-ASHTTP S02_TC03"])
    assert outcome.status == ("failed" if status == 200 else "passed")
    (request,) = asked
    assert request.url.scheme == "http" and "authorization" not in request.headers


def test_the_strict_reader_refuses_what_devices_pass_over() -> None:
    good = encode(node("AirSync:Sync", node("AirSync:Status", 1)))
    assert decode(good).text("AirSync:Status") == "1"
    for bad in (good[:-1], good + b"\x01", b"\x03\x01\x6a\x01a" + good[4:], good[:4] + b"\xc5"):
        with pytest.raises((Malformed, ValueError)):
            decode(bad)


def test_an_administrator_is_a_command(tmp_path: Path) -> None:
    note = tmp_path / "note"
    act = by_command(
        f"sh -c 'test $1 = wipe && echo $2 $3 >{note}' sh {{action}} {{user}} {{device}}"
    )
    act("wipe", "anna@demo.example", "phone")
    assert note.read_text("utf-8") == "anna@demo.example phone\n"
    with pytest.raises(Failure):
        act("remove", "anna@demo.example", "phone")
    with pytest.raises(Failure):
        by_command("no-such-command-anywhere")("wipe", "a", "b")


def test_the_command_line_runs_them(server: Exchange, capsys: pytest.CaptureFixture[str]) -> None:
    person = server.person("cli")
    words = ["--eas", server.eas, "--user", person.address, "--password", person.password]
    assert main([*words, "--eas-version", "14.1", "--only", "MS-ASHTTP"]) == 0
    assert "passed" in capsys.readouterr().out
