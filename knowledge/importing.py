"""Entries of Markdown files to rows: first a plan that changes nothing, then the plan carried out.

A question is known by its source and title key, and by its stem where titles repeat. What an import
finds in the bank decides the status of each entry:

new         not in the bank
unchanged   the same text is there, in this source or word for word in another
updated     the text in the file changed since the last import
renamed     the title changed, the answer is the same or nearly so
duplicate   another source has a question of this title with another answer: a person decides
conflict    changed both in the file and in the admin since the last import: a person decides
missing     in the bank from this source, but no longer in the file: kept, marked, not asked
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction

from knowledge import markdown
from knowledge.markdown import Entry
from knowledge.models import ImportRun, Question, Source, Topic, content_hash
from knowledge.reading import File
from knowledge.refresh import media_folder, refresh
from knowledge.vectors import Progress

NEW, UNCHANGED, UPDATED, RENAMED = "new", "unchanged", "updated", "renamed"
DUPLICATE, CONFLICT, MISSING = "duplicate", "conflict", "missing"
APPLIED = (NEW, UPDATED, RENAMED)

# Two answers whose texts agree to this share are the same answer under another title; with a similar
# title less is enough. Chosen so that a reworded title and a corrected sentence still match.
SAME_BODY = 0.85
NEAR_BODY = 0.6
NEAR_TITLE = 0.5


@dataclass(frozen=True)
class Item:
    """One entry of a file and what the import would do with it."""

    entry: Entry
    status: str
    question: Question | None = None  # the row it matches
    note: str = ""


@dataclass
class FilePlan:
    path: str
    sha256: str
    encoding: str = ""
    items: list[Item] = field(default_factory=list)
    missing: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass
class Plan:
    files: list[FilePlan] = field(default_factory=list)
    images: list[File] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        counted: Counter[str] = Counter(item.status for f in self.files for item in f.items)
        counted[MISSING] += sum(len(f.missing) for f in self.files)
        return {status: number for status, number in sorted(counted.items()) if number}

    def as_json(self) -> dict[str, Any]:
        return {"files": [_file_json(file) for file in self.files], "counts": self.counts()}


def _file_json(file: FilePlan) -> dict[str, Any]:
    questions = [
        {
            "title": item.entry.title,
            "answer_chars": len(item.entry.body.strip()),
            "status": item.status,
            "draft": item.entry.draft,
            "topic": item.entry.topic,
            "line": item.entry.line,
            **({"note": item.note} if item.note else {}),
        }
        for item in file.items
    ]
    return {
        "path": file.path,
        "encoding": file.encoding,
        "questions": questions,
        "missing": [question.title for question in file.missing],
        "warnings": file.warnings,
    }


class _Bank:
    """What the bank holds, looked up by key; entries planned earlier in the same run count as held."""

    def __init__(self) -> None:
        self.by_source: dict[str, list[Question]] = defaultdict(list)
        self.by_key: dict[str, list[Question]] = defaultdict(list)
        for question in Question.objects.select_related("source", "topic"):
            self.by_source[question.source.name if question.source else ""].append(question)
            self.by_key[question.key].append(question)
        self.planned: dict[str, set[str]] = defaultdict(set)


def entry_hash(entry: Entry) -> str:
    return content_hash(entry.title, entry.stem, entry.body)


def make_plan(files: Iterable[File]) -> Plan:
    """What importing ``files`` would do. Changes nothing; a file that cannot be read is a warning."""
    plan = Plan()
    bank = _Bank()
    for file in files:
        if file.is_image:
            plan.images.append(file)
        elif file.is_markdown:
            plan.files.append(_plan_file(file, bank))
    return plan


def _plan_file(file: File, bank: _Bank) -> FilePlan:
    planned = FilePlan(file.name, hashlib.sha256(file.data).hexdigest())
    try:
        text, planned.encoding = markdown.decode(file.data)
        document = markdown.parse(text)
    except ValueError as error:  # not text, or too large
        planned.warnings.append(str(error))
        return planned
    planned.warnings += document.warnings
    planned.metadata = dict(document.metadata)
    topic = str(document.metadata.get("topic") or document.metadata.get("title") or "")
    entries = [
        entry if entry.topic else replace(entry, topic=topic or PurePosixPath(file.name).stem)
        for entry in document.entries
    ]
    if not entries:
        seen = "; ".join(document.headings[:5])
        planned.warnings.append(
            "no questions were recognised" + (f"; the first headings are: {seen}" if seen else "")
        )
    planned.items, planned.missing = _match(entries, file.name, bank)
    return planned


def _match(
    entries: Sequence[Entry], source: str, bank: _Bank
) -> tuple[list[Item], list[Question]]:
    """Entries of one file against the bank; also the source's questions that no entry claims."""
    own = list(bank.by_source.get(source, ()))
    unclaimed = {question.pk: question for question in own}
    by_key: dict[str, list[Question]] = defaultdict(list)
    for question in own:
        by_key[question.key].append(question)

    items: list[Item | None] = [None] * len(entries)
    # Exact text first, so that repeated titles pair up by their stems and answers.
    for place, entry in enumerate(entries):
        same = [
            question
            for question in by_key[entry.key]
            if question.pk in unclaimed and question.content_hash() == entry_hash(entry)
        ]
        if same:
            items[place] = _known(entry, same[0])
            del unclaimed[same[0].pk]
    for place, entry in enumerate(entries):
        if items[place] is not None:
            continue
        same_title = [question for question in by_key[entry.key] if question.pk in unclaimed]
        exact_stem = [q for q in same_title if content_hash(q.stem) == content_hash(entry.stem)]
        for question in exact_stem or (same_title if len(same_title) == 1 else []):
            items[place] = _known(entry, question)
            del unclaimed[question.pk]
            break
    for place, entry in enumerate(entries):
        if items[place] is None:
            question = _renamed_from(entry, unclaimed.values())
            if question is not None:
                items[place] = Item(entry, RENAMED, question, question.title)
                del unclaimed[question.pk]
            else:
                items[place] = _elsewhere(entry, source, bank)
    for item in items:
        if item is not None and item.status == NEW:
            bank.planned[item.entry.key].add(entry_hash(item.entry))
    gone = [question for question in unclaimed.values() if not question.missing]
    return [item for item in items if item is not None], gone


