"""Near copies: rewording keeps the statement, turning it round changes one relation."""

from __future__ import annotations

import random

import pytest

from training.edits import part_of, reworded, turned

STATEMENTS = [
    "批归一化在训练时使用当前批次的均值和方差，推理时使用滑动平均。",
    "The encoder can attend to all positions, while the decoder needs a causal mask.",
    "学习率过大会导致损失发散。",
]


def drawn(change, text):
    return {change(random.Random(seed), text) for seed in range(40)}


@pytest.mark.parametrize("text", STATEMENTS)
def test_rewording_varies_and_keeps_most_of_the_text(text):
    made = drawn(reworded, text)
    assert len(made) > 8
    for other in made:
        shared = set(other.lower()) & set(text.lower())
        assert len(shared) > 0.6 * len(set(text.lower()))


@pytest.mark.parametrize("text", STATEMENTS)
def test_turning_round_changes_the_text_and_little_of_it(text):
    made = drawn(turned, text) - {None}
    assert made
    assert text not in made
    assert all(abs(len(other) - len(text)) <= 14 for other in made)


def test_two_opposites_are_exchanged():
    made = drawn(turned, "训练时随机丢弃神经元，推理时保留全部神经元。")
    assert any(text.startswith("推理时随机丢弃") for text in made)


def test_what_has_no_relation_to_turn_is_left_alone():
    assert drawn(turned, "转录以 DNA 为模板合成 mRNA") == {None}


def test_the_same_seed_gives_the_same_text():
    assert reworded(random.Random(3), STATEMENTS[0]) == reworded(random.Random(3), STATEMENTS[0])


def test_a_part_is_about_half_and_a_single_clause_has_none():
    assert part_of(random.Random(0), STATEMENTS[0]) in (
        "批归一化在训练时使用当前批次的均值和方差",
        "推理时使用滑动平均",
    )
    assert part_of(random.Random(0), STATEMENTS[2]) is None
