"""Questions that ask the same as a title being typed: by its letters, and by meaning."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from knowledge.embedding import get_encoder, is_ready, text_hash
from knowledge.markdown import matching_key
from knowledge.models import Generation, Question, Vector

# Cosine similarity of centred title vectors from which two titles are worth a look. With the bundled
# encoder, titles of different questions reach 0.56 and rewordings of one begin at 0.65.
NEAR = 0.6
# With fewer titles their mean says more about them than about titles in general.
ENOUGH_TO_CENTRE = 20


@dataclass(frozen=True)
class Near:
    question: Question
    similarity: float  # 1 for the same title
    is_same: bool


@dataclass(frozen=True)
class _Titles:
    ids: list[int]
    rows: np.ndarray  # (n, dimension), centred and of unit length
    mean: np.ndarray  # (dimension,)


_lock = threading.Lock()
_kept: tuple[tuple[str, int], _Titles] | None = None


def nearest(title: str, exclude: int | None = None, k: int = 3) -> list[Near]:
    """The bank's questions that ask the same or nearly so, nearest first, at most ``k``.

    Without a loaded encoder only those of the same title are found: a page never waits for it.
    """
    key = matching_key(title)
    if not key:
        return []
    others = Question.objects.select_related("topic")
    if exclude is not None:
        others = others.exclude(pk=exclude)
    found = [Near(question, 1.0, True) for question in others.filter(key=key)[:k]]
    seen = {near.question.pk for near in found} | {exclude}
    wanted = [(pk, s) for pk, s in _by_meaning(title, k + len(seen)) if pk not in seen]
    rows = others.in_bulk([pk for pk, _similarity in wanted])
    found += [Near(rows[pk], similarity, False) for pk, similarity in wanted if pk in rows]
    return found[:k]


def _by_meaning(title: str, k: int) -> list[tuple[int, float]]:
    if not is_ready():
        return []
    titles = _titles()
    if not titles.ids:
        return []
    query = get_encoder().encode([title])[0] - titles.mean
    similarities = titles.rows @ (query / max(float(np.linalg.norm(query)), 1e-9))
    best = np.argsort(-similarities)[:k]
    return [
        (titles.ids[place], float(similarities[place]))
        for place in best
        if similarities[place] >= NEAR
    ]


def _titles() -> _Titles:
    """The vectors of the bank's titles, as far as they are stored, for its present generation."""
    global _kept
    identity = get_encoder().identity
    key = (identity, Generation.current())
    kept = _kept
    if kept is None or kept[0] != key:
        with _lock:
            _kept = kept = (key, _load(identity))
    return kept[1]


def _load(identity: str) -> _Titles:
    by_hash: dict[str, list[int]] = {}
    for pk, title in Question.objects.values_list("pk", "title"):
        by_hash.setdefault(text_hash(title), []).append(pk)
    ids: list[int] = []
    vectors: list[np.ndarray] = []
    hashes = list(by_hash)
    for start in range(0, len(hashes), 500):  # SQLite bounds the number of query parameters
        stored = Vector.objects.filter(
            encoder=identity, text_hash__in=hashes[start : start + 500]
        ).values_list("text_hash", "vector")
        for digest, row in stored:
            for pk in by_hash[digest]:
                ids.append(pk)
                vectors.append(row)
    dimension = get_encoder().dimension
    rows = np.array(vectors, dtype=np.float32).reshape(len(vectors), dimension)
    mean = rows.mean(axis=0) if len(rows) >= ENOUGH_TO_CENTRE else np.zeros(dimension, np.float32)
    rows = rows - mean
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return _Titles(ids, rows, mean)
