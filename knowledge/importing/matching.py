"""Entries of files against the bank: which question is which, and what became of it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from knowledge.importing import deciding
from knowledge.importing.likeness import alike, letters_of, likeness
from knowledge.importing.merging import entry_hash, merge, names_of
from knowledge.importing.plan import (
    CONFLICT,
    DUPLICATE,
    MOVED,
    NEW,
    RENAMED,
    UNCHANGED,
    UPDATED,
    FilePlan,
    Item,
    Parsed,
    Said,
)
from knowledge.markdown import Entry
from knowledge.models import Question, content_hash

# Likeness (of letter pairs) from which two answers are the same answer under another title; with a
# title that is alike too, less is enough. Answers about neighbouring subjects reach 0.3.
SAME_BODY = 0.8
NEAR_BODY = 0.5
NEAR_TITLE = 0.4
# Shorter answers ("yes") are like too many others to tell anything without their title.
SHORT = 20


class Bank:
    """What the bank holds, looked up by source, key and answer; what earlier files of the same
    import bring counts as held."""

    def __init__(self) -> None:
        self.by_source: dict[str, list[Question]] = defaultdict(list)
        self.by_key: dict[str, list[Question]] = defaultdict(list)
        self.by_body: dict[str, Question] = {}
        for question in Question.objects.select_related("source", "topic").order_by(
            "position", "pk"
        ):
            self.by_source[source_name(question)].append(question)
            self.by_key[question.key].append(question)
            if len(question.body) > 2 * SHORT:
                self.by_body.setdefault(content_hash(question.body), question)
        self.planned: set[str] = set()


def source_name(question: Question) -> str:
    return question.source.name if question.source else ""


def match_files(files: Sequence[Parsed], decisions: deciding.Decisions) -> list[FilePlan]:
    """Plans of ``files`` in their order, against the bank and against each other."""
    bank, memory = Bank(), deciding.Memory()
    plans = []
    said: list[list[Said | None]] = []
    number = 0
    seen: set[tuple[str, str]] = set()
    for file, source in zip(files, _sources(files, bank), strict=True):
        planned = FilePlan(
            file.path,
            file.sha256,
            source,
            file.encoding,
            warnings=list(file.warnings),
            metadata=file.metadata,
        )
        if (file.path, file.sha256) in seen and file.entries:
            planned.warnings.append(_("This file was given twice; it is read once."))
        elif file.entries:
            # A file that cannot be read, or in which no question is recognised, says nothing about
            # the questions it had before.
            said.append(memory.about(source, file.entries, decisions, number))
            planned.items, planned.missing = _match(file.entries, said[-1], source, bank)
            number += len(file.entries)
            if (
                source != file.path
                and bank.by_source.get(file.path)
                and source not in bank.by_source
            ):
                message = _("No question in common with what was imported as %(name)s: kept apart.")
                planned.warnings.append(message % {"name": file.path})
        seen.add((file.path, file.sha256))
        plans.append(planned)
    _across_files(plans)
    for planned, words in zip((plan for plan in plans if plan.items), said, strict=True):
        deciding.settle(planned, words, memory, decisions)
    return plans


def _sources(files: Sequence[Parsed], bank: Bank) -> list[str]:
    """The names by which the bank knows ``files``, or will know them; no two are the same.

    The same file may come alone, in its folder or in an archive with another outer folder, and
    different files are called README.md: what decides is the last part of the name together with
    the questions inside.
    """
    claims = []
    for place, file in enumerate(files):
        keys = {entry.key for entry in file.entries}
        for source, questions in bank.by_source.items():
            if keys and source and _last(source) == _last(file.path):
                share = _share(file, keys, source, questions)
                claims.append((share, -place, source))
    names: dict[int, str] = {}
    taken: set[str] = set()
    for share, place, source in sorted(claims, reverse=True):
        if share >= 0.5 and -place not in names and source not in taken:
            names[-place] = source
            taken.add(source)
    identical: dict[tuple[str, str], str] = {}
    for place, file in enumerate(files):
        known = identical.get((file.path, file.sha256))
        names.setdefault(place, known or _free_name(file, bank, taken))
        identical.setdefault((file.path, file.sha256), names[place])
        taken.add(names[place])
    return [names[place] for place in range(len(files))]


def _last(name: str) -> str:
    return PurePosixPath(name).name


def _share(file: Parsed, keys: set[str], source: str, questions: Sequence[Question]) -> float:
    """How much speaks for ``source`` being this file: the share of titles in common, and one more
    if it has the file's very name and anything at all in common."""
    known = {question.key for question in questions}
    share = len(keys & known) / min(len(keys), len(known))
    if source == file.path[:300] and (share or _shares_answers(file.entries, questions)):
        return 1 + share
    return share


