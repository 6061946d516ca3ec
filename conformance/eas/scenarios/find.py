"""MS-ASCMD: Find. Mail and people, as somebody types (16.1)."""

from __future__ import annotations

import uuid

from conformance.checks import check
from conformance.eas.device import Device
from conformance.eas.mailing import rare_word, received
from conformance.eas.runner import REGISTRY, needs
from conformance.eas.wbxml import Node, node
from conformance.scenario import each, scenario

_S, _P, _G = "MS-ASCMD", "Find", "GAL"
_STATUS = f"{_P}:Status"
_OK, _INVALID, _FOLDERS, _RANGE = "1", "2", "3", "4"


def _asked(device: Device, criterion: Node, id: str | None = None) -> Node:
    """The answer to a search that is new, or called ``id``."""
    needs(device, "16.1", "Find")
    name = node(f"{_P}:SearchId", str(uuid.uuid4()) if id is None else id)
    return device.ask(_P, node(f"{_P}:{_P}", name, node(f"{_P}:ExecuteSearch", criterion)))


def _mail(device: Device, words: str, *, span: str = "0-9", folder: str | None = None) -> Node:
    """A search for words in the inbox, or another folder."""
    inbox = device.folder_of_type(2)
    return node(
        f"{_P}:MailBoxSearchCriterion",
        node(
            f"{_P}:Query",
            node("AirSync:Class", "Email"),
            node("AirSync:CollectionId", inbox if folder is None else folder),
            node(f"{_P}:FreeText", words),
        ),
        node(f"{_P}:Options", node(f"{_P}:Range", span), node(f"{_P}:DeepTraversal")),
    )


def _people(words: str, span: str) -> Node:
    return node(
        f"{_P}:GALSearchCriterion",
        node(f"{_P}:Query", words),
        node(f"{_P}:Options", node(f"{_P}:Range", span)),
    )


def _response(answer: Node) -> Node:
    """The Response of an answer. Raises Failure where there is none, or it is refused."""
    check(answer.text(_STATUS) == _OK, f"it is answered by {answer}")
    found = answer.find(f"{_P}:Response") or node(f"{_P}:Response")
    check(found.text(_STATUS) == _OK, f"the response is {found}")
    return found


def _results(response: Node) -> list[Node]:
    found = [each.find(f"{_P}:Properties") for each in response.all(f"{_P}:Result")]
    return [each for each in found if each is not None]


@each(
    _S,
    {"S23_TC01": 1, "S23_TC05": 2},
    parameter="count",
    requirements=("MS-ASCMD_R1847101609", "MS-ASCMD_R72172509", "MS-ASCMD_R72172520"),
    registry=REGISTRY,
)
def mail_is_found_by_its_words(device: Device, count: int) -> None:
    """Each with its subject; Range and Total say how many there are."""
    needs(device, "16.1", "Find")
    word = rare_word()
    due = [received(device, text=f"It says {word}")[2]["Email:Subject"] for _ in range(count)]
    response = _response(_asked(device, _mail(device, word)))
    told = sorted(each.text("Email:Subject") for each in _results(response))
    check(told == sorted(str(each.value) for each in due), f"the subjects are {told}")
    told = response.text(f"{_P}:Range"), response.text(f"{_P}:Total")
    check(told == (f"0-{count - 1}", str(count)), f"Range and Total are {told}")


@scenario(
    _S,
    "S23_TC02",
    requirements=("MS-ASCMD_R72172512", "MS-ASCMD_R72172521"),
    registry=REGISTRY,
)
def a_search_has_its_id(device: Device) -> None:
    """Where it is none, the command has status 2."""
    for wrong in ("", "InvalidSearchId"):
        told = _asked(device, _mail(device, "x"), wrong).text(_STATUS)
        check(told == _INVALID, f"as {wrong!r} it is answered by {told!r}")


@scenario(_S, "S23_TC03", requirements=("MS-ASCMD_R72172518",), registry=REGISTRY)
def a_search_begins_with_its_first_result(device: Device) -> None:
    """A range that does not is status 4 of the response; it may once the search has begun."""
    needs(device, "16.1", "Find")
    word, id = rare_word(), str(uuid.uuid4())
    for _ in range(2):
        received(device, text=f"It says {word}")
    answer = _asked(device, _mail(device, word, span="1-5"), id)
    told = answer.text(f"{_P}:Response", _STATUS)
    check(told == _RANGE, f"the response has status {told!r}")
    _response(_asked(device, _mail(device, word, span="0-0"), id))
    later = _response(_asked(device, _mail(device, word, span="1-5"), id))
    check(len(_results(later)) == 1, f"later it is {later}")


@scenario(
    _S,
    "S23_TC04",
    requirements=(
        "MS-ASCMD_R1002501", "MS-ASCMD_R131999", "MS-ASCMD_R132000", "MS-ASCMD_R132004",
        "MS-ASCMD_R61641061", "MS-ASCMD_R61641062",
    ),
    registry=REGISTRY,
)  # fmt: skip
def people_are_found_by_how_they_begin(device: Device) -> None:
    """Sorted by name, each with name, alias and address; no more than asked for, all counted."""
    needs(device, "16.1", "Find")
    user = device.identity.user
    text = user.partition("@")[0][:2]
    response = _response(_asked(device, _people(text, "0-99")))
    entries = _results(response)
    total = int(response.text(f"{_P}:Total"))
    check(total >= len(entries) > 0, f"{len(entries)} of {total} came")
    check(user in [each.text(f"{_G}:EmailAddress") for each in entries], f"{user} is not found")
    names = [each.text(f"{_G}:DisplayName").casefold() for each in entries]
    check(names == sorted(names), f"the order is {names}")
    check(all(each.text(f"{_G}:Alias") for each in entries), "somebody has no alias")
    first = _response(_asked(device, _people(text, "0-0")))
    told = len(_results(first)), first.text(f"{_P}:Range"), int(first.text(f"{_P}:Total"))
    check(told == (1, "0-0", total), f"{told} are number, Range and Total of the first alone")


@scenario(_S, "S23_TC06", requirements=("MS-ASCMD_R38391805",), registry=REGISTRY)
def nothing_found_is_no_result(device: Device) -> None:
    """Success, and no Result."""
    needs(device, "16.1", "Find")
    response = _response(_asked(device, _mail(device, rare_word())))
    check(response.find(f"{_P}:Result") is None, f"there is a Result in {response}")


@scenario(_S, "S23_TC08", requirements=("MS-ASCMD_R72172515",), registry=REGISTRY)
def a_folder_that_is_not_there_asks_for_the_tree(device: Device) -> None:
    """Status 3 of the command."""
    answer = _asked(device, _mail(device, "x", folder="-1"))
    check(answer.text(_STATUS) == _FOLDERS, f"it is answered by {answer}")
