"""Interviews, their slots and the attempts, all reached from the person they belong to."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core import validators
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from knowledge.models import Question, QuestionVersion, Topic


class InterviewQuerySet(models.QuerySet["Interview"]):
    def of(self, user: Any) -> InterviewQuerySet:
        return self.filter(user=user)

    def keeping_results_back(self) -> InterviewQuerySet:
        return self.filter(feedback=Interview.Feedback.END, finished_at=None)

    def with_progress(self) -> InterviewQuerySet:
        """Each interview with ``total``, ``done`` (answered or skipped) and ``mean_score``."""
        finished = ~models.Q(slots__state=Slot.State.PENDING)
        return self.annotate(
            total=models.Count("slots"),
            done=models.Count("slots", filter=finished),
            mean_score=models.Avg("slots__score"),
        )


class Interview(models.Model):
    """One sitting."""

    class Mode(models.TextChoices):
        PRACTICE = "practice", _("practice")
        MOCK = "mock", _("mock interview")
        REVIEW = "review", _("review")

    class Feedback(models.TextChoices):
        EACH = "each", _("after each answer")
        END = "end", _("at the end")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="interviews",
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.PRACTICE)
    feedback = models.CharField(
        _("results"), max_length=10, choices=Feedback.choices, default=Feedback.EACH
    )
    difficulty = models.CharField(
        _("difficulty"), max_length=10, blank=True, choices=Question.Difficulty.choices
    )
    # Whether a follow-up question may be asked after an answer.
    follow_ups = models.BooleanField(_("follow-up questions"), default=False, db_default=False)
    # Time limits in seconds; none without a value.
    question_seconds = models.PositiveIntegerField(_("seconds per question"), null=True, blank=True)
    sitting_seconds = models.PositiveIntegerField(_("seconds altogether"), null=True, blank=True)
    created_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def keeps_results_back(self) -> bool:
        """Whether grades are shown only when the sitting is over, and it is not."""
        return self.feedback == self.Feedback.END and self.finished_at is None


class Drafted(models.Model):
    """Text that is being typed. The version moves with every save and the writer names the page that
    saved last, so that a second page with the same question notices (see ``interview.drafting``)."""

    draft = models.TextField(blank=True)
    draft_version = models.PositiveIntegerField(default=0)
    draft_writer = models.CharField(max_length=40, blank=True)
    # Time at work, in seconds, up to ``seen_at``, the last sign of the person (see ``interview.timing``).
    seconds = models.FloatField(default=0)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Slot(Drafted):
    """One question of an interview, in its place, as it was when the interview was put together."""

    class State(models.TextChoices):
        PENDING = "pending", _("open")
        ANSWERED = "answered", _("answered")
        SKIPPED = "skipped", _("skipped")

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveIntegerField()
    question = models.ForeignKey(Question, null=True, on_delete=models.SET_NULL)
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    flagged = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)  # when the question was first shown: its clock
    score = models.FloatField(null=True)  # of the latest graded attempt

    class Meta:
        ordering = ["interview", "position"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "position"], name="one_slot_per_position")
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. {self.version}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of(self, user: Any) -> AttemptQuerySet:
        return self.filter(user=user)

    def graded(self) -> AttemptQuerySet:
        return self.filter(score__isnull=False)

    def results_of(self, user: Any) -> AttemptQuerySet:
        """A person's graded attempts, without those whose results are still held back."""
        return self.of(user).graded().exclude(slot__in=held_back(user))


def held_back(user: Any) -> QuerySet[Slot]:
    """The questions of a person's sittings that show their results at the end and go on."""
    sittings = Interview.objects.of(user).keeping_results_back()
    return Slot.objects.filter(interview__in=sittings)


class Attempt(models.Model):
    """One submitted answer. It is stored before it is graded: what a person typed is never lost."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="attempts",
    )
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="attempts")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT)
    topic_name = models.CharField(_("topic"), max_length=200)
    answer = models.TextField(_("answer"))
    created_at = models.DateTimeField(_("answered"))
    seconds = models.FloatField(_("seconds"), null=True, blank=True)  # time at work on it
    score = models.FloatField(_("score"), null=True)
    grade = models.JSONField(_("grade"), null=True)
    # What the grade was about: passages by position, as rendered from the version.
    grader_version = models.CharField(_("grader"), max_length=100, blank=True)
    # How often it was taken up for grading after its own request (see ``interview.catching_up``).
    # Nullable: such a column is added to a large table at once, and older versions go on writing.
    tries = models.PositiveSmallIntegerField(null=True)
    submission = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "submission"], name="one_attempt_per_submission"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["user", "topic_name"]),
            models.Index(
                fields=["created_at"], condition=models.Q(score=None), name="ungraded_attempts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} ({self.score})"


def attempts_of(user: Any) -> QuerySet[Attempt]:
    """The person's attempts, newest first, with what a list of them shows."""
    return Attempt.objects.of(user).select_related("version", "slot__interview")


