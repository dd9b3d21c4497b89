"""When a question comes back: FSRS over a person's graded answers.

Every graded attempt is one review of its question. Its score and time propose the rating, the person
may change it, and the card is what the logs add up to.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from fsrs import Card, Scheduler
from fsrs import Rating as FsrsRating

from interview import selection
from interview.examiner.opinions import counting_score
from interview.grading.segments import width
from interview.models import (
    Attempt,
    Interview,
    Preferences,
    ReviewCard,
    ReviewLog,
)
from interview.result import PASS_MARK
from knowledge.models import Question

Rating = ReviewLog.Rating

# No steps of minutes: this is practised by the day. Nothing is fuzzed, because every button names the
# date it leads to. Nobody prepares for an interview more than a year ahead.
SCHEDULER = Scheduler(
    learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False
)

# A pass below the first score was laborious, one from the second on may have been easy.
HARD_BELOW, EASY_FROM = 70, 90
# Seconds in which an answer reads as fluent: half a minute to think, and a second for each Chinese
# character (or the Latin letters that take its width), which is slow typing with an input method.
# Within it an answer was quick; beyond three times as much it took long.
THINKING, TYPING, LONG = 30.0, 1.0, 3.0
SAME_DAY = dt.timedelta(hours=12)


def propose(
    score: float, answer: str, seconds: float | None = None, repeated: bool = False
) -> ReviewLog.Rating:
    """The rating that a grade suggests: below the pass mark Again, else Good; Hard for a narrow pass or
    a long time, Easy for a full answer given fluently.

    ``score`` 0..100; ``seconds`` from the question to the answer, None where unknown: then never Easy.
    ``repeated``: the question was answered within SAME_DAY before, so its reference was just read:
    at most Hard.
    """
    if score < PASS_MARK:
        return Rating.AGAIN
    fluent = THINKING + TYPING * width(answer)
    if repeated or score < HARD_BELOW or (seconds is not None and seconds > LONG * fluent):
        return Rating.HARD
    if score >= EASY_FROM and seconds is not None and seconds <= fluent:
        return Rating.EASY
    return Rating.GOOD


@dataclass(frozen=True)
class Choice:
    """One of the four ratings, and when the question would come back."""

    rating: ReviewLog.Rating
    due: dt.datetime
    days: int
    proposed: bool
    chosen: bool


def record(attempt: Attempt) -> ReviewLog | None:
    """Count a graded attempt as a review of its question, rated as proposed; graded anew, or with
    another score counting, the proposal is renewed and a rating that the person chose stays. None
    when there is nothing to count: no score yet, or the question is gone."""
    score = counting_score(attempt)
    if score is None or attempt.version.question_id is None:
        return None
    with transaction.atomic():
        card, _created = ReviewCard.objects.select_for_update().get_or_create(
            user_id=attempt.user_id,
            question_id=attempt.version.question_id,
            defaults={"due": attempt.created_at},
        )
        log = ReviewLog.objects.filter(attempt=attempt).first() or ReviewLog(
            attempt=attempt,
            reviewed_at=attempt.created_at,
            seconds=None if attempt.seconds is None else round(attempt.seconds),
        )
        repeated = card.logs.filter(
            reviewed_at__gt=attempt.created_at - SAME_DAY, reviewed_at__lt=attempt.created_at
        ).exists()
        proposed = propose(score, attempt.answer, log.seconds, repeated)
        if log.rating is None or log.rating == log.proposed:
            log.rating = proposed
        log.card, log.proposed = card, proposed
        log.save()
        follow_logs(card)
    return log


def rate(attempt: Attempt, rating: int) -> bool:
    """The person's own rating in place of the attempt's; False when the question has been answered
    again since: what followed rests on the rating as it was."""
    with transaction.atomic():
        log = ReviewLog.objects.select_related("card").filter(attempt=attempt).first()
        if log is None or not _is_latest(log):
            return False
        log.rating = rating
        log.save(update_fields=["rating"])
        follow_logs(log.card)
    return True


def choices(attempt: Attempt) -> list[Choice]:
    """The four ratings of an attempt with their dates; empty where none can be chosen (any more)."""
    log = ReviewLog.objects.select_related("card").filter(attempt=attempt).first()
    if log is None:
        return []
    logs = list(log.card.logs.order_by("reviewed_at", "pk"))
    if logs[-1].pk != log.pk:
        return []
    before = _memory(log.card, logs[:-1])
    found = []
    for rating in Rating:
        after = _reviewed(before, rating, log.reviewed_at)
        days = (after.due - log.reviewed_at).days
        found.append(Choice(rating, after.due, days, rating == log.proposed, rating == log.rating))
    return found


def _is_latest(log: ReviewLog) -> bool:
    latest = log.card.logs.order_by("-reviewed_at", "-pk").first()
    return latest is not None and latest.pk == log.pk


def _memory(card: ReviewCard, logs: Iterable[ReviewLog]) -> Card:
    """The card as it stands after ``logs``, oldest first."""
    memory = Card(card_id=card.pk, due=card.due)
    for log in logs:
        memory = _reviewed(memory, log.rating, log.reviewed_at)
    return memory


def _reviewed(card: Card, rating: int, when: dt.datetime) -> Card:
    return SCHEDULER.review_card(card, FsrsRating(rating), when.astimezone(dt.UTC))[0]


def follow_logs(card: ReviewCard) -> None:
    """Make the card what its logs say. They are few; graded late, they may come out of order."""
    memory = _memory(card, card.logs.order_by("reviewed_at", "pk"))
    card.due, card.memory = memory.due, dict(memory.to_dict())
    card.save(update_fields=["due", "memory"])


@dataclass(frozen=True)
class Today:
    """What there is to review on one day."""

    limit: int  # questions a day
    done: int  # answered today in reviews
    due: int  # questions that are due, however many of them are taken today
    new: int  # questions never answered that fill the rest of the limit
    open: Interview | None  # a review begun today that can be gone on with

    @property
    def asked(self) -> int:
        """How many questions a review begun now would ask."""
        return min(self.due + self.new, self.left)

    @property
    def left(self) -> int:
        return max(0, self.limit - self.done)


def start_of_day(now: dt.datetime, days: int = 0) -> dt.datetime:
    """Midnight before ``now`` in ``now``'s own zone, ``days`` later."""
    day = now.date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), tzinfo=now.tzinfo)


