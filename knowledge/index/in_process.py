"""The bank's passages in FAISS: one index in each process, its file shared through the data folder.

What tells a process that its index is out of date is the bank's generation, one small query.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable

import numpy as np
from django.conf import settings

from knowledge.embedding import get_encoder, identity_of
from knowledge.index import Summary, faiss_index
from knowledge.index.faiss_index import PassageIndex
from knowledge.models import Chunk, Generation
from knowledge.vectors import Progress, embedded_text, vectors_for

logger = logging.getLogger(__name__)


class Current:
    """This process's index, exchanged whenever the bank's generation or the encoder has moved on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[str, int] | None = None
        self._index: PassageIndex | None = None

    def get(self, key: tuple[str, int], make: Callable[[], PassageIndex]) -> PassageIndex:
        """The index for ``key`` = (encoder identity, generation); ``make()`` provides a new one."""
        if self._key == key and self._index is not None:
            return self._index
        with self._lock:
            if self._key != key or self._index is None:
                self._index = make()
                self._key = key
            return self._index


_current = Current()


def _fingerprint(passages: Iterable[tuple[int, str]]) -> str:
    """SHA-256 over the (id, text hash) of the indexed passages. A counter would not do to recognise a
    saved index: another database (a restored backup, a fresh start) counts to the same numbers."""
    digest = hashlib.sha256()
    for pk, text_hash in passages:
        digest.update(f"{pk} {text_hash}\n".encode())
    return digest.hexdigest()


def _passages() -> Iterable[tuple[int, str]]:
    return Chunk.objects.searchable().order_by("pk").values_list("pk", "text_hash")


def _summary(index: PassageIndex) -> Summary:
    return Summary(len(index), index.kind)


def build(progress: Progress | None = None) -> Summary:
    """Build from the rows and save."""
    return _summary(_build(progress))


def _build(progress: Progress | None = None) -> PassageIndex:
    """A folder that cannot be written costs only the saved copy."""
    encoder = get_encoder()
    rows = list(
        Chunk.objects.searchable().order_by("pk").values_list("pk", "text_hash", "heading", "text")
    )
    vectors = vectors_for([embedded_text(heading, text) for *_, heading, text in rows], progress)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    built = PassageIndex.build(ids, vectors, settings.VIVA_FLAT_INDEX_MAX)
    bank = _fingerprint(row[:2] for row in rows)
    try:
        faiss_index.save(built, settings.INDEX_DIR, encoder.identity, encoder.dimension, bank)
    except OSError as error:
        logger.warning("the index could not be saved (%s); it lives in this process only", error)
    return built


def current() -> PassageIndex:
    """The index of the bank as it is now."""
    encoder = get_encoder()

    def make() -> PassageIndex:
        bank = _fingerprint(_passages())
        return faiss_index.load(settings.INDEX_DIR, encoder.identity, bank) or _build()

    return _current.get((encoder.identity, Generation.current()), make)


def prepare() -> Summary:
    return _summary(current())


def is_fresh() -> bool:
    """Told from the saved index's manifest."""
    manifest = faiss_index.read_manifest(settings.INDEX_DIR)
    return (
        manifest is not None
        and manifest.encoder == identity_of(settings.VIVA_ENCODER)
        and manifest.bank == _fingerprint(_passages())
        and (settings.INDEX_DIR / manifest.file).is_file()
    )


def nearest(vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
    return current().nearest(vectors, k)