def _known(entry: Entry, question: Question) -> Item:
    """The status of an entry whose question is in the bank from the same source."""
    in_file, in_bank = entry_hash(entry), question.content_hash()
    if in_file == in_bank:
        changed = question.missing or _metadata_of(entry) != _metadata_of(question)
        return Item(entry, UPDATED if changed else UNCHANGED, question)
    if question.imported_hash and in_bank != question.imported_hash:
        if in_file == question.imported_hash:
            return Item(entry, UNCHANGED, question, "edited here since the last import")
        return Item(entry, CONFLICT, question, "changed in the file and here since the last import")
    return Item(entry, UPDATED, question)


def _elsewhere(entry: Entry, source: str, bank: _Bank) -> Item:
    """An entry that its own source does not have: perhaps another source or an earlier file does."""
    others = [
        question
        for question in bank.by_key.get(entry.key, ())
        if (question.source.name if question.source else "") != source
    ]
    for question in others:
        if question.content_hash() == entry_hash(entry):
            return Item(entry, UNCHANGED, question, "the same question is in another source")
    if entry_hash(entry) in bank.planned[entry.key]:
        return Item(entry, UNCHANGED, None, "the same question stands earlier in this import")
    if others and not entry.stem:
        other = others[0]
        return Item(entry, DUPLICATE, other, f"also in {other.source or 'the admin'}")
    return Item(entry, NEW)


def _renamed_from(entry: Entry, candidates: Iterable[Question]) -> Question | None:
    """The question of which ``entry`` is a renamed or reworded version, if one is near enough."""
    best: tuple[float, Question] | None = None
    body = " ".join(entry.body.split())[:4000]
    if not body:
        return None
    for question in candidates:
        matcher = difflib.SequenceMatcher(
            None, body, " ".join(question.body.split())[:4000], autojunk=False
        )
        if matcher.real_quick_ratio() < NEAR_BODY or matcher.quick_ratio() < NEAR_BODY:
            continue
        alike = matcher.ratio()
        title = difflib.SequenceMatcher(None, entry.key, question.key, autojunk=False).ratio()
        if alike >= SAME_BODY or (alike >= NEAR_BODY and title >= NEAR_TITLE):
            if best is None or alike + title > best[0]:
                best = (alike + title, question)
    return best[1] if best else None