DAILY_LIMIT = 10  # questions a day that a person is asked to review, new ones included


class Preferences(models.Model):
    """What a person chose for oneself; somebody without a row has the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="preferences",
    )
    daily_limit = models.PositiveSmallIntegerField(
        _("questions a day"),
        default=DAILY_LIMIT,
        validators=[validators.MinValueValidator(1), validators.MaxValueValidator(100)],
    )

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def of(cls, user: Any) -> Preferences:
        return cls.objects.filter(user=user).first() or cls(user=user)


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def of(self, user: Any) -> ReviewCardQuerySet:
        return self.filter(user=user)

    def askable(self) -> ReviewCardQuerySet:
        """Cards whose question can still be asked."""
        return self.filter(question__in=Question.objects.askable())


class ReviewCard(models.Model):
    """What a person remembers of one question, and when it should come back."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_cards"
    )
    question = models.ForeignKey(  # logs outlive their question
        Question, null=True, on_delete=models.SET_NULL, related_name="review_cards"
    )
    due = models.DateTimeField()
    memory = models.JSONField(default=dict)  # fsrs.Card.to_dict(), made anew from the logs

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "question"], name="one_card_per_question")
        ]
        indexes = [models.Index(fields=["user", "due"])]

    def __str__(self) -> str:
        return f"{self.question} ({self.due:%Y-%m-%d})"


class ReviewLog(models.Model):
    """One review: the rating that one attempt counted as. Logs are kept; the card follows from them."""

    class Rating(models.IntegerChoices):
        AGAIN = 1, pgettext_lazy("rating", "Again")
        HARD = 2, pgettext_lazy("rating", "Hard")
        GOOD = 3, pgettext_lazy("rating", "Good")
        EASY = 4, pgettext_lazy("rating", "Easy")

    card = models.ForeignKey(ReviewCard, on_delete=models.CASCADE, related_name="logs")
    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="review")
    proposed = models.PositiveSmallIntegerField(choices=Rating.choices)
    rating = models.PositiveSmallIntegerField(choices=Rating.choices)
    reviewed_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)  # from the question to the answer, where known

    class Meta:
        ordering = ["card", "reviewed_at"]
        indexes = [models.Index(fields=["card", "reviewed_at"])]

    def __str__(self) -> str:
        return f"{self.reviewed_at:%Y-%m-%d} {self.get_rating_display()}"


class Report(models.Model):
    """What a person says against a grade or a question, and what staff made of it."""

    class Kind(models.TextChoices):
        GRADE = "grade", _("the grade is wrong")
        QUESTION = "question", _("something is wrong with the question")

    class Reason(models.TextChoices):
        WRONG = "wrong", _("the reference answer is wrong")
        INCOMPLETE = "incomplete", _("the reference answer leaves something out")
        UNCLEAR = "unclear", _("the question is unclear")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("report", "open")
        ACCEPTED = "accepted", pgettext_lazy("report", "accepted")
        DECLINED = "declined", pgettext_lazy("report", "declined")

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(_("about"), max_length=10, choices=Kind.choices)
    own_rating = models.PositiveSmallIntegerField(
        _("your own rating"), null=True, validators=[validators.MaxValueValidator(100)]
    )
    reason = models.CharField(_("reason"), max_length=12, blank=True, choices=Reason.choices)
    text = models.CharField(_("in a sentence"), max_length=1000)
    score_before = models.FloatField(_("score"), null=True)  # the machine's, when it was disputed
    created_at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField(_("answer"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=False)  # the decision, by the person
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "kind"], name="one_report_of_a_kind")
        ]
        indexes = [models.Index(fields=["state", "created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"


class Try(models.Model):
    """One try to sign in or to sign up, under one of the counters of interview.throttling."""

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=64)  # a digest: who it was is not kept
    happened_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "happened_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at:%Y-%m-%d %H:%M}"


# Models in files of their own need the ones above.
from interview.models.follow_up import FollowUp as FollowUp  # noqa: E402
from interview.models.second_opinion import SecondOpinion as SecondOpinion  # noqa: E402
