"""The question bank: sources, topics, questions with their versions, chunks and keywords."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from knowledge.fields import UnitVectorField


class Source(models.Model):
    """A file that questions were imported from."""

    name = models.CharField(_("name"), max_length=300, unique=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    imported_at = models.DateTimeField(_("imported at"), null=True, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    name = models.CharField(_("name"), max_length=200, unique=True)
    slug = models.SlugField(_("slug"), max_length=220, unique=True, allow_unicode=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            digest = hashlib.sha256(self.name.encode()).hexdigest()[:8]
            self.slug = slugify(self.name, allow_unicode=True)[:200] or digest
            if Topic.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
                self.slug = f"{self.slug[:200]}-{digest}"
        super().save(*args, **kwargs)


class QuestionQuerySet(models.QuerySet["Question"]):
    def askable(self) -> QuestionQuerySet:
        """Published questions that are still in their source and have a reference answer."""
        return self.filter(status=Question.Status.PUBLISHED, missing=False).exclude(body="")

    def on(self, topics: models.QuerySet[Topic] | list[Topic]) -> QuestionQuerySet:
        return self.filter(topic__in=topics)


class Question(models.Model):
    """One question with its reference answer in Markdown, and what an author says about grading it."""

    class Status(models.TextChoices):
        PUBLISHED = "published", _("published")
        DRAFT = "draft", _("draft")

    class Difficulty(models.TextChoices):
        UNKNOWN = "", _("not set")
        EASY = "easy", _("easy")
        MEDIUM = "medium", _("medium")
        HARD = "hard", _("hard")

    source = models.ForeignKey(
        Source, verbose_name=_("source"), null=True, blank=True, on_delete=models.SET_NULL
    )
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT)
    title = models.CharField(_("question"), max_length=2000)
    key = models.CharField(max_length=2000, db_index=True, editable=False)
    stem = models.TextField(
        _("stem"), blank=True, help_text=_("Code, options or data that belong to the question.")
    )
    body = models.TextField(_("reference answer"), blank=True, help_text=_("Markdown"))
    difficulty = models.CharField(
        _("difficulty"), max_length=10, blank=True, choices=Difficulty.choices, default=""
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    twin = models.CharField(
        _("same question in another language"), max_length=2000, blank=True, default=""
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PUBLISHED
    )
    missing = models.BooleanField(_("no longer in its source"), default=False)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    points = models.JSONField(
        _("rubric points"),
        default=list,
        blank=True,
        help_text=_('A list like [["statement", 2], …]; overrides the automatic points.'),
    )
    misconceptions = models.JSONField(
        _("misconceptions"), default=list, blank=True, help_text=_("False statements people make.")
    )
    follow_ups = models.JSONField(_("follow-up questions"), default=list, blank=True)
    samples = models.JSONField(_("sample answers"), default=list, blank=True)
    accepted = models.JSONField(_("accepted alternative answers"), default=list, blank=True)
    author_keywords = models.JSONField(
        _("keywords"),
        default=list,
        blank=True,
        help_text=_('A list like ["learning rate = 学习率", …]; empty: detected automatically.'),
    )
    position = models.PositiveIntegerField(default=0, editable=False)
    # What its file said at the last import (see knowledge.importing.merging): what differs from it
    # here was edited in the admin, what differs from it in the file was edited there.
    imported = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["topic", "position", "id"]
        indexes = [models.Index(fields=["status", "missing", "topic"])]

    def __str__(self) -> str:
        return self.title

    def content_hash(self) -> str:
        """SHA-256 over what a person sees and is graded on; runs of whitespace count as one."""
        return content_hash(self.title, self.stem, self.body)

    def version(self) -> QuestionVersion:
        """The frozen copy of the present text, made on first use."""
        version, _created = QuestionVersion.objects.get_or_create(
            question=self,
            content_hash=self.content_hash(),
            defaults={
                "title": self.title,
                "stem": self.stem,
                "body": self.body,
                "topic_name": self.topic.name,
            },
        )
        return version


def content_hash(*texts: str) -> str:
    """SHA-256 of texts, insensitive to the amount of whitespace."""
    joined = "\x00".join(" ".join(text.split()) for text in texts)
    return hashlib.sha256(joined.encode()).hexdigest()


class QuestionVersion(models.Model):
    """A question as it was when somebody was asked it: attempts stay readable after edits."""

    question = models.ForeignKey(
        Question, null=True, on_delete=models.SET_NULL, related_name="versions"
    )
    content_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=2000)
    stem = models.TextField(blank=True)
    body = models.TextField(blank=True)
    topic_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "content_hash"], name="one_version_per_content"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def language(self) -> str:
        """ "zh" or "en": the question's, or what its title is written in."""
        known = self.question.language if self.question else ""
        return known or ("zh" if any("\u4e00" <= c <= "\u9fff" for c in self.title) else "en")


