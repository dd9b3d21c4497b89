"""The bank's passages in PostgreSQL: pgvector searches the rows themselves.

There is nothing to keep in step: a passage can be found by every process on every machine as soon as
its vector is stored. Small banks are searched exactly; for large ones ``build`` makes a graph (HNSW),
which PostgreSQL keeps up to date from then on.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from knowledge.embedding import get_encoder, identity_of
from knowledge.fields import as_literal
from knowledge.index import Summary
from knowledge.models import UNSEARCHABLE, Chunk
from knowledge.vectors import Progress, embedded_text, vectors_for

logger = logging.getLogger(__name__)

# From this many passages on a graph is worth its building and its disk (bench/scale.py).
GRAPH_FROM = 5_000
# Breadth of the search. PostgreSQL looks further by itself until it has enough passages.
EF_SEARCH = 100
# Any number of the program's own: processes that start together build the graph once.
_BUILDING = 7_166_001

# The vectors are of unit length, so pgvector's negative inner product is minus the cosine.
_NEAREST = """
SELECT query.place, hit.id, hit.cosine
FROM unnest(%(queries)s::vector[]) WITH ORDINALITY AS query(vector, place)
CROSS JOIN LATERAL (
    SELECT chunk.id, -(stored.vector::vector({dimension}) <#> query.vector) AS cosine
    FROM knowledge_vector AS stored
    JOIN knowledge_chunk AS chunk ON chunk.text_hash = stored.text_hash
    WHERE stored.encoder = %(encoder)s AND chunk.kind <> ALL(%(unsearchable)s)
    ORDER BY stored.vector::vector({dimension}) <#> query.vector
    LIMIT %(k)s
) AS hit
ORDER BY query.place, hit.cosine DESC, hit.id
"""
_MISSING = """
SELECT 1 FROM knowledge_chunk AS chunk WHERE chunk.kind <> ALL(%s) AND NOT EXISTS (
    SELECT 1 FROM knowledge_vector AS stored
    WHERE stored.encoder = %s AND stored.text_hash = chunk.text_hash
) LIMIT 1
"""


def build(progress: Progress | None = None) -> Summary:
    """Embed what this encoder has not seen, and make the graph if the bank is large enough."""
    rows = Chunk.objects.searchable().values_list("heading", "text")
    vectors_for([embedded_text(heading, text) for heading, text in rows], progress)
    count = len(rows)
    if count >= GRAPH_FROM and not _has_graph():
        _make_graph()
    return Summary(count, "hnsw" if _has_graph() else "flat")


def prepare() -> Summary:
    count = Chunk.objects.searchable().count()
    graph = _has_graph()
    if not is_fresh() or (count >= GRAPH_FROM and not graph):
        return build()
    return Summary(count, "hnsw" if graph else "flat")


def is_fresh() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(UNSEARCHABLE), identity_of(settings.VIVA_ENCODER)])
        return cursor.fetchone() is None


def nearest(vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[] for _ in vectors]
    if not found or k < 1:
        return found
    values: dict[str, Any] = {
        "queries": [as_literal(row) for row in np.asarray(vectors, dtype=np.float32)],
        "encoder": get_encoder().identity,
        "unsearchable": list(UNSEARCHABLE),
        "k": k,
    }
    with transaction.atomic(), connection.cursor() as cursor:  # SET LOCAL ends with the transaction
        cursor.execute(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}")
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        cursor.execute(_NEAREST.format(dimension=vectors.shape[1]), values)
        for place, pk, cosine in cursor.fetchall():
            found[place - 1].append((pk, cosine))
    return found


def _name() -> str:
    return "passages_" + hashlib.sha256(get_encoder().identity.encode()).hexdigest()[:16]


def _has_graph() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid", [_name()]
        )
        return cursor.fetchone() is not None


def _make_graph() -> None:
    """Other processes go on reading and writing meanwhile, unless this is part of a transaction."""
    encoder = get_encoder()
    concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_BUILDING])
        try:
            if _has_graph():
                return
            logger.info("building the graph of passages")
            # One that was interrupted stays behind, invalid.
            cursor.execute(f"DROP INDEX {concurrently} IF EXISTS {_name()}")
            cursor.execute(
                f"CREATE INDEX {concurrently} {_name()} ON knowledge_vector USING hnsw "
                f"((vector::vector({encoder.dimension})) vector_ip_ops) WHERE encoder = %s",
                [encoder.identity],
            )
            cursor.execute("ANALYZE knowledge_vector")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_BUILDING])
