"""Text as searches see it: folding, words, and the modes of Contains.

The same rules stand in SQL for PostgreSQL in ``store.search.sql``; SQLite calls these functions.
Folding case is Unicode lower case with one sigma; folding accents takes combining marks off the
canonical decomposition. A word character is a letter or a decimal digit of any script.
"""

from __future__ import annotations

import re
import unicodedata

CASE = 1
ACCENTS = 2

# Blocks of combining marks: what "non-spacing" means on both engines.
MARKS = (
    "[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7"
    "\\u064b-\\u065f\\u0670\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
)
_MARKS = re.compile(MARKS)
_WORD = re.compile(r"[^\W_]+")

# A header's first value in a raw header block, folded lines included.
HEADER_VALUE = "[ \\t]*((?:[^\\r\\n]|\\r?\\n[ \\t])*)"
_FOLDS = re.compile(r"\r?\n[ \t]+")

MODES = {
    "full": 0,
    "prefix": 1,
    "substring": 2,
    "prefix_on_words": 3,
    "exact_phrase": 4,
}


def fold(text: str, flags: int) -> str:
    """Text without case (``CASE``), without accents (``ACCENTS``), or both."""
    if text.isascii():
        return text.lower() if flags & CASE else text
    if flags & ACCENTS:
        text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    if flags & CASE:
        text = text.lower().replace("ς", "σ")
    return text


def sort_key(text: str) -> str:
    """What text sorts by: letters without case and accents."""
    return fold(text, CASE | ACCENTS)


def words_of(text: str) -> list[str]:
    """The folded words of a text, as the word index knows them."""
    return _WORD.findall(fold(text, CASE | ACCENTS))


def holds_in_order(text: str, prefixes: list[str]) -> bool:
    """Whether words in a row begin with these folded prefixes, in order."""
    words = words_of(text)
    return any(
        all(map(str.startswith, words[at : at + len(prefixes)], prefixes))
        for at in range(len(words) - len(prefixes) + 1)
    )


def is_word(character: str) -> bool:
    """Whether the character belongs to a word: a letter or a decimal digit."""
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def contains(value: str, text: str, mode: int, flags: int) -> bool:
    """Whether ``value`` contains ``text``, which the caller has folded with the same flags."""
    value = fold(value, flags)
    if mode == 0:
        return value == text
    if mode == 1:
        return value.startswith(text)
    if mode == 2:
        return text in value
    return _on_words(value, text, whole=mode == 4)


def _on_words(value: str, text: str, *, whole: bool) -> bool:
    if not text:
        return True
    at = value.find(text)
    while at >= 0:
        if _is_edge(value, at) and (not whole or _is_edge(value, at + len(text))):
            return True
        at = value.find(text, at + 1)
    return False


def _is_edge(value: str, at: int) -> bool:
    if at == 0 or at == len(value):
        return True
    return not (is_word(value[at - 1]) and is_word(value[at]))


def header_value(headers: str, name: str) -> str | None:
    """The first value of a header in a raw header block, unfolded; None where it is missing."""
    found = re.search(f"(?:^|\\n){re.escape(name)}:{HEADER_VALUE}", headers, re.IGNORECASE)
    return None if found is None else _FOLDS.sub(" ", found[1])
