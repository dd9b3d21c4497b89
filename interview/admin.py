"""What people did, read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from interview import disputes, result
from interview.forms import AdminSignInForm
from interview.models import Attempt, Interview, InterviewQuerySet, Report, SecondOpinion
from knowledge.admin import ReadOnlyAdmin


class ScoreFilter(admin.SimpleListFilter):
    title = _("score")
    parameter_name = "score"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("0", "0–39"), ("40", "40–69"), ("70", "70–100")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        bounds = {"0": (0, 40), "40": (40, 70), "70": (70, 101)}.get(self.value() or "")
        return queryset.filter(score__gte=bounds[0], score__lt=bounds[1]) if bounds else queryset


admin.site.login_form = AdminSignInForm


@admin.register(Interview)
class InterviewAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "progress", "mean", "finished_at")
    list_filter = ("topics", "created_at")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    fields = ("user", "topics", "created_at", "finished_at")

    def get_queryset(self, request: HttpRequest) -> InterviewQuerySet:
        return Interview.objects.with_progress().order_by("-created_at")

    @admin.display(description=_("answered"))
    def progress(self, obj: Interview) -> str:
        return f"{obj.done} / {obj.total}"  # type: ignore[attr-defined]

    @admin.display(description=_("mean score"))
    def mean(self, obj: Interview) -> str:
        score = obj.mean_score  # type: ignore[attr-defined]
        return "–" if score is None else f"{score:.0f}"


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("version", "user", "topic_name", "score", "created_at")
    list_filter = (ScoreFilter, "topic_name", "created_at")
    search_fields = ("version__title", "answer", "user__username")
    list_select_related = ("version", "user")
    fields = ("version", "user", "topic_name", "created_at", "answer", "score", "grade")


@admin.register(SecondOpinion)
class SecondOpinionAdmin(ReadOnlyAdmin):
    """With the raw prompt and replies, which only staff may see."""

    list_display = ("asked_at", "attempt", "state", "problem", "score", "model", "seconds")
    list_filter = ("state", "problem", "model")
    search_fields = ("attempt__user__username", "attempt__version__title")
    list_select_related = ("attempt__version",)
    fields = (
        "attempt",
        *("state", "asked_at", "finished_at", "tries", "problem", "detail"),
        *("model", "host", "seconds", "score", "choice", "feedback", "follow_up"),
        *("points", "rejected", "reach", "prompt", "replies"),
    )


PROBLEMS = {
    "gone": _("The question is gone: nothing can be accepted for it. Decline with a note."),
    "loading": _("The grader is still loading. Nothing was changed; try again in a moment."),
    "closed": _("Somebody has decided this already."),
}


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """One queue of open disputes and reports, the oldest first, each with all it takes to decide."""

    per_page = 10

    def get_urls(self) -> list[Any]:
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        return [
            path("<int:pk>/decide/", decide, name="interview_report_decide"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        decided = "decided" in request.GET
        reports = Report.objects.select_related(
            "attempt__user",
            "attempt__follow_up",
            "attempt__version__question__source",
            "decided_by",
        )
        if decided:
            reports = reports.exclude(state=Report.State.OPEN).order_by("-decided_at")
        else:
            reports = reports.filter(state=Report.State.OPEN)
        shown = Paginator(reports, self.per_page).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Disputes and reports"),
            "opts": self.opts,
            "reports": shown,
            "rows": [_with_evidence(report) for report in shown],
            "decided": decided,
            "may_decide": self.may_decide(request),
        }
        return TemplateResponse(request, "admin/interview/report/queue.html", context)

    def may_decide(self, request: HttpRequest) -> bool:
        """Whoever may change questions may accept answers to them."""
        return request.user.has_perm("knowledge.change_question")  # type: ignore[union-attr]

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_decide(request):
            raise PermissionDenied
        report = get_object_or_404(
            Report.objects.select_related("attempt__version__question__source", "attempt__slot"),
            pk=pk,
        )
        note = request.POST.get("note", "").strip()[:1000]
        now = timezone.now()
        try:
            if "accept" in request.POST:
                disputes.accept(report, request.user, now=now, note=note)
                self.message_user(request, _("Accepted."), messages.SUCCESS)
            elif note:
                disputes.decline(report, request.user, now=now, note=note)
                self.message_user(request, _("Declined."), messages.SUCCESS)
            else:
                problem = _("Say in the note why it is declined: the person reads it.")
                self.message_user(request, problem, messages.ERROR)
        except disputes.NotDecided as error:
            self.message_user(request, PROBLEMS[error.args[0]], messages.ERROR)
        return redirect("admin:interview_report_changelist")


def _with_evidence(report: Report) -> tuple[Report, result.Result | None, SafeString]:
    """The report, its attempt's result and the marked reference, whose passages have ids of a page of
    their own: in a list of several they go."""
    shown = result.result_of(report.attempt)
    return report, shown, result.for_a_list(shown.reference if shown else "")
