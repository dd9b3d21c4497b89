"""What reading a Q&A Markdown file gives: a Document of Entries, free of any database."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_BYTES = 24 * 1024 * 1024
MAX_LINES = 400_000


class NotText(ValueError):
    """The bytes are not text in a known encoding."""


class TooLarge(ValueError):
    """The input is larger than the importer reads in one piece."""


def gettext_noop(template: str) -> str:
    """Marks a template for the catalogues, as Django's does, which wants settings."""
    return template


class Remark(str):
    """A warning in English that still knows its template, so that whoever shows it can say it in
    another language."""

    template: str
    values: dict[str, int]

    def __new__(cls, template: str, **values: int) -> Remark:
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made


@dataclass(frozen=True)
class Entry:
    """One question found in a file, with everything that belongs to it."""

    title: str
    key: str
    stem: str = ""
    body: str = ""
    topic: str = ""
    line: int = 1
    draft: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    points: tuple[tuple[str, float], ...] = ()
    keywords: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    language: str = ""
    twin: str = ""
    samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Document:
    """A file as read: its entries in file order, its metadata and what a person should know."""

    entries: tuple[Entry, ...] = ()
    metadata: dict[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
