"""Authoring: a question saved here is chunked, embedded and askable at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge.markdown import matching_key
from knowledge.models import (
    Chunk,
    Generation,
    Keyword,
    Question,
    QuestionVersion,
)
from knowledge.refresh import refresh, rendered, source_name_of


class LinesField(forms.CharField):
    """A JSON list of texts, edited one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class PointsField(LinesField):
    """Rubric points, one a line, with an optional weight at the end: ``statement | 2``."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{text} | {weight:g}" for text, weight in value)

    def to_python(self, value: Any) -> list[Any]:  # type: ignore[override]
        points: list[list[Any]] = []
        for number, line in enumerate(super().to_python(value), 1):
            text, bar, weight = line.rpartition("|")
            if not bar:
                text, weight = line, "1"
            try:
                amount = float(weight)
            except ValueError:
                text, amount = line, 1.0
            if not 0 < amount <= 100 or not text.strip():
                raise forms.ValidationError(
                    _("Line %(number)d: write “statement | weight” with a weight above 0."),
                    params={"number": number},
                )
            points.append([text.strip(), amount])
        return points


class QuestionForm(forms.ModelForm):
    author_keywords = LinesField(
        label=_("Keywords"),
        help_text=_("One a line, other names after “=”: 学习率 = learning rate. Empty: detected."),
    )
    points = PointsField(
        label=_("Rubric points"),
        help_text=_("One statement a line, weight after “|”. Empty: taken from the reference."),
    )
    misconceptions = LinesField(
        label=_("Misconceptions"), help_text=_("False statements people make, one a line.")
    )
    follow_ups = LinesField(label=_("Follow-up questions"))
    accepted = LinesField(
        label=_("Accepted alternative answers"), help_text=_("One a line; graded as right.")
    )
    tags = LinesField(label=_("Tags"))

    class Meta:
        model = Question
        fields = (
            "title",
            "topic",
            "status",
            "difficulty",
            "language",
            "stem",
            "body",
            "author_keywords",
            "points",
            "misconceptions",
            "follow_ups",
            "accepted",
            "tags",
            "source",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        published = cleaned.get("status") == Question.Status.PUBLISHED
        if published and not (cleaned.get("body") or "").strip():
            self.add_error("body", _("A published question needs a reference answer."))
        return cleaned


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    form = QuestionForm
    list_display = ("title", "topic", "difficulty", "status", "missing", "updated_at")
    list_filter = ("status", "missing", "topic", "difficulty", "language", "source")
    search_fields = ("title", "body")
    list_select_related = ("topic",)
    list_per_page = 50
    autocomplete_fields = ("topic",)
    actions = ("publish", "detect_again")
    change_form_template = "admin/knowledge/question/change_form.html"
    readonly_fields = ("preview", "passages", "detected_keywords")

    def get_fieldsets(self, request: HttpRequest, obj: Question | None = None) -> Any:
        main = ("title", "topic", ("status", "difficulty", "language"), "stem", "body")
        grading = ("author_keywords", "points", "misconceptions", "accepted")
        sets: list[Any] = [
            (None, {"fields": main}),
            (_("Grading"), {"fields": grading}),
            (_("More"), {"fields": ("follow_ups", "tags", "source"), "classes": ("collapse",)}),
        ]
        if obj:
            derived = ("preview", "detected_keywords", "passages")
            sets.insert(1, (_("As shown and as graded"), {"fields": derived}))
        return sets

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        return [path("preview/", view, name="knowledge_question_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The Markdown of the form as the site shows it, without saving."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            return HttpResponse(status=403)
        html = rendered(request.POST.get("body", "")[:200_000]).html
        return TemplateResponse(request, "admin/knowledge/question/preview.html", {"html": html})

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        obj.key = matching_key(obj.title)[:2000]
        super().save_model(request, obj, form, change)
        refresh([obj])

    def delete_model(self, request: HttpRequest, obj: Question) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            Generation.advance()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            Generation.advance()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Passages and keywords go with their question; they are no reason to refuse.
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        own = {
            Chunk._meta.verbose_name,
            Keyword._meta.verbose_name,
            QuestionVersion._meta.verbose_name,
        }
        return to_delete, counts, {n for n in needed if n not in own}, protected

    @admin.display(description=_("Preview"))
    def preview(self, obj: Question) -> SafeString:
        html = rendered(obj.body, source_name_of(obj)).html
        return mark_safe(f'<div class="content" id="preview">{html}</div>')

    @admin.display(description=_("Keywords as graded"))
    def detected_keywords(self, obj: Question) -> str:
        return ", ".join(map(str, obj.keywords.all())) or "–"

    @admin.display(description=_("Passages"))
    def passages(self, obj: Question) -> SafeString:
        rows = [(c.kind, f"{c.weight:.2f}", c.text) for c in obj.chunks.order_by("position")]
        return format_html(
            "<table><tbody>{}</tbody></table>",
            format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows),
        )

    @admin.action(description=_("Publish the selected questions"))
    def publish(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        count = queryset.exclude(body="").update(status=Question.Status.PUBLISHED)
        left = queryset.filter(body="").count()
        text = ngettext("%d question published.", "%d questions published.", count) % count
        self.message_user(request, text)
        if left:
            self.message_user(
                request,
                ngettext(
                    "%d question has no reference answer and stays a draft.",
                    "%d questions have no reference answer and stay drafts.",
                    left,
                )
                % left,
                messages.WARNING,
            )

    @admin.action(description=_("Detect passages and keywords again"))
    def detect_again(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        refresh(list(queryset.select_related("source", "topic")))
        self.message_user(request, _("Done."))