def due_cards(user: Any, now: dt.datetime) -> Any:
    """Cards due today or before, longest due first; ``now`` in the person's zone."""
    cards = ReviewCard.objects.of(user).askable().filter(due__lt=start_of_day(now, 1))
    return cards.order_by("due", "pk")


def due_dates(user: Any, questions: Iterable[int | None]) -> dict[int | None, dt.datetime]:
    """When each of these questions comes back, of those that can still be asked."""
    cards = ReviewCard.objects.of(user).askable().filter(question__in=[q for q in questions if q])
    return dict(cards.values_list("question", "due"))


def new_questions(user: Any, language: str) -> Any:
    """Questions that the person never answered, in a language ("" when a question names none)."""
    answered = ReviewCard.objects.of(user).filter(question=OuterRef("pk"))
    return Question.objects.askable().filter(~Exists(answered), Q(language__in=["", language]))


def today(user: Any, now: dt.datetime, language: str) -> Today:
    limit = Preferences.of(user).daily_limit
    reviews = Interview.objects.of(user).filter(mode=Interview.Mode.REVIEW)
    begun = start_of_day(now)
    done = (
        Attempt.objects.of(user)
        .filter(created_at__gte=begun, slot__interview__mode=Interview.Mode.REVIEW)
        .values("slot")
        .distinct()
        .count()
    )
    due = due_cards(user, now).count()
    room = max(0, limit - done - due)
    new = new_questions(user, language)[:room].count() if room else 0
    unfinished = reviews.filter(created_at__gte=begun, finished_at=None).order_by("-created_at")
    return Today(limit=limit, done=done, due=due, new=new, open=unfinished.first())


def start(
    user: Any, now: dt.datetime, language: str, *, rng: random.Random, extra: bool = False
) -> Interview | None:
    """A sitting of what is due, new questions mixed in up to the daily limit (``extra``: another
    limit's worth although today's is used up); None when there is nothing."""
    day = today(user, now, language)
    room = day.limit if extra else day.left
    due = [card.question for card in due_cards(user, now).select_related("question__topic")[:room]]
    pool = list(new_questions(user, language).order_by("pk").values_list("pk", flat=True))
    chosen = rng.sample(pool, min(len(pool), room - len(due)))
    new = list(Question.objects.filter(pk__in=chosen).select_related("topic").order_by("pk"))
    questions = mixed(due, new)
    if not questions:
        return None
    return selection.begin(user, questions, now=now, mode=Interview.Mode.REVIEW)


def mixed(due: Sequence[Question], new: Sequence[Question]) -> list[Question]:
    """Both in their order, the new ones spread evenly, a due one first."""
    places = [(n / len(due), question) for n, question in enumerate(due)]
    places += [((n + 0.5) / len(new), question) for n, question in enumerate(new)]
    return [question for _, question in sorted(places, key=lambda item: item[0])]  # stable


def forecast(user: Any, now: dt.datetime, days: int = 7) -> list[tuple[dt.date, int]]:
    """How many questions come back on each of the coming ``days``, today first with what is overdue."""
    cards = ReviewCard.objects.of(user).askable().filter(due__lt=start_of_day(now, days))
    counts = Counter(
        max(due.astimezone(now.tzinfo).date(), now.date())
        for due in cards.values_list("due", flat=True)
    )
    coming = [now.date() + dt.timedelta(days=n) for n in range(days)]
    return [(day, counts[day]) for day in coming]
