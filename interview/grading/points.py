"""A reference's passages to weighted rubric points."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from interview.grading.material import Passage, Point
from knowledge.chunking import ABOVE, subject

# At most this many automatic points: the budget of close readings per answer.
MAX_POINTS = 24
MIN_WEIGHT = 0.35
# Passages this alike (centred cosine) say the same thing twice.
SAME = 0.9
# A sentence that explains the item before it, and one of a closing summary, count this much of their
# own weight: what they say beyond it is detail.
CHILD, SUMMARY, FORMULA = 0.5, 0.5, 0.6

# Longer headings are not put before a short passage; a table's row says little without its columns.
MAX_SUBJECT, MAX_COLUMNS = 30, 80

_SKIPPED_KINDS = {"heading", "code"}
_LABEL = re.compile(r"[：:]\s*$")
_CLOSING = re.compile(r"总结|小结|结论|综上|总之|summary|conclusion", re.IGNORECASE)


def weighted(passages: Sequence[Passage]) -> np.ndarray:
    """(p,) weights of passages as points: their own, less for details, summaries and formulas; zero
    for headings, code, labels and what is too light to ask for."""
    weights = np.zeros(len(passages))
    labels: dict[str, int] = {}
    for i, passage in enumerate(passages):
        if passage.kind in _SKIPPED_KINDS or not _says_something(passage.text):
            continue
        if passage.weight < MIN_WEIGHT:
            continue
        weight = passage.weight
        parts = passage.heading.split(ABOVE) if passage.heading else []
        if parts and _folded(parts[-1]) in labels:
            weight *= CHILD
        if any(_CLOSING.search(part) for part in parts) or _CLOSING.match(passage.text):
            weight *= SUMMARY
        if passage.kind == "formula":
            weight *= FORMULA
        weights[i] = weight
        label = re.split(r"[：:]", passage.text, maxsplit=1)[0]
        if len(label) < len(passage.text):
            labels[_folded(label)] = i
    return weights


def _folded(label: str) -> str:
    return "".join(c for c in label.casefold() if c.isalnum())


def automatic(passages: Sequence[Passage], vectors: np.ndarray) -> list[Point]:
    """Points for a reference without explicit ones: its weighty passages, near-repeats merged.

    ``vectors``: (p, d) centred unit rows, one per passage. A reference of a sentence or two keeps
    whatever it has. Where there are too many, every section keeps its heaviest.
    """
    weights = weighted(passages)
    if not weights.any():
        weights = np.array([1.0 if p.kind != "heading" and p.text.strip() else 0 for p in passages])
    groups: list[list[int]] = []
    for i in sorted(np.flatnonzero(weights), key=lambda i: (-weights[i], i)):
        for group in groups:
            if float(vectors[i] @ vectors[group[0]]) >= SAME:
                group.append(int(i))
                break
        else:
            groups.append([int(i)])
    chosen = sorted(_fair(groups, passages, weights), key=min)
    return [
        Point(
            text=_statement(passages[group[0]]),
            weight=float(weights[group[0]]),
            passages=tuple(passages[i].position for i in sorted(group)),
        )
        for group in chosen
    ]


def _fair(
    groups: list[list[int]], passages: Sequence[Passage], weights: np.ndarray
) -> list[list[int]]:
    """The heaviest groups, taking turns between sections where they weigh the same."""
    turn: dict[str, int] = {}
    ranked = []
    for group in groups:
        section = passages[group[0]].heading.split(ABOVE)[0]
        turn[section] = turn.get(section, -1) + 1
        ranked.append((-round(float(weights[group[0]]), 1), turn[section], group[0], group))
    return [group for *_, group in sorted(ranked)[:MAX_POINTS]]


def _says_something(text: str) -> bool:
    """Not so a label, or a question that the reference asks itself."""
    letters = sum(c.isalnum() for c in text)
    label = _LABEL.search(text) and letters < 24
    return letters >= 4 and not label and not text.rstrip(")） ").endswith(("?", "？"))


def _statement(passage: Passage) -> str:
    """The passage as a statement of its own: with its heading where it leaves its subject out."""
    about = subject(passage.heading)
    longest = MAX_COLUMNS if passage.kind == "row" else MAX_SUBJECT
    if about and len(about) <= longest and about not in passage.text and len(passage.text) < 60:
        return f"{about}：{passage.text}"
    return passage.text


def attach(
    points: Sequence[tuple[str, float]],
    point_vectors: np.ndarray,
    passages: Sequence[Passage],
    passage_vectors: np.ndarray,
    near: float = 0.35,
) -> list[Point]:
    """An author's explicit points, each with the passages that say it (centred cosine ``near`` or
    above, at least the nearest one), so that a verdict can be shown in the text."""
    attached: list[list[int]] = [[] for _ in points]
    graded = [i for i, p in enumerate(passages) if p.kind != "heading" and p.text.strip()]
    if graded and len(points):
        similarity = passage_vectors[graded] @ point_vectors.T  # (graded passages, points)
        for row, i in zip(similarity, graded, strict=True):
            best = int(row.argmax())
            if row[best] >= near:
                attached[best].append(passages[i].position)
        for n, where in enumerate(attached):
            if not where:
                where.append(passages[graded[int(similarity[:, n].argmax())]].position)
    return [
        Point(text, weight, tuple(where))
        for (text, weight), where in zip(points, attached, strict=True)
    ]
