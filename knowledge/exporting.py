"""The bank, or a part of it: as Markdown that imports back to the same rows, as a zip archive of
Markdown with its pictures, and as JSON."""

from __future__ import annotations

import json
import posixpath
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.db.models import QuerySet

from knowledge.importing import banknotes
from knowledge.importing.merging import METADATA, plain
from knowledge.markdown import Entry, dump
from knowledge.markdown.drafts import draft_reason
from knowledge.models import Question
from knowledge.reading import MARKDOWN
from knowledge.refresh import FETCHED_MEMBERS, picture_links, source_name_of, stored_picture

# Where questions stand that were written in the admin.
OWN_FILE = "questions.md"
# Of every member of an archive: the same bank gives the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def exportable(topics: Iterable[str] = ()) -> QuerySet[Question]:
    """The questions of the bank, or of the topics named, without those that left their source."""
    questions = Question.objects.filter(missing=False)
    if names := list(topics):
        questions = questions.filter(topic__name__in=names)
    return in_order(questions)


def in_order(questions: QuerySet[Question]) -> QuerySet[Question]:
    return questions.select_related("topic", "source").order_by("topic__name", "position", "pk")


def as_markdown(questions: Iterable[Question]) -> str:
    """One document; topics are its chapters.

    What Markdown notes have no form for stands at the end (see knowledge.importing.banknotes): that
    a question is a draft although it has an answer (or the reverse), and accepted alternative
    answers. Pictures that lie beside a source are named but not contained (see ``write_zip``).
    """
    entries: list[Entry] = []
    notes: list[dict[str, Any]] = []
    for place, question in enumerate(questions, 1):
        entries.append(entry_of(question))
        note: dict[str, Any] = {}
        draft = question.status == Question.Status.DRAFT
        if draft != bool(draft_reason(question.body.strip("\n"))):
            note["draft"] = draft
        if question.accepted:
            note["accepted"] = list(question.accepted)
        if note:
            notes.append({"question": place, "title": question.title, **note})
    return banknotes.append(dump(entries), notes)


def write_zip(questions: Iterable[Question], target: IO[bytes]) -> None:
    """One document for each source, under its name, with the pictures that its questions show where
    their links look for them; copies of pictures on other hosts stand in a folder of their own."""
    sources: dict[str, list[Question]] = {}
    for question in questions:
        sources.setdefault(source_name_of(question), []).append(question)
    members: dict[str, bytes | Path] = {}
    fetched: set[Path] = set()
    for source, own in sources.items():
        pictures = dict(_pictures(source, own))
        links = {link: stored for link, stored in pictures.items() if "://" not in link}
        name = _member_name(source, links, members)
        members[name] = as_markdown(own).encode()
        for link, stored in links.items():
            members.setdefault(_beside(name, link), stored)
        fetched |= {stored for link, stored in pictures.items() if "://" in link}
    members |= {f"{FETCHED_MEMBERS}/{stored.name}": stored for stored in sorted(fetched)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _pictures(source: str, questions: Sequence[Question]) -> Iterator[tuple[str, Path]]:
    """The stored pictures that questions of a source show, by their links."""
    texts = [text for q in questions for text in (q.stem, q.body, *q.accepted)]
    for link in picture_links(*texts):
        if (stored := stored_picture(source, link)) is not None:
            yield link, stored


def _member_name(
    source: str, links: Mapping[str, Path], members: Mapping[str, bytes | Path]
) -> str:
    """A path inside an archive for a source's document: its name, as far as an import reads it, so
    deep that no link leads out of the archive, and with none of its files in the place of another."""
    parts = [
        part.lstrip(".").replace(":", "_").replace("\\", "_") or "_"
        for part in PurePosixPath(source or OWN_FILE).parts
        if part != "/"
    ]
    name = "/".join(parts)
    if PurePosixPath(name).suffix.lower() not in MARKDOWN:
        name += ".md"
    used = {path.casefold(): content for path, content in members.items()}
    number = 0
    while True:
        path = f"{number}/{name}" if number else name
        pictures = {_beside(path, link): stored for link, stored in links.items()}
        if any(one.startswith("../") for one in pictures):
            name = f"bank/{name}"
        elif path.casefold() in used or any(
            not _same(stored, used.get(one.casefold())) for one, stored in pictures.items()
        ):
            number = max(number + 1, 2)
        else:
            return path


def _same(stored: Path, there: bytes | Path | None) -> bool:
    """Whether a picture may take a place: it is free, or it holds the same picture."""
    if there is None:
        return True
    return isinstance(there, Path) and there.read_bytes() == stored.read_bytes()


def _beside(name: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), link))


def entry_of(question: Question) -> Entry:
    return Entry(
        title=question.title,
        key=question.key,
        stem=question.stem,
        body=question.body,
        topic=question.topic.name,
        difficulty=question.difficulty,
        language=question.language,
        twin=question.twin,
        tags=tuple(question.tags),
        points=tuple((str(text), float(weight)) for text, weight in question.points),
        keywords=tuple(question.author_keywords),
        misconceptions=tuple(question.misconceptions),
        follow_ups=tuple(question.follow_ups),
        samples=tuple((str(label), str(text)) for label, text in question.samples),
    )


def as_json(questions: Iterable[Question]) -> str:
    """``{"questions": [{"title": …, "answer": …, …}, …]}``, fields that are empty left out."""
    rows = [
        {
            "title": question.title,
            "topic": question.topic.name,
            "status": question.status,
            **{
                name: value
                for name, value in (
                    ("stem", question.stem),
                    ("answer", question.body),
                    *((name, plain(getattr(question, name))) for name in METADATA),
                    ("keywords", question.author_keywords),
                    ("source", question.source.name if question.source else ""),
                )
                if value
            },
        }
        for question in questions
    ]
    return json.dumps({"questions": rows}, ensure_ascii=False, indent=1) + "\n"
