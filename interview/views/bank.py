"""Reading the bank: search and single questions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from interview import grader
from interview.views.shared import page
from knowledge.markdown.rendering import mark as mark_passages
from knowledge.models import Question
from knowledge.posted import whole_number
from knowledge.refresh import rendered, source_name_of
from knowledge.search import by_question
from knowledge.search import search as search_passages


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:500]
    ready = grader.is_ready()
    hits = search_passages(query, 30) if query.strip() and ready else []
    context = {
        "query": query,
        "found": by_question(hits)[:10],
        "warming": bool(query.strip()) and not ready,
    }
    return page(request, "interview/search.html", context, partial="results")


@login_required
@require_safe
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """A question of the bank with its reference; the passage a search found is marked."""
    current = get_object_or_404(
        Question.objects.askable().select_related("topic", "source"), pk=question_id
    )
    html = rendered(current.body, source_name_of(current)).html
    passage = whole_number(request.GET.get("passage", ""))
    if passage is not None:
        html = mark_passages(html, {passage: "found"})
    context = {
        "question": current,
        "stem": mark_safe(rendered(current.stem).html) if current.stem else "",
        "reference": mark_safe(html),
    }
    return page(request, "interview/question.html", context)
