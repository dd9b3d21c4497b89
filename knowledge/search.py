"""A query to Chunk rows and Questions, through the index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge import index
from knowledge.embedding import get_encoder
from knowledge.models import Chunk, Question


@dataclass(frozen=True)
class Hit:
    chunk: Chunk
    similarity: float  # cosine


@dataclass(frozen=True)
class Found:
    """A question with the passages that answer a query, the nearest first."""

    question: Question
    hits: list[Hit]


# What reads well out of its place.
_PROSE = {"definition", "statement", "item", "remark"}


def by_question(hits: Iterable[Hit], most: int = 2) -> list[Found]:
    """Each question once, where its nearest passage stands; further passages only if they are prose,
    ``most`` in all."""
    found: dict[int, Found] = {}
    for hit in hits:
        entry = found.setdefault(hit.chunk.question_id, Found(hit.chunk.question, []))
        if not entry.hits or (len(entry.hits) < most and hit.chunk.kind in _PROSE):
            entry.hits.append(hit)
    return list(found.values())


def search(query: str, k: int = 10) -> list[Hit]:
    """The ``k`` passages nearest to ``query`` among questions that can be asked."""
    if not query.strip():
        return []
    vector = get_encoder().encode([query])  # what people type is never stored
    askable = Chunk.objects.filter(question__in=Question.objects.askable()).select_related(
        "question__topic"
    )
    # Drafts and missing questions have passages too, possibly many near ones: look further until
    # enough passages count or the index is exhausted.
    breadth = 4 * k
    while True:
        found = index.nearest(vector, breadth)[0]
        chunks = askable.in_bulk([pk for pk, _ in found])
        if len(chunks) >= k or len(found) < breadth:
            return [Hit(chunks[pk], cosine) for pk, cosine in found if pk in chunks][:k]
        breadth *= 4
