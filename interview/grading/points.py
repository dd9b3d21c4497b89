"""A reference's passages to weighted rubric points."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from interview.grading.material import Passage, Point

# At most this many automatic points: beyond them an answer of 60-400 characters cannot go.
MAX_POINTS = 16
MIN_WEIGHT = 0.25
# Passages this alike (centred cosine) say the same thing twice.
SAME = 0.92

_SKIPPED_KINDS = {"heading", "code"}
_LABEL = re.compile(r"[：:]\s*$")


def automatic(passages: Sequence[Passage], vectors: np.ndarray) -> list[Point]:
    """Points for a reference without explicit ones: its weighty passages, near-repeats merged.

    ``vectors``: (p, d) centred unit rows, one per passage. A reference of a sentence or two keeps
    whatever it has.
    """
    usable = [
        i
        for i, p in enumerate(passages)
        if p.kind not in _SKIPPED_KINDS and p.weight >= MIN_WEIGHT and _says_something(p.text)
    ]
    if not usable:
        usable = [i for i, p in enumerate(passages) if p.kind != "heading" and p.text.strip()]
    order = sorted(usable, key=lambda i: (-passages[i].weight, i))
    groups: list[list[int]] = []
    for i in order:
        for group in groups:
            if float(vectors[i] @ vectors[group[0]]) >= SAME:
                group.append(i)
                break
        else:
            groups.append([i])
    groups = sorted(groups[:MAX_POINTS], key=min)
    return [
        Point(
            text=_statement(passages[group[0]]),
            weight=passages[group[0]].weight,
            passages=tuple(passages[i].position for i in sorted(group)),
        )
        for group in groups
    ]


def _says_something(text: str) -> bool:
    letters = sum(c.isalnum() for c in text)
    return letters >= 4 and not (_LABEL.search(text) and letters < 24)


def _statement(passage: Passage) -> str:
    """The passage as a statement of its own: with its heading where it leaves its subject out."""
    subject = passage.heading.rsplit(" > ", 1)[-1].strip(" ：:")
    if subject and len(subject) <= 30 and subject not in passage.text and len(passage.text) < 60:
        return f"{subject}：{passage.text}"
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
