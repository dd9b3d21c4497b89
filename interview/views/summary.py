"""The end of a sitting: the summary, and all of it on paper."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from interview import answering, result
from interview.models import Interview, Slot
from interview.summary import Row, Summary, summary_of
from interview.views.history import PRACTISED_AT_ONCE
from interview.views.shared import ensure_graded, interview_for, page


@login_required
@require_safe
def summary(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    interview = interview_for(request, interview_id)
    found = _summary(interview)
    context = {
        "interview": interview,
        "summary": found,
        "today": timezone.localdate(),
        "practise": found.missed[:PRACTISED_AT_ONCE],
    }
    return page(request, "interview/summary.html", context)


@login_required
@require_safe
def on_paper(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    """Every question with its result, all opened, a page each when printed."""
    interview = interview_for(request, interview_id)
    if interview.keeps_results_back:
        return redirect("summary", interview.pk)
    found = _summary(interview)
    rows = [_opened(row) for row in found.rows]
    context = {"interview": interview, "summary": found, "rows": rows}
    return page(request, "interview/on_paper.html", context)


def _summary(interview: Interview) -> Summary:
    """The summary, with time limits looked after and everything graded that can be."""
    now = timezone.localtime()
    answering.settle(interview, now)
    found = summary_of(interview, now)
    waiting = [row.attempt for row in found.rows if row.attempt and row.attempt.score is None]
    for attempt in waiting:
        ensure_graded(attempt)
    return summary_of(interview, now) if waiting else found


def _opened(row: Row) -> dict[str, Any]:
    """A question with all that belongs to it; the reference of an open one stays closed."""
    version = row.slot.version
    shown = result.result_of(row.attempt) if row.attempt else None
    reference = result.for_a_list(shown.reference) if shown else ""
    if row.slot.state == Slot.State.SKIPPED:
        reference = result.reference_html(version)
    return {
        "row": row,
        "stem": result.question_html(version),
        "result": shown,
        "reference": reference,
    }
