"""A query to Chunk rows and Questions, through the index of the present generation."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from knowledge import index
from knowledge.embedding import get_encoder, identity_of
from knowledge.models import Chunk, Generation, Question
from knowledge.vectors import Progress, embedded_text, vectors_for

logger = logging.getLogger(__name__)
_current = index.Current()


@dataclass(frozen=True)
class Hit:
    chunk: Chunk
    similarity: float  # cosine


# A heading's words are part of what is embedded for each passage below it.
UNSEARCHABLE = ("heading",)


def _searchable() -> QuerySet[Chunk]:
    return Chunk.objects.exclude(kind__in=UNSEARCHABLE).order_by("pk")


def _fingerprint(passages: Iterable[tuple[int, str]]) -> str:
    """SHA-256 over the (id, text hash) of the indexed passages. A counter would not do to recognise a
    saved index: another database (a restored backup, a fresh start) counts to the same numbers."""
    digest = hashlib.sha256()
    for pk, text_hash in passages:
        digest.update(f"{pk} {text_hash}\n".encode())
    return digest.hexdigest()


def build(progress: Progress | None = None) -> index.PassageIndex:
    """Build the index from the rows and save it; texts that the present encoder has not seen are
    embedded. A folder that cannot be written costs only the saved copy."""
    encoder = get_encoder()
    rows = list(_searchable().values_list("pk", "text_hash", "heading", "text"))
    vectors = vectors_for([embedded_text(heading, text) for *_, heading, text in rows], progress)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    built = index.PassageIndex.build(ids, vectors, settings.VIVA_FLAT_INDEX_MAX)
    bank = _fingerprint(row[:2] for row in rows)
    try:
        index.save(built, settings.INDEX_DIR, encoder.identity, encoder.dimension, bank)
    except OSError as error:
        logger.warning("the index could not be saved (%s); it lives in this process only", error)
    return built


def current() -> index.PassageIndex:
    """The index of the bank as it is now, in every process: one small query tells whether it moved."""
    encoder = get_encoder()

    def make() -> index.PassageIndex:
        bank = _fingerprint(_searchable().values_list("pk", "text_hash"))
        return index.load(settings.INDEX_DIR, encoder.identity, bank) or build()

    return _current.get((encoder.identity, Generation.current()), make)


def is_fresh() -> bool:
    """Whether the saved index belongs to the bank's present passages and to the encoder named in the
    settings, told from the manifest: no model is loaded for it."""
    manifest = index.read_manifest(settings.INDEX_DIR)
    return (
        manifest is not None
        and manifest.encoder == identity_of(settings.VIVA_ENCODER)
        and manifest.bank == _fingerprint(_searchable().values_list("pk", "text_hash"))
        and (settings.INDEX_DIR / manifest.file).is_file()
    )


def nearest(vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
    """(chunk id, cosine) lists for each row of ``vectors`` (m, d)."""
    return current().nearest(vectors, k)


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
        found = nearest(vector, breadth)[0]
        chunks = askable.in_bulk([pk for pk, _ in found])
        if len(chunks) >= k or len(found) < breadth:
            return [Hit(chunks[pk], cosine) for pk, cosine in found if pk in chunks][:k]
        breadth *= 4
