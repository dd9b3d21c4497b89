"""Figures about a model's probabilities on labelled pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

import numpy as np

from interview.grading.entailment import CONTRADICTED, ENTAILED, PARTLY
from training.pairs import LABELS, Pair, Statement, swapped, written


def confusion(truth: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """(4, 4) counts: rows are the written labels, columns the model's."""
    table = np.zeros((len(LABELS), len(LABELS)), dtype=int)
    np.add.at(table, (truth, guess), 1)
    return table


def ordered(
    pairs: Sequence[Pair],
    support: np.ndarray,
    shared: Callable[[Pair], str] = attrgetter("reference"),
) -> float:
    """How often an entailed pair gets more support (n,) than a contradicted one that shares a side.

    The share over all such couples, ties counting half: .5 is chance. With the reference shared,
    cosine similarity of sentence embeddings stays below it; with the candidate shared, the voice
    of the candidate tells nothing.
    """
    sides: dict[str, tuple[list[float], list[float]]] = {}
    for pair, value in zip(pairs, support, strict=True):
        if pair.label in (ENTAILED, CONTRADICTED):
            both = sides.setdefault(shared(pair), ([], []))
            both[pair.label == CONTRADICTED].append(float(value))
    wins = [
        (right > wrong) + 0.5 * (right == wrong)
        for rights, wrongs in sides.values()
        for right in rights
        for wrong in wrongs
    ]
    return float(np.mean(wins)) if wins else float("nan")


def support(probabilities: np.ndarray) -> np.ndarray:
    """(n,): P(entailed) + P(partly)/2 - P(contradicted)."""
    return probabilities @ np.array([1.0, 0.5, 0.0, -1.0])


def evaluate(
    statements: Sequence[Statement], predict: Callable[[list[Pair]], np.ndarray]
) -> dict[str, object]:
    """`report` on the written pairs of statements, with "order_same" from `swapped` ones.

    "windows": the share of right labels on stretches of whole answers, where there are any.
    """
    alone = [s for s in statements if not s.windows]
    pairs, other = written(alone), swapped(alone)
    figures = report(pairs, predict(pairs))
    if windows := written([s for s in statements if s.windows]):
        guess = predict(windows).argmax(axis=1)
        figures["windows"] = float(np.mean(guess == np.array([p.label for p in windows])))
    figures["order_same"] = ordered(other, support(predict(other)), attrgetter("candidate"))
    return figures


def language(pair: Pair) -> str:
    """ "zh", "en", or "cross" when reference and candidate differ; by the share of Chinese."""

    def chinese(text: str) -> bool:
        letters = [c for c in text if c.isalpha()]
        return sum(ord(c) > 0x2E80 for c in letters) * 4 > len(letters)

    first, second = chinese(pair.reference), chinese(pair.candidate)
    return "cross" if first != second else "zh" if first else "en"


def report(pairs: Sequence[Pair], probabilities: np.ndarray) -> dict[str, object]:
    """Accuracies of `probabilities` (n, 4) on `pairs`, as plain data.

    "three": entailed and partly count as one (not wrong, and about the statement).
    "order": see `ordered`.
    """
    truth = np.array([p.label for p in pairs])
    guess = probabilities.argmax(axis=1)
    hit = guess == truth
    chosen = probabilities[np.arange(len(truth)), truth]
    merged = [np.where(labels == PARTLY, ENTAILED, labels) for labels in (truth, guess)]
    tongues = np.array([language(p) for p in pairs])
    return {
        "pairs": len(pairs),
        "four": float(hit.mean()),
        "three": float(np.mean(merged[0] == merged[1])),
        "order": ordered(pairs, support(probabilities)),
        "log_loss": float(-np.log(np.clip(chosen, 1e-9, 1)).mean()),
        "recall": {
            name: float(hit[truth == i].mean())
            for i, name in enumerate(LABELS)
            if (truth == i).any()
        },
        "languages": {t: float(hit[tongues == t].mean()) for t in sorted(set(tongues))},
        "confusion": confusion(truth, guess).tolist(),
    }


def show(figures: dict[str, object]) -> str:
    """The report as a few lines of text."""
    rows = [
        f"{name:>12} " + " ".join(f"{n:5d}" for n in row)
        for name, row in zip(LABELS, figures["confusion"], strict=True)  # type: ignore[call-overload]
    ]
    names = ("four", "three", "order", "order_same", "windows", "log_loss")
    single = " ".join(f"{k} {figures[k]:.3f}" for k in names if k in figures)
    groups = " ".join(
        f"{k} {v:.2f}"
        for g in ("recall", "languages")
        for k, v in figures[g].items()  # type: ignore[attr-defined]
    )
    return "\n".join([f"{figures['pairs']} pairs: {single}", groups, *rows])
