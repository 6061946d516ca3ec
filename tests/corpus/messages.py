"""300 varied messages: the reference collection where it is there, and generated ones.

The same ones each time. What is expected of each comes from its writer, or from the standard
library's parser, never from ours.
"""

from __future__ import annotations

from itertools import chain, islice
from random import Random

from tests.corpus.multiparts import large, multiparts
from tests.corpus.reference import MESSAGES, REFERENCE, reference_messages
from tests.corpus.sample import Sample
from tests.corpus.singles import singles

__all__ = ["MESSAGES", "REFERENCE", "Sample", "generated", "varied_messages"]

COUNT = 300
LARGE = 3
GENERATED_MIN = 90


def generated(count: int) -> list[Sample]:
    """The first ``count`` generated messages, kinds taking turns."""
    random = Random(20261125)
    pairs = zip(singles(random), multiparts(random), strict=False)
    return list(islice(chain.from_iterable(pairs), count))


def varied_messages(count: int = COUNT) -> list[Sample]:
    """``count`` messages, at least 90 of them generated, three of these with a file of 20 MB."""
    found = reference_messages()[: max(0, count - GENERATED_MIN)]
    heavy = Random(20)
    found += [large(heavy, n) for n in range(LARGE)]
    return found + generated(count - len(found))