# A heading's words are part of what is embedded for each passage below it.
UNSEARCHABLE = ("heading",)


class ChunkQuerySet(models.QuerySet["Chunk"]):
    def searchable(self) -> ChunkQuerySet:
        return self.exclude(kind__in=UNSEARCHABLE)


class Chunk(models.Model):
    """One passage of a reference answer; its vector is the Vector row with the same text hash."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField(_("position"))
    text = models.TextField(_("text"))
    heading = models.TextField(_("heading"), blank=True)
    kind = models.CharField(_("kind"), max_length=12)
    weight = models.FloatField(_("weight"))
    emphasised = models.JSONField(default=list)
    text_hash = models.CharField(max_length=64, db_index=True)

    objects = ChunkQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["question", "position"]
        constraints = [
            models.UniqueConstraint(fields=["question", "position"], name="one_chunk_per_position")
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Vector(models.Model):
    """The embedding of one text by one encoder: float32, unit length.

    Keyed by the text alone, so that a text that comes back (an edit undone, a passage shared by two
    questions, a re-import) is never embedded twice.
    """

    text_hash = models.CharField(max_length=64)
    encoder = models.CharField(max_length=200)
    vector = UnitVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text_hash", "encoder"], name="one_vector_per_text")
        ]

    def __str__(self) -> str:
        return self.text_hash


class Keyword(models.Model):
    """A term that an answer is expected to use, with its aliases (other language, short form)."""

    class Origin(models.TextChoices):
        AUTHOR = "author", _("author")
        DETECTED = "detected", _("detected")

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="keywords")
    term = models.CharField(_("term"), max_length=200)
    aliases = models.JSONField(_("aliases"), default=list, blank=True)
    weight = models.FloatField(_("weight"), default=1.0)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.DETECTED)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["question", "-weight", "id"]

    def __str__(self) -> str:
        return " = ".join([self.term, *self.aliases])


class Generation(models.Model):
    """One row: a counter that moves with every change of the passages, in the same transaction.

    Every process compares it with the generation its index was built from.
    """

    value = models.PositiveBigIntegerField(default=0)
    # Which version of the code cut the reference answers into passages: see refresh.keep_cut.
    cut_by = models.CharField(max_length=64, default="", blank=True)

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("value", flat=True).first() or 0

    @classmethod
    def advance(cls) -> None:
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(value=models.F("value") + 1)


def topics_with_counts() -> models.QuerySet[Topic]:
    """Topics that have askable questions, each with ``askable`` = how many."""
    askable = Q(question__status=Question.Status.PUBLISHED, question__missing=False) & ~Q(
        question__body=""
    )
    return Topic.objects.annotate(askable=Count("question", filter=askable)).filter(askable__gt=0)


class ImportRun(models.Model):
    """One import: who, when, which files, what happened to each question, and how to undo it."""

    user = models.ForeignKey(
        "auth.User", verbose_name=_("by"), null=True, blank=True, on_delete=models.SET_NULL
    )
    started_at = models.DateTimeField(_("when"))
    files = models.JSONField(_("files"), default=list)
    counts = models.JSONField(_("counts"), default=dict)
    results = models.JSONField(_("results"), default=list)
    before = models.JSONField(default=list, editable=False)
    embedded = models.PositiveIntegerField(_("passages embedded"), default=0)
    # {"done": 40, "total": 600, "error": "…"}: questions whose passages are in step.
    progress = models.JSONField(default=dict, editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)  # when the progress last moved
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} ({len(self.files)})"

    @classmethod
    def last(cls) -> int:
        """The newest import's key; 0 where there is none."""
        return cls.objects.aggregate(last=models.Max("pk"))["last"] or 0


class Decision(models.Model):
    """What a person said about one entry of a source at an import; it holds at later ones too."""

    source = models.ForeignKey(Source, verbose_name=_("source"), on_delete=models.CASCADE)
    # Hash of the title key, the stem, and the number among entries that share both.
    entry = models.CharField(max_length=64, editable=False)
    # Hash of the text that it was said about; empty: it holds whatever the entry's text is.
    text = models.CharField(max_length=64, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=2000)
    said = models.JSONField(_("decision"), default=dict)  # see knowledge.importing.deciding.Said
    run = models.ForeignKey(ImportRun, verbose_name=_("import"), on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("decision about an import")
        verbose_name_plural = _("decisions about imports")
        ordering = ["source", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "entry"], name="one_decision_per_entry")
        ]

    def __str__(self) -> str:
        return self.title
