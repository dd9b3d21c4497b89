"""What the bank knows about a question and Markdown notes have no form for, at an export's end.

    <!-- viva:topic -->

    <!-- viva-bank: {"question": 3, "title": "…", "draft": true, "accepted": ["…"]} -->

A part that opens a topic without a question in it is passed over by the reader of Markdown, and a
page does not show it. ``draft`` stands only where the answer alone would not tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from knowledge.importing.merging import BankEntry
from knowledge.markdown import Entry, matching_key
from knowledge.markdown.exact import mark, marks_suffix
from knowledge.markdown.frontmatter import split_front_matter

_BEGIN, _END = "<!-- viva-bank: ", " -->"
# The reason of a draft that its author wants to be one, whatever its answer.
BY_AUTHOR = "author"


def append(text: str, notes: Iterable[dict[str, Any]]) -> str:
    """``text`` as exported, with ``notes`` about its questions at the end."""
    # Escaped so that no text can end the comment.
    lines = [
        _BEGIN + json.dumps(note, ensure_ascii=False).replace(">", "\\u003e") + _END
        for note in notes
    ]
    if not lines:
        return text
    return text + "\n" + "\n\n".join([_mark(text), *lines]) + "\n"


def _mark(text: str) -> str:
    return mark("topic", marks_suffix(split_front_matter(text)[0]) or "")


def apply(text: str, entries: Sequence[Entry]) -> list[Entry]:
    """Entries of ``text`` with what its bank notes say about them. A note whose title is no longer
    at its place is passed over: the file was edited by hand."""
    found: list[Entry] = [BankEntry(**vars(entry)) for entry in entries]
    for note in _read(text):
        place = note.get("question")
        if not isinstance(place, int) or not 1 <= place <= len(found):
            continue
        entry = found[place - 1]
        if matching_key(str(note.get("title", ""))) != entry.key:
            continue
        accepted, draft = note.get("accepted"), note.get("draft")
        texts = tuple(map(str, accepted)) if isinstance(accepted, list) else ()
        reason = entry.draft
        if isinstance(draft, bool):
            reason = (reason or BY_AUTHOR) if draft else ""
        found[place - 1] = replace(entry, accepted=texts, draft=reason)  # type: ignore[call-arg]
    return found


def _read(text: str) -> list[dict[str, Any]]:
    if _BEGIN not in text:
        return []
    tail = text.rpartition(f"\n{_mark(text)}\n")[2]
    lines = [line for line in tail.split("\n") if line]
    if not all(line.startswith(_BEGIN) and line.endswith(_END) for line in lines):
        return []
    try:
        notes = [json.loads(line[len(_BEGIN) : -len(_END)]) for line in lines]
    except ValueError:
        return []
    return [note for note in notes if isinstance(note, dict)]