def _free_name(file: Parsed, bank: Bank, taken: set[str]) -> str:
    name, number = file.path[:300], 1
    # Without questions there is nothing to keep apart.
    while file.entries and (name in taken or bank.by_source.get(name)):
        number += 1
        name = f"{number}/{file.path}"[:300]
    return name


def _shares_answers(entries: Sequence[Entry], questions: Sequence[Question]) -> bool:
    bodies = [entry.stem + entry.body for entry in entries]
    return any(True for _found in alike(bodies, [q.stem + q.body for q in questions], NEAR_BODY))


def _match(
    all_entries: Sequence[Entry], said: Sequence[Said | None], source: str, bank: Bank
) -> tuple[list[Item], list[Question]]:
    """Entries of one file against the bank; also the source's questions that no entry claims."""
    own = bank.by_source.get(source, [])
    shaped = deciding.shaped(all_entries, said, {question.key for question in own})
    entries = [entry for entry in shaped if isinstance(entry, Entry)]
    hashes = [entry_hash(entry) for entry in entries]
    pairs = _pair(entries, hashes, own)
    items: list[Item] = []
    for place, entry in enumerate(entries):
        question = pairs.get(place)
        if question is not None:
            items.append(_known(entry, question))
        else:
            items.append(_elsewhere(entry, hashes[place], source, bank))
            bank.planned.add(hashes[place])
    claimed = {question.pk for question in pairs.values()}
    gone = [question for question in own if question.pk not in claimed and not question.missing]
    matched = iter(_with_moves(items, own))
    return [item if isinstance(item, Item) else next(matched) for item in shaped], gone


def _pair(
    entries: Sequence[Entry], hashes: Sequence[str], own: Sequence[Question]
) -> dict[int, Question]:
    """Which entry is which question: first by the whole text, then by title (and by stem where
    titles repeat), then by an answer under a new title."""
    pairs: dict[int, Question] = {}
    left = {question.pk: question for question in own}
    by_hash: dict[str, list[Question]] = defaultdict(list)
    for question in own:
        by_hash[question.content_hash()].append(question)

    def claim(place: int, question: Question) -> None:
        if place not in pairs and question.pk in left:
            pairs[place] = left.pop(question.pk)

    for place, digest in enumerate(hashes):
        for question in by_hash[digest]:
            claim(place, question)
    groups: dict[str, tuple[list[int], list[Question]]] = defaultdict(lambda: ([], []))
    for place, entry in enumerate(entries):
        if place not in pairs:
            groups[entry.key][0].append(place)
    for question in left.values():
        groups[question.key][1].append(question)
    for places, questions in groups.values():
        for place, question in _same_title(entries, places, questions):
            claim(place, question)
    for place, question in _renamed(
        entries, [p for p in range(len(entries)) if p not in pairs], list(left.values())
    ):
        claim(place, question)
    return pairs


def _same_title(
    entries: Sequence[Entry], places: Sequence[int], questions: Sequence[Question]
) -> Iterable[tuple[int, Question]]:
    """Pairs of entries and questions of one title, best first; later ones may repeat a member."""
    if not places or not questions:
        return
    same_stem = [
        (place, question)
        for place in places
        for question in questions
        if content_hash(entries[place].stem) == content_hash(question.stem)
    ]
    if len(places) == len(questions) == 1 and same_stem:
        yield from same_stem
        return
    yield from _best(
        places,
        questions,
        alike(
            [entries[place].stem + entries[place].body for place in places],
            [question.stem + question.body for question in questions],
            NEAR_BODY,
        ),
    )
    yield from same_stem


def _best(
    places: Sequence[int],
    questions: Sequence[Question],
    found: Iterable[tuple[float, int, int]],
) -> list[tuple[int, Question]]:
    ranked = sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [(places[i], questions[j]) for _score, i, j in ranked]


def _renamed(
    entries: Sequence[Entry], places: Sequence[int], questions: Sequence[Question]
) -> list[tuple[int, Question]]:
    """Pairs that are one question under two titles, the surest first."""
    if not places or not questions:
        return []
    bodies = [entries[place].stem + entries[place].body for place in places]
    found = []
    for score, i, j in alike(bodies, [q.stem + q.body for q in questions], NEAR_BODY):
        title = likeness(entries[places[i]].title, questions[j].title)
        enough = SAME_BODY if len(letters_of(bodies[i])) >= SHORT else 2.0
        if score >= enough or title >= NEAR_TITLE:
            found.append((score + title, i, j))
    return _best(places, questions, found)


