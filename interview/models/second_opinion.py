"""What a chat model thinks of an answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from interview.models import Attempt


class SecondOpinion(models.Model):
    """A chat model's opinion on an attempt: one row for each time it was asked, the last one counts."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Choice(models.TextChoices):
        DEFAULT = "", _("as set for the site")
        GRADER = "grader", _("the grader")
        EXAMINER = "examiner", _("the examiner")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="second_opinions")
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    asked_at = models.DateTimeField(_("asked"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    # Tries so far; what went wrong at the last one (kinds of interview.examiner.client), and when
    # the next one is due.
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    retry_at = models.DateTimeField(null=True)
    model = models.CharField(_("model"), max_length=200, blank=True)
    host = models.CharField(_("server"), max_length=255, blank=True)
    seconds = models.FloatField(_("seconds"), null=True)
    score = models.FloatField(_("score"), null=True)
    # [{"text", "weight", "grader": verdict, "verdict", "spans": [[start, end], …] of the answer}, …]
    points = models.JSONField(_("points"), default=list)
    feedback = models.TextField(_("feedback"), blank=True)
    follow_up = models.TextField(_("follow-up question"), blank=True)
    # Claims left out, by reason; characters of the answer read and in all; points not sent.
    rejected = models.JSONField(_("rejected"), default=dict)
    reach = models.JSONField(_("read"), default=dict)
    prompt = models.TextField(_("prompt"), blank=True)
    replies = models.JSONField(_("replies"), default=list)
    choice = models.CharField(
        _("counts for review"),
        max_length=10,
        choices=Choice.choices,
        blank=True,
        default=Choice.DEFAULT,
    )

    class Meta:
        verbose_name = _("second opinion")
        verbose_name_plural = _("second opinions")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.state}"
