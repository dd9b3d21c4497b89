"""From a submitted answer to a graded attempt. The answer is stored first, the grade follows."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from interview import drafting, grader, probing, reviewing, timing
from interview.examiner import opinions
from interview.grading import Grade
from interview.models import Attempt, Interview, Slot
from interview.turns import Busy, Turns

# Two at once: while one is in the database or in Python, the other one's models have the cores.
AT_ONCE = 2
_turns = Turns(AT_ONCE, settings.VIVA_GRADES_WAITING)


def submit(
    slot: Slot, answer: str, *, submission: uuid.UUID, now: dt.datetime, base: int | None = None
) -> Attempt:
    """Store ``answer``. The same ``submission`` twice is one attempt (a double click, a retry after
    a lost reply). The draft goes only in the transaction that keeps the answer; one that another page
    saved after version ``base`` stays."""
    with transaction.atomic():
        attempt, created = Attempt.objects.get_or_create(
            submission=submission,
            user=slot.interview.user,
            defaults={
                "slot": slot,
                "version": slot.version,
                "topic_name": slot.version.topic_name,
                "answer": answer,
                "created_at": _after_the_last(slot, now),
            },
        )
        if created:
            timing.spend(slot, now)
            attempt.seconds, slot.seconds, slot.seen_at = slot.seconds, 0.0, None
            attempt.save(update_fields=["seconds"])
            slot.state = Slot.State.ANSWERED
            drafting.drop(slot, answer, base=base, writer=str(submission))
            slot.save(update_fields=["state", "seconds", "seen_at", *drafting.FIELDS])
            probing.close(slot.attempts.exclude(pk=attempt.pk), now=now)
            _finish_if_done(slot.interview, now)
    return attempt


def _after_the_last(slot: Slot, now: dt.datetime) -> dt.datetime:
    """``now``, but later than the slot's answers so far, should the clock have been set back: the newest
    answer is the one whose result is shown."""
    last = slot.attempts.aggregate(last=Max("created_at"))["last"]
    return now if last is None or last < now else last + dt.timedelta(microseconds=1)


def skip(slot: Slot, *, now: dt.datetime) -> None:
    """Leave a question unanswered; an answered one stays answered."""
    if slot.state == Slot.State.PENDING:
        slot.state = Slot.State.SKIPPED
        slot.save(update_fields=["state", *timing.spend(slot, now)])
        _finish_if_done(slot.interview, now)


def _finish_if_done(interview: Interview, now: dt.datetime) -> None:
    if interview.finished_at is None and not interview.slots.filter(state="pending").exists():
        interview.finished_at = now
        interview.save(update_fields=["finished_at"])
        if interview.feedback == Interview.Feedback.END:  # now everything is shown
            probing.close(Attempt.objects.filter(slot__interview=interview), now=now)


def settle(interview: Interview, now: dt.datetime, grace: dt.timedelta = timing.GRACE) -> bool:
    """Close the questions whose time is up: what was typed is the answer, nothing typed is a skip.
    Whether there was one."""
    if interview.finished_at or not (interview.question_seconds or interview.sitting_seconds):
        return False
    over = [
        slot for slot in _open_slots(interview) if timing.is_over(timing.deadline(slot), now, grace)
    ]
    for slot in over:
        _close(slot, min(now, timing.deadline(slot) or now))
    return bool(over)


def end(interview: Interview, *, now: dt.datetime) -> None:
    """The person ends the sitting: open questions are closed as if their time were up."""
    for slot in _open_slots(interview):
        _close(slot, now)


def _open_slots(interview: Interview) -> list[Slot]:
    slots = interview.slots.filter(state=Slot.State.PENDING).select_related("version")
    for slot in slots:
        slot.interview = interview  # one object, so that finishing it is seen by the caller
    return list(slots)


def _close(slot: Slot, now: dt.datetime) -> None:
    if slot.draft.strip():
        # Named after the slot: two requests that notice at once make one attempt.
        submit(slot, slot.draft, submission=uuid.uuid5(slot.interview_id, str(slot.pk)), now=now)
    else:
        skip(slot, now=now)


def ensure_graded(attempt: Attempt, *, now: dt.datetime, patient: bool = False) -> bool:
    """Grade what is not graded yet, and have the second examiner look at it too, where there is one;
    of a graded attempt the answer to its follow-up. Whether something was graded now; ``patient`` as in
    ``grade_attempt``."""
    if attempt.score is not None:
        return _ensure_follow_up_graded(attempt, patient=patient)
    if grade_attempt(attempt, patient=patient) is None:
        return False
    with suppress(opinions.OverBudget):
        opinions.ask(attempt, now=now)
    return True


def grade_attempt(attempt: Attempt, *, patient: bool = False) -> Grade | None:
    """Grade a stored attempt and keep the grade; None while the models are still loading, or when
    too many others are being graded (``patient``: wait for them): whoever looks at the attempt later
    tries again, and ``catching_up`` does where nobody looks.

    A question that is gone or was edited since is graded against the version it was asked in.
    """
    if not grader.is_ready():
        return None
    try:
        with _turns.take(patient=patient):
            # Meanwhile another request for the same attempt may have done it.
            attempt.refresh_from_db(fields=["score", "grade", "grader_version"])
            return _grade(attempt) if attempt.score is None else None
    except Busy:
        return None


def regrade(attempt: Attempt) -> Grade:
    """Grade an attempt anew, whatever its grade was. Raises Busy when too many others are being graded."""
    with _turns.take():
        return _grade(attempt)


def _grade(attempt: Attempt) -> Grade:
    question = attempt.version.question
    if question is not None and question.content_hash() == attempt.version.content_hash:
        grade = grader.grade_answer(question, attempt.answer)
    else:
        grade = grader.grade_version(attempt.version, attempt.answer)
    first = attempt.grade is None
    attempt.grade, attempt.grader_version = grade.as_json(), grade.version
    more = probing.prepare(attempt) if first else None
    with transaction.atomic():
        if more is not None:
            more.save()
        _count(attempt)
    return grade


def _ensure_follow_up_graded(attempt: Attempt, *, patient: bool) -> bool:
    """Grade the answer to the attempt's follow-up, if there is one that is not graded yet."""
    if not grader.is_ready() or not probing.ungraded(attempt).exists():
        return False
    with suppress(Busy), _turns.take(patient=patient):
        follow_up = probing.ungraded(attempt).first()
        if follow_up is None:  # meanwhile another request has done it
            return False
        follow_up.attempt = attempt
        probing.grade(follow_up)
        with transaction.atomic():
            follow_up.save(update_fields=["grade", "grader_version"])
            _count(attempt)
        return True
    return False


def _count(attempt: Attempt) -> None:
    """Keep the attempt's grade, and the score that it and its follow-up make; slot and review follow."""
    attempt.score = probing.score(attempt)
    attempt.save(update_fields=["score", "grade", "grader_version"])
    Slot.objects.filter(pk=attempt.slot_id).update(score=attempt.score)
    reviewing.record(attempt)
