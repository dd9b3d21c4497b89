"""Carrying a plan out: rows first, in one transaction, then passages and vectors; undoing it."""

from __future__ import annotations

import datetime as dt
import json
import posixpath
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from knowledge.importing import deciding
from knowledge.importing.matching import source_name
from knowledge.importing.merging import METADATA, fill, said_by_entry
from knowledge.importing.plan import (
    BOTH,
    CONFLICT,
    DUPLICATE,
    MINE,
    THEIRS,
    UNCHANGED,
    FilePlan,
    Item,
    Plan,
    make_plan,
)
from knowledge.models import Generation, ImportRun, Question, Source, Topic
from knowledge.reading import File
from knowledge.refresh import (
    FETCHED_MEMBERS,
    fetched_folder,
    fetched_name,
    fetched_picture,
    media_folder,
    picture_links,
    refresh,
    stored_path,
)
from knowledge.vectors import Progress

# Questions brought in step at a time: small enough for others to write in between, large enough for
# full batches of the encoder.
STEP = 20

_RESTORABLE = (
    "title",
    "key",
    "stem",
    "body",
    "status",
    "missing",
    "position",
    "imported",
    "author_keywords",
    *METADATA,
)


@dataclass
class _Ledger:
    """What an import touches, and how to put it back."""

    before: list[dict[str, Any]] = field(default_factory=list)
    touched: list[Question] = field(default_factory=list)
    topics: dict[str, Topic] = field(default_factory=dict)

    def topic(self, name: str) -> Topic:
        name = name[:200]
        if name not in self.topics:
            self.topics[name], created = Topic.objects.get_or_create(name=name)
            if created:
                self.before.append({"topic": name})
        return self.topics[name]

    def save(self, question: Question, names: Sequence[str] | None = None) -> None:
        """Store ``question`` and remember how it was: all of it, or the fields ``names`` alone."""
        old = None
        if question.pk:
            stored = Question.objects.select_related("source", "topic").get(pk=question.pk)
            old = _snapshot(stored, names)
        question.save()
        after = _digest(_snapshot(question, names))
        self.before.append({"pk": question.pk, "fields": old, "after": after})


def _snapshot(question: Question, names: Sequence[str] | None = None) -> dict[str, Any]:
    if names is not None:
        return {name: getattr(question, name) for name in names}
    found = {name: getattr(question, name) for name in _RESTORABLE}
    return found | {"topic": question.topic.name, "source": source_name(question)}


def _digest(snapshot: dict[str, Any]) -> str:
    return sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()


class Outdated(Exception):
    """Another import was stored since the plan was made: it has to be made anew."""


def import_files(
    files: Sequence[File], *, now: dt.datetime, progress: Progress | None = None
) -> tuple[Plan, ImportRun]:
    """Plan and carry out at once; the plan is made anew until no other import came in between."""
    while True:
        plan = make_plan(files)
        with suppress(Outdated):
            return plan, apply_plan(plan, now=now, progress=progress)


def apply_plan(
    plan: Plan, *, now: dt.datetime, user: Any = None, progress: Progress | None = None
) -> ImportRun:
    """Carry ``plan`` out; conflicts and duplicates without a decision are left as they are.

    ``progress(done, total)`` counts questions. Returns the record, by which it can be undone. Raises
    Outdated, and changes nothing, where another import came in between.
    """
    run = store(plan, now=now, user=user)
    embed(run, progress)
    return run


def store(plan: Plan, *, now: dt.datetime, user: Any = None) -> ImportRun:
    """The rows of ``plan``, all or none, and its pictures. ``embed`` has to follow. Raises Outdated."""
    ledger = _Ledger()
    with transaction.atomic():
        Generation.advance()  # its row is locked from here on: one import after the other
        if ImportRun.last() != plan.after:
            raise Outdated
        run = ImportRun.objects.create(
            user=user,
            started_at=now,
            files=[
                {"path": f.path, "encoding": f.encoding, "sha256": f.sha256} for f in plan.files
            ],
            counts=plan.counts(),
            results=plan.as_json()["files"],
        )
        for file in plan.files:
            if file.items:
                source = _store_file(file, ledger, now)
                ledger.before += deciding.remember(file, source, run)
        run.before = ledger.before
        run.progress = {"done": 0, "total": len({question.pk for question in ledger.touched})}
        run.save(update_fields=["before", "progress"])
    _store_pictures(plan)
    return run


def _store_file(file: FilePlan, ledger: _Ledger, now: dt.datetime) -> Source:
    source, _created = Source.objects.get_or_create(name=file.source)
    source.sha256, source.imported_at = file.sha256, now
    source.save()
    for position, item in enumerate(file.items):
        if item.status == DUPLICATE and item.choice == MINE:
            continue  # the other source's question stays what it is
        if item.is_applied:
            _store_item(item, position, source, ledger)
        elif item.status == UNCHANGED and item.question and item.question.source_id == source.pk:
            _keep_in_step(item, position, ledger)
    for question in file.missing:
        question.missing = True
        ledger.save(question, ["missing"])
    return source


def _store_item(item: Item, position: int, source: Source, ledger: _Ledger) -> None:
    question = item.question
    if question is None or item.choice == BOTH:
        question = Question(source=source)
        _fill(question, item, None, ledger)
    elif item.choice == MINE:
        # What the file says now was seen and refused: it is no news at the next import.
        question.imported = {**question.imported, **said_by_entry(item.entry)}
    elif item.choice == THEIRS and item.status in {CONFLICT, DUPLICATE}:
        _fill(question, item, None, ledger)
        question.source = source
    else:
        _fill(question, item, item.merge.take, ledger)
        question.source = source
    question.position, question.missing = position, False
    ledger.save(question)
    ledger.touched.append(question)


