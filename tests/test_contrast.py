"""Reversals that words alone give away, and free wording that must be left alone."""

from __future__ import annotations

import pytest

from interview.grading.contrast import contrast

REVERSED = [
    ("学习率过大会使训练发散", "学习率过小会使训练发散"),
    ("批归一化在推理时使用滑动平均的均值和方差", "批归一化在训练时使用滑动平均的均值和方差"),
    ("L1正则化使权重变得稀疏", "L1正则化使权重变得稠密"),
    ("反向传播需要缓存前向的激活值", "反向传播不需要缓存前向的激活值"),
    (
        "半精度占用的显存是单精度的一半，显存占用降低",
        "半精度占用的显存是单精度的一半，显存占用增加",
    ),
    (
        "Dropout is active in training and scales once",
        "Dropout is active in inference and scales once",
    ),
    (
        "TCP keeps packets in order and UDP never resends lost packets",
        "UDP keeps packets in order and TCP never resends lost packets",
    ),
]
SAME = [
    ("学习率过大会使训练发散", "步子迈太大，loss直接飞了，训不收敛"),
    ("L1正则化使权重变得稀疏", "L1会把不重要的权重压成0"),
    ("反向传播需要缓存前向的激活值", "前向的中间结果得留着，不然反向没法算梯度"),
    ("学习率过大不会收敛", "学习率过大时无法收敛"),
    ("训练时保存参数的平均，推理时使用这份参数", "推理用参数的平均更稳"),
    ("这种结构不可以在中间删除结点", "这种结构无法在中间删除结点"),
    ("队列是先进先出的结构", "队列按先进先出的顺序工作"),
    (
        "A hash table gives constant time lookup on average",
        "on average a hash table finds a key in constant time",
    ),
]


@pytest.mark.parametrize(("reference", "candidate"), REVERSED)
def test_a_near_copy_that_says_the_opposite_is_recognised(reference, candidate):
    found = contrast(reference, candidate)
    assert found.strength >= 0.6
    assert found.reference != found.answer


@pytest.mark.parametrize(("reference", "candidate"), SAME)
def test_other_words_for_the_same_are_left_alone(reference, candidate):
    assert contrast(reference, candidate).strength == 0


@pytest.mark.parametrize("text", [reference for reference, _ in REVERSED + SAME])
def test_nothing_contradicts_itself(text):
    assert contrast(text, text).strength == 0


def test_an_opposite_that_is_negated_says_the_same():
    assert contrast("显存占用会降低很多", "显存占用不会增加很多").strength == 0


def test_statements_that_do_not_run_alike_are_not_judged():
    assert contrast("增大批量可以提高吞吐", "降低学习率之后模型收敛得更稳").strength == 0
