"""Second opinions as rows: asking for one within the day's budget, keeping it, and whose score counts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from interview.examiner.config import EXAMINER, GRADER, configured
from interview.grading import form
from interview.guests import is_guest
from interview.models import Attempt, SecondOpinion

if TYPE_CHECKING:
    from interview.examiner.examining import Examination, Exchange

State = SecondOpinion.State
# From this difference (points of 100) on the person is told, and may say which score counts.
DIFFER = 20
# Problems besides those of the client's.
UNREADABLE, OBEYED, CRASHED, OFF = "unreadable", "obeyed", "crashed", "off"
_NOTHING_SAID = {form.EMPTY, form.DONT_KNOW, form.GIBBERISH, form.SHUFFLED}


class OverBudget(Exception):
    """The person has had as many opinions today as anybody may have."""


def latest(attempt: Attempt) -> SecondOpinion | None:
    """The opinion that counts: the last one asked for. Uses what was prefetched."""
    return max(attempt.second_opinions.all(), key=lambda opinion: opinion.pk, default=None)


def is_worth_asking(attempt: Attempt) -> bool:
    """Whether there is something to have an opinion on, and somebody: guests have no budget."""
    grade = attempt.grade
    return not is_guest(attempt.user) and bool(
        grade and grade["points"] and not _NOTHING_SAID & set(grade["flags"])
    )


def spent(user: Any, now: dt.datetime) -> int:
    """How many opinions the person has asked for today (UTC)."""
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return SecondOpinion.objects.filter(attempt__user=user, asked_at__gte=midnight).count()


def ask(attempt: Attempt, *, now: dt.datetime, again: bool = False) -> SecondOpinion | None:
    """Put the question whether ``attempt`` is right to the examiner; the answer comes later.

    None when there is no examiner or nothing to ask about. An opinion that is there already is
    returned as it is, unless it failed and it is asked ``again``. Raises OverBudget.
    """
    from interview.examiner import tasks

    if configured() is None or not is_worth_asking(attempt):
        return None
    with transaction.atomic():
        # One person's requests in turn: two at once can neither ask twice nor overspend.
        get_user_model().objects.select_for_update().get(pk=attempt.user_id)
        known = SecondOpinion.objects.filter(attempt=attempt).order_by("-pk").first()
        if known is not None and not (again and known.state == State.FAILED):
            return known
        if spent(attempt.user, now) >= settings.VIVA_EXAMINER_DAILY:
            raise OverBudget
        opinion = SecondOpinion.objects.create(attempt=attempt, asked_at=now)
        tasks.enqueue(opinion.pk)
    return opinion


def choose(attempt: Attempt, choice: str) -> bool:
    """Whose score counts for review; False where there is nothing to choose between."""
    opinion = latest(attempt)
    if opinion is None or not differ(attempt, opinion) or choice not in (GRADER, EXAMINER):
        return False
    SecondOpinion.objects.filter(pk=opinion.pk).update(choice=choice)
    return True


def differ(attempt: Attempt, opinion: SecondOpinion) -> bool:
    """Whether the two scores are so far apart that the person is asked."""
    if opinion.score is None or attempt.score is None:
        return False
    return abs(round(opinion.score) - round(attempt.score)) > DIFFER


def counts(opinion: SecondOpinion) -> str:
    """Whose score counts where there is a second one: "grader" or "examiner"."""
    default = EXAMINER if settings.VIVA_EXAMINER_COUNTS == EXAMINER else GRADER
    return opinion.choice or default


def counting_score(attempt: Attempt) -> float | None:
    """The score (0-100) that review scheduling goes by: the built-in grade, or the examiner's where
    the person chose it or the site prefers it. None while there is no grade at all."""
    opinion = latest(attempt)
    if opinion is None or opinion.score is None or counts(opinion) == GRADER:
        return attempt.score
    return opinion.score


# -- what the task writes ----------------------------------------------------------------------------


def keep(opinion: SecondOpinion, found: Examination, *, now: dt.datetime) -> None:
    """The examiner's word on an attempt. What a model says that does as it is told is not shown."""
    attempt = opinion.attempt
    obeyed = found.opinion.obeyed
    points = attempt.grade["points"] if attempt.grade else []
    _update(
        opinion,
        state=State.FAILED if obeyed else State.DONE,
        problem=OBEYED if obeyed else "",
        detail="",
        score=found.opinion.score,
        points=[
            {
                "text": points[judged.point]["text"],
                "weight": points[judged.point]["weight"],
                "grader": points[judged.point]["verdict"],
                "verdict": judged.verdict,
                "spans": [list(span) for span in judged.spans],
            }
            for judged in found.opinion.points
        ],
        feedback="" if obeyed else found.reply.feedback,
        follow_up="" if obeyed else found.reply.follow_up,
        rejected=found.opinion.rejected,
        finished_at=now,
        retry_at=None,
        **_said(found.exchange),
    )


def fail(
    opinion: SecondOpinion,
    problem: str,
    detail: str = "",
    *,
    now: dt.datetime,
    exchange: Exchange | None = None,
    retry_at: dt.datetime | None = None,
) -> None:
    """That there is no opinion, for good or until ``retry_at``."""
    _update(
        opinion,
        state=State.WAITING if retry_at else State.FAILED,
        problem=problem,
        detail=detail,
        retry_at=retry_at,
        finished_at=None if retry_at else now,
        **(_said(exchange) if exchange else {}),
    )


def _said(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.prompt.answer
    return {
        "model": exchange.model,
        "seconds": exchange.seconds,
        "prompt": exchange.prompt.as_text(),
        "replies": list(exchange.replies),
        "reach": {
            "sent": answer.sent,
            "length": answer.length,
            "set_aside": answer.set_aside,
            "points_left_out": len(exchange.prompt.left_out),
            "mode": exchange.mode,
            "tokens": exchange.tokens,
        },
    }


def _update(opinion: SecondOpinion, **fields: Any) -> None:
    """Write ``fields`` unless the row was settled or deleted meanwhile."""
    SecondOpinion.objects.filter(pk=opinion.pk, state=State.WAITING).update(**fields)