def _fill(question: Question, item: Item, names: tuple[str, ...] | None, ledger: _Ledger) -> None:
    """The entry's text and metadata, with what a person corrected on the way."""
    fill(question, item.entry, names)
    if names is None or "topic" in names or item.topic:
        question.topic = ledger.topic(item.topic or item.entry.topic)
    if item.draft is not None:
        question.status = Question.Status.DRAFT if item.draft else Question.Status.PUBLISHED
    if not question.body.strip():
        question.status = Question.Status.DRAFT


def _keep_in_step(item: Item, position: int, ledger: _Ledger) -> None:
    """An unchanged question's place in its file, which other questions may have shifted."""
    question = item.question
    assert question is not None
    said = {**question.imported, **said_by_entry(item.entry)}
    if question.position == position and (item.merge.keep or question.imported == said):
        return
    question.position = position
    if not item.merge.keep:
        question.imported = said
    ledger.save(question, ["position", "imported"])


def embed(run: ImportRun, progress: Progress | None = None) -> None:
    """Bring passages, vectors and keywords of what ``run`` stored in step, step by step.

    Can be called again after an interruption: what is done costs next to nothing.
    """
    wanted = list(
        dict.fromkeys(
            record["pk"]
            for record in run.before
            if "pk" in record and (record["fields"] is None or "body" in record["fields"])
        )
    )
    embedded = 0
    for start in range(0, len(wanted), STEP):
        questions = Question.objects.select_related("source", "topic").filter(
            pk__in=wanted[start : start + STEP]
        )
        embedded += refresh(list(questions))
        done = min(start + STEP, len(wanted))
        _report(run, embedded, {"done": done, "total": len(wanted)})
        if progress:
            progress(done, len(wanted))
    _report(run, embedded, {"done": len(wanted), "total": len(wanted)}, finished=True)


def finish_interrupted(progress: Progress | None = None) -> int:
    """Go on with imports that ended in the middle (Ctrl+C, a killed process, a full disk); returns how
    many there were. Their questions are in the bank already, so no later import would see to them."""
    runs = list(ImportRun.objects.filter(finished_at=None, undone_at=None).order_by("pk"))
    for run in runs:
        embed(run, progress)
    return len(runs)


def _report(
    run: ImportRun, embedded: int, progress: dict[str, Any], finished: bool = False
) -> None:
    run.embedded, run.progress, run.beat_at = embedded, progress, timezone.now()
    if finished:
        run.finished_at = run.beat_at
    run.save(update_fields=["embedded", "progress", "beat_at", "finished_at"])


# --- pictures -------------------------------------------------------------------------------------


def _store_pictures(plan: Plan) -> None:
    """The pictures that a file's questions name, where its relative links will look for them."""
    for file in plan.files:
        if not plan.images or not file.items:
            continue
        base = PurePosixPath(file.path).parent.as_posix()
        text = "\n".join(f"{item.entry.stem}\n{item.entry.body}" for item in file.items)
        for image in plan.images:
            relative = posixpath.relpath(image.name, base)
            if relative not in text and quote(relative) not in text:
                continue
            target = settings.MEDIA_ROOT / media_folder(file.source) / stored_path(relative)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(image.data)
    _store_fetched(plan)


def _store_fetched(plan: Plan) -> None:
    """Copies of pictures on other hosts that an exported archive brings, for the addresses that its
    questions name; what was fetched here stays."""
    copies = {
        path.stem: image
        for image in plan.images
        if (path := PurePosixPath(image.name)).parent.name == FETCHED_MEMBERS
    }
    entries = [item.entry for file in plan.files for item in file.items] if copies else []
    texts = [t for e in entries for t in (e.stem, e.body, *getattr(e, "accepted", ()))]
    for link in picture_links(*texts):
        image = copies.get(fetched_name(link)) if "://" in link else None
        if image and not fetched_picture(link):
            fetched_folder().mkdir(parents=True, exist_ok=True)
            (fetched_folder() / PurePosixPath(image.name).name.lower()).write_bytes(image.data)


# --- undoing --------------------------------------------------------------------------------------


def undo(run: ImportRun, *, now: dt.datetime) -> list[str]:
    """Put every question that ``run`` touched back as it was; what it created is removed, and what
    was decided with it is forgotten.

    Questions that were changed after the import (in the admin, by a later import) stay as they are;
    their titles are returned. Attempts keep the versions they were graded against.
    Raises ValueError if it was undone before.
    """
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.undone_at:
            raise ValueError("this import was undone before")
        restored: list[Question] = []
        left: list[str] = []
        for record in reversed(locked.before):
            if "decision" in record:
                deciding.forget(record, locked)
            elif "topic" in record:
                Topic.objects.filter(name=record["topic"], question=None).delete()
            else:
                _undo_question(record, restored, left)
        locked.undone_at = now
        locked.save(update_fields=["undone_at"])
        Generation.advance()
    run.undone_at = now
    if restored:
        refresh(restored)
    return left


def _undo_question(record: dict[str, Any], restored: list[Question], left: list[str]) -> None:
    fields = record["fields"]
    question = Question.objects.select_related("source", "topic").filter(pk=record["pk"]).first()
    if question is None:
        return
    if _digest(_snapshot(question, None if _is_whole(fields) else list(fields))) != record["after"]:
        left.append(question.title)
    elif fields is None:
        question.delete()
    else:
        for name, value in fields.items():
            if name == "topic":
                question.topic = Topic.objects.get_or_create(name=value)[0]
            elif name == "source":
                question.source = Source.objects.get_or_create(name=value)[0] if value else None
            else:
                setattr(question, name, value)
        question.save()
        if _is_whole(fields):
            restored.append(question)


def _is_whole(fields: dict[str, Any] | None) -> bool:
    return fields is None or "body" in fields
