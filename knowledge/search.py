"""A query to Chunk rows and Questions, through the index."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge import index
from knowledge.embedding import get_encoder
from knowledge.models import Chunk, Question


@dataclass(frozen=True)
class Hit:
    chunk: Chunk
    similarity: float  # cosine


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
