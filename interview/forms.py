from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from interview import throttling
from interview.drafting import tidy
from interview.models import Interview, Preferences
from interview.selection import MAX_QUESTIONS, Plan
from knowledge.models import Question, Topic
from knowledge.posted import whole_number


class SignUpForm(UserCreationForm):
    class Meta:
        model = get_user_model()
        fields = ("username",)


class SignInForm(AuthenticationForm):
    """``blocked``: the password was not even looked at, because of too many tries."""

    blocked = False

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username") or ""
        limits = throttling.sign_in_limits(self.request, name) if self.request else {}
        try:
            tries = throttling.take(throttling.SIGN_IN, limits, now=timezone.now())
        except throttling.TooMany as error:
            self.blocked = True
            raise forms.ValidationError(too_many(error), code="too_many") from error
        cleaned = super().clean()
        throttling.forgive(tries)
        return cleaned


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    """The same limits at the door of the admin."""


def too_many(error: throttling.TooMany) -> str:
    return str(_("Too many tries. Try again in %(minutes)d min.") % {"minutes": error.minutes})


def _limits() -> list[tuple[Any, Any]]:
    """The time limits on offer; their values say what is limited and to how many seconds."""

    def minutes(what: str, *numbers: int) -> list[tuple[str, str]]:
        return [
            (f"{what}-{60 * n}", ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n})
            for n in numbers
        ]

    return [
        ("", _("no limit")),
        (_("for each question"), minutes("question", 2, 3, 5, 10)),
        (_("for the whole sitting"), minutes("sitting", 10, 20, 30, 45, 60)),
    ]


class StartForm(forms.Form):
    """What to be asked and how. What is left out takes the default: untimed practice of anything."""

    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    mode = forms.ChoiceField(
        required=False,
        choices=[(c.value, c.label) for c in (Interview.Mode.PRACTICE, Interview.Mode.MOCK)],
        initial=Interview.Mode.PRACTICE,
        widget=forms.RadioSelect,
    )
    feedback = forms.ChoiceField(
        label=_("Results"),
        required=False,
        choices=[(c.value, c.label) for c in (Interview.Feedback.END, Interview.Feedback.EACH)],
        initial=Interview.Feedback.END,
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"),
        required=False,
        choices=[("", _("any")), *(c for c in Question.Difficulty.choices if c[0])],
    )
    time = forms.ChoiceField(label=_("Time"), required=False, choices=_limits)
    follow_ups = forms.BooleanField(label=_("Ask follow-up questions"), required=False)
    count = forms.IntegerField(
        label=_("Number of questions"), min_value=1, max_value=MAX_QUESTIONS, initial=5
    )

    def plan(self) -> Plan:
        """The choice; of a valid form."""
        data = self.cleaned_data
        mode = data["mode"] or Interview.Mode.PRACTICE
        mock = mode == Interview.Mode.MOCK
        limited, _dash, seconds = data["time"].partition("-")
        return Plan(
            topics=list(data["topics"]),
            count=data["count"],
            mode=mode,
            feedback=data["feedback"] if mock and data["feedback"] else Interview.Feedback.EACH,
            difficulty=data["difficulty"],
            question_seconds=int(seconds) if limited == "question" else None,
            sitting_seconds=int(seconds) if limited == "sitting" else None,
            follow_ups=data["follow_ups"],
        )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=settings.VIVA_MAX_ANSWER,
        strip=False,
        error_messages={
            "required": _("Type an answer first, or skip the question."),
            "max_length": _(
                "This answer has %(show_value)d characters; the limit is %(limit_value)d. "
                "Nothing is lost: shorten it below."
            ),
        },
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    # Names the page, and with it the submission; browsers must not carry it over to the next page.
    submission = forms.UUIDField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )
    # The draft's version that the page last saw.
    base = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def clean_base(self) -> int | None:
        return whole_number(self.cleaned_data["base"])

    def clean_answer(self) -> str:
        answer = tidy(self.cleaned_data["answer"])
        if not answer.strip():
            raise forms.ValidationError(_("Type an answer first, or skip the question."))
        return answer

    def clean_submission(self) -> uuid.UUID:
        return self.cleaned_data["submission"] or uuid.uuid4()


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = ("daily_limit",)
        labels = {"daily_limit": _("Questions to review in a day")}
        help_texts = {"daily_limit": _("What is due comes first; new questions fill the rest.")}


class LeaveForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: Any, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password. Nothing was deleted."))
        return password
