"""A query to Chunk rows and Questions, through the index of the present generation."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from knowledge import index
from knowledge.embedding import get_encoder, identity_of
from knowledge.models import Chunk, Generation
from knowledge.vectors import Progress, embedded_text, vectors_for

logger = logging.getLogger(__name__)
_current = index.Current()


@dataclass(frozen=True)
class Hit:
    chunk: Chunk
    similarity: float  # cosine


def build(progress: Progress | None = None) -> index.PassageIndex:
    """Build the index from the rows and save it; texts that the present encoder has not seen are
    embedded. A folder that cannot be written costs only the saved copy."""
    encoder = get_encoder()
    generation = Generation.current()
    rows = list(Chunk.objects.order_by("pk").values_list("pk", "heading", "text", "kind"))
    rows = [row for row in rows if row[3] not in UNSEARCHABLE]
    vectors = vectors_for([embedded_text(row[1], row[2]) for row in rows], progress)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    built = index.PassageIndex.build(ids, vectors, settings.VIVA_FLAT_INDEX_MAX)
    try:
        index.save(built, settings.INDEX_DIR, encoder.identity, encoder.dimension, generation)
    except OSError as error:
        logger.warning("the index could not be saved (%s); it lives in this process only", error)
    return built


# Headings, code and empty passages say nothing that a search or an answer should be matched with.
UNSEARCHABLE = {"heading"}


def current() -> index.PassageIndex:
    """The index of the bank as it is now, in every process: one small query tells whether it moved."""
    encoder = get_encoder()
    generation = Generation.current()

    def make() -> index.PassageIndex:
        return index.load(settings.INDEX_DIR, encoder.identity, generation) or build()

    return _current.get((encoder.identity, generation), make)


def is_fresh() -> bool:
    """Whether the saved index belongs to the bank's present generation and to the encoder named in
    the settings, told from the manifest alone: no model is loaded for it."""
    manifest = index.read_manifest(settings.INDEX_DIR)
    return (
        manifest is not None
        and manifest.generation == Generation.current()
        and manifest.encoder == identity_of(settings.VIVA_ENCODER)
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
    # Drafts and missing questions have passages too; ask for more and keep the first k that count.
    found = nearest(vector, 4 * k)[0]
    chunks = (
        Chunk.objects.select_related("question", "question__topic")
        .filter(question__status="published", question__missing=False)
        .in_bulk([pk for pk, _ in found])
    )
    hits = [Hit(chunks[pk], similarity) for pk, similarity in found if pk in chunks]
    return hits[:k]
