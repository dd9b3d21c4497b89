"""One question, three sayings: its file at the last import, its file now, and the bank.

What differs from the last import in the file alone is taken; what differs in the bank alone was
edited in the admin and stays; what differs in both, and not in the same way, is a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from knowledge.markdown import Entry
from knowledge.models import Question, content_hash

METADATA = (
    "difficulty",
    "language",
    "twin",
    "tags",
    "points",
    "misconceptions",
    "follow_ups",
    "samples",
    "accepted",
)
NAMES = {
    "text": gettext_noop("question or answer"),
    "topic": gettext_noop("topic"),
    "draft": gettext_noop("draft"),
    "difficulty": gettext_noop("difficulty"),
    "language": gettext_noop("language"),
    "twin": gettext_noop("same question in another language"),
    "tags": gettext_noop("tags"),
    "points": gettext_noop("rubric points"),
    "misconceptions": gettext_noop("misconceptions"),
    "follow_ups": gettext_noop("follow-up questions"),
    "samples": gettext_noop("sample answers"),
    "keywords": gettext_noop("keywords"),
    "accepted": gettext_noop("accepted alternative answers"),
}


@dataclass(frozen=True)
class BankEntry(Entry):
    """An entry with what only an export of the bank says about it."""

    accepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merge:
    """Names of fields, see NAMES."""

    take: tuple[str, ...] = ()  # changed in the file
    keep: tuple[str, ...] = ()  # edited in the bank
    conflict: tuple[str, ...] = ()  # both


def entry_hash(entry: Entry) -> str:
    return content_hash(entry.title, entry.stem, entry.body)


def said_by_entry(entry: Entry) -> dict[str, Any]:
    """What the file says, as it is kept on the question."""
    said: dict[str, Any] = {name: plain(getattr(entry, name, ())) for name in METADATA}
    said["keywords"] = list(entry.keywords)
    return said | {
        "text": entry_hash(entry),
        "topic": entry.topic[:200],
        "draft": bool(entry.draft),
    }


def said_by_question(question: Question) -> dict[str, Any]:
    """What the bank says, in the same form."""
    said: dict[str, Any] = {name: plain(getattr(question, name)) for name in METADATA}
    said["keywords"] = list(question.author_keywords)
    return said | {
        "text": question.content_hash(),
        "topic": question.topic.name,
        "draft": question.status == Question.Status.DRAFT,
    }


def plain(value: Any) -> Any:
    """``value`` as JSON gives it back."""
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def merge(entry: Entry, question: Question) -> Merge:
    base, theirs, mine = question.imported, said_by_entry(entry), said_by_question(question)
    take: list[str] = []
    keep: list[str] = []
    conflict: list[str] = []
    for name, said in theirs.items():
        if said == mine[name]:
            continue
        if name not in base:
            # Written in the admin: a file that says nothing about a field does not contradict it.
            silent = name in {"topic", "draft"} or not said
            (keep if silent else conflict).append(name)
        elif base[name] == mine[name]:
            take.append(name)
        elif base[name] == said:
            keep.append(name)
        else:
            conflict.append(name)
    return Merge(tuple(take), tuple(keep), tuple(conflict))


def fill(question: Question, entry: Entry, names: tuple[str, ...] | None = None) -> None:
    """Give ``question`` what ``entry`` says about the fields ``names`` (all of them) but for its
    topic, which is a row of its own. The entry is remembered as what the file said."""
    wanted = set(NAMES) if names is None else set(names)
    if "text" in wanted:
        question.title, question.key = entry.title[:2000], entry.key[:2000]
        question.stem, question.body = entry.stem, entry.body
    if "draft" in wanted:
        question.status = Question.Status.DRAFT if entry.draft else Question.Status.PUBLISHED
    for name in wanted & set(METADATA):
        setattr(question, name, plain(getattr(entry, name, ())))
    if "keywords" in wanted:
        question.author_keywords = list(entry.keywords)
    question.imported = {**question.imported, **said_by_entry(entry)}


def names_of(fields: tuple[str, ...]) -> str:
    return ", ".join(_(NAMES[name]) for name in fields)
