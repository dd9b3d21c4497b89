"""Which of one's own answers a list shows: by topic, score, date, mode and words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interview.models import Attempt, Interview, held_back

# Lower bound of a score band, inclusive, and upper bound, exclusive.
BANDS = {"poor": (0, 40), "middling": (40, 70), "good": (70, 101)}
AROUND = 60  # characters shown on either side of a hit
# Nobody's answer lies beyond these; a day later or earlier in another time zone is still in the calendar.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


class AnswerFilter(forms.Form):
    q = forms.CharField(label=_("Words in the answer or the question"), max_length=200)
    topic = forms.ChoiceField(label=_("Topic"))
    score = forms.ChoiceField(
        label=_("Score"),
        choices=[
            ("", _("any")),
            ("good", _("70 and more")),
            ("middling", _("40 to 69")),
            ("poor", _("below 40")),
        ],
    )
    mode = forms.ChoiceField(label=_("Mode"), choices=[("", _("any")), *Interview.Mode.choices])
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data)
        names = Attempt.objects.of(user).order_by("topic_name").values_list("topic_name", flat=True)
        topics = [(name, name) for name in names.distinct()]
        self.fields["topic"].choices = [("", _("any")), *topics]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.required = False

    def wanted(self) -> dict[str, Any]:
        """What was asked for; a field that could not be read filters nothing, and says so."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


def narrowed(attempts: QuerySet[Attempt], user: Any, wanted: dict[str, Any]) -> QuerySet[Attempt]:
    """Those of ``user``'s attempts that fit; days begin in the current time zone. A score that is
    still held back fits no band."""
    if "topic" in wanted:
        attempts = attempts.filter(topic_name=wanted["topic"])
    if "score" in wanted:
        low, high = BANDS[wanted["score"]]
        attempts = attempts.filter(score__gte=low, score__lt=high)
        attempts = attempts.exclude(slot__in=held_back(user))
    if "mode" in wanted:
        attempts = attempts.filter(slot__interview__mode=wanted["mode"])
    if "since" in wanted:
        attempts = attempts.filter(created_at__gte=_midnight(wanted["since"]))
    if "until" in wanted:
        after = _midnight(wanted["until"]) + dt.timedelta(days=1)
        attempts = attempts.filter(created_at__lt=after)
    for word in wanted.get("q", "").split():
        attempts = attempts.filter(
            Q(answer__icontains=word)
            | Q(version__title__icontains=word)
            | Q(follow_up__answer__icontains=word)
        )
    return attempts


def _midnight(day: dt.date) -> dt.datetime:
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_current_timezone())


def excerpt(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The stretch of ``text`` around the first of ``words``, in pieces: (text, whether it is a hit)."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
    first = pattern.search(text) if pattern else None
    if pattern is None or first is None:
        return []
    start, end = max(0, first.start() - AROUND), min(len(text), first.end() + AROUND)
    pieces = list(_pieces(text[start:end], pattern))
    return [
        *([("…", False)] if start else []),
        *pieces,
        *([("…", False)] if end < len(text) else []),
    ]


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    done = 0
    for hit in pattern.finditer(text):
        if hit.start() > done:
            yield text[done : hit.start()], False
        yield hit.group(), True
        done = hit.end()
    if done < len(text):
        yield text[done:], False
