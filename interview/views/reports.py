"""Objecting to a grade, and reporting a question."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interview import disputes, result
from interview.models import Report
from interview.views.shared import attempt_context, page, post_to, result_for


class DisputeForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ("own_rating", "text")
        labels = {
            "own_rating": gettext_lazy("What would you give it, 0 to 100?"),
            "text": gettext_lazy("Why, in a sentence"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["own_rating"].required = True


class QuestionReportForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ("reason", "text")
        labels = {
            "reason": gettext_lazy("What is wrong with it?"),
            "text": gettext_lazy("In a sentence"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = True


FORMS: dict[str, type[forms.ModelForm]] = {
    Report.Kind.GRADE: DisputeForm,
    Report.Kind.QUESTION: QuestionReportForm,
}


@login_required
@post_to("attempt")
def dispute(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    return _report(request, attempt_id, Report.Kind.GRADE)


@login_required
@post_to("attempt")
def report_question(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    return _report(request, attempt_id, Report.Kind.QUESTION)


def _report(request: HttpRequest, attempt_id: uuid.UUID, kind: Report.Kind) -> HttpResponse:
    """Keep an objection; the attempt's page with the reason where it cannot be kept."""
    attempt = result_for(request, attempt_id)
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        context = attempt_context(attempt) | {
            "slot": attempt.slot,
            "interview": attempt.slot.interview,
            "stem": result.question_html(attempt.version),
            "number": attempt.slot.position + 1,
            "standalone": True,
            f"refused_{kind.value}": form,
        }
        return page(request, "interview/attempt.html", context, status=422)
    disputes.raise_report(attempt, kind, now=timezone.now(), **form.cleaned_data)
    messages.success(
        request,
        _("Thank you. It is kept. The answer will stand here, and the start page tells you of it."),
    )
    return redirect("attempt", attempt.pk)
