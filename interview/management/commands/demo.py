"""A scratch site in its full state: a person with months of answers, reviews that are due, sittings
finished and open. For looking around and for screenshots."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from interview import answering, grader, selection
from interview.models import Attempt, Interview
from knowledge.models import Question

PERSON, AUTHOR, PASSWORD = "demo", "author", "viva-demo-2026"
# Days ago, and the grades of the sample answers given then ("" is a skipped question): practice pays.
SITTINGS = (
    (41, ("wrong", "middling", "wrong", "")),
    (34, ("middling", "wrong", "middling", "middling")),
    (27, ("middling", "good", "wrong", "middling")),
    (20, ("good", "middling", "middling", "good")),
    (13, ("middling", "good", "good", "")),
    (6, ("good", "good", "middling", "good")),
    (2, ("good", "good", "good", "middling")),
    (1, ("good", "good", "middling", "good")),
)
NAMESPACE = uuid.UUID("5f1dd1b4-4f2b-4a5e-9c57-6d1f2a4f7c11")


class Command(BaseCommand):
    help = "Fills an empty data folder with a person's history; prints how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        others = User.objects.exclude(username__in=(PERSON, AUTHOR))
        if others.exists():
            raise CommandError(
                "This data folder has people in it. Name a folder of its own in VIVA_DATA_DIR."
            )
        call_command("serve", setup_only=True, stdout=self.stdout)
        grader.tools()
        User.objects.filter(username__in=(PERSON, AUTHOR)).delete()
        person = User.objects.create_user(PERSON, password=PASSWORD)
        User.objects.create_superuser(AUTHOR, password=PASSWORD)
        fill(person, now=timezone.now())
        answers = Attempt.objects.of(person).count()
        self.stdout.write(f"{answers} answers. Sign in as {PERSON} (or {AUTHOR}, who is staff)")
        self.stdout.write(f"with the password {PASSWORD}")


def fill(person: User, *, now: dt.datetime) -> None:
    """The sittings of ``person`` up to ``now``: the same answers to the same questions every time."""
    questions = list(sampled())
    if not questions:
        raise CommandError("No question of the bank has sample answers.")
    for place, (days, labels) in enumerate(SITTINGS):
        # Each sitting repeats a question of the one before it, so that reviews have a history.
        chosen = [questions[(3 * place + n) % len(questions)] for n in range(len(labels))]
        mock = place % 3 == 2
        interview = selection.begin(
            person,
            chosen,
            now=now - dt.timedelta(days=days),
            mode=Interview.Mode.MOCK if mock else Interview.Mode.PRACTICE,
            feedback=Interview.Feedback.END if mock else Interview.Feedback.EACH,
        )
        answer(interview, labels)
    current = selection.begin(person, questions[:4], now=now - dt.timedelta(minutes=9))
    answer(current, ("good",))
    slot = current.slots.get(position=1)
    slot.draft = sample(slot.question, "middling")[:60]
    slot.save(update_fields=["draft"])


def sampled() -> QuerySet[Question]:
    """Askable Chinese questions with sample answers, in an order that mixes topics."""
    askable = Question.objects.askable().exclude(samples=[]).exclude(language="en")
    return askable.select_related("topic", "source").order_by("position", "topic__name", "pk")


def sample(question: Question | None, label: str) -> str:
    """The question's sample answer of a grade, or whichever there is."""
    samples = [(str(name), str(text)) for name, text in question.samples] if question else []
    return next((text for name, text in samples if name == label), samples[0][1] if samples else "")


def answer(interview: Interview, labels: tuple[str, ...]) -> None:
    """Give the sample answers of these grades, four minutes apart."""
    for slot, label in zip(interview.slots.select_related("question"), labels, strict=False):
        when = interview.created_at + dt.timedelta(minutes=4 * (slot.position + 1))
        slot.interview = interview
        if not label:
            answering.skip(slot, now=when)
            continue
        text = sample(slot.question, label)
        name = f"{interview.created_at:%Y-%m-%d} {slot.position} {interview.user_id}"
        attempt = answering.submit(slot, text, submission=uuid.uuid5(NAMESPACE, name), now=when)
        answering.grade_attempt(attempt)
