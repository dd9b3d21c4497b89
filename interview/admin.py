"""What people did, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from interview.models import Attempt, Interview, InterviewQuerySet, SecondOpinion
from knowledge.admin import ReadOnlyAdmin


class ScoreFilter(admin.SimpleListFilter):
    title = _("score")
    parameter_name = "score"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("0", "0–39"), ("40", "40–69"), ("70", "70–100")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        bounds = {"0": (0, 40), "40": (40, 70), "70": (70, 101)}.get(self.value() or "")
        return queryset.filter(score__gte=bounds[0], score__lt=bounds[1]) if bounds else queryset


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
