"""Growth: build time, memory, query time and recall of the passage index by size of the bank.

    python -m bench.scale 1000 10000              # questions, 20 passages each; 100000 takes long
    python -m bench.scale 1000 --postgres URL     # pgvector too, in a scratch table of that database

Vectors are synthetic: passages of one question lie around its own centre, centres around those of
200 subjects. Queries are passages moved a little. Recall is measured against the exact search.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

import django
import faiss
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
django.setup()

from knowledge.index.faiss_index import HNSW_EF_CONSTRUCTION, HNSW_EF_SEARCH, HNSW_LINKS  # noqa: E402

PASSAGES, DIMENSION, SUBJECTS, QUERIES, K = 20, 384, 200, 100, 10
# As many segments of one answer are looked up together.
TOGETHER = 10


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def bank(questions: int, rng: np.random.Generator) -> np.ndarray:
    """(questions * PASSAGES, DIMENSION) float32 unit rows in clusters."""
    subjects = rng.standard_normal((SUBJECTS, DIMENSION), dtype=np.float32)
    centres = subjects[rng.integers(SUBJECTS, size=questions)]
    centres = centres + 0.7 * rng.standard_normal(centres.shape, dtype=np.float32)
    rows = np.repeat(centres, PASSAGES, axis=0)
    rows += 0.7 * rng.standard_normal(rows.shape, dtype=np.float32)
    return unit(rows)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def report(name: str, build: float, size: int, seconds: list[float], recall: float) -> None:
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    print(
        f"  {name:22} build {build:7.1f} s  {size / 2**20:7.0f} MB  "
        f"{TOGETHER} queries p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  recall@{K} {recall:.3f}",
        flush=True,
    )


def recall_of(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.mean([len({*a} & {*b}) / K for a, b in zip(found, exact, strict=True)]))


def with_faiss(
    name: str, index: faiss.Index, rows: np.ndarray, queries: np.ndarray, exact
) -> np.ndarray:  # type: ignore[no-untyped-def]
    build, _ = timed(lambda: index.add(rows))
    seconds, found = [], []
    for start in range(0, len(queries), TOGETHER):
        took, (_, places) = timed(lambda s=start: index.search(queries[s : s + TOGETHER], K))  # type: ignore[misc]
        seconds.append(took)
        found.append(places)
    places = np.concatenate(found)
    size = faiss.serialize_index(index).nbytes
    report(name, build, size, seconds, 1.0 if exact is None else recall_of(places, exact))
    return places


def with_postgres(url: str, rows: np.ndarray, queries: np.ndarray, exact: np.ndarray) -> None:
    import psycopg

    from knowledge.fields import as_literal
    from knowledge.index.in_postgres import EF_SEARCH

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute("DROP TABLE IF EXISTS bench_scale")
        connection.execute(
            f"CREATE UNLOGGED TABLE bench_scale (id int, vector vector({DIMENSION}))"
        )
        connection.execute("SET maintenance_work_mem = '512MB'")

        def fill() -> None:
            with connection.cursor().copy("COPY bench_scale FROM STDIN") as copy:
                for number, row in enumerate(rows):
                    copy.write_row((number, as_literal(row)))
            connection.execute("ANALYZE bench_scale")

        def ask(name: str, build: float, relation: str) -> None:
            seconds, found = [], []
            for start in range(0, len(queries), TOGETHER):
                part = [as_literal(row) for row in queries[start : start + TOGETHER]]
                took, answer = timed(
                    lambda part=part: connection.execute(  # type: ignore[misc]
                        "SELECT array(SELECT id FROM bench_scale ORDER BY vector <#> query.vector "
                        f"LIMIT {K}) FROM unnest(%s::vector[]) WITH ORDINALITY query(vector, place) "
                        "ORDER BY place",
                        [part],
                    ).fetchall()
                )
                seconds.append(took)
                found += [row[0] for row in answer]  # type: ignore[attr-defined]
            size = connection.execute(f"SELECT pg_relation_size('{relation}')").fetchone()[0]  # type: ignore[index]
            report(name, build, size, seconds, recall_of(np.array(found), exact))

        filled, _ = timed(fill)
        ask("pgvector exact", filled, "bench_scale")
        made, _ = timed(
            lambda: connection.execute(
                "CREATE INDEX bench_scale_graph ON bench_scale USING hnsw (vector vector_ip_ops)"
            )
        )
        connection.execute(f"SET hnsw.ef_search = {EF_SEARCH}")
        connection.execute("SET hnsw.iterative_scan = strict_order")
        connection.execute("SET enable_seqscan = off")
        ask("pgvector HNSW", made, "bench_scale_graph")
        connection.execute("DROP TABLE bench_scale")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=int, nargs="+")
    parser.add_argument("--postgres", default="", help="address of a database for pgvector")
    parser.add_argument(
        "--exact-only", action="store_true", help="no graphs: they take long to build"
    )
    options = parser.parse_args()
    for questions in options.questions:
        rng = np.random.default_rng(7)
        rows = bank(questions, rng)
        chosen = rows[rng.choice(len(rows), QUERIES, replace=False)]
        queries = unit(chosen + 0.02 * rng.standard_normal(chosen.shape, dtype=np.float32))
        print(f"{questions} questions, {len(rows)} passages", flush=True)
        exact = with_faiss("FAISS flat", faiss.IndexFlatIP(DIMENSION), rows, queries, None)
        if not options.exact_only:
            graph = faiss.IndexHNSWFlat(DIMENSION, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
            graph.hnsw.efConstruction, graph.hnsw.efSearch = HNSW_EF_CONSTRUCTION, HNSW_EF_SEARCH
            with_faiss("FAISS HNSW", graph, rows, queries, exact)
        if options.postgres:
            with_postgres(options.postgres, rows, queries, exact)


if __name__ == "__main__":
    main()
