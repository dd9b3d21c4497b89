"""What an import would do, question by question. Making a plan changes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Protocol

from django.utils.translation import gettext as _

from knowledge import markdown
from knowledge.importing import banknotes
from knowledge.importing.merging import BankEntry, Merge
from knowledge.markdown import Entry
from knowledge.models import ImportRun, Question
from knowledge.reading import File

NEW, UNCHANGED, UPDATED, RENAMED, MOVED = "new", "unchanged", "updated", "renamed", "moved"
DUPLICATE, CONFLICT, MISSING = "duplicate", "conflict", "missing"
# What is carried out unless a person says otherwise.
APPLIED = (NEW, UPDATED, RENAMED, MOVED)
# What waits for a person.
UNDECIDED = (CONFLICT, DUPLICATE)

# A person's decision about one item; "" means: as its status says.
SKIP, MINE, THEIRS, BOTH, MERGED = "skip", "mine", "theirs", "both", "merged"

NO_MERGE = Merge()


@dataclass(frozen=True)
class Item:
    """One entry of a file and what the import would do with it."""

    entry: Entry
    status: str
    question: Question | None = None  # the row it matches
    note: str = ""
    merge: Merge = NO_MERGE
    choice: str = ""
    topic: str = ""  # instead of the entry's own
    draft: bool | None = None  # instead of the entry's own
    merged: tuple[Entry, ...] = ()  # entries that are continuations of this one's answer

    @property
    def is_applied(self) -> bool:
        if self.choice:
            return self.choice not in {SKIP, MERGED}
        return self.status in APPLIED


@dataclass(frozen=True)
class Parsed:
    """A file as read, before it is held against the bank."""

    path: str
    sha256: str
    encoding: str = ""
    entries: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


class Picture(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...


@dataclass
class FilePlan:
    path: str
    sha256: str
    source: str = ""  # the name it goes by in the bank
    encoding: str = ""
    items: list[Item] = field(default_factory=list)
    missing: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    files: list[FilePlan] = field(default_factory=list)
    images: Sequence[Picture] = ()
    after: int = 0  # the last import before it was made; a later one may have brought the same

    def counts(self) -> dict[str, int]:
        """How many questions there are of each status, those that are left out as "skipped"."""
        counted: Counter[str] = Counter(
            "skipped" if item.choice in {SKIP, MERGED} else item.status
            for f in self.files
            for item in f.items
        )
        counted[MISSING] += sum(len(f.missing) for f in self.files)
        return {status: number for status, number in sorted(counted.items()) if number}

    def as_json(self) -> dict[str, Any]:
        return {"files": [_file_json(file) for file in self.files], "counts": self.counts()}


def _file_json(file: FilePlan) -> dict[str, Any]:
    return {
        "path": file.path,
        "encoding": file.encoding,
        "questions": [_item_json(item) for item in file.items],
        "missing": [question.title for question in file.missing],
        "warnings": file.warnings,
        **({"source": file.source} if file.source != file.path else {}),
    }


def _item_json(item: Item) -> dict[str, Any]:
    entry = item.entry
    found: dict[str, Any] = {
        "title": entry.title,
        "answer_chars": 0 if entry.draft == "empty" else len(entry.body.strip()),
        "status": item.status,
        "draft": entry.draft,
        "topic": item.topic or entry.topic,
        "line": entry.line,
    }
    if item.note:
        found["note"] = item.note
    if item.status == RENAMED and item.question:
        found["was"] = item.question.title
    if item.choice:
        found["choice"] = item.choice
    return found


def make_plan(files: Iterable[File]) -> Plan:
    """What importing ``files`` would do. A file that cannot be read is a warning of the plan."""
    parsed, images = [], []
    for file in files:
        if file.is_image and not file.refused:
            images.append(file)
        else:
            parsed.append(parse(file))
    return plan_of(parsed, images)


def plan_of(parsed: Sequence[Parsed], images: Sequence[Picture] = ()) -> Plan:
    """Files that were read before, held against the bank as it is now."""
    from knowledge.importing.matching import match_files

    after = ImportRun.last()
    return Plan(match_files(parsed), images, after)


def parse(file: File) -> Parsed:
    """Bytes to entries; what cannot be read has none, and a warning that says why."""
    digest = hashlib.sha256(file.data).hexdigest()
    if file.refused:
        return Parsed(file.name, "", warnings=(file.refused,))
    try:
        text, encoding = markdown.decode(file.data)
        document = markdown.parse(text)
    except ValueError as error:  # not text, or too large
        return Parsed(file.name, digest, warnings=(str(error),))
    metadata = dict(document.metadata)
    topic = str(metadata.get("topic") or metadata.get("title") or PurePosixPath(file.name).stem)
    entries = tuple(
        entry if entry.topic else replace(entry, topic=topic)
        for entry in banknotes.apply(text, document.entries)
    )
    warnings = list(document.warnings)
    if not entries and document.headings:
        seen = "; ".join(document.headings[:5])
        warnings.append(_("The first headings are: %(headings)s") % {"headings": seen})
    return Parsed(file.name, digest, encoding, entries, tuple(warnings), metadata)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    return {
        name: value
        for name, value in dataclasses.asdict(entry).items()
        if name in {"title", "key"} or value
    }


def entry_from_json(stored: dict[str, Any]) -> Entry:
    return BankEntry(**{name: _tuples(value) for name, value in stored.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
