"""One person's past: queries and the series that charts are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Max
from django.db.models.functions import Coalesce

from interview.models import Attempt

CHART_POINTS = 40
# The drawing's size in its own units; the page scales it.
WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 640.0, 200.0, 52.0, 20.0, 34.0, 22.0


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    score: int
    label: str
    attempt: Attempt


@dataclass(frozen=True)
class Chart:
    """Scores over attempts, oldest first; coordinates in a 640 × 200 drawing."""

    dots: list[Dot]
    line: str  # points of an SVG polyline
    grid: list[tuple[float, int]]  # (y, score)


def score_chart(user: Any) -> Chart | None:
    """The last 40 graded attempts as a line; None for fewer than two."""
    latest = list(
        Attempt.objects.of(user)
        .graded()
        .select_related("version")
        .order_by("-created_at")[:CHART_POINTS]
    )[::-1]
    if len(latest) < 2:
        return None
    step = (WIDTH - LEFT - RIGHT) / (len(latest) - 1)

    def y(score: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - score / 100), 1)

    dots = [
        Dot(
            round(LEFT + i * step, 1),
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
    name: str
    attempts: int
    questions: int
    mean: int
    best: int


def topic_table(user: Any) -> list[TopicRow]:
    """Per topic the graded attempts: at how many questions, their mean and best score; weakest first."""
    # Of a question that is gone, each wording that was asked counts as one.
    asked = Coalesce("version__question_id", -F("version_id"))
    rows = (
        Attempt.objects.of(user)
        .graded()
        .order_by()
        .values("topic_name")
        .annotate(
            attempts=Count("id"),
            questions=Count(asked, distinct=True),
            mean=Avg("score"),
            best=Max("score"),
        )
        .order_by("mean")
    )
    return [
        TopicRow(
            row["topic_name"],
            row["attempts"],
            row["questions"],
            round(row["mean"]),
            round(row["best"]),
        )
        for row in rows
    ]
