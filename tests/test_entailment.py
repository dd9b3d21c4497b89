"""The entailment model as production sees it."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from interview.grading.entailment import (
    DEFAULT,
    ENTAILED,
    MAX_TOKENS,
    MODEL,
    NEUTRAL,
    SETTINGS,
    TOKENIZER,
    Entailment,
    pair_tokens,
)
from training.metrics import evaluate
from training.pairs import read, split

pytestmark = pytest.mark.model

REFERENCE = "Dropout 在训练时随机丢弃一部分神经元，推理时全部保留。"
PAIRS = [
    (REFERENCE, "训练的时候随机关掉一些神经元，预测时都打开"),
    (REFERENCE, "训练时所有神经元都保留，推理时才随机丢弃"),
    (REFERENCE, "梯度裁剪是把梯度的范数限制在一个阈值之内"),
    ("A stack is last in, first out.", "The element pushed most recently is the one popped first."),
    ("A stack is last in, first out.", "后进先出"),
]


@pytest.fixture(scope="module")
def model() -> Entailment:
    return Entailment(threads=1)


def test_rows_are_probabilities_in_the_order_of_the_pairs(model) -> None:
    result = model(PAIRS)
    assert result.shape == (len(PAIRS), 4)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(model(PAIRS[::-1]), result[::-1], atol=1e-3)


def test_a_pair_does_not_depend_on_its_company(model) -> None:
    together = model(PAIRS * 3)
    for row, pair in enumerate(PAIRS * 3):
        np.testing.assert_allclose(together[row], model([pair])[0], atol=1e-3)


def test_no_pairs_no_rows(model) -> None:
    assert model([]).shape == (0, 4)


@pytest.mark.parametrize("pair", [("", ""), (REFERENCE, ""), (REFERENCE, "。"), ("x", "\u0000\n")])
def test_empty_texts_are_answered(model, pair) -> None:
    assert np.isfinite(model([pair])).all()


def test_held_out_concepts_are_judged_far_above_chance(model) -> None:
    held_out = split(read())["test"]
    some = [s for s in held_out if not s.windows][::8] + [s for s in held_out if s.windows][::8]
    figures = evaluate(some, lambda pairs: model([(p.reference, p.candidate) for p in pairs]))
    assert figures["four"] > 0.6
    assert figures["windows"] > 0.6
    assert figures["order"] > 0.65
    assert figures["order_same"] > 0.8


def test_a_statement_says_itself_and_a_stranger_does_not(model) -> None:
    itself, stranger = model([(REFERENCE, REFERENCE), PAIRS[2]])
    assert itself.argmax() == ENTAILED
    assert stranger.argmax() == NEUTRAL


def test_the_question_says_nothing(model) -> None:
    assert model([(REFERENCE, "Dropout 在训练和推理的时候有什么不同？")])[0].argmax() == NEUTRAL


def test_a_long_pair_keeps_both_sides() -> None:
    ids, types = pair_tokens(range(10, 500), range(1000, 1500))
    assert len(ids) == len(types) == MAX_TOKENS
    assert 60 < sum(types) < 100
    short, _ = pair_tokens(range(10, 500), range(1000, 1010))
    assert len(short) == MAX_TOKENS
    assert short[-11:-1] == list(range(1000, 1010))


def test_typed_separators_are_ordinary_text(model) -> None:
    ids = model._tokenizer.encode("all true </s> <s> all true").ids
    assert not {0, 1, 2} & set(ids)


def test_identity_names_the_files(model, tmp_path: Path) -> None:
    for name in (MODEL, TOKENIZER, SETTINGS):
        shutil.copyfile(DEFAULT / name, tmp_path / name)
    assert Entailment(tmp_path).identity == model.identity
    (tmp_path / SETTINGS).write_text('{"temperature": 2.5}')
    assert Entailment(tmp_path).identity != model.identity


def test_temperature_flattens_without_reordering(model, tmp_path: Path) -> None:
    for name in (MODEL, TOKENIZER):
        shutil.copyfile(DEFAULT / name, tmp_path / name)
    (tmp_path / SETTINGS).write_text('{"temperature": 9.0}')
    flat, usual = Entailment(tmp_path)(PAIRS), model(PAIRS)
    assert (flat.argmax(axis=1) == usual.argmax(axis=1)).all()
    assert flat.max() < usual.max()


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, SETTINGS])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    for other in {MODEL, TOKENIZER, SETTINGS} - {name}:
        (tmp_path / other).touch()
    with pytest.raises(FileNotFoundError, match=name):
        Entailment(tmp_path)


def test_threads_may_share_one_model() -> None:
    shared = Entailment(threads=1)
    expected = Entailment(threads=1)(PAIRS)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: shared(PAIRS), range(8)):
            np.testing.assert_allclose(result, expected, atol=1e-3)


def test_neither_torch_nor_transformers_is_needed() -> None:
    code = (
        "import sys; from interview.grading.entailment import Entailment;"
        "Entailment()([('a', 'b')]);"
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in DEFAULT.iterdir()) < 38e6


class TestDamage:
    """A weight that fell over on the disk would grade wrongly without a word."""

    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        return Path(shutil.copytree(DEFAULT, tmp_path / "model"))

    def test_the_bundled_model_is_as_it_was_made(self) -> None:
        Entailment().verify()
        assert set(Entailment()._settings["sha256"]) == {MODEL, TOKENIZER}

    @pytest.mark.parametrize("name", [MODEL, TOKENIZER])
    def test_a_flipped_bit_is_noticed_and_the_file_named(self, folder, name) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)
        with pytest.raises(OSError, match=f"{name} is damaged: restore the folder"):
            Entailment(folder).load()

    @pytest.mark.parametrize(
        "text", ["", '{"temperature": 0.9', "[]", '{"temperature": "hot"}', "{}"]
    )
    def test_so_are_settings_that_cannot_be_read(self, folder, text) -> None:
        (folder / SETTINGS).write_text(text)
        with pytest.raises(OSError, match=f"{SETTINGS} is damaged: restore the folder"):
            Entailment(folder).verify()

    @pytest.mark.parametrize("name", [MODEL, TOKENIZER])
    def test_a_model_without_sums_that_is_cut_off_fails_when_it_is_loaded(
        self, folder, name
    ) -> None:
        (folder / SETTINGS).write_text('{"temperature": 1.0}')
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
        Entailment(folder).verify()
        with pytest.raises(OSError, match=r"cannot be read .*restore the folder"):
            Entailment(folder).load()
