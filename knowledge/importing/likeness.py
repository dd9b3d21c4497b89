"""How alike two texts are, by the letter pairs they share; fast enough for whole books."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from knowledge.markdown import matching_key

# What is compared of a text: the beginning of a long answer identifies it.
MOST = 6_000
# Up to this many pairs are compared one by one; beyond it only those that share rare pieces.
DIRECT_PAIRS = 2_500
PIECE = 8
PIECE_OWNERS = 20
CANDIDATES = 4


def letters_of(text: str) -> str:
    """The first letters and digits of ``text``, folded."""
    return matching_key(text[: 2 * MOST])[:MOST]


def likeness(left: str, right: str) -> float:
    """0 to 1: the Dice coefficient of the letter pairs of two texts; two empty texts are alike."""
    return _dice(_pairs(letters_of(left)), _pairs(letters_of(right)))


def _pairs(letters: str) -> Counter[str]:
    return Counter(letters[i : i + 2] for i in range(max(len(letters) - 1, 1)))


def _dice(left: Counter[str], right: Counter[str]) -> float:
    shared = sum(min(count, right[pair]) for pair, count in left.items() if pair in right)
    return 2 * shared / (left.total() + right.total())


def alike(
    left: Sequence[str], right: Sequence[str], least: float
) -> Iterator[tuple[float, int, int]]:
    """(likeness, place in ``left``, place in ``right``) of the pairs that reach ``least``."""
    lefts, rights = [letters_of(text) for text in left], [letters_of(text) for text in right]
    left_pairs, right_pairs = [_pairs(text) for text in lefts], [_pairs(text) for text in rights]
    for i, j in _candidates(lefts, rights):
        low, high = sorted((left_pairs[i].total(), right_pairs[j].total()))
        if 2 * low < least * (low + high):  # the lengths alone rule it out
            continue
        score = _dice(left_pairs[i], right_pairs[j])
        if score >= least:
            yield score, i, j


def _candidates(left: Sequence[str], right: Sequence[str]) -> Iterable[tuple[int, int]]:
    if len(left) * len(right) <= DIRECT_PAIRS:
        return [(i, j) for i in range(len(left)) for j in range(len(right))]
    owners: dict[int, list[int]] = defaultdict(list)
    for j, text in enumerate(right):
        for piece in _pieces(text):
            owners[piece].append(j)
    found = []
    for i, text in enumerate(left):
        shared = Counter(
            j
            for piece in _pieces(text)
            if len(owners.get(piece, ())) <= PIECE_OWNERS
            for j in owners.get(piece, ())
        )
        found += [(i, j) for j, _count in shared.most_common(CANDIDATES)]
    return found


def _pieces(text: str) -> set[int]:
    """A stable quarter of the runs of PIECE letters, so that equal passages are found wherever they
    stand; short texts give all of theirs."""
    hashes = {
        zlib.crc32(text[i : i + PIECE].encode()) for i in range(max(len(text) - PIECE + 1, 1))
    }
    return hashes if len(hashes) < 200 else {number for number in hashes if number % 4 == 0}
