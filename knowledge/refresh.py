"""Keeps what is derived from a question's text in step with it: passages, vectors, keywords.

One door: whoever changes questions (import, admin, undo) comes through here.
"""

from __future__ import annotations

import posixpath
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from importlib import metadata
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from knowledge import keywords
from knowledge.chunking import Passage
from knowledge.embedding import text_hash
from knowledge.markdown.rendering import Rendered, render
from knowledge.models import Chunk, Generation, Keyword, Question, Vector
from knowledge.vectors import Progress, embedded_text, vectors_for

IMAGE_TYPES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}


def media_folder(source_name: str) -> str:
    """Where a source's pictures live below MEDIA_ROOT."""
    return "sources/" + sha256(source_name.encode()).hexdigest()[:16]


def stored_path(relative: str) -> str:
    """Where below its source's folder the picture at a relative link lies: never outside of it, what
    the link finds beside or above the source's own folder stands under ``_up``."""
    parts = posixpath.normpath(relative).split("/")
    return "/".join("_up" if part == ".." else part for part in parts)


# The folder of an exported archive in which copies of pictures on other hosts stand.
FETCHED_MEMBERS = "viva-fetched"


def fetched_folder() -> Path:
    """Where copies of pictures on other hosts lie (see knowledge.fetching)."""
    return settings.MEDIA_ROOT / "fetched"


def fetched_name(url: str) -> str:
    """The name of the copy of the picture at an address, without its suffix."""
    return sha256(url.partition("#")[0].encode()).hexdigest()[:32]


def fetched_picture(url: str) -> Path | None:
    name = fetched_name(url)
    found = (fetched_folder() / (name + suffix) for suffix in sorted(IMAGE_TYPES))
    return next((path for path in found if path.is_file()), None)


def picture_links(*texts: str) -> list[str]:
    """The pictures that Markdown texts show, each once: relative paths, and addresses (https)."""
    links: dict[str, None] = {}

    def note(link: str) -> None:
        address = link.split("#")[0]
        links[address if link.startswith("https://") else address.split("?")[0]] = None

    for text in texts:
        if "![" in text or "<img" in text.lower():
            render(text, image_url=note)
    return list(links)


def stored_picture(source_name: str, link: str) -> Path | None:
    """The stored copy of the picture that a source's Markdown names by a relative path, or by an
    address on another host."""
    if link.startswith("https://"):
        return fetched_picture(link)
    relative = stored_path(link.split("#")[0].split("?")[0])
    if relative.startswith("/") or PurePosixPath(relative).suffix.lower() not in IMAGE_TYPES:
        return None
    stored = settings.MEDIA_ROOT / media_folder(source_name) / relative
    return stored if stored.is_file() else None


def image_url_for(source_name: str) -> Callable[[str], str | None]:
    """Maps a picture's link in a source's Markdown to the URL of the stored copy, if there is one."""

    def url(path: str) -> str | None:
        stored = stored_picture(source_name, path)
        return media_url(stored) if stored else None

    return url


def media_url(stored: Path) -> str:
    """Where the site shows a file below MEDIA_ROOT."""
    return f"/{settings.MEDIA_URL.strip('/')}/{stored.relative_to(settings.MEDIA_ROOT).as_posix()}"


def rendered(body: str, source_name: str = "") -> Rendered:
    """A reference answer as HTML with marked passages, and the passages."""
    return render(body, image_url=image_url_for(source_name))


def refresh(questions: Sequence[Question], progress: Progress | None = None) -> int:
    """Bring passages, vectors and keywords of ``questions`` in step; returns how many texts were
    embedded. Questions whose passages did not change cost nothing. Not to be called inside a
    transaction: embedding is the slow part and must not hold SQLite's write lock."""
    cut(questions)
    return embed(questions, progress)


def refresh_on_commit(question: Question) -> None:
    """For whoever is inside a transaction: passages now, with the text; the slow part after it."""
    cut([question])
    transaction.on_commit(lambda: embed([question]))


def keep_cut(progress: Progress | None = None) -> bool:
    """Cut every reference anew if another version of the code cut those that are stored; returns
    whether that was so. A page renders its reference by the code as it is, and marks the passages
    that the stored ones name: both must come from the same cutting."""
    if Generation.objects.filter(pk=1, cut_by=_cutting()).exists():
        return False
    return cut_all(progress)


def cut_all(progress: Progress | None = None) -> bool:
    """Cut every reference anew; returns whether there were any."""
    questions = list(Question.objects.select_related("source", "topic"))
    if questions:
        refresh(questions, progress)
    Generation.objects.update_or_create(pk=1, defaults={"cut_by": _cutting()})
    return bool(questions)


