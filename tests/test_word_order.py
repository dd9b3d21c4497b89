"""Word order: shuffled words are no answer, whatever words they are."""

import random
import re

import pytest
import rjieba

from interview.grading.word_order import scattered, shuffled

CHINESE = (
    "批归一化用当前批次的均值和方差把每个通道的激活标准化，再用可学习的缩放和平移恢复表达能力。"
    "训练时它会顺便累积滑动平均，推理时就用这份统计量，所以结果不再依赖批次里的其他样本。"
    "它让学习率可以设得更大，对初始化也不那么敏感，但是批次很小的时候统计量不准，效果会变差。"
)
ENGLISH = (
    "Batch normalisation uses the mean and the variance of the current batch to standardise each channel, "
    "and then a learned scale and shift give the network its freedom back. In training it also keeps a "
    "running average, which is used at inference so that the result does not depend on the other samples "
    "of the batch. It allows larger learning rates, but with small batches the statistics are poor."
)
NOTES = "BN: 按通道标准化→γ缩放+β平移；训练用 batch 统计量，推理用滑动平均；lr↑、init 不敏感；batch 小→差；LN 不依赖 batch"
MIXED = (
    "BN 在 training 时用 batch 的 mean 和 variance 做 normalize，再用 scale 和 shift 恢复 capacity，"
    "inference 时用 running average，所以 output 不依赖 batch 里别的 sample，learning rate 可以更大"
)
STUDENT = (
    "it use mean of batch for make the values normal, then network learn more fast and we can use big "
    "learning rate, in test time it use the average what was saved in the training because batch is not there"
)


def mixed_up(text: str, seed: int, *, within: bool = False) -> str:
    rng = random.Random(seed)
    made = []
    for part in re.split(r"([。.])", text) if within else [text]:
        words = [word for word in rjieba.cut(part) if word.strip()]
        rng.shuffle(words)
        made.append(("" if "\u4e00" <= text[3] <= "\u9fff" else " ").join(words))
    return "".join(made)


@pytest.mark.parametrize("text", [CHINESE, ENGLISH, NOTES, MIXED, STUDENT, "", "。。。"])
def test_what_people_write_is_in_order(text):
    assert not shuffled(text)


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_the_same_words_in_random_order_mostly_are_not(text, within):
    assert sum(shuffled(mixed_up(text, seed, within=within)) for seed in range(10)) >= 7


def test_a_verdict_does_not_change_from_call_to_call():
    text = mixed_up(ENGLISH, 3)
    assert len({shuffled(text) for _ in range(3)}) == 1


class TestTheReferenceInPieces:
    def test_its_words_in_random_order_are_seen(self):
        assert all(scattered(mixed_up(CHINESE, seed), CHINESE) for seed in range(10))

    def test_what_was_taken_from_it_in_phrases_is_not(self):
        sentences = CHINESE.split("。")
        assert not scattered("。".join(reversed(sentences)), CHINESE)
        assert not scattered(CHINESE[:80], CHINESE)

    def test_another_text_is_not(self):
        assert not scattered(ENGLISH, CHINESE)
