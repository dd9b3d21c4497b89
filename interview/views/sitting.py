"""Through the questions of a sitting: answer, keep a draft, skip, flag, go elsewhere, end."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from interview import answering, drafting, probing, result, timing
from interview.forms import AnswerForm
from interview.models import Attempt, FollowUp, Slot
from interview.views.shared import (
    attempt_context,
    attempt_for,
    ensure_graded,
    interview_for,
    page,
    post_to,
    slot_for,
)
from knowledge.markdown.rendering import render_plain
from knowledge.posted import whole_number

# The page's clock may run ahead of the server's by this much when it ends.
EARLY = dt.timedelta(seconds=-2)


@login_required
@require_safe
def resume(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    """Back to where one was: the first open question, or the summary."""
    interview = interview_for(request, interview_id)
    answering.settle(interview, timezone.now())
    pending = interview.slots.filter(state=Slot.State.PENDING).first()
    if pending is None:
        return redirect("summary", interview.pk)
    return redirect("slot", interview.pk, pending.position + 1)


@never_cache
@login_required
@require_safe
def slot(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """A question of an interview: the composer, or what came of the answer."""
    current = slot_for(request, interview_id, number)
    now = timezone.now()
    if answering.settle(current.interview, now):
        current = slot_for(request, interview_id, number)
    attempt = current.attempts.order_by("-created_at").first()
    again = "again" in request.GET and not current.interview.keeps_results_back
    if attempt is not None and not again:
        return stage(request, current, now, outcome(current, attempt))
    if _is_closed(current, now) and not again:
        return stage(request, current, now, {"closed": True})
    current.save(update_fields=timing.see(current, now))
    initial = current.draft or (attempt.answer if attempt and again else "")
    form = _form(current, initial)
    return stage(request, current, now, {"form": form, "restored": bool(current.draft)})


def _is_closed(current: Slot, now: dt.datetime) -> bool:
    """Whether its time is up."""
    return timing.is_over(timing.deadline(current), now, _grace(current))


def _grace(current: Slot) -> dt.timedelta:
    """A question that is still open has a moment for what is on its way."""
    return timing.GRACE if current.state == Slot.State.PENDING else EARLY


def _form(row: Slot | FollowUp, text: str, clash: drafting.Clash | None = None) -> AnswerForm:
    base = clash.version if clash else row.draft_version
    return AnswerForm(initial={"answer": text, "submission": uuid.uuid4(), "base": base})


def outcome(current: Slot, attempt: Attempt) -> dict[str, Any]:
    """What is shown of an answered question: its result, or that it comes later; and the follow-up,
    with a composer while it is open."""
    ensure_graded(attempt)
    context: dict[str, Any]
    if current.interview.keeps_results_back:
        context = {"held": True, "attempt": attempt, "follow_up": probing.of(attempt)}
    else:
        context = attempt_context(attempt)
    if not probing.is_open(attempt):
        return context
    follow_up = context["follow_up"]
    follow_up.save(update_fields=timing.see(follow_up, timezone.now()))
    form = _form(follow_up, follow_up.draft)
    return {**context, "follow_form": form, "restored": bool(follow_up.draft)}


def written(request: HttpRequest, current: Slot) -> Slot | FollowUp:
    """What a request of the composer writes: the follow-up that it names, or the question's answer."""
    named = request.POST.get("follow_up", "")
    if not named:
        return current
    number = whole_number(named)
    if number is None:
        raise Http404
    followed = FollowUp.objects.select_related("attempt__version__question__source")
    row = get_object_or_404(followed, attempt__slot=current, pk=number)
    row.attempt.slot = current
    return row


def composing(
    current: Slot, row: Slot | FollowUp, text: str, clash: drafting.Clash | None = None
) -> dict[str, Any]:
    """What a page with the composer of ``row`` shows."""
    form = _form(row, text, clash)
    if isinstance(row, Slot):
        return {"form": form, "clash": clash}
    shown = outcome(current, row.attempt)
    return {**shown, "follow_form": form, "clash": clash} if "follow_form" in shown else shown


