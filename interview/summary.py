"""What a sitting amounts to: overall, question by question, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from interview import probing, reviewing
from interview.models import Attempt, Interview, Slot
from interview.result import PASS_MARK, sentence_of

POINTS_SHOWN, OF_ONE = 4, 2
_FAILED = {"contradicted": 2, "missed": 1}
# Lower bounds of the mean and the sentence for it.
_SENTENCES: tuple[tuple[int, Promise], ...] = (
    (85, _("A strong sitting: you say what an interviewer listens for.")),
    (70, _("A good sitting: the main points are there, some detail is missing.")),
    (50, _("Half-way: you have a part of the answers, important points are missing.")),
    (25, _("A start: most of what the references say is still to come.")),
    (0, _("Not there yet: read the references, then try the same questions again.")),
)


@dataclass(frozen=True)
class Row:
    """One question of the sitting. Without ``score`` it is open, skipped, or its result is still to come;
    ``asked_more``: its follow-up is open, and what it asks for is not told before."""

    slot: Slot
    number: int
    attempt: Attempt | None  # the latest
    tries: int
    seconds: float  # at work on it, all tries together; 0 where that is not known
    score: int | None
    asked_more: bool = False

    @property
    def sentence(self) -> Promise | None:
        """The verdict in words."""
        return None if self.score is None else sentence_of(self.score)


@dataclass(frozen=True)
class Point:
    """A rubric point and the question that it belongs to."""

    text: str
    verdict: str
    row: Row


@dataclass(frozen=True)
class Summary:
    rows: list[Row]
    held: bool  # whether the results come later
    mean: int | None  # of the scores; None without one
    strong: list[Point]
    weak: list[Point]
    missed: list[int]  # askable questions below the pass mark or skipped
    coming: list[tuple[dt.date, list[Row]]]  # when its questions come back, the next ones first

    @property
    def sentence(self) -> Promise | None:
        if self.mean is None:
            return None
        return next(text for bound, text in _SENTENCES if self.mean >= bound)

    @property
    def answered(self) -> int:
        return sum(row.attempt is not None for row in self.rows)

    @property
    def passed(self) -> int:
        return sum(row.score is not None and row.score >= PASS_MARK for row in self.rows)

    @property
    def pending(self) -> bool:
        return any(row.slot.state == Slot.State.PENDING for row in self.rows)

    @property
    def seconds(self) -> float:
        return sum(row.seconds for row in self.rows)


def summary_of(interview: Interview, now: dt.datetime) -> Summary:
    """The sitting as it stands; ``now`` in the person's zone, in which days begin."""
    held = interview.keeps_results_back
    slots = interview.slots.select_related("version__question__source").order_by("position")
    tries: dict[int, list[Attempt]] = {}
    answered = Attempt.objects.filter(slot__interview=interview).select_related("follow_up")
    for attempt in answered.order_by("created_at"):
        tries.setdefault(attempt.slot_id, []).append(attempt)
    rows = [_row(slot, tries.get(slot.pk, []), held) for slot in slots]
    scores = [row.score for row in rows if row.score is not None]
    points = [] if held else list(_points(rows))
    return Summary(
        rows=rows,
        held=held,
        mean=round(sum(scores) / len(scores)) if scores else None,
        strong=_heaviest(points, {"covered": 1}),
        weak=_heaviest(points, _FAILED),
        missed=[] if held else _missed(rows),
        coming=[] if held else _coming(interview.user_id, rows, now),
    )


def _row(slot: Slot, tries: Sequence[Attempt], held: bool) -> Row:
    latest = tries[-1] if tries else None
    if latest is not None:
        latest.slot, latest.version = slot, slot.version
    score = latest.score if latest is not None and not held else None
    return Row(
        slot=slot,
        number=slot.position + 1,
        attempt=latest,
        tries=len(tries),
        seconds=slot.seconds + sum(attempt.seconds or 0 for attempt in tries),
        score=None if score is None else round(score),
        asked_more=latest is not None and probing.is_open(latest),
    )


def _points(rows: Iterable[Row]) -> Iterable[tuple[float, Point]]:
    for row in rows:
        if row.attempt is not None and row.attempt.grade and not row.asked_more:
            for point in row.attempt.grade["points"]:
                yield point["weight"], Point(point["text"], point["verdict"], row)


def _heaviest(points: Sequence[tuple[float, Point]], rank: dict[str, int]) -> list[Point]:
    """The points with a verdict in ``rank``, the highest rank first and then by weight; of one
    question at most OF_ONE."""
    found = [item for item in points if item[1].verdict in rank]
    found.sort(key=lambda item: (-rank[item[1].verdict], -item[0]))
    taken: Counter[int] = Counter()
    shown = []
    for _weight, point in found:
        taken[point.row.number] += 1
        if taken[point.row.number] <= OF_ONE:
            shown.append(point)
    return shown[:POINTS_SHOWN]


def _missed(rows: Iterable[Row]) -> list[int]:
    failed = (
        row.slot.question_id
        for row in rows
        if row.slot.state == Slot.State.SKIPPED or (row.score is not None and row.score < PASS_MARK)
    )
    return [question for question in failed if question is not None]


def _coming(user: Any, rows: Iterable[Row], now: dt.datetime) -> list[tuple[dt.date, list[Row]]]:
    """Days from today on; what is overdue belongs to today."""
    due = reviewing.due_dates(user, [row.slot.question_id for row in rows if row.attempt])
    days: dict[dt.date, list[Row]] = {}
    for row in rows:
        if row.attempt is not None and row.slot.question_id in due:
            day = due[row.slot.question_id].astimezone(now.tzinfo).date()
            days.setdefault(max(day, now.date()), []).append(row)
    return sorted(days.items(), key=lambda item: item[0])
