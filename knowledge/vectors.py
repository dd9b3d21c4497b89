"""Vectors of texts, from the database where they are and from the encoder where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from knowledge.chunking import subject
from knowledge.embedding import BATCH, get_encoder, text_hash
from knowledge.models import Vector

Progress = Callable[[int, int], None]


def _stored(hashes: Iterable[str], identity: str) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    wanted = list(dict.fromkeys(hashes))
    for start in range(0, len(wanted), 500):  # SQLite bounds the number of query parameters
        rows = Vector.objects.filter(
            encoder=identity, text_hash__in=wanted[start : start + 500]
        ).values_list("text_hash", "vector")
        found.update(rows)
    return found


def vectors_for(texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
    """(n, dimension) float32 unit rows for ``texts``; only texts never seen before are embedded.

    ``progress(done, total)`` is called for the texts that have to be embedded.
    """
    encoder = get_encoder()
    hashes = [text_hash(text) for text in texts]
    known = _stored(hashes, encoder.identity)
    new = {h: t for h, t in zip(hashes, texts, strict=True) if h not in known}
    items = list(new.items())
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        encoded = encoder.encode([text for _, text in batch])
        Vector.objects.bulk_create(
            [
                Vector(text_hash=digest, encoder=encoder.identity, vector=row)
                for (digest, _), row in zip(batch, encoded, strict=True)
            ],
            ignore_conflicts=True,
        )
        known |= {digest: row for (digest, _), row in zip(batch, encoded, strict=True)}
        if progress:
            progress(min(start + BATCH, len(items)), len(items))
    if not texts:
        return np.zeros((0, encoder.dimension), dtype=np.float32)
    return np.stack([known[digest] for digest in hashes]).astype(np.float32)


def embedded_text(heading: str, text: str) -> str:
    """What is embedded for a passage: its last heading names the subject that the passage leaves out."""
    about = subject(heading)
    return f"{about}：{text}" if about and about not in text else text
