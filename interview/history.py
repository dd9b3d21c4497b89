"""One person's past: queries and the series that charts are drawn from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from interview.models import Attempt
from interview.result import level_of

CHART_POINTS, FIGURES = 40, 16
# The drawing's size in its own units; the page scales it.
WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 640.0, 200.0, 52.0, 20.0, 34.0, 22.0
CALENDAR_WEEKS = 26
# From how many answers a day is drawn at each size.
BUSY = (1, 4, 10)


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    score: int
    label: str
    attempt: Attempt

    @property
    def level(self) -> str:
        return level_of(self.score)


@dataclass(frozen=True)
class Chart:
    """Scores over attempts, oldest first; coordinates in a 640 × 200 drawing."""

    dots: list[Dot]
    line: str  # points of an SVG polyline
    grid: list[tuple[int, int]]  # (y, score)

    @property
    def few(self) -> bool:
        """Whether there is room for a figure at every dot."""
        return len(self.dots) <= FIGURES


def score_chart(user: Any) -> Chart | None:
    """The last 40 graded attempts as a line; None for fewer than two."""
    latest = list(
        Attempt.objects.results_of(user)
        .select_related("version")
        .only("score", "created_at", "version__title")
        .order_by("-created_at")[:CHART_POINTS]
    )[::-1]
    if len(latest) < 2:
        return None
    step = (WIDTH - LEFT - RIGHT) / (len(latest) - 1)

    def y(score: float) -> int:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - score / 100))

    dots = [
        Dot(
            round(LEFT + i * step),
            y(attempt.score or 0),
            round(attempt.score or 0),
            attempt.version.title,
            attempt,
        )
        for i, attempt in enumerate(latest)
    ]
    return Chart(
        dots,
        " ".join(f"{dot.x},{dot.y}" for dot in dots),
        [(y(score), score) for score in (0, 25, 50, 75, 100)],
    )


@dataclass(frozen=True)
class TopicRow:
    """How a topic stands. ``mastery`` is the mean, over the questions answered, of the latest score."""

    name: str
    mastery: int
    best: int
    questions: int
    attempts: int


def topic_table(user: Any) -> list[TopicRow]:
    """Per topic what the graded attempts amount to; weakest first."""
    rows = (
        Attempt.objects.results_of(user)
        .order_by("created_at")
        .values_list("topic_name", "version__question_id", "version_id", "score")
    )
    latest: dict[str, dict[int, float]] = {}
    best: dict[str, float] = {}
    attempts: Counter[str] = Counter()
    for topic, question, version, graded in rows:
        score = graded or 0.0
        # Of a question that is gone, each wording that was asked counts as one.
        latest.setdefault(topic, {})[question or -version] = score
        best[topic] = max(score, best.get(topic, 0.0))
        attempts[topic] += 1
    table = [
        TopicRow(
            name=topic,
            mastery=round(sum(scores.values()) / len(scores)),
            best=round(best[topic]),
            questions=len(scores),
            attempts=attempts[topic],
        )
        for topic, scores in latest.items()
    ]
    return sorted(table, key=lambda row: (row.mastery, row.name))


@dataclass(frozen=True)
class Day:
    date: dt.date
    answers: int
    x: int  # column, a week each
    y: int  # row, Monday 0

    @property
    def size(self) -> int:
        """0 without answers, up to 3 for a busy day."""
        return sum(self.answers >= bound for bound in BUSY)

    @property
    def width(self) -> int:
        """Of its square in the drawing, in whose columns of 15 it stands in the middle."""
        return (3, 7, 9, 13)[self.size]

    @property
    def square(self) -> SafeString:
        """Its place in the drawing. In one piece, like ``told``: a busy half-year has a hundred days,
        and every variable in a template costs time."""
        left, top = (15 * n + (15 - self.width) // 2 for n in (self.x, self.y))
        return mark_safe(f'x="{left}" y="{18 + top}" width="{self.width}" height="{self.width}"')

    @property
    def told(self) -> str:
        return f"{self.date.isoformat()}: {self.answers}"


@dataclass(frozen=True)
class Calendar:
    """The days of the last half year on which something was answered."""

    days: list[Day]  # oldest first, from a Monday up to today
    months: list[tuple[int, dt.date]]  # column in which a month begins, and its first day
    streak: int  # days in a row up to today, or up to yesterday while today has none yet
    longest: int
    recent: int  # of these days, how many have answers
    active: int  # days with answers, ever
    answers: int  # ever

    @property
    def busy(self) -> list[Day]:
        """The days with answers; the others are all drawn alike."""
        return [day for day in self.days if day.answers]


def calendar(user: Any, now: dt.datetime) -> Calendar | None:
    """``now`` in the person's zone, in which days begin; None before the first answer."""
    moments = Attempt.objects.of(user).order_by().values_list("created_at", flat=True)
    counts = Counter(moment.astimezone(now.tzinfo).date() for moment in moments)
    if not counts:
        return None
    today = now.date()
    first = today - dt.timedelta(days=today.weekday() + 7 * (CALENDAR_WEEKS - 1))
    dates = [first + dt.timedelta(days=n) for n in range((today - first).days + 1)]
    days = [Day(date, counts[date], n // 7, n % 7) for n, date in enumerate(dates)]
    months = [(day.x + (day.y > 0), day.date) for day in days if day.date.day == 1]
    runs = _runs(set(counts))
    last = max(runs)
    return Calendar(
        days=days,
        months=months,
        streak=runs[last] if today - last <= dt.timedelta(days=1) else 0,
        longest=max(runs.values()),
        recent=sum(day.answers > 0 for day in days),
        active=len(counts),
        answers=sum(counts.values()),
    )


def _runs(dates: set[dt.date]) -> dict[dt.date, int]:
    """For the last day of each run of days, how many days it has."""
    one = dt.timedelta(days=1)
    runs: dict[dt.date, int] = {}
    for date in sorted(dates):
        runs[date] = runs.pop(date - one, 0) + 1
    return runs
