"""The saved index: exact, swapped in one step, and never trusted further than its manifest goes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import PIPE

import numpy as np
import pytest

from knowledge import index, search
from knowledge.index import faiss_index, in_process
from knowledge.models import Chunk, Generation, Question
from tests.conftest import add_question
from tests.encoders import HashEncoder

ROOT = Path(__file__).resolve().parent.parent
DIMENSION = 16
MANY = 10_000


@pytest.fixture
def vectors() -> np.ndarray:
    rows = np.random.default_rng(7).standard_normal((40, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def ids() -> np.ndarray:
    return np.arange(100, 140, dtype=np.int64)


def built(ids, vectors, flat_max=MANY) -> faiss_index.PassageIndex:
    return faiss_index.PassageIndex.build(ids, vectors, flat_max)


def saved(folder, ids, vectors, encoder="a", bank="b") -> faiss_index.Manifest:
    faiss_index.save(built(ids, vectors), folder, encoder, DIMENSION, bank)
    manifest = faiss_index.read_manifest(folder)
    assert manifest is not None
    return manifest


class TestNearest:
    def test_it_is_the_exact_order_of_cosines(self, ids, vectors):
        query = vectors[3:5] + 0.1
        query /= np.linalg.norm(query, axis=1, keepdims=True)
        for row, found in zip(query, built(ids, vectors).nearest(query, 5), strict=True):
            cosines = vectors @ row
            best = np.argsort(-cosines)[:5]
            assert [pk for pk, _ in found] == [int(ids[i]) for i in best]
            assert [c for _, c in found] == pytest.approx(cosines[best].tolist(), abs=1e-5)

    def test_a_vector_finds_itself_with_cosine_one(self, ids, vectors):
        assert built(ids, vectors).nearest(vectors[:1], 1) == [
            [(100, pytest.approx(1.0, abs=1e-5))]
        ]

    def test_asking_for_more_than_there_is_gives_all(self, ids, vectors):
        assert len(built(ids[:3], vectors[:3]).nearest(vectors[:1], 50)[0]) == 3

    def test_an_empty_index_finds_nothing(self):
        empty = built(np.zeros(0, dtype=np.int64), np.zeros((0, DIMENSION), dtype=np.float32))
        assert empty.nearest(np.ones((2, DIMENSION), dtype=np.float32), 5) == [[], []]

    def test_no_query_gives_no_rows(self, ids, vectors):
        assert built(ids, vectors).nearest(vectors[:0], 5) == []


class TestKind:
    def test_small_banks_are_searched_exactly(self, ids, vectors):
        assert built(ids, vectors, flat_max=40).kind == "flat"

    def test_beyond_the_limit_the_index_is_a_graph(self, ids, vectors):
        assert built(ids, vectors, flat_max=39).kind == "hnsw"

    def test_the_graph_finds_nearly_what_the_exact_index_finds(self):
        rows = np.random.default_rng(1).standard_normal((3000, 32)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        numbers = np.arange(3000)
        exact = built(numbers, rows).nearest(rows[:50], 10)
        graph = built(numbers, rows, flat_max=10).nearest(rows[:50], 10)
        hits = sum(
            len({pk for pk, _ in a} & {pk for pk, _ in b})
            for a, b in zip(exact, graph, strict=True)
        )
        assert hits / 500 > 0.9

    def test_the_graph_survives_saving(self, tmp_path, ids, vectors):
        graph = built(ids, vectors, flat_max=1)
        faiss_index.save(graph, tmp_path, "a", DIMENSION, "b")
        loaded = faiss_index.load(tmp_path, "a", "b")
        assert loaded is not None
        assert loaded.kind == "hnsw"
        assert loaded.nearest(vectors[:3], 4) == graph.nearest(vectors[:3], 4)


class TestSaving:
    def test_what_was_saved_is_what_is_loaded(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        loaded = faiss_index.load(tmp_path, "a", "b")
        assert loaded is not None
        assert loaded.nearest(vectors, 3) == built(ids, vectors).nearest(vectors, 3)

    def test_the_manifest_says_what_it_is(self, tmp_path, ids, vectors):
        manifest = saved(tmp_path, ids, vectors)
        assert (manifest.encoder, manifest.bank) == ("a", "b")
        assert (manifest.dimension, manifest.count, manifest.kind) == (DIMENSION, 40, "flat")

    def test_one_file_is_kept_besides_the_manifest(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        manifest = saved(tmp_path, ids[:20], vectors[:20])
        assert sorted(p.name for p in tmp_path.iterdir()) == ["manifest.json", manifest.file]

    def test_a_crash_while_saving_leaves_the_old_one_in_force(
        self, tmp_path, ids, vectors, monkeypatch
    ):
        saved(tmp_path, ids, vectors)
        replace = os.replace

        def crash(source, target):
            if str(target).endswith("manifest.json"):
                raise OSError(28, "No space left on device")
            replace(source, target)

        monkeypatch.setattr(os, "replace", crash)
        with pytest.raises(OSError, match="No space"):
            faiss_index.save(built(ids[:5], vectors[:5]), tmp_path, "a", DIMENSION, "b")
        loaded = faiss_index.load(tmp_path, "a", "b")
        assert loaded is not None
        assert len(loaded) == 40
        assert not list(tmp_path.glob(".new-*"))

    def test_two_processes_that_save_at_once_never_mix_their_indexes(self, tmp_path, ids, vectors):
        """One of them stays; whoever reads meanwhile gets what was asked for, or nothing."""
        sizes = {"few": 5, "many": 40}

        def keep_saving(bank: str) -> None:
            made = built(ids[: sizes[bank]], vectors[: sizes[bank]])
            for _ in range(30):
                faiss_index.save(made, tmp_path, "a", DIMENSION, bank)

        writers = [threading.Thread(target=keep_saving, args=(bank,)) for bank in sizes]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            for bank, size in sizes.items():
                loaded = faiss_index.load(tmp_path, "a", bank)
                assert loaded is None or len(loaded) == size
        faiss_index.save(built(ids, vectors), tmp_path, "a", DIMENSION, "last")
        assert len(faiss_index.load(tmp_path, "a", "last")) == 40


class TestDistrust:
    """Whatever does not fit is not loaded."""

    def test_another_encoder(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        assert faiss_index.load(tmp_path, "another", "b") is None

    def test_other_passages(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        assert faiss_index.load(tmp_path, "a", "other") is None

    def test_nothing_there(self, tmp_path):
        assert faiss_index.load(tmp_path / "no", "a", "b") is None

    def test_the_file_is_gone(self, tmp_path, ids, vectors):
        (tmp_path / saved(tmp_path, ids, vectors).file).unlink()
        assert faiss_index.load(tmp_path, "a", "b") is None

    @pytest.mark.parametrize("keep", [0, 4, 100, -1])
    def test_a_truncated_file(self, tmp_path, ids, vectors, keep):
        file = tmp_path / saved(tmp_path, ids, vectors).file
        file.write_bytes(file.read_bytes()[:keep])
        assert faiss_index.load(tmp_path, "a", "b") is None

    @pytest.mark.parametrize("place", [0, 9, 400, -1])
    def test_a_flipped_bit(self, tmp_path, ids, vectors, place):
        file = tmp_path / saved(tmp_path, ids, vectors).file
        data = bytearray(file.read_bytes())
        data[place] ^= 1
        file.write_bytes(data)
        assert faiss_index.load(tmp_path, "a", "b") is None

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '{"encoder": "a"}', "\xff"])
    def test_a_broken_manifest(self, tmp_path, ids, vectors, text):
        saved(tmp_path, ids, vectors)
        (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
        assert faiss_index.load(tmp_path, "a", "b") is None

    def test_a_manifest_of_another_format(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "extra": 1}))
        assert faiss_index.load(tmp_path, "a", "b") is None

    def test_a_file_that_is_no_index_though_its_hash_fits(self, tmp_path, ids, vectors):
        saved(tmp_path, ids, vectors)
        payload = (2).to_bytes(8, "little") + b"\0" * 16 + b"not an index"
        path = tmp_path / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["sha256"] = hashlib.sha256(payload).hexdigest()
        path.write_text(json.dumps(manifest))
        (tmp_path / manifest["file"]).write_bytes(payload)
        assert faiss_index.load(tmp_path, "a", "b") is None


class TestCurrent:
    def test_it_is_made_once_for_a_key(self, ids, vectors):
        made = []
        current = in_process.Current()
        for _ in range(3):
            current.get(("a", 1), lambda: made.append(1) or built(ids, vectors))
        assert len(made) == 1

    @pytest.mark.parametrize("key", [("a", 2), ("b", 1)])
    def test_a_new_generation_or_encoder_exchanges_it(self, ids, vectors, key):
        current = in_process.Current()
        old = current.get(("a", 1), lambda: built(ids, vectors))
        assert current.get(key, lambda: built(ids, vectors)) is not old

    def test_threads_that_come_at_once_make_it_once(self, ids, vectors):
        made = []
        gate = threading.Barrier(6)
        current = in_process.Current()

        def ask() -> None:
            gate.wait()
            current.get(("a", 1), lambda: made.append(1) or built(ids, vectors))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 1

    def test_a_failed_build_is_tried_again(self, ids, vectors):
        current = in_process.Current()

        def fail():
            raise RuntimeError("no model")

        with pytest.raises(RuntimeError):
            current.get(("a", 1), fail)
        assert len(current.get(("a", 1), lambda: built(ids, vectors))) == 40


@pytest.fixture
def spy(monkeypatch):
    """Counts the builds."""
    builds = []
    real = in_process._build
    monkeypatch.setattr(in_process, "_build", lambda *a: builds.append(1) or real(*a))
    return builds


def another_process(monkeypatch) -> None:
    """Forgets what this process holds in memory."""
    monkeypatch.setattr(in_process, "_current", in_process.Current())


@pytest.mark.django_db
@pytest.mark.usefixtures("in_files")
class TestOfTheBank:
    def test_a_second_process_loads_what_the_first_built(self, question, monkeypatch, spy):
        first = index.prepare()
        another_process(monkeypatch)
        assert index.prepare().count == first.count > 0
        assert len(spy) == 1

    def test_a_process_sees_a_bank_changed_by_another(self, question):
        before = search.search("泛化误差")
        other = add_question("什么是泛化误差？", "**泛化误差**是模型在未见样本上的期望误差。")
        after = search.search("泛化误差")
        assert other not in {hit.chunk.question for hit in before}
        assert after[0].chunk.question == other

    def test_a_deleted_question_is_no_longer_found(self, question):
        assert search.search("学习率")
        question.delete()
        Generation.advance()
        assert search.search("学习率") == []

    @pytest.mark.parametrize("damage", [b"", b"garbage", None])
    def test_a_damaged_file_is_rebuilt_and_not_served(self, question, monkeypatch, spy, damage):
        whole = index.prepare().count
        manifest = faiss_index.read_manifest(in_process.settings.INDEX_DIR)
        file = in_process.settings.INDEX_DIR / manifest.file
        file.write_bytes(damage) if damage is not None else file.unlink()
        another_process(monkeypatch)
        assert index.prepare().count == whole
        assert len(spy) == 2
        another_process(monkeypatch)
        index.prepare()
        assert len(spy) == 2  # the rebuilt one was saved

    def test_the_index_of_another_database_is_not_trusted(self, question, monkeypatch):
        """The same file, the same count of changes, other rows: a database that was replaced."""
        index.prepare()
        count = Generation.current()
        Question.objects.all().delete()
        add_question("什么是过拟合？", "**过拟合**是训练误差小而测试误差大。")
        Generation.objects.update(value=count)
        another_process(monkeypatch)
        assert not index.is_fresh()
        hits = search.search("过拟合")
        assert [hit.chunk.question.title for hit in hits] == ["什么是过拟合？"] * len(hits) != []

    def test_the_index_of_another_encoder_is_not_trusted(self, question, monkeypatch, spy):
        index.prepare()
        assert index.is_fresh()
        monkeypatch.setattr(HashEncoder, "identity", "tests/hash-256-b")
        assert not index.is_fresh()
        index.prepare()
        assert len(spy) == 2

    def test_a_folder_that_cannot_be_written_still_serves(
        self, question, settings, tmp_path, caplog
    ):
        settings.INDEX_DIR = tmp_path / "file" / "index"
        (tmp_path / "file").write_text("in the way")
        assert search.search("学习率")[0].chunk.question == question
        assert "could not be saved" in caplog.text

    def test_an_empty_bank_has_an_empty_index(self, db):
        assert search.search("学习率") == []
        assert index.is_fresh()

    def test_headings_are_not_indexed(self, db):
        add_question("什么是卷积？", "## 卷积的定义\n\n卷积是一种线性运算，用同一组权重扫过输入。")
        kinds = set(Chunk.objects.values_list("kind", flat=True))
        assert "heading" in kinds
        assert index.prepare().count == Chunk.objects.exclude(kind="heading").count()


@pytest.mark.django_db(transaction=True)
def test_a_running_second_process_follows(question, settings):
    """Another Python on the same files: it loads what is saved, and sees a change made here."""
    code = f"""
import os
import tests.settings as base
from pathlib import Path
base.DATABASES["default"]["NAME"] = {str(settings.DATABASES["default"]["NAME"])!r}
base.INDEX_DIR = Path({str(settings.INDEX_DIR)!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
from knowledge import search
from knowledge.index import in_process
def refuse(*_): raise SystemExit("it was built again")
in_process._build = refuse
while input():
    print([(hit.chunk.pk, round(hit.similarity, 4)) for hit in search.search("动量减少震荡")], flush=True)
"""

    def mine() -> str:
        found = search.search("动量减少震荡")
        return str([(hit.chunk.pk, round(hit.similarity, 4)) for hit in found])

    before = mine()
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE
    ) as other:

        def theirs() -> str:
            other.stdin.write("go\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert theirs() == before
        add_question("什么是动量？", "**动量**减少震荡。")
        after = mine()
        assert theirs() == after != before
        other.stdin.write("\n")
    assert other.returncode == 0