def _known(entry: Entry, question: Question) -> Item:
    """The status of an entry whose question is in the bank from the same source."""
    merged = merge(entry, question)
    same_title = entry.key == question.key
    if merged.conflict:
        note = _("changed in the file and here since the last import: %(fields)s")
        return Item(entry, CONFLICT, question, note % {"fields": names_of(merged.conflict)}, merged)
    if "text" in merged.take and not same_title:
        note = _("was: %(title)s") % {"title": question.title}
        return Item(entry, RENAMED, question, note, merged)
    if question.missing:
        return Item(entry, UPDATED, question, _("is back in its source"), merged)
    if merged.take:
        note = _("changed: %(fields)s") % {"fields": names_of(merged.take)}
        return Item(entry, UPDATED, question, note, merged)
    if merged.keep:
        note = _("edited here since the last import: %(fields)s")
        return Item(entry, UNCHANGED, question, note % {"fields": names_of(merged.keep)}, merged)
    return Item(entry, UNCHANGED, question)


def _elsewhere(entry: Entry, digest: str, source: str, bank: Bank) -> Item:
    """An entry that its own source does not have: perhaps another source or file does."""
    if digest in bank.planned:
        return Item(entry, UNCHANGED, None, _("the same question stands earlier in this import"))
    stem = content_hash(entry.stem)
    namesakes = [q for q in bank.by_key.get(entry.key, ()) if content_hash(q.stem) == stem]
    for question in namesakes:
        if question.content_hash() == digest:
            # Its own source's row belongs to the entry that stands earlier.
            row = question if source_name(question) != source else None
            return Item(entry, UNCHANGED, row, _also_in(question, source))
    others = [question for question in namesakes if source_name(question) != source]
    twin = bank.by_body.get(content_hash(entry.body)) if len(entry.body) > 2 * SHORT else None
    if twin is not None and source_name(twin) != source:
        others.append(twin)
    if others:
        return Item(entry, DUPLICATE, others[0], _also_in(others[0], source))
    return Item(entry, NEW)


def _also_in(question: Question, source: str) -> str:
    name = source_name(question)
    if name == source:
        return _("the same question stands earlier in this import")
    if not name:
        return _("also written in the admin: %(title)s") % {"title": question.title}
    return _("also in %(source)s: %(title)s") % {"source": name, "title": question.title}


def _with_moves(items: list[Item], own: Sequence[Question]) -> list[Item]:
    """Unchanged questions that stand elsewhere in the order of their source become "moved".

    Those that changed places in pairs, if that explains the new order; otherwise the fewest that
    do: those outside a longest run that kept its order.
    """
    rank = {question.pk: number for number, question in enumerate(own)}
    places = [p for p, item in enumerate(items) if item.question and item.question.pk in rank]
    old = [rank[items[p].question.pk] for p in places]  # type: ignore[union-attr]
    order = {value: number for number, value in enumerate(sorted(old))}
    now = [order[value] for value in old]
    moved = {number for number, value in enumerate(now) if number != value}
    if any(now[now[number]] != number for number in moved):
        moved = set(range(len(now))) - _longest_run(now)
    result = list(items)
    for number in moved:
        item = items[places[number]]
        if item.status == UNCHANGED:
            note = _("stood at place %(old)d of the questions kept, now at %(new)d") % {
                "old": now[number] + 1,
                "new": number + 1,
            }
            result[places[number]] = replace(item, status=MOVED, note=note)
    return result


def _longest_run(values: Sequence[int]) -> set[int]:
    """Places of a longest increasing subsequence (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int | None] = []
    for place, value in enumerate(values):
        pile = bisect_left(tops, value)
        before.append(piles[pile - 1] if pile else None)
        if pile == len(tops):
            tops.append(value)
            piles.append(place)
        else:
            tops[pile], piles[pile] = value, place
    run: set[int] = set()
    last = piles[-1] if piles else None
    while last is not None:
        run.add(last)
        last = before[last]
    return run


def _across_files(plans: Sequence[FilePlan]) -> None:
    """A question that left one file of this import and stands in another has moved there: by its
    text, or by its answer where the text was changed on the way."""
    gone = {question.pk: plan for plan in plans for question in plan.missing}
    for plan in plans:
        for place, item in enumerate(plan.items):
            question = item.question
            if question is None or question.pk not in gone or gone[question.pk] is plan:
                continue
            if item.status in {UNCHANGED, DUPLICATE}:
                old = gone.pop(question.pk)
                old.missing.remove(question)
                note = _("moved here from %(source)s") % {"source": source_name(question)}
                merged = merge(item.entry, question)
                status = CONFLICT if merged.conflict else MOVED
                plan.items[place] = replace(item, status=status, note=note, merge=merged)