def _cutting() -> str:
    """SHA-256 of all that decides where a passage begins and ends."""
    rendering = sorted((settings.BASE_DIR / "knowledge" / "markdown").glob("render*.py"))
    digest = sha256(metadata.version("markdown-it-py").encode())
    for path in (settings.BASE_DIR / "knowledge" / "chunking.py", *rendering):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cut(questions: Sequence[Question]) -> None:
    """Passages as their texts are now."""
    with transaction.atomic():
        for question in questions:
            _store_chunks(question, rendered(question.body, source_name_of(question)).passages)
        Generation.advance()


def embed(questions: Sequence[Question], progress: Progress | None = None) -> int:
    """Vectors and keywords for passages that are stored."""
    embedded = 0

    def count(done: int, total: int) -> None:
        nonlocal embedded
        embedded = done
        if progress:
            progress(done, total)

    vectors_for([text for question in questions for text in texts_of(question)], count)
    with transaction.atomic():
        _detect_keywords(questions)
    return embedded


def texts_of(question: Question) -> list[str]:
    """Every text of a question whose vector grading or searching needs."""
    return [
        *(embedded_text(chunk.heading, chunk.text) for chunk in question.chunks.all()),
        question.title,
        *(str(text) for text, _weight in question.points),
        *question.misconceptions,
        *(
            embedded_text(passage.heading, passage.text)
            for text in question.accepted
            for passage in render(text).passages
        ),
    ]


# Where else texts come from whose vectors are kept: others add themselves.
also_used: list[Callable[[], Iterable[str]]] = []


def prune() -> int:
    """Delete the vectors of texts that nothing uses any more (edited away, deleted), of every encoder;
    returns how many. Not done at every edit: a text that comes back soon is not embedded again."""
    used = set(Chunk.objects.values_list("text_hash", flat=True))
    for question in Question.objects.prefetch_related("chunks").iterator(chunk_size=500):
        used.update(map(text_hash, texts_of(question)))
    used.update(text_hash(text) for texts in also_used for text in texts())
    stored = set(Vector.objects.values_list("text_hash", flat=True).distinct())
    unused = sorted(stored - used)
    for start in range(0, len(unused), 500):  # SQLite bounds the number of query parameters
        Vector.objects.filter(text_hash__in=unused[start : start + 500]).delete()
    return len(unused)


def source_name_of(question: Question) -> str:
    return question.source.name if question.source_id and question.source else ""


def _store_chunks(question: Question, passages: Sequence[Passage]) -> None:
    wanted = [
        Chunk(
            question=question,
            position=passage.position,
            text=passage.text,
            heading=passage.heading,
            kind=passage.kind,
            weight=passage.weight,
            emphasised=list(passage.emphasised),
            text_hash=text_hash(embedded_text(passage.heading, passage.text)),
        )
        for passage in passages
    ]
    fields = ("position", "text", "heading", "kind", "weight", "emphasised")
    stored = list(question.chunks.order_by("position").values_list(*fields))
    if stored == [tuple(getattr(chunk, field) for field in fields) for chunk in wanted]:
        return
    question.chunks.all().delete()
    Chunk.objects.bulk_create(wanted)


def _detect_keywords(questions: Sequence[Question]) -> None:
    frequency, documents = bank_frequencies()
    for question in questions:
        question.keywords.all().delete()
        Keyword.objects.bulk_create(_keywords(question, frequency, documents))


# SHA-256 of a reference answer to its candidate terms, for the answers of the bank as last seen:
# an edit of one question must not read the whole bank again.
_terms: dict[bytes, tuple[str, ...]] = {}


def bank_frequencies() -> tuple[dict[str, int], int]:
    """In how many reference answers of the bank each candidate term occurs, and how many there are."""
    global _terms
    seen: dict[bytes, tuple[str, ...]] = {}
    frequency: Counter[str] = Counter()
    documents = 0
    bodies = Question.objects.exclude(body="").order_by().values_list("body", flat=True)
    for body in bodies.iterator():
        digest = sha256(body.encode()).digest()
        terms = _terms.get(digest)
        if terms is None:
            terms = tuple(sys.intern(term) for term in keywords.candidates(body))
        seen[digest] = terms
        frequency.update(terms)
        documents += 1
    _terms = seen
    return dict(frequency), documents


def _keywords(question: Question, frequency: dict[str, int], documents: int) -> list[Keyword]:
    if question.author_keywords:
        parsed = [keywords.parse_author(line) for line in question.author_keywords]
        return [
            Keyword(
                question=question,
                term=term[:200],
                aliases=list(aliases),
                weight=1 / len(parsed),
                origin=Keyword.Origin.AUTHOR,
            )
            for term, aliases in parsed
            if term
        ]
    passages = [(c.text, c.weight, c.emphasised) for c in question.chunks.order_by("position")]
    return [
        Keyword(question=question, term=t.term[:200], aliases=list(t.aliases), weight=t.weight)
        for t in keywords.detect(passages, question.title, frequency, documents)
    ]
