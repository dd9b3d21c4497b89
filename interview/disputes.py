"""Grades and questions that people object to, and what staff decide about them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from interview import answering, grader
from interview.models import Attempt, Report
from interview.turns import Busy


class NotDecided(Exception):
    """Why a report could not be decided as wanted; ``args[0]`` is "gone", "loading" or "closed"."""


def raise_report(
    attempt: Attempt,
    kind: str,
    text: str,
    *,
    now: dt.datetime,
    own_rating: int | None = None,
    reason: str = "",
) -> Report:
    """Keep what a person says beside the machine's grade. Saying it again replaces what is still open;
    what was decided stays decided."""
    with transaction.atomic():
        report, created = Report.objects.get_or_create(
            attempt=attempt,
            kind=kind,
            defaults={
                "text": text,
                "own_rating": own_rating,
                "reason": reason,
                "score_before": attempt.score,
                "created_at": now,
            },
        )
        if not created and report.state == Report.State.OPEN:
            report.text, report.own_rating, report.reason = text, own_rating, reason
            report.save(update_fields=["text", "own_rating", "reason"])
    return report


def accept(report: Report, staff: Any, *, now: dt.datetime, note: str = "") -> None:
    """Agree. A disputed answer becomes an accepted alternative of its question, the attempt is graded
    anew, and later answers like it score accordingly. Raises NotDecided."""
    _still_open(report)
    if report.kind == Report.Kind.GRADE:
        attempt = report.attempt
        if attempt.version.question_id is None:
            raise NotDecided("gone")
        if not grader.is_ready():
            raise NotDecided("loading")
        question, answer = attempt.version.question, as_one_line(attempt.answer)
        assert question is not None
        if answer not in question.accepted:
            question.accepted = [*question.accepted, answer]
        try:
            answering.regrade(attempt)
        except Busy:
            raise NotDecided("loading") from None
        question.save(update_fields=["accepted", "updated_at"])
    _decide(report, Report.State.ACCEPTED, staff, now, note)


def decline(report: Report, staff: Any, *, now: dt.datetime, note: str) -> None:
    """Disagree, and say why. Raises NotDecided."""
    _still_open(report)
    _decide(report, Report.State.DECLINED, staff, now, note)


def _still_open(report: Report) -> None:
    if report.state != Report.State.OPEN:
        raise NotDecided("closed")


def _decide(report: Report, state: str, staff: Any, now: dt.datetime, note: str) -> None:
    report.state, report.note = state, note
    report.decided_at, report.decided_by = now, staff
    report.save(update_fields=["state", "note", "decided_at", "decided_by"])


def news(user: Any) -> QuerySet[Report]:
    """Decisions that the person has not seen yet, the latest first."""
    decided = Report.objects.filter(attempt__user=user, seen=False).exclude(state=Report.State.OPEN)
    return decided.select_related("attempt__version").order_by("-decided_at")


def see(reports: Iterable[Report]) -> None:
    """The person looks at these reports: their decisions are no news any more."""
    seen = [report.pk for report in reports if report.decided_at and not report.seen]
    if seen:
        Report.objects.filter(pk__in=seen).update(seen=True)


_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、])\s+")
_ENDS = tuple("。！？；：，.!?;:,")


def as_one_line(answer: str) -> str:
    """The answer without line breaks, as the list of accepted answers keeps one a line: what was a line
    ends like a sentence."""
    lines = [_BULLET.sub("", line).strip() for line in answer.splitlines()]
    lines = [line for line in lines if line]
    stop = "；" if re.search(r"[\u4e00-\u9fff]", answer) else "; "
    parts = [line if line.endswith(_ENDS) else line + stop for line in lines[:-1]]
    return " ".join(" ".join([*parts, *lines[-1:]]).split())