def stage(
    request: HttpRequest, current: Slot, now: dt.datetime, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The question's page around what ``more`` says; for htmx the part that changes."""
    interview = current.interview
    slots = list(interview.slots.select_related("version").order_by("position"))
    pending = [s for s in slots if s.state == Slot.State.PENDING and s.pk != current.pk]
    later = [s for s in pending if s.position > current.position]
    until = timing.deadline(current) if "form" in more else timing.sitting_deadline(interview)
    retry = "form" in more and current.state == Slot.State.ANSWERED
    if retry or interview.finished_at or more.get("expired"):
        until = None
    if timing.is_over(until, now, _grace(current)):
        until = None
    context = {
        "slot": current,
        "interview": interview,
        "slots": slots,
        "number": current.position + 1,
        "total": len(slots),
        "done": sum(s.state != Slot.State.PENDING for s in slots),
        "following": next(iter(later or pending), None),
        "remaining": timing.remaining(until, now),
        "stem": result.question_html(current.version),
        "voice": "en-US" if current.version.language == "en" else "zh-CN",
        "max_answer": settings.VIVA_MAX_ANSWER,
        "composing": "form" in more or "follow_form" in more,
        **more,
    }
    return page(request, "interview/slot.html", context, partial="stage", status=status)


@login_required
@post_to("slot")
def answer(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Takes an answer, however late: a time limit never throws one away."""
    current = slot_for(request, interview_id, number)
    now = timezone.now()
    form = AnswerForm(request.POST)
    if not form.is_valid():
        if request.POST.get("answer", "").strip():
            keep_draft(request, current)
        elif answering.settle(current.interview, now, EARLY):
            return redirect("slot", interview_id, number)
        expired = timing.is_over(timing.deadline(current), now, EARLY)
        return stage(request, current, now, {"form": form, "expired": expired}, status=422)
    held = current.interview.keeps_results_back
    attempt = answering.submit(
        current,
        form.cleaned_data["answer"],
        submission=form.cleaned_data["submission"],
        base=form.cleaned_data["base"],
        now=now,
    )
    if attempt.slot_id != current.pk:
        raise Http404
    answering.settle(current.interview, now, EARLY)
    shown = outcome(current, attempt)
    last = held and not current.interview.keeps_results_back
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("summary", interview_id) if last else redirect("slot", interview_id, number)
    response = stage(request, current, now, {"held": True, "attempt": attempt} if last else shown)
    response["HX-Replace-Url"] = request.path.removesuffix("answer/")
    return response


def keep_draft(request: HttpRequest, row: Slot | FollowUp) -> drafting.Clash | None:
    """Keeps what a request of the composer carries; nothing when it carries no text, or comes from
    the page whose answer is there already."""
    if "answer" not in request.POST:
        return None
    writer = drafting.tidy(request.POST.get("submission", ""))[:36]
    if isinstance(row, FollowUp) and str(row.submission) == writer:
        return None
    row.save(update_fields=timing.spend(row, timezone.now()))
    return drafting.keep(
        row,
        request.POST["answer"],
        base=whole_number(request.POST.get("base", "")),
        writer=writer,
    )


def clashed(
    request: HttpRequest, current: Slot, row: Slot | FollowUp, clash: drafting.Clash
) -> HttpResponse:
    """The composer with the text just sent and, beside it, the one that another page has saved."""
    more = composing(current, row, drafting.tidy(request.POST["answer"]), clash)
    return stage(request, current, timezone.now(), more, status=409)


@login_required
@post_to("slot")
def draft(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Keeps what has been typed so far."""
    row = written(request, slot_for(request, interview_id, number))
    clash = keep_draft(request, row)
    response = page(request, "interview/draft.html", {"row": row, "clash": clash})
    if clash is None:
        response["Draft-Version"] = str(row.draft_version)
    return response


@login_required
@post_to("slot")
def skip(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    current = slot_for(request, interview_id, number)
    if clash := keep_draft(request, current):
        return clashed(request, current, current, clash)
    answering.skip(current, now=timezone.now())
    following = current.interview.slots.filter(
        state=Slot.State.PENDING, position__gt=current.position
    ).first()
    if following is None:
        return redirect("resume", interview_id)
    return redirect("slot", interview_id, following.position + 1)


@login_required
@post_to("slot")
def go(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """To another question or the summary (``to``), what has been typed here kept."""
    current = slot_for(request, interview_id, number)
    row = written(request, current)
    if clash := keep_draft(request, row):
        return clashed(request, current, row, clash)
    to = request.POST.get("to", "")
    if to == "summary":
        return redirect("summary", interview_id)
    wanted = whole_number(to) or 0
    known = 1 <= wanted <= current.interview.slots.count()
    return redirect("slot", interview_id, wanted if known else number)


@login_required
@post_to("slot")
def flag(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """Marks a question to come back to, or takes the mark off."""
    current = slot_for(request, interview_id, number)
    clash = keep_draft(request, current)
    current.flagged = not current.flagged
    current.save(update_fields=["flagged"])
    if request.htmx:  # type: ignore[attr-defined]
        context = {"slot": current, "interview": current.interview, "number": number}
        return page(request, "interview/_flag.html", context | {"swapped": True})
    return (
        clashed(request, current, current, clash)
        if clash
        else redirect("slot", interview_id, number)
    )


@login_required
@post_to("slot")
def preview(request: HttpRequest, interview_id: uuid.UUID, number: int) -> HttpResponse:
    """What has been typed, with its Markdown and formulas drawn."""
    current = slot_for(request, interview_id, number)
    text = drafting.tidy(request.POST.get("answer", ""))
    drawn = mark_safe(render_plain(text[: settings.VIVA_MAX_ANSWER], pictures=False))
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "interview/_preview.html", {"preview": drawn})
    row = written(request, current)
    more = composing(current, row, text, keep_draft(request, row)) | {"preview": drawn}
    return stage(request, current, timezone.now(), more)


@login_required
@post_to("resume")
def end(request: HttpRequest, interview_id: uuid.UUID) -> HttpResponse:
    """Ends the sitting: what was typed counts as an answer, what is empty as skipped."""
    interview = interview_for(request, interview_id)
    number = whole_number(request.POST.get("number", ""))
    if number is not None:
        current = slot_for(request, interview_id, number)
        row = written(request, current)
        if clash := keep_draft(request, row):
            return clashed(request, current, row, clash)
    answering.end(interview, now=timezone.now())
    return redirect("summary", interview_id)


@login_required
@require_safe
def attempt(request: HttpRequest, attempt_id: uuid.UUID) -> HttpResponse:
    """One attempt with its result, as it was."""
    current = attempt_for(request, attempt_id)
    ensure_graded(current)
    interview = current.slot.interview
    if interview.keeps_results_back:
        return redirect("slot", interview.pk, current.slot.position + 1)
    context = attempt_context(current)
    if probing.is_open(current):
        # The reference waits until it is answered or skipped, on the question's own page.
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(headers={"HX-Refresh": "true"})
        return redirect("slot", interview.pk, current.slot.position + 1)
    context |= {
        "slot": current.slot,
        "interview": interview,
        "stem": result.question_html(current.version),
        "number": current.slot.position + 1,
        "standalone": True,
    }
    return page(request, "interview/attempt.html", context, partial="result")
