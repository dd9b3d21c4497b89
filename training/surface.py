"""What the surface of a pair gives away: a check of the data, and a counterweight in training.

Whoever writes falsehoods writes them in another voice than paraphrases. A model finds that out and
grades the voice. `Surface` is a model that can see nothing else; `baselines` says how far it gets
on unseen concepts, and training adds its log-probabilities to the network's logits (a product of
experts: Clark, Yatskar, Zettlemoyer 2019, arXiv 1909.03683), so that the network gains nothing by
learning the same.

    python -m training.surface
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import rjieba
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from training.pairs import LABELS, Pair, overlap, read, split, written

FOLDS = 4
Clues = tuple[str, ...]
ALL: Clues = ("words", "length", "overlap")


def clues(pair: Pair, kinds: Clues = ALL) -> list[str]:
    """A pair's surface as a bag: the candidate's words and bigrams, its length, its overlap."""
    bag: list[str] = []
    if "words" in kinds:
        words = rjieba.cut(pair.candidate.lower())
        bag += words + [f"{a} {b}" for a, b in pairwise(words)]
    if "length" in kinds:
        # full-width characters count double: a Chinese one says about as much as two Latin ones
        width = len(pair.candidate) + sum(ord(c) > 0x2E80 for c in pair.candidate)
        bag += [f"length:{int(3 * np.log2(width))}"] * 3
    if "overlap" in kinds:
        bag += [f"overlap:{int(8 * overlap(pair.reference, pair.candidate))}"] * 3
    return bag


def _same(bag: list[str]) -> list[str]:
    return bag


def classifier(pairs: Sequence[Pair], kinds: Clues = ALL) -> Pipeline:
    """A logistic regression over the surface clues of `pairs`."""
    model = make_pipeline(
        TfidfVectorizer(analyzer=_same, min_df=3, sublinear_tf=True),
        SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=8, tol=None, random_state=0),
    )
    return model.fit([clues(p, kinds) for p in pairs], [p.label for p in pairs])


def baselines(train: Sequence[Pair], test: Sequence[Pair]) -> dict[str, float]:
    """Accuracy on `test` of surface classifiers fitted to `train`, by kind of clue.

    "majority" always names the most frequent label. Figures near it mean that the label cannot be
    told without reading both texts.
    """
    truth = np.array([p.label for p in test])
    figures = {"majority": float(np.bincount(truth, minlength=len(LABELS)).max() / len(truth))}
    for kinds in (("words",), ("length",), ("overlap",), ALL):
        guess = classifier(train, kinds).predict([clues(p, kinds) for p in test])
        figures["+".join(kinds)] = float(np.mean(guess == truth))
    return figures


class Surface:
    """Surface classifiers, one per fold of concepts, each blind to the concepts it judges."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.models = [
            classifier([p for p in pairs if self.fold(p) != fold]) for fold in range(FOLDS)
        ]

    @staticmethod
    def fold(pair: Pair) -> int:
        return hashlib.sha256(pair.concept.encode()).digest()[0] % FOLDS

    def log_probabilities(self, pairs: Sequence[Pair]) -> np.ndarray:
        """(n, 4) float32: what the surface alone says about each pair."""
        result = np.zeros((len(pairs), len(LABELS)), dtype=np.float32)
        for fold, model in enumerate(self.models):
            rows = [row for row, pair in enumerate(pairs) if self.fold(pair) == fold]
            if rows:
                result[rows] = model.predict_log_proba([clues(pairs[row]) for row in rows])
        return result


def main() -> None:
    parts = split(read())
    figures = baselines(written(parts["train"]), written(parts["test"] + parts["validation"]))
    print({name: round(value, 3) for name, value in figures.items()})


if __name__ == "__main__":
    main()
