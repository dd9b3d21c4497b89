"""The passages nearest to a vector.

Two engines answer the same questions: FAISS in this process beside SQLite, pgvector inside PostgreSQL.
Which one is used follows from the database. Distances become cosine similarities in the engines alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from django.db import connection

from knowledge.vectors import Progress


@dataclass(frozen=True)
class Summary:
    count: int  # passages that can be found
    kind: str  # "flat" (exact) | "hnsw" (approximate)


class Engine(Protocol):
    def build(self, progress: Progress | None = None) -> Summary: ...

    def prepare(self) -> Summary: ...

    def is_fresh(self) -> bool: ...

    def nearest(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]: ...


def _engine() -> Engine:
    # Imported here: a process that searches nothing (or in PostgreSQL) does not load FAISS.
    if connection.vendor == "postgresql":
        from knowledge.index import in_postgres

        return cast(Engine, in_postgres)
    from knowledge.index import in_process

    return cast(Engine, in_process)


def build(progress: Progress | None = None) -> Summary:
    """Make the index anew from the rows; texts that the present encoder has not seen are embedded."""
    return _engine().build(progress)


_prepared = False


def prepare() -> Summary:
    """Have the index of the bank as it is now at hand, built if need be: the first search is then as
    quick as any."""
    global _prepared
    summary = _engine().prepare()
    _prepared = True
    return summary


def is_prepared() -> bool:
    """Whether this process had an index at hand once; from then on it follows the bank by itself."""
    return _prepared


def is_fresh() -> bool:
    """Whether every passage can be found with the encoder named in the settings, without anything
    being built; no model is loaded for the answer."""
    return _engine().is_fresh()


def nearest(vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
    """For each row of ``vectors`` (m, d; unit length): up to ``k`` (chunk id, cosine), nearest first."""
    return _engine().nearest(vectors, k)
