"""Whether the words of an answer stand in the order of sentences.

Shuffled words keep every term, so nothing that compares words or vectors notices. What they lose is
grammar: `word_order.npz` (made by `python -m training.word_order` from texts of this repository) says
how much more often than by chance one class of words follows another. An answer whose own order does
no better by it than random orders of the same words is no prose. Notes have few words of grammar and
prove nothing; they are left alone, and so are sentences half in Chinese and half in English, of which
the table has seen too few.
"""

from __future__ import annotations

import random
from collections.abc import Container
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import rjieba

from interview.grading.segments import HAN

TABLE = Path(__file__).parent / "word_order.npz"
BREAK = "|"
# An answer is judged from this many words on, with this share of words of grammar, and with at most
# this share of the words in its second language.
WORDS, GRAMMAR, FOREIGN = 25, 0.15, 0.3
# Its order has to be this many standard deviations better than the random ones. On 5,300 answers
# of people 6 fell below; 4 of 5 with shuffled words did.
BETTER, ORDERS, SLACK = 1.1, 30, 0.9
# Share of an answer's words that are the reference's, and of their pairs that stand there side by side:
# shuffled ones at least .84 and at most .07; of 6,000 answers of people none has both.
OF_REFERENCE, SIDE_BY_SIDE = 0.8, 0.1

_PAUSE = frozenset("，。；！？、,.;:：!?\n（）()")
_ENDINGS = "ing tion sion ment ness ity ed ly al ive able er s".split()
_GRAMMAR = frozenset(
    "的 了 是 在 和 与 就 也 都 而 或 会 能 要 对 把 被 让 从 向 为 以 于 其 用 一个 它 这 那 不 有 到 时 中 上 下 后 "
    "再 所以 因为 如果 只 可以 每 the a an of to in on at is are was be and or it this that with for as by "
    "from so can not if when than which its into each they while but".split()
)


@lru_cache(maxsize=32)
def words(text: str) -> tuple[tuple[str, str], ...]:
    """Folded words with their part of speech, and (BREAK, "") at the ends and at each pause."""
    found = [(BREAK, "")]
    for word, tag in rjieba.tag(text.lower()):
        if any(c.isalnum() for c in word):
            found.append((word, tag))
        elif word[0] in _PAUSE and found[-1][0] != BREAK:
            found.append((BREAK, ""))
    if found[-1][0] != BREAK:
        found.append((BREAK, ""))
    return tuple(found)


def class_of(word: str, tag: str, own: Container[str]) -> str:
    """A frequent word's own class, else its part of speech or its English ending."""
    if word == BREAK or word in own:
        return word
    if HAN.search(word):
        return f"#{tag[0]}"
    if word[0].isdigit():
        return "#0"
    return next((f"~{e}" for e in _ENDINGS if len(word) > len(e) + 2 and word.endswith(e)), "~")


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], np.ndarray]:
    with np.load(TABLE) as stored:
        names, gain = stored["classes"].tolist(), stored["gain"].astype(np.float32)
    return {name: n for n, name in enumerate(names)}, gain


def shuffled(text: str) -> bool:
    """Whether ``text`` is long enough to tell and its words stand in no order."""
    found = words(text)
    spoken = [word for word, _ in found if word != BREAK]
    if len(spoken) < WORDS or sum(word in _GRAMMAR for word in spoken) < GRAMMAR * len(spoken):
        return False
    chinese = sum(bool(HAN.search(word)) for word in spoken) / len(spoken)
    if FOREIGN < chinese < 1 - FOREIGN:
        return False
    number, gain = _table()
    row = np.array([number.get(class_of(*pair, number), number["~"]) for pair in found])
    movable = np.array([word != BREAK for word, _ in found])
    rng = random.Random(len(row))
    others = []
    for _ in range(ORDERS):
        order = row[movable].tolist()
        rng.shuffle(order)
        other = row.copy()
        other[movable] = order
        others.append(_flow(other, gain))
    return _flow(row, gain) < float(np.mean(others)) + BETTER * (float(np.std(others)) + SLACK)


def scattered(text: str, reference: str) -> bool:
    """Whether ``text`` is the reference's words without their neighbours: hardly a word of its own, and
    hardly two that stand side by side there. Whoever takes words from it takes phrases."""
    said = [word for word, _ in words(text) if word != BREAK]
    given = [word for word, _ in words(reference) if word != BREAK]
    known, neighbours = set(given), set(pairwise(given))
    if len(said) < WORDS or sum(word in known for word in said) < OF_REFERENCE * len(said):
        return False
    pairs = [pair for pair in pairwise(said) if known.issuperset(pair)]
    return sum(pair in neighbours for pair in pairs) < SIDE_BY_SIDE * len(pairs)


def _flow(row: np.ndarray, gain: np.ndarray) -> float:
    """How much better than by chance each class follows the one before it, on average."""
    return float(gain[row[:-1], row[1:]].mean())
