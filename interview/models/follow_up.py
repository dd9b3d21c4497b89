"""The question that may follow an answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from interview.models import Attempt, Drafted


class FollowUp(Drafted):
    """A question asked after an answer, about one point of it (see ``interview.followups``). Its
    result adds to the attempt's score, up to half of what the point missed."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("follow-up", "open")
        ANSWERED = "answered", pgettext_lazy("follow-up", "answered")
        SKIPPED = "skipped", pgettext_lazy("follow-up", "skipped")

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="follow_up")
    kind = models.CharField(_("kind"), max_length=12)
    text = models.TextField(_("question"))
    point = models.TextField(_("rubric point"))  # its text in the attempt's grade
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    submission = models.UUIDField(null=True)
    settled_at = models.DateTimeField(_("answered"), null=True)  # or skipped
    grade = models.JSONField(_("grade"), null=True)  # against the one point
    grader_version = models.CharField(_("grader"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            models.Index(
                fields=["settled_at"],
                condition=models.Q(state="answered", grade__isnull=True),
                name="ungraded_follow_ups",
            ),
        ]

    def __str__(self) -> str:
        return self.text
