"""What people say about the entries of a file, and how it is remembered for the source.

What makes an entry no question of its own (it is left out, it names a topic, it goes on with the
answer before it) is heeded before the entries are held against the bank, so that the bank compares
with what the person made of the file. The rest is heeded after it. A remembered decision belongs to
an entry of a source: its title and stem, and its number where others share both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from knowledge.importing.merging import entry_hash
from knowledge.importing.plan import (
    APPLIED,
    DUPLICATE,
    MERGED,
    MINE,
    NEW,
    NOTHING_SAID,
    PART,
    QUESTION,
    SKIP,
    SKIPPED,
    TOPIC,
    UNDECIDED,
    FilePlan,
    Item,
    Said,
)
from knowledge.markdown import Entry
from knowledge.markdown.drafts import draft_reason
from knowledge.models import Decision, ImportRun, Question, Source, content_hash

Decisions = Mapping[str, Mapping[str, Any]]


class Memory:
    """What was said at earlier imports, by source and entry."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, Said]] = {}
        rows = Decision.objects.order_by().values_list(
            "source__name", "entry", "text", "said", "run__started_at"
        )
        for source, entry, text, said, at in rows:
            self._said.setdefault(source, {})[entry] = Said(**said, at=at, text=text)

    def about(
        self, source: str, entries: Sequence[Entry], decisions: Decisions, first: int
    ) -> list[Said | None]:
        """What is said about each entry of a file whose first is number ``first`` of all."""
        known = self._said.get(source, {})
        return [
            Said(**decisions[str(number)]) if str(number) in decisions else known.get(identity)
            for number, identity in enumerate(_identities(entries), first)
        ]

    def about_missing(self, source: str, question: Question, decisions: Decisions) -> Said | None:
        if (name := f"missing-{question.pk}") in decisions:
            return Said(**decisions[name])
        return self._said.get(source, {}).get(_identity(question.key, question.stem))


def _identity(key: str, stem: str, number: int = 0) -> str:
    return content_hash(key, stem, str(number))


def _identities(entries: Iterable[Entry]) -> Iterator[str]:
    seen: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        same = (entry.key, content_hash(entry.stem))
        yield _identity(entry.key, entry.stem, seen[same])
        seen[same] += 1


def shaped(
    entries: Sequence[Entry], said: Sequence[Said | None], known: Collection[str]
) -> list[Entry | Item]:
    """Each entry as it is held against the bank, or the item that it is without that.

    ``known``: the keys of the questions that the bank has from this source.
    """
    result: list[Entry | Item] = []
    last: Entry | None = None  # the entry that a continuation belongs to, at place ``at``
    at = 0
    chapter, topic = "", ""  # what the file calls the topic, and what a person does
    for place, entry in enumerate(entries):
        word = said[place] or NOTHING_SAID
        if topic and entry.topic == chapter:
            entry = replace(entry, topic=topic)
        else:
            topic = ""
        if not word.take:
            ignored = word.at is not None and not word.text
            result.append(Item(entry, SKIPPED, choice=SKIP) if ignored else entry)
            if not ignored and entry.key in known:
                last, at = entry, place
        elif word.kind == TOPIC:
            chapter, topic = entries[place].topic, entry.title
            result.append(Item(entry, SKIPPED, choice=SKIP, note=_("topic of what follows")))
        elif word.kind == PART and last is not None:
            last = result[at] = _folded(last, entry)
            note = _("part of the question before it")
            result.append(Item(entry, SKIPPED, choice=MERGED, note=note))
        else:
            result.append(entry)
            last, at = entry, place
    return result


def _folded(entry: Entry, part: Entry) -> Entry:
    parts = [f"### {part.title}", part.stem.strip("\n"), part.body.strip("\n")]
    body = "\n\n".join(text for text in [entry.body.strip("\n"), *parts] if text)
    return replace(entry, body=body, draft=draft_reason(body))


def settle(
    file: FilePlan, said: Sequence[Said | None], memory: Memory, decisions: Decisions
) -> None:
    """Give each item of ``file`` what was decided about it, and set apart what is to stay."""
    file.items = [
        _settled(item, word) if word else item for item, word in zip(file.items, said, strict=True)
    ]
    for question in list(file.missing):
        word = memory.about_missing(file.source, question, decisions)
        if word:
            file.said[question.pk] = word
            if not word.take:
                file.missing.remove(question)
                file.left.append(question)


def _settled(item: Item, word: Said) -> Item:
    if item.status == SKIPPED:
        return replace(item, said=word)
    if word.text and word.text != entry_hash(item.entry):
        return item  # the file says something else by now
    if item.status in UNDECIDED:
        return replace(item, said=word, choice=word.choice)
    if item.status not in APPLIED:
        return item
    choice = "" if word.take else SKIP
    return replace(item, said=word, choice=choice, topic=word.topic, draft=word.draft)


# --- remembering ----------------------------------------------------------------------------------


def remember(file: FilePlan, source: Source, run: ImportRun) -> list[dict[str, Any]]:
    """Store what was said of ``file`` at this import; returns what ``forget`` needs."""
    changed = []
    identities = _identities(item.entry for item in file.items)
    for item, identity in zip(file.items, identities, strict=True):
        if item.said and item.said.at is None:
            said, text = _lasting(item, item.said)
            changed += _put(source, identity, item.entry.title, said, text, run)
    for question in [*file.missing, *file.left]:
        word = file.said.get(question.pk)
        if word and word.at is None:
            said = {} if word.take else {"take": False}
            identity = _identity(question.key, question.stem)
            changed += _put(source, identity, question.title, said, "", run)
    return changed


def _lasting(item: Item, word: Said) -> tuple[dict[str, Any], str]:
    """What of a decision is to hold later, and the text that it is bound to. A topic or a choice
    that was carried out is in the bank."""
    if not word.take:
        return {"take": False}, "" if item.status == NEW else entry_hash(item.entry)
    if word.kind != QUESTION:
        return {"kind": word.kind}, ""
    if item.status == DUPLICATE and word.choice == MINE:
        return {"choice": MINE}, entry_hash(item.entry)
    return {}, ""


def _put(
    source: Source, entry: str, title: str, said: dict[str, Any], text: str, run: ImportRun
) -> list[dict[str, Any]]:
    old = Decision.objects.filter(source=source, entry=entry).first()
    if old is None and not said:
        return []
    was = None
    if old is not None:
        was = {"text": old.text, "title": old.title, "said": old.said, "run_id": old.run_id}
        old.delete()
    if said:
        Decision.objects.create(
            source=source, entry=entry, text=text, title=title[:2000], said=said, run=run
        )
    return [{"decision": entry, "source": source.name, "was": was}]


def forget(record: dict[str, Any], run: ImportRun) -> None:
    """Undo one change of ``remember``, unless it was decided anew since."""
    found = Decision.objects.filter(source__name=record["source"], entry=record["decision"])
    if found.exclude(run=run).exists():
        return
    found.delete()
    was = record["was"]
    if was and ImportRun.objects.filter(pk=was["run_id"], undone_at=None).exists():
        source = Source.objects.get_or_create(name=record["source"])[0]
        Decision.objects.create(source=source, entry=record["decision"], **was)
