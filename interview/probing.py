"""Follow-up questions as rows: whether one is asked, what becomes of it, and what it adds."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import QuerySet

from interview import drafting, followups, grader, timing
from interview.models import Attempt, FollowUp, Interview

State = FollowUp.State


def of(attempt: Attempt) -> FollowUp | None:
    """The attempt's follow-up, whatever became of it."""
    return getattr(attempt, "follow_up", None)  # read with the attempt where many are shown


def is_open(attempt: Attempt) -> bool:
    """Whether the attempt's follow-up waits for an answer; the reference waits with it."""
    follow_up = of(attempt)
    return follow_up is not None and follow_up.state == State.OPEN


def prepare(attempt: Attempt) -> FollowUp | None:
    """The follow-up to ask after an attempt that has just been graded, not saved yet; None where the
    sitting or the answer is not one to dig into."""
    if attempt.grade is None or not _may_ask(attempt):
        return None
    version, question = attempt.version, attempt.version.question
    names = (*attempt.grade["keywords_found"], *attempt.grade["keywords_missed"])
    found = followups.follow_up(
        attempt.grade,
        title=version.title,
        answer=attempt.answer,
        language=version.language,
        headings=grader.headings(version),
        keywords=names,
    )
    if found is None:
        return None
    kind, text = found.aim.kind, found.text
    if question is not None and kind in (followups.MISSED, followups.PARTLY):
        written = grader.aimed_at(found.aim.point, version.title, question.follow_ups)
        if written:
            kind, text = followups.AUTHOR, written
    return FollowUp(attempt=attempt, kind=kind, text=text, point=found.aim.point)


def _may_ask(attempt: Attempt) -> bool:
    """One for each question, at its first answer; in a mock interview few, and none when it is over."""
    interview = attempt.slot.interview
    if not interview.follow_ups or interview.mode == Interview.Mode.REVIEW:
        return False
    if attempt.slot.attempts.exclude(pk=attempt.pk).exists():
        return False
    end = timing.sitting_deadline(interview)
    if end is not None and attempt.created_at >= end:
        return False
    if interview.mode == Interview.Mode.MOCK:
        asked = FollowUp.objects.filter(attempt__slot__interview=interview).count()
        if asked >= followups.MOST_IN_A_MOCK:
            return False
        if interview.feedback == Interview.Feedback.END:
            return Interview.objects.filter(pk=interview.pk, finished_at=None).exists()
    return True


def submit(
    follow_up: FollowUp,
    answer: str,
    *,
    submission: uuid.UUID,
    now: dt.datetime,
    base: int | None = None,
) -> FollowUp:
    """Store the answer; the grade comes afterwards. One answer counts: what another page sends later
    is kept as the draft."""
    with transaction.atomic():
        row = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
        if row.state == State.OPEN:
            timing.spend(row, now)
            row.state, row.answer, row.settled_at = State.ANSWERED, answer, now
            row.submission = submission
            drafting.drop(row, answer, base=base, writer=str(submission))
        elif answer.strip() != row.answer.strip():
            row.draft, row.draft_version = answer, row.draft_version + 1
        row.save()
    row.attempt = follow_up.attempt
    return row


def skip(follow_up: FollowUp, *, now: dt.datetime) -> None:
    """Leave it; an answered one stays answered. What was typed stays with it."""
    FollowUp.objects.filter(pk=follow_up.pk, state=State.OPEN).update(
        state=State.SKIPPED, settled_at=now
    )


def close(attempts: QuerySet[Attempt], *, now: dt.datetime) -> None:
    """Nothing is asked about these any more: what was typed is the answer, nothing typed is a skip."""
    for row in FollowUp.objects.filter(attempt__in=attempts, state=State.OPEN):
        if row.draft.strip():
            submit(row, row.draft, submission=uuid.uuid5(row.attempt_id, "follow-up"), now=now)
        else:
            skip(row, now=now)


def ungraded(attempt: Attempt) -> QuerySet[FollowUp]:
    """The attempt's follow-up if it was answered and has no grade yet."""
    return FollowUp.objects.filter(attempt=attempt, state=State.ANSWERED, grade__isnull=True)


def grade(follow_up: FollowUp) -> None:
    """Grade the answer against the one point; the row is changed, not saved. What the question of an
    author says is given away; ours say nothing but what was said before."""
    version = follow_up.attempt.version
    asked = version.title
    if follow_up.kind == followups.AUTHOR:
        asked = f"{asked}\n{follow_up.text}"
    found = grader.grade_follow_up(version, follow_up.point, asked, follow_up.answer)
    follow_up.grade, follow_up.grader_version = found.as_json(), found.version


def score(attempt: Attempt) -> int:
    """The score 0-100 of a graded attempt, with what its follow-up adds."""
    assert attempt.grade is not None
    follow_up = of(attempt)
    if follow_up is None or follow_up.grade is None:
        return int(attempt.grade["score"])
    return grader.score_with(attempt.grade, follow_up.point, follow_up.grade)
