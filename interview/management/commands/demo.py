"""A scratch site in its full state: a person with months of answers, reviews that are due, sittings
finished and open, objections that wait or are decided. For looking around and for screenshots."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from interview import answering, disputes, grader, probing, selection, timing
from interview.models import Attempt, Interview, Report
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
        author = User.objects.create_superuser(AUTHOR, password=PASSWORD)
        now = timezone.now()
        fill(person, now=now)
        object_to(person, author, now=now)
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
            follow_ups=not mock,
        )
        answer(interview, labels)
    begun = now - dt.timedelta(minutes=9)
    current = selection.begin(person, questions[:4], now=begun, follow_ups=True)
    answer(current, ("middling",), replies=False)
    slot = current.slots.get(position=1)
    slot.draft = sample(slot.question, "middling")[:60]
    slot.save(update_fields=["draft"])


def object_to(person: User, author: User, *, now: dt.datetime) -> None:
    """Three grades that the person objects to (one waits, one objection is accepted, one declined), and
    a question that is reported."""
    own = list(Attempt.objects.results_of(person).order_by("score", "created_at"))
    wrong, waiting, unfair, reported = own[0], own[len(own) // 3], own[len(own) // 2], own[-1]
    raised = now - dt.timedelta(hours=5)
    for attempt, rating, text in (
        (wrong, 70, "我觉得没有说错。"),
        (waiting, 85, "这句话我换了一种说法，意思是对的。"),
        (unfair, 95, "要点我都说了，只是顺序不同。"),
    ):
        kind = Report.Kind.GRADE
        report = disputes.raise_report(attempt, kind, text, now=raised, own_rating=rating)
        decided = now - dt.timedelta(hours=1)
        if attempt is unfair:
            disputes.accept(report, author, now=decided, note="同意，这个说法也算对。")
        elif attempt is wrong:
            note = "和参考答案的说法相反，请对照标红的地方再看一遍。"
            disputes.decline(report, author, now=decided, note=note)
    disputes.raise_report(
        reported, Report.Kind.QUESTION, "没有说清是训练还是推理。", now=raised, reason="unclear"
    )


def sampled() -> QuerySet[Question]:
    """Askable Chinese questions with sample answers, in an order that mixes topics."""
    askable = Question.objects.askable().exclude(samples=[]).exclude(language="en")
    return askable.select_related("topic", "source").order_by("position", "topic__name", "pk")


def sample(question: Question | None, label: str) -> str:
    """The question's sample answer of a grade, or whichever there is."""
    samples = [(str(name), str(text)) for name, text in question.samples] if question else []
    return next((text for name, text in samples if name == label), samples[0][1] if samples else "")


def answer(interview: Interview, labels: tuple[str, ...], *, replies: bool = True) -> None:
    """Give the sample answers of these grades, four minutes apart; ``replies``: and see to the
    follow-ups."""
    for slot, label in zip(interview.slots.select_related("question"), labels, strict=False):
        when = interview.created_at + dt.timedelta(minutes=4 * (slot.position + 1))
        slot.interview = interview
        if not label:
            answering.skip(slot, now=when)
            continue
        text = sample(slot.question, label)
        timing.see(slot, when - dt.timedelta(seconds=45 + len(text)))
        name = f"{interview.created_at:%Y-%m-%d} {slot.position} {interview.user_id}"
        attempt = answering.submit(slot, text, submission=uuid.uuid5(NAMESPACE, name), now=when)
        answering.grade_attempt(attempt)
        if replies:
            reply(attempt, label, now=when + dt.timedelta(minutes=1))


def reply(attempt: Attempt, label: str, *, now: dt.datetime) -> None:
    """Answer the follow-up to a middling answer with what a good one says; leave the others."""
    follow_up = probing.of(attempt)
    if follow_up is None:
        return
    if label != "middling":
        probing.skip(follow_up, now=now)
        return
    text = sample(attempt.version.question, "good")
    name = uuid.uuid5(NAMESPACE, f"{attempt.submission} follow-up")
    probing.submit(follow_up, text, submission=name, now=now)
    answering.ensure_graded(attempt, now=now)
