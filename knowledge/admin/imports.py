"""The import page: upload, look at the plan, correct it, apply it, follow its progress, undo it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge.admin.base import ReadOnlyAdmin
from knowledge.admin.rows import KIND_NAMES, STATUS_NAMES, Row, keep, rows_of
from knowledge.importing import (
    Outdated,
    Plan,
    background,
    staging,
    store,
    undo,
)
from knowledge.importing.merging import names_of
from knowledge.importing.plan import MERGED, SKIP, SKIPPED
from knowledge.markdown.rendering import render
from knowledge.models import ImportRun, Topic
from knowledge.reading import IMAGES, MAX_TOTAL, MEGABYTE, File, Unreadable, accept, read_zip
from knowledge.refresh import rendered, source_name_of

PAGE = 100


def staff_who_may_import(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_import(request):
            raise PermissionDenied
        return view(self, request, *args, **kwargs)

    return guarded


def may_import(request: HttpRequest) -> bool:
    return request.user.has_perms(["knowledge.add_question", "knowledge.change_question"])


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "user", "summary", "state")
    list_select_related = ("user",)
    change_form_template = "admin/knowledge/importrun/record.html"

    def get_urls(self) -> list[Any]:
        def at(route: str, view: Callable[..., HttpResponseBase], name: str) -> Any:
            wrapped = self.admin_site.admin_view(view)
            return path(route, wrapped, name=f"knowledge_importrun_{name}")

        return [
            at("import/", self.upload_view, "import"),
            at("import/<str:token>/", self.plan_view, "plan"),
            at("import/<str:token>/row/<str:row>/", self.row_view, "row"),
            at("import/<str:token>/picture/<path:name>", self.picture_view, "picture"),
            at("<int:pk>/progress/", self.progress_view, "progress"),
            at("<int:pk>/resume/", require_POST(self.resume_view), "resume"),
            at("<int:pk>/undo/", self.undo_view, "undo"),
            *super().get_urls(),
        ]

    @admin.display(description=_("counts"))
    def summary(self, obj: ImportRun) -> str:
        return ", ".join(f"{STATUS_NAMES.get(s, s)} {n}" for s, n in obj.counts.items())

    @admin.display(description=_("state"))
    def state(self, obj: ImportRun) -> str:
        if obj.undone_at:
            return str(_("undone"))
        if obj.finished_at:
            return str(_("finished"))
        return format_html("<strong>{}</strong>", _("not finished"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        extra = _record_context(request, run) if isinstance(run, ImportRun) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    # --- upload -----------------------------------------------------------------------------------

    @staff_who_may_import
    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """GET: where files are dropped. POST: they are read and kept; on to the plan."""
        error: Any = ""
        if request.method == "POST":
            # Upload limits of the site itself may refuse the request as soon as it is read.
            files = [] if _is_too_large(request) else list(uploaded(request))
            if files:
                staged = staging.stage(files, request.user.pk or 0)
                return _to("plan", staged.token)
            error = _("Choose at least one Markdown file, a folder or a zip archive.")
            if _is_too_large(request):
                most = MAX_TOTAL // MEGABYTE
                error = _("More than %(most)d MB at once are not read.") % {"most": most}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import questions"),
            "error": error,
            "max_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        }
        status = 422 if error else 200
        return TemplateResponse(
            request, "admin/knowledge/importrun/upload.html", context, status=status
        )

    # --- the plan ---------------------------------------------------------------------------------

    @staff_who_may_import
    def plan_view(self, request: HttpRequest, token: str) -> HttpResponse:
        """GET: one page of the table. POST: the page's decisions are kept, then what was asked."""
        staged = _staged(request, token)
        if request.method == "POST" and "discard" in request.POST:
            staged.discard()
            messages.success(request, _("The upload was thrown away; nothing was imported."))
            return _to("import")
        plan = staged.proposal()
        digest = staging.digest(plan)
        rows = rows_of(plan, staged.decisions)
        if request.method == "POST":
            shown = set(request.POST.get("rows", "").split())
            keep(staged, [row for row in rows if row.id in shown], request.POST)
            if "apply" not in request.POST:
                if request.headers.get("HX-Request"):
                    return HttpResponse(status=204)
                return _to("plan", token, query=QueryDict(request.POST.get("next", "")).urlencode())
            if request.POST.get("digest") == digest:
                with suppress(Outdated):
                    return self._apply(request, staged, plan)
                plan = staged.proposal()
                digest = staging.digest(plan)
            messages.warning(
                request,
                _("The bank has changed since this page was made. Look again, then apply."),
            )
            rows = rows_of(plan, staged.decisions)
        return self._plan_page(request, staged, plan, rows, digest)

    def _apply(self, request: HttpRequest, staged: staging.Staged, seen: Plan) -> HttpResponse:
        plan = staged.plan()
        plan.after = seen.after
        run = store(plan, now=timezone.now(), user=request.user)
        staged.discard()
        background.start(run)
        return HttpResponseRedirect(reverse("admin:knowledge_importrun_change", args=[run.pk]))

    def _plan_page(
        self,
        request: HttpRequest,
        staged: staging.Staged,
        plan: Plan,
        rows: list[Row],
        digest: str,
    ) -> HttpResponse:
        status = request.GET.get("status", "")
        counts = plan.counts()
        chosen = [row for row in rows if row.status == status] if status in counts else rows
        page: Page[Row] = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What will happen"),
            "staged": staged,
            "files": plan.files,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "status": status,
            "counts": [(s, STATUS_NAMES[s], counts[s]) for s in STATUS_NAMES if s in counts],
            "total": len(rows),
            "undecided": sum(row.waits and not row.said.choice for row in rows),
            "writes": any(row.can_be_left_out or row.waits for row in rows),
            "topics": Topic.objects.values_list("name", flat=True),
            "digest": digest,
            "kinds": KIND_NAMES.items(),
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/knowledge/importrun/plan.html", context)

    @staff_who_may_import
    def row_view(self, request: HttpRequest, token: str, row: str) -> HttpResponse:
        """One row as it would be shown; beside the bank's where there is one."""
        staged = _staged(request, token)
        found = next((r for r in rows_of(staged.proposal(), staged.decisions) if r.id == row), None)
        if found is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": found.title,
            "staged": staged,
            "row": found,
            "whole_page": not request.headers.get("HX-Request"),
            **_sides(found, staged),
        }
        return TemplateResponse(request, "admin/knowledge/importrun/row.html", context)

    @staff_who_may_import
    def picture_view(self, request: HttpRequest, token: str, name: str) -> HttpResponseBase:
        """A picture of the upload, for previews."""
        staged = _staged(request, token)
        if PurePosixPath(name).suffix.lower() not in IMAGES:
            raise Http404
        for picture in staged.pictures:
            if picture.name == name:
                return FileResponse(picture.path.open("rb"), filename=PurePosixPath(name).name)
        raise Http404

    # --- the record -------------------------------------------------------------------------------

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = get_object_or_404(ImportRun, pk=pk)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        return TemplateResponse(
            request, "admin/knowledge/importrun/_progress.html", _record_context(request, run)
        )

    @staff_who_may_import
    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = get_object_or_404(ImportRun, pk=pk)
        if background.is_stalled(run):
            background.start(run)
        return HttpResponseRedirect(reverse("admin:knowledge_importrun_change", args=[pk]))

    @staff_who_may_import
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks, POST undoes."""
        run = get_object_or_404(ImportRun, pk=pk)
        record = reverse("admin:knowledge_importrun_change", args=[pk])
        if run.undone_at or not (run.finished_at or background.is_stalled(run)):
            return HttpResponseRedirect(record)
        if request.method == "POST":
            left = undo(run, now=timezone.now())
            messages.success(request, _("The import was undone."))
            if left:
                text = ngettext(
                    "%(count)d question was changed since and stays as it is: %(titles)s",
                    "%(count)d questions were changed since and stay as they are: %(titles)s",
                    len(left),
                )
                titles = "; ".join(left[:10]) + ("…" if len(left) > 10 else "")
                messages.warning(request, text % {"count": len(left), "titles": titles})
            return HttpResponseRedirect(record)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Undo this import?"),
            "run": run,
            "counts": [(STATUS_NAMES.get(s, s), n) for s, n in run.counts.items()],
        }
        return TemplateResponse(request, "admin/knowledge/importrun/undo.html", context)


def _to(name: str, *args: Any, query: str = "") -> HttpResponseRedirect:
    url = reverse(f"admin:knowledge_importrun_{name}", args=args)
    return HttpResponseRedirect(f"{url}?{query}" if query else url)


def _staged(request: HttpRequest, token: str) -> staging.Staged:
    try:
        return staging.load(token, request.user.pk or 0)
    except staging.Gone as error:
        raise Http404 from error


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and int(length) > MAX_TOTAL


def uploaded(request: HttpRequest) -> Iterator[File]:
    """The files of a request. Browsers send bare names; the page's script adds the paths inside
    the chosen folder as a list in the same order."""
    sent = [*request.FILES.getlist("files"), *request.FILES.getlist("folder")]
    try:
        paths = json.loads(request.POST.get("paths") or "[]")
    except (ValueError, RecursionError):
        paths = []
    if not (isinstance(paths, list) and all(isinstance(path, str) for path in paths)):
        paths = []
    if len(paths) != len(sent):
        paths = [upload.name for upload in sent]
    for upload, given in zip(sent, paths, strict=True):
        name = _harmless(str(given)) or str(upload.name)
        if name.lower().endswith(".zip"):
            try:
                yield from read_zip(upload.read(), name)
            except Unreadable as error:
                yield File(name, b"", str(error))
        else:
            yield accept(name, upload.read())


def _harmless(name: str) -> str:
    """A path below nothing, in characters that a database and a page can hold."""
    text = name.encode("utf-8", "replace").decode().replace("\0", "")
    parts = PurePosixPath(text.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in {"..", ".", "/"})[:300]


def _sides(row: Row, staged: staging.Staged) -> dict[str, Any]:
    """The file's question and the bank's, rendered."""
    sides: dict[str, Any] = {}
    if row.item:
        entry = row.item.entry
        folder = PurePosixPath(row.place.rpartition(":")[0]).parent
        names = {picture.name for picture in staged.pictures}

        def picture_url(relative: str) -> str | None:
            link = (folder / relative.split("#")[0].split("?")[0]).as_posix()
            name = posixpath.normpath(link)
            if name not in names:
                return None
            return reverse("admin:knowledge_importrun_picture", args=[staged.token, name])

        sides["theirs"] = {
            "title": entry.title,
            "stem": render(entry.stem, image_url=picture_url).html if entry.stem else "",
            "body": render(entry.body, image_url=picture_url).html,
        }
        sides["changed"] = names_of(row.item.merge.take + row.item.merge.conflict)
    if row.question:
        name = source_name_of(row.question)
        sides["mine"] = {
            "title": row.question.title,
            "stem": rendered(row.question.stem, name).html if row.question.stem else "",
            "body": rendered(row.question.body, name).html,
            "url": reverse("admin:knowledge_question_change", args=[row.question.pk]),
        }
    return sides


def _record_context(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    done, total = run.progress.get("done", 0), run.progress.get("total", 0)
    return {
        "run": run,
        "done": done,
        "of": max(total, 1),
        "total": total,
        "working": not run.finished_at and not background.is_stalled(run) and not run.undone_at,
        "stalled": background.is_stalled(run) and not run.undone_at,
        "error": run.progress.get("error", ""),
        "counts": [(s, STATUS_NAMES.get(s, s), n) for s, n in run.counts.items()],
        "results": [_shown(file) for file in run.results],
        "may_import": may_import(request),
        "may_undo": may_import(request)
        and not run.undone_at
        and bool(run.finished_at or background.is_stalled(run)),
    }


def _shown(file: dict[str, Any]) -> dict[str, Any]:
    """A file's part of a record: what happened, without the questions that stayed as they were."""
    questions = [
        {**q, "status_name": STATUS_NAMES.get(_outcome(q), _outcome(q)), "outcome": _outcome(q)}
        for q in file["questions"]
    ]
    return {
        **file,
        "shown": [q for q in questions if q["status"] != "unchanged"],
        "unchanged": sum(q["status"] == "unchanged" for q in questions),
    }


def _outcome(question: dict[str, Any]) -> str:
    return SKIPPED if question.get("choice") in {SKIP, MERGED} else question["status"]
