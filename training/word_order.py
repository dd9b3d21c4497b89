"""The table of `interview.grading.word_order`: which class of words follows which.

    python -m training.word_order

Counted over all references and statements of the training data; pointwise mutual information of
neighbouring classes (Church and Hanks 1990), clipped to LIMIT on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from interview.grading.word_order import BREAK, TABLE, class_of, words
from training.pairs import read

OWN = 300  # words with a class of their own: the most frequent ones, half Chinese, half English
LEAST = 20  # rarer classes are not told apart from unknown words
LIMIT = 3.0


def texts() -> list[str]:
    found = {
        text
        for s in read()
        for text in (s.reference, *s.entailed, *s.partly, *s.neutral, *s.contradicted)
    }
    return sorted(found)


def table(sentences: Iterable[str]) -> tuple[list[str], np.ndarray]:
    """Class names (n,) and how much more often than by chance one follows another, (n, n)."""
    found = [words(text) for text in sentences]
    counts = Counter(word for sentence in found for word, _ in sentence if word != BREAK)
    chinese = [w for w, _ in counts.most_common() if "\u4e00" <= w[0] <= "\u9fff"]
    english = [w for w, _ in counts.most_common() if w.isascii() and w.isalpha()]
    own = frozenset(chinese[: OWN // 2] + english[: OWN // 2])
    rows = [[class_of(*pair, own) for pair in sentence] for sentence in found]
    single = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in single.items() if count >= LEAST or name == "~")
    number = {name: n for n, name in enumerate(names)}
    pairs = np.zeros((len(names), len(names)))
    for row in rows:
        known = [number.get(name, number["~"]) for name in row]
        for left, right in pairwise(known):
            pairs[left, right] += 1
    expected = pairs.sum(axis=1, keepdims=True) * pairs.sum(axis=0, keepdims=True) / pairs.sum()
    gain = np.log((pairs + 0.5) / (expected + 0.5))
    return names, np.clip(gain, -LIMIT, LIMIT)


def main() -> None:
    names, gain = table(texts())
    steps = np.round(gain / LIMIT * 127).astype(np.int8)  # only differences of order matter
    np.savez_compressed(TABLE, classes=np.array(names), gain=steps)
    print(f"{len(names)} classes, {TABLE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
