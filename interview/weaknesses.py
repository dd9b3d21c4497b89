"""What goes missing again and again: points of one question, and terms across the questions of a topic."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from interview.models import Attempt

# What is weak now shows in the latest answers; reading more of them costs time on every visit.
ANSWERS_READ = 100
AGAIN = 2  # a point counts as missed again and again from this many times
RARE_FROM, RARE_QUESTIONS, RARE_SHARE = 3, 2, 0.25
POINTS_SHOWN, TERMS_SHOWN = 12, 6
FAILED = ("missed", "contradicted")


@dataclass
class WeakPoint:
    """A rubric point that was failed in the latest answer and not for the first time."""

    text: str
    question_id: int | None
    title: str
    attempt: uuid.UUID  # the latest
    contradicted: bool  # in the latest answer: said the other way round
    asked: int = 0
    failed: int = 0
    weight: float = 0.0


@dataclass
class RareTerm:
    """A keyword of several questions of a topic that the answers hardly ever use."""

    term: str
    expected: int = 0
    used: int = 0
    questions: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Weakness:
    """A topic's weak places; ``questions``: the rows to practise."""

    topic: str
    points: list[WeakPoint]
    terms: list[RareTerm]
    questions: list[int]


def weaknesses(user: Any) -> list[Weakness]:
    """Per topic what is failed repeatedly in the last answers, the heaviest topic first."""
    return collect(
        Attempt.objects.results_of(user)
        .order_by("-created_at")
        .values_list(
            "pk",
            "topic_name",
            "version__question_id",
            "version_id",
            "version__title",
            "grade__points",
            "grade__keywords_found",
            "grade__keywords_missed",
        )[:ANSWERS_READ]
    )


def collect(rows: Iterable[Sequence[Any]]) -> list[Weakness]:
    """From rows of attempts, newest first, as ``weaknesses`` reads them."""
    points: dict[tuple[str, int, str], WeakPoint] = {}
    current: set[tuple[str, int, str]] = set()  # failed in the latest answer
    terms: dict[tuple[str, str], RareTerm] = {}
    for pk, topic, question, version, title, graded, found, missed in rows:
        asked = question or -version
        for point in graded or ():
            key = (topic, asked, point["text"])
            failed = point["verdict"] in FAILED
            if key not in points:
                wrong = point["verdict"] == "contradicted"
                points[key] = WeakPoint(point["text"], question, title, pk, wrong)
                points[key].weight = point["weight"]
                if failed:
                    current.add(key)
            points[key].asked += 1
            points[key].failed += failed
        for used, names in ((1, found), (0, missed)):
            for name in names or ():
                term = terms.setdefault((topic, name.casefold()), RareTerm(name))
                term.expected += 1
                term.used += used
                term.questions.add(asked)
    weak = [(key[0], point) for key, point in points.items() if key in current]
    weak = [(topic, point) for topic, point in weak if point.failed >= AGAIN]
    weak.sort(key=lambda item: -(item[1].failed + item[1].contradicted + item[1].weight))
    rare = [(topic, term) for (topic, _), term in terms.items() if _is_rare(term)]
    rare.sort(key=lambda item: (item[1].used - item[1].expected, item[1].term))
    return _by_topic(weak[:POINTS_SHOWN], rare)


def _is_rare(term: RareTerm) -> bool:
    return (
        term.expected >= RARE_FROM
        and len(term.questions) >= RARE_QUESTIONS
        and term.used <= RARE_SHARE * term.expected
    )


def _by_topic(
    points: Sequence[tuple[str, WeakPoint]], terms: Sequence[tuple[str, RareTerm]]
) -> list[Weakness]:
    names = list(dict.fromkeys(topic for topic, _ in [*points, *terms]))
    found = []
    for name in names:
        own = [point for topic, point in points if topic == name]
        rare = [term for topic, term in terms if topic == name][:TERMS_SHOWN]
        wanted = [p.question_id for p in own] + [q for t in rare for q in sorted(t.questions)]
        questions = list(dict.fromkeys(q for q in wanted if q is not None and q > 0))
        found.append(Weakness(name, own, rare, questions))
    return found
