from __future__ import annotations

import uuid

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from interview.selection import MAX_QUESTIONS
from knowledge.models import Topic


class SignUpForm(UserCreationForm):
    class Meta:
        model = get_user_model()
        fields = ("username",)


class StartForm(forms.Form):
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    count = forms.IntegerField(
        label=_("Number of questions"), min_value=1, max_value=MAX_QUESTIONS, initial=5
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
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_answer(self) -> str:
        answer = self.cleaned_data["answer"].replace("\r\n", "\n").replace("\0", "")
        if not answer.strip():
            raise forms.ValidationError(_("Type an answer first, or skip the question."))
        return answer

    def clean_submission(self) -> uuid.UUID:
        return self.cleaned_data["submission"] or uuid.uuid4()
