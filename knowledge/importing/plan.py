"""What an import would do, question by question. Making a plan changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Protocol

from django.utils.translation import gettext as _

from knowledge import markdown
from knowledge.importing import banknotes
from knowledge.importing.merging import BankEntry, Merge
from knowledge.markdown import Entry
from knowledge.markdown.document import Remark
from knowledge.models import ImportRun, Question
from knowledge.reading import File

NEW, UNCHANGED, UPDATED, RENAMED, MOVED = "new", "unchanged", "updated", "renamed", "moved"
DUPLICATE, CONFLICT, MISSING = "duplicate", "conflict", "missing"
# Not held against the bank at all: a person said that it is no question of its own.
SKIPPED = "skipped"
# What is carried out unless a person says otherwise.
APPLIED = (NEW, UPDATED, RENAMED, MOVED)
# What waits for a person.
UNDECIDED = (CONFLICT, DUPLICATE)

# A person's decision about one item; "" means: as its status says.
SKIP, MINE, THEIRS, BOTH, MERGED = "skip", "mine", "theirs", "both", "merged"
# What an entry may be said to be.
QUESTION, TOPIC, PART = "question", "topic", "part"

NO_MERGE = Merge()


@dataclass(frozen=True)
class Said:
    """What a person decided about an entry: for this import, or at an earlier one (``at``)."""

    take: bool = True
    kind: str = QUESTION
    topic: str = ""  # instead of the entry's own
    draft: bool | None = None  # instead of the entry's own
    choice: str = ""
    at: dt.datetime | None = None
    text: str = ""  # hash of the text that it was said about; empty: of any

    def as_dict(self) -> dict[str, Any]:
        """What differs from saying nothing, without time and text."""
        names = ("take", "kind", "topic", "draft", "choice")
        return {
            name: value
            for name in names
            if (value := getattr(self, name)) != getattr(NOTHING_SAID, name)
        }


NOTHING_SAID = Said()


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
    said: Said | None = None

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
    left: list[Question] = field(default_factory=list)  # missing, but to stay as they are
    said: dict[int, Said] = field(default_factory=dict)  # about missing questions, by their pk
    warnings: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    files: list[FilePlan] = field(default_factory=list)
    images: Sequence[Picture] = ()
    after: int = 0  # the last import before it was made; a later one may have brought the same

    def counts(self) -> dict[str, int]:
        """How many questions there are of each status, those that are left out as SKIPPED."""
        counted: Counter[str] = Counter(
            SKIPPED if item.choice in {SKIP, MERGED} else item.status
            for f in self.files
            for item in f.items
        )
        counted[MISSING] += sum(len(f.missing) for f in self.files)
        counted[SKIPPED] += sum(len(f.left) for f in self.files)
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
        **({"left": [question.title for question in file.left]} if file.left else {}),
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
    if item.said and item.said.at:
        found["decided"] = item.said.at.date().isoformat()
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


def plan_of(
    parsed: Sequence[Parsed],
    images: Sequence[Picture] = (),
    decisions: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Plan:
    """Files that were read before, held against the bank as it is now.

    ``decisions``: what a person says of this import, as the fields of Said by an entry's number over
    all files (as text), or by ``missing-<pk>``; where they say nothing, what was said of the
    source's entries at earlier imports holds.
    """
    from knowledge.importing.matching import match_files

    after = ImportRun.last()
    return Plan(match_files(parsed, decisions), images, after)


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
    warnings = [
        _(warning.template) % warning.values if isinstance(warning, Remark) else warning
        for warning in document.warnings
    ]
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
