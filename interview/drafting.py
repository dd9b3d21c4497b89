"""Keeping what is being typed. Two pages with the same question never overwrite each other silently."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from interview.models import Drafted

# A draft may grow past what can be submitted: it is shortened by its writer, not by the server.
DRAFT_ROOM = 10
FIELDS = ["draft", "draft_version", "draft_writer"]


@dataclass(frozen=True)
class Clash:
    """What another page has saved meanwhile, and the version to say that one has seen it."""

    text: str
    version: int


def tidy(text: str) -> str:
    """Typed text as it is stored: line ends as the browser shows them, no NUL (databases refuse it)."""
    return text.replace("\r\n", "\n").replace("\0", "")


def keep(row: Drafted, text: str, *, base: int | None, writer: str) -> Clash | None:
    """Save ``text`` as the draft of ``row``.

    ``base`` is the version that the writer's page last saw, ``writer`` names that page. When another
    page saved a different text since, nothing is saved and that text comes back. Without a ``base``
    the draft is replaced.
    """
    text = tidy(text)[: DRAFT_ROOM * settings.VIVA_MAX_ANSWER]
    with transaction.atomic():
        kept = type(row)._default_manager.select_for_update().get(pk=row.pk)
        if not _seen(kept, base, writer) and kept.draft.strip() and kept.draft != text:
            return Clash(kept.draft, kept.draft_version)
        if kept.draft != text or kept.draft_writer != writer:
            kept.draft, kept.draft_writer = text, writer
            kept.draft_version += 1
            kept.save(update_fields=FIELDS)
    for field in FIELDS:
        setattr(row, field, getattr(kept, field))
    return None


def drop(row: Drafted, answer: str, *, base: int | None, writer: str) -> None:
    """Clear the draft that became ``answer``, on the row alone; a different text that another page
    saved stays."""
    row.refresh_from_db(fields=FIELDS)
    if _seen(row, base, writer) or row.draft.strip() == answer.strip():
        row.draft = ""
        row.draft_version += 1


def _seen(row: Drafted, base: int | None, writer: str) -> bool:
    return base is None or base >= row.draft_version or row.draft_writer == writer
