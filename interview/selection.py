"""Which questions an interview asks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from interview.models import Attempt, Interview, Slot
from knowledge.models import Question, Topic

MAX_QUESTIONS = 50


@dataclass(frozen=True)
class Plan:
    """What a person chose on the start page."""

    topics: Sequence[Topic]
    count: int
    mode: str = Interview.Mode.PRACTICE
    feedback: str = Interview.Feedback.EACH
    difficulty: str = ""  # any
    question_seconds: int | None = None
    sitting_seconds: int | None = None
    follow_ups: bool = False


def choose(
    user: Any, topics: Sequence[Topic], count: int, rng: random.Random, difficulty: str = ""
) -> list[Question]:
    """Up to ``count`` askable questions of ``topics`` (all topics when empty) and ``difficulty`` (any
    when empty), in random order, those that the person has not answered yet first."""
    askable = Question.objects.askable().select_related("topic", "source")
    if difficulty:
        askable = askable.filter(difficulty=difficulty)
    pool = list(askable.on(list(topics)) if topics else askable)
    rng.shuffle(pool)
    answered = set(
        Attempt.objects.of(user).values_list("version__question_id", flat=True).distinct()
    )
    pool.sort(key=lambda question: question.pk in answered)  # stable: the shuffle stays within
    return pool[:count]


def wants_follow_ups(user: Any) -> bool:
    """As the person chose last time; yes before the first time."""
    chosen = Interview.objects.of(user).exclude(mode=Interview.Mode.REVIEW)
    last = chosen.order_by("-created_at").values_list("follow_ups", flat=True).first()
    return True if last is None else last


def start_interview(
    user: Any, plan: Plan, *, now: dt.datetime, rng: random.Random
) -> Interview | None:
    """A new interview with its questions fixed as they are now; None when there is nothing to ask."""
    questions = choose(user, plan.topics, plan.count, rng, plan.difficulty)
    if not questions:
        return None
    return begin(
        user,
        questions,
        now=now,
        topics=plan.topics,
        mode=plan.mode,
        feedback=plan.feedback,
        difficulty=plan.difficulty,
        question_seconds=plan.question_seconds,
        sitting_seconds=plan.sitting_seconds,
        follow_ups=plan.follow_ups,
    )


def begin(
    user: Any,
    questions: Sequence[Question],
    *,
    now: dt.datetime,
    topics: Sequence[Topic] = (),
    **options: Any,
) -> Interview:
    """A new interview that asks these questions in this order, each as it is now."""
    with transaction.atomic():
        interview = Interview.objects.create(user=user, created_at=now, **options)
        interview.topics.set(topics)
        Slot.objects.bulk_create(
            Slot(interview=interview, position=place, question=question, version=question.version())
            for place, question in enumerate(questions)
        )
    return interview
