"""Which questions an interview asks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from interview.models import Attempt, Interview, Slot
from knowledge.models import Question, Topic

MAX_QUESTIONS = 50


def choose(user: Any, topics: Sequence[Topic], count: int, rng: random.Random) -> list[Question]:
    """Up to ``count`` askable questions of ``topics`` (all topics when empty), in random order,
    those that the person has not answered yet first."""
    askable = Question.objects.askable().select_related("topic", "source")
    pool = list(askable.on(list(topics)) if topics else askable)
    rng.shuffle(pool)
    answered = set(
        Attempt.objects.of(user).values_list("version__question_id", flat=True).distinct()
    )
    pool.sort(key=lambda question: question.pk in answered)  # stable: the shuffle stays within
    return pool[:count]


def start_interview(
    user: Any, topics: Sequence[Topic], count: int, *, now: dt.datetime, rng: random.Random
) -> Interview | None:
    """A new interview with its questions fixed as they are now; None when there is nothing to ask."""
    questions = choose(user, topics, count, rng)
    if not questions:
        return None
    with transaction.atomic():
        interview = Interview.objects.create(user=user, created_at=now)
        interview.topics.set(topics)
        Slot.objects.bulk_create(
            Slot(interview=interview, position=place, question=question, version=question.version())
            for place, question in enumerate(questions)
        )
    return interview
