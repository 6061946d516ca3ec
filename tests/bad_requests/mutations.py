"""Small damages to a good request, one at a time: what a program with a bug sends, or a fuzzer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

Damage = tuple[str, bytes]

TEXTS = (
    "",
    "x",
    " ",
    "true",
    "\ufffd\U0001f4a9",
    "' OR 1=1 --",
    "x" * 10_000,
    "-1",
    "0",
    "2147483648",
    "-9223372036854775809",
    "9" * 40,
    "1.5",
    "NaN",
)


def mutations(body: str, texts: tuple[str, ...] = TEXTS) -> Iterator[Damage]:
    """Every single damage to the operation element in a SOAP envelope."""
    root = etree.fromstring(body.encode())
    count = sum(1 for _ in _elements(root))
    for number in range(count):
        element = _at(root, number)
        name = etree.QName(element).localname
        for word, damage in (*_STRUCTURE, *_texts(element, texts), *_attributes(element, texts)):
            damaged = copy.deepcopy(root)
            if damage(_at(damaged, number)):
                yield f"{name}[{number}] {word}", etree.tostring(damaged)


def _elements(root: Any) -> Iterator[Any]:
    """The elements of the request, its own element first."""
    soap = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
    return iter(root.find(soap)[0].iter())


def _at(root: Any, number: int) -> Any:
    return list(_elements(root))[number]


def _removed(element: Any) -> bool:
    parent = element.getparent()
    parent.remove(element)
    return not parent.tag.endswith("}Body")


def _doubled(element: Any) -> bool:
    element.addnext(copy.deepcopy(element))
    return not element.getparent().tag.endswith("}Body")


def _swapped(element: Any) -> bool:
    after = element.getnext()
    if after is None:
        return False
    after.addnext(element)
    return True


def _renamed(element: Any) -> bool:
    element.tag += "x"
    return True


def _moved_to_the_other_namespace(element: Any) -> bool:
    old, new = ("/types}", "/messages}") if "/types}" in element.tag else ("/messages}", "/types}")
    element.tag = element.tag.replace(old, new)
    return True


def _hollow(element: Any) -> bool:
    del element[:]
    element.text = None
    return True


def _with_stray_text(element: Any) -> bool:
    element.tail = "stray"
    return True


def _nested_in_itself(element: Any) -> bool:
    element.append(copy.deepcopy(element))
    return True


def _nil(element: Any) -> bool:
    element.set("{http://www.w3.org/2001/XMLSchema-instance}nil", "true")
    return True


def _of_another_type(element: Any) -> bool:
    element.set("{http://www.w3.org/2001/XMLSchema-instance}type", "t:MessageType")
    return True


_STRUCTURE: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("removed", _removed),
    ("doubled", _doubled),
    ("swapped", _swapped),
    ("renamed", _renamed),
    ("of the other namespace", _moved_to_the_other_namespace),
    ("hollow", _hollow),
    ("stray text", _with_stray_text),
    ("nested", _nested_in_itself),
    ("nil", _nil),
    ("xsi:type", _of_another_type),
)


def _texts(element: Any, texts: tuple[str, ...]) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if len(element):
        return
    for text in texts:

        def damage(found: Any, text: str = text) -> bool:
            found.text = text
            return True

        yield f"text {text[:20]!r}", damage


def _attributes(
    element: Any, texts: tuple[str, ...]
) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    for name in element.attrib:

        def removed(found: Any, name: str = name) -> bool:
            del found.attrib[name]
            return True

        yield f"without {name}", removed
        for text in texts:

            def damage(found: Any, name: str = name, text: str = text) -> bool:
                found.set(name, text)
                return True

            yield f"{name}={text[:20]!r}", damage
