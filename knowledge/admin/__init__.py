"""Authoring in the admin: questions, imports, and what is derived from them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from knowledge.admin.base import ReadOnlyAdmin
from knowledge.admin.imports import ImportRunAdmin
from knowledge.admin.questions import QuestionAdmin
from knowledge.admin.rows import DECISION_NAMES
from knowledge.models import Chunk, Decision, Source, Topic

admin.site.site_header = admin.site.site_title = "Viva"

__all__ = ["ImportRunAdmin", "QuestionAdmin", "ReadOnlyAdmin"]


@admin.register(Chunk)
class ChunkAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "question", "kind", "weight")
    list_filter = ("kind", "question__topic")
    list_select_related = ("question",)
    search_fields = ("text",)


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "questions")
    search_fields = ("name",)
    fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(total=Count("question")).order_by("name")

    @admin.display(description=_("questions"), ordering="total")
    def questions(self, obj: Any) -> int:
        return obj.total


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    list_display = ("name", "imported_at")
    search_fields = ("name",)
    fields = ("name", "sha256", "imported_at")
    readonly_fields = ("sha256", "imported_at")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What later imports will heed; deleting a row takes the decision back."""

    list_display = ("title", "source", "what", "when")
    list_filter = ("source",)
    list_select_related = ("source", "run")
    search_fields = ("title",)
    fields = ("title", "source", "what", "when")
    readonly_fields = ("what", "when")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        # An import's record of what it touched is large.
        return super().get_queryset(request).defer("run__before", "run__results", "run__files")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @admin.display(description=_("decision"))
    def what(self, obj: Decision) -> str:
        return str(DECISION_NAMES[next(iter(obj.said.items()))])

    @admin.display(description=_("when"), ordering="run__started_at")
    def when(self, obj: Decision) -> Any:
        return obj.run.started_at
