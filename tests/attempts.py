"""Attempts with a stored grade, for tests of what is made of them later."""

from __future__ import annotations

import datetime as dt
from typing import Any

from interview.models import Attempt, Interview, Slot
from knowledge.models import Question

START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def point(text: str, verdict: str, weight: float = 0.5, spans=(), passages=(0,)) -> dict[str, Any]:
    return {
        "text": text,
        "verdict": verdict,
        "weight": weight,
        "coverage": {"covered": 1.0, "partly": 0.5}.get(verdict, 0.0),
        "spans": [{"start": a, "end": b} for a, b in spans],
        "passages": list(passages),
    }


def grade_of(score: float, **fields: Any) -> dict[str, Any]:
    """A stored grade as the grader writes it; ``fields`` replace its parts."""
    return {
        "version": "test",
        "encoder": "tests/hash-256",
        "entailment": "",
        "score": score,
        "uncertainty": 8.0,
        "semantic": 0.5,
        "keywords": 0.25,
        "truth": 1.0,
        "points": [],
        "passages": [],
        "flags": [],
        "keywords_found": [],
        "keywords_missed": [],
        "keyword_spans": [],
        **fields,
    }


def sitting(user: Any, *questions: Question, **fields: Any) -> Interview:
    """An interview of ``questions`` in this order, begun now unless ``fields`` say otherwise."""
    interview = Interview.objects.create(
        user=user, **{"created_at": dt.datetime.now(dt.UTC), **fields}
    )
    for position, question in enumerate(questions):
        Slot.objects.create(
            interview=interview, position=position, question=question, version=question.version()
        )
    return interview


def attempted(
    user: Any, question: Question, score: float | None = 50.0, number: int = 0, answer: str = "答"
) -> Attempt:
    """One finished interview of one question, ``number`` hours after the first."""
    when = START + dt.timedelta(hours=number)
    interview = Interview.objects.create(user=user, created_at=when, finished_at=when)
    version = question.version()
    slot = Slot.objects.create(
        interview=interview,
        position=0,
        question=question,
        version=version,
        state=Slot.State.ANSWERED,
        score=score,
    )
    return Attempt.objects.create(
        user=user,
        slot=slot,
        version=version,
        topic_name=version.topic_name,
        answer=answer,
        created_at=when,
        score=score,
        grade=None if score is None else grade_of(score),
        grader_version="" if score is None else "test",
    )
