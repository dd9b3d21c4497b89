"""A reference's passages to weighted rubric points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview.grading.material import Passage, Point
from interview.grading.subjects import Names
from knowledge.chunking import ABOVE, CELL, COLUMN, subject

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
# A statement as long as this names its subject itself.
MAX_STATED = 60

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


@dataclass(frozen=True)
class Statement:
    """What a passage, or a part of it that speaks of one of the things compared, says."""

    row: int  # of the passage
    text: str  # as shown
    side: int | None = None
    neutral: str = ""  # without the side's name
    share: float = 1.0  # of the passage's weight


def statements(passages: Sequence[Passage], names: Names | None = None) -> list[Statement]:
    """The passages as statements of their own; with ``names`` of things compared, one that speaks of
    several of them is parted."""
    found = []
    for row, passage in enumerate(passages):
        parts = _parted(passage, names) if names and passage.kind not in _SKIPPED_KINDS else []
        found += [
            Statement(row, text, side, neutral, 1 / len(parts)) for text, side, neutral in parts
        ] or [Statement(row, _statement(passage))]
    return found


def _parted(passage: Passage, names: Names) -> list[tuple[str, int | None, str]]:
    """(text, side, text without its name) of each part of a passage that names or stands under one of
    the things compared; empty where it does not."""
    headings = passage.heading.split(ABOVE)
    if passage.kind == "row":
        columns, cells = headings.pop().split(COLUMN), passage.text.split(CELL)
        heads = [names.named(column) for column in columns]
        if sum(len(head) == 1 for head in heads) > 1 and len(cells) >= len(columns):
            first = max(1, len(cells) - len(columns))  # before it stands what the row is about
            about = "：".join(cells[:first])
            named = zip(reversed(columns), reversed(heads), reversed(cells[first:]), strict=False)
            return [
                (f"{about}：{column} {cell}", min(head), f"{about}：{cell}")
                if len(head) == 1
                else (f"{about}：{cell}", None, "")
                for column, head, cell in reversed(list(named))
                if cell
            ]
    own = next((min(n) for h in reversed(headings) if len(n := names.named(h)) == 1), None)
    parts = [
        (passage.text[s.start : s.end].strip(" ，,；;"), s.side)
        for s in names.stretches(passage.text, own)
    ]
    sided = [side for _, side in parts if side is not None]
    about = subject(passage.heading)
    about = f"{about}：" if about and len(about) <= MAX_SUBJECT and not names.named(about) else ""
    if not sided or (len(set(sided)) == 1 and parts[0][1] is None):
        return []
    if len(set(sided)) == 1:
        neutral = names.neutral(passage.text, sided[0])
        lead = about if len(neutral) < MAX_STATED else ""
        return [(_statement(passage), sided[0], lead + neutral)]
    return [
        (about + text, side, about + (text if side is None else names.neutral(text, side)))
        for text, side in parts
        if sum(c.isalnum() for c in text) > 3 and not _LABEL.search(text)
    ]


def automatic(
    passages: Sequence[Passage], said: Sequence[Statement], vectors: np.ndarray
) -> tuple[list[Point], list[int]]:
    """Points for a reference without explicit ones, its weighty statements with near-repeats merged,
    and for each the number of its statement.

    ``vectors``: (s, d) centred unit rows, one per statement. A reference of a sentence or two keeps
    whatever it has. Where there are too many, every section keeps its heaviest.
    """
    whole = weighted(passages)
    if not whole.any():
        whole = np.array([1.0 if p.kind != "heading" and p.text.strip() else 0 for p in passages])
    weights = np.array([whole[s.row] * s.share for s in said])
    groups: list[list[int]] = []
    for i in sorted(np.flatnonzero(weights), key=lambda i: (-weights[i], i)):
        for group in groups:
            first = group[0]
            if said[int(i)].side == said[first].side and float(vectors[i] @ vectors[first]) >= SAME:
                group.append(int(i))
                break
        else:
            groups.append([int(i)])
    chosen = sorted(_fair(groups, [passages[s.row] for s in said], weights), key=min)
    points = [
        Point(
            text=said[group[0]].text,
            weight=float(weights[group[0]]),
            passages=tuple(sorted({passages[said[i].row].position for i in group})),
            side=said[group[0]].side,
            neutral=said[group[0]].neutral,
        )
        for group in chosen
    ]
    return points, [group[0] for group in chosen]


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
    text = " ".join(filter(None, passage.text.split(CELL)))
    if about and len(about) <= longest and about not in text and len(text) < MAX_STATED:
        return f"{about}：{text}"
    return text


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