_METADATA = (
    "difficulty",
    "tags",
    "points",
    "misconceptions",
    "follow_ups",
    "samples",
    "language",
    "twin",
)


def _metadata_of(thing: Entry | Question) -> list[object]:
    keywords = thing.keywords if isinstance(thing, Entry) else thing.author_keywords
    return [_plain(getattr(thing, name)) for name in _METADATA] + [_plain(keywords)]


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


# --- carrying a plan out --------------------------------------------------------------------------

_RESTORABLE = (
    "topic_id",
    "title",
    "key",
    "stem",
    "body",
    "status",
    "missing",
    "position",
    "imported_hash",
    "author_keywords",
    *_METADATA,
)


def apply_plan(
    plan: Plan,
    *,
    now: dt.datetime,
    user: Any = None,
    progress: Progress | None = None,
) -> ImportRun:
    """Carry ``plan`` out: rows in one transaction, then pictures, passages and vectors.

    Conflicts and duplicates are left as they are. Returns the record, by which it can be undone.
    """
    touched: list[Question] = []
    before: list[dict[str, Any]] = []
    with transaction.atomic():
        for file in plan.files:
            if any(item.status in APPLIED for item in file.items) or file.missing:
                touched += _apply_file(file, before, now)
        run = ImportRun.objects.create(
            user=user,
            started_at=now,
            files=[{"path": f.path, "encoding": f.encoding, "sha256": f.sha256} for f in plan.files],
            counts=plan.counts(),
            results=plan.as_json()["files"],
            before=before,
        )
    _store_images(plan)
    run.embedded = refresh(touched, progress) if touched else 0
    run.save(update_fields=["embedded"])
    return run


def _apply_file(
    file: FilePlan, before: list[dict[str, Any]], now: dt.datetime
) -> list[Question]:
    source, _created = Source.objects.get_or_create(name=file.path[:300])
    source.sha256, source.imported_at = file.sha256, now
    source.save()
    topics: dict[str, Topic] = {}
    touched = []
    for position, item in enumerate(file.items):
        if item.status not in APPLIED:
            continue
        name = item.entry.topic[:200]
        topic = topics.get(name) or Topic.objects.get_or_create(name=name)[0]
        topics[name] = topic
        question = item.question or Question(source=source)
        snapshot = _snapshot(question) if question.pk else None
        _fill(question, item.entry, topic, position)
        question.save()
        before.append({"pk": question.pk, "fields": snapshot})
        touched.append(question)
    for question in file.missing:
        before.append({"pk": question.pk, "fields": _snapshot(question)})
        question.missing = True
        question.save(update_fields=["missing", "updated_at"])
    return touched


def _snapshot(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in _RESTORABLE}


def _fill(question: Question, entry: Entry, topic: Topic, position: int) -> None:
    question.topic = topic
    question.title, question.key = entry.title[:2000], entry.key[:2000]
    question.stem, question.body = entry.stem, entry.body
    question.position, question.missing = position, False
    question.status = Question.Status.DRAFT if entry.draft else Question.Status.PUBLISHED
    for name in _METADATA:
        setattr(question, name, _plain(getattr(entry, name)))
    question.author_keywords = list(entry.keywords)
    question.imported_hash = question.content_hash()


def _store_images(plan: Plan) -> None:
    """Pictures that lie beside or below a Markdown file, where its relative links will look for them."""
    for file in plan.files:
        base = PurePosixPath(file.path).parent
        for image in plan.images:
            path = PurePosixPath(image.name)
            if not path.is_relative_to(base):
                continue
            target = settings.MEDIA_ROOT / media_folder(file.path) / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(image.data)


def undo(run: ImportRun, *, now: dt.datetime) -> None:
    """Put every question that ``run`` touched back as it was; what it created is removed.

    Attempts keep the versions they were graded against. Raises ValueError if it was undone before.
    """
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.undone_at:
            raise ValueError("this import was undone before")
        restored = []
        for record in reversed(locked.before):
            question = Question.objects.filter(pk=record["pk"]).first()
            if question is None:
                continue
            if record["fields"] is None:
                question.delete()
                continue
            for name, value in record["fields"].items():
                setattr(question, name, value)
            question.save()
            restored.append(question)
        locked.undone_at = now
        locked.save(update_fields=["undone_at"])
    refresh(restored)
    run.undone_at = now
