"""Authoring: a question saved here is chunked, embedded and askable at once."""

from __future__ import annotations

import tempfile
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge import duplicates, exporting
from knowledge.markdown import matching_key
from knowledge.models import (
    Chunk,
    Generation,
    Keyword,
    Question,
    QuestionVersion,
    Topic,
)
from knowledge.posted import whole_number
from knowledge.refresh import refresh, refresh_on_commit, rendered, source_name_of


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
        widgets = {
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "stem": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 4}),
        }
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
        for name in ("stem", "body"):  # browsers send CRLF
            cleaned[name] = "\n".join((cleaned.get(name) or "").splitlines())
        published = cleaned.get("status") == Question.Status.PUBLISHED
        if published and not (cleaned.get("body") or "").strip():
            self.add_error("body", _("A published question needs a reference answer."))
        return cleaned


class MoveForm(ActionForm):
    """Beside the list of actions: where "move" moves to."""

    topic = forms.ModelChoiceField(
        Topic.objects.all(), required=False, label=_("Topic to move to:"), empty_label="–"
    )


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    form = QuestionForm
    list_display = ("title", "topic", "difficulty", "state", "updated_at")
    list_filter = ("status", "missing", "topic", "difficulty", "language", "source")
    search_fields = ("title", "body")
    list_select_related = ("topic",)
    list_per_page = 50
    autocomplete_fields = ("topic",)
    action_form = MoveForm
    actions = (
        "publish",
        "unpublish",
        "move",
        "detect_again",
        "export_markdown",
        "export_zip",
        "export_json",
    )
    change_form_template = "admin/knowledge/question/change_form.html"
    readonly_fields = ("passages", "detected_keywords")

    def get_fieldsets(self, request: HttpRequest, obj: Question | None = None) -> Any:
        main = ("title", "topic", ("status", "difficulty", "language"), "stem", "body")
        grading = ("author_keywords", "points", "misconceptions", "accepted")
        sets: list[Any] = [
            (None, {"fields": main}),
            (_("Grading"), {"fields": grading}),
            (_("More"), {"fields": ("follow_ups", "tags", "source"), "classes": ("collapse",)}),
        ]
        if obj:
            derived = ("detected_keywords", "passages")
            sets.insert(1, (_("As graded"), {"fields": derived}))
        return sets

    def get_urls(self) -> list[Any]:
        preview = self.admin_site.admin_view(require_POST(self.preview_view))
        near = self.admin_site.admin_view(require_POST(self.near_view))
        return [
            path("preview/", preview, name="knowledge_question_preview"),
            path("near/", near, name="knowledge_question_near"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The Markdown of the form as the site shows it, without saving."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            return HttpResponse(status=403)
        own = request.POST.get("own", "")
        stored = Question.objects.select_related("source").filter(pk=whole_number(own) or 0)
        source = next(map(source_name_of, stored), "")  # whose pictures the text may name
        html = rendered(request.POST.get("body", "")[:200_000], source).html
        return TemplateResponse(request, "admin/knowledge/question/preview.html", {"html": html})

    def near_view(self, request: HttpRequest) -> HttpResponse:
        """Questions like the title that is being typed."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            return HttpResponse(status=403)
        own = request.POST.get("own", "")
        near = duplicates.nearest(request.POST.get("title", "")[:2000], whole_number(own))
        return TemplateResponse(request, "admin/knowledge/question/near.html", {"near": near})

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        obj.key = matching_key(obj.title)[:2000]
        super().save_model(request, obj, form, change)
        refresh_on_commit(obj)  # the admin saves in a transaction

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

    @admin.display(description=_("status"), ordering="status")
    def state(self, obj: Question) -> str:
        return str(_("no longer in its source") if obj.missing else obj.get_status_display())

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

    @admin.action(description=_("Publish the selected questions"), permissions=["change"])
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

    @admin.action(description=_("Make drafts of the selected questions"), permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        count = queryset.update(status=Question.Status.DRAFT)
        text = ngettext("%d question is a draft now.", "%d questions are drafts now.", count)
        self.message_user(request, text % count)

    @admin.action(description=_("Move the selected questions to the topic"), permissions=["change"])
    def move(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        chosen = request.POST.get("topic", "")
        topic = Topic.objects.filter(pk=whole_number(chosen) or 0).first()
        if topic is None:
            self.message_user(request, _("Choose the topic to move to."), messages.ERROR)
            return
        count = queryset.update(topic=topic)
        text = ngettext(
            "%(count)d question moved to %(topic)s.",
            "%(count)d questions moved to %(topic)s.",
            count,
        )
        self.message_user(request, text % {"count": count, "topic": topic})

    @admin.action(description=_("Export the selected questions as Markdown"), permissions=["view"])
    def export_markdown(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse:
        text = exporting.as_markdown(exporting.in_order(queryset))
        return _download(text, "questions.md", "text/markdown; charset=utf-8")

    @admin.action(
        description=_("Export the selected questions as Markdown with pictures (zip)"),
        permissions=["view"],
    )
    def export_zip(self, request: HttpRequest, queryset: QuerySet[Question]) -> FileResponse:
        file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
        exporting.write_zip(exporting.in_order(queryset), file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename="questions.zip")

    @admin.action(description=_("Export the selected questions as JSON"), permissions=["view"])
    def export_json(self, request: HttpRequest, queryset: QuerySet[Question]) -> HttpResponse:
        text = exporting.as_json(exporting.in_order(queryset))
        return _download(text, "questions.json", "application/json")

    @admin.action(description=_("Detect passages and keywords again"), permissions=["change"])
    def detect_again(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        refresh(list(queryset.select_related("source", "topic")))
        self.message_user(request, _("Done."))


def _download(text: str, name: str, kind: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=kind, headers=disposition)
