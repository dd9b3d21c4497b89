"""What the examiner is asked."""

from __future__ import annotations

import re

import pytest

from interview.examiner import prompt
from interview.examiner.prompt import build, secret_of, tokens

POINTS = (("学习率决定步长", 2.0), ("动量减少震荡", 1.0), ("小批量更便宜", 1.0))
QUESTION = "什么是梯度下降？"


def made(answer: str = "学习率决定步长。", points=POINTS, secret: str = "s", context: int = 8192):
    return build(QUESTION, "", points, answer, context=context, secret=secret)


def user(asked) -> str:
    return asked.messages[1]["content"]


def test_question_passages_and_fenced_answer():
    text = user(made())
    assert QUESTION in text
    for statement, _ in POINTS:
        assert re.search(rf"^\d\. {statement}$", text, re.MULTILINE)
    assert re.search(r"<<<ANSWER (\w{12})>>>\n学习率决定步长。\n<<<END \1>>>", text)


def test_the_stem_of_a_question_belongs_to_it():
    asked = build(QUESTION, "w -= lr * g", POINTS, "", context=8192, secret="s")
    assert "w -= lr * g" in user(asked)


def test_two_passages_are_decoys_in_the_language_of_the_others():
    asked = made()
    assert sorted(n for n in asked.numbers if n is not None) == [0, 1, 2]
    assert len(asked.decoys) == prompt.DECOYS == 2
    for number in asked.decoys:
        assert any(f"{number}. {text}" in user(asked) for text in prompt._DECOYS["zh"])
    english = made(points=(("Momentum damps oscillation", 1.0),))
    assert any(text in user(english) for text in prompt._DECOYS["en"])


def test_their_places_and_the_fence_follow_from_the_secret_alone():
    assert made("甲") == made("甲")
    assert made("甲").numbers == made("乙").numbers
    many = {made(secret=str(n)).numbers for n in range(40)}
    assert len(many) > 5
    fences = {re.search(r"ANSWER (\w+)", user(made(secret=str(n))))[1] for n in range(40)}
    assert len(fences) == 40


def test_the_secret_needs_the_sites_key():
    assert secret_of("key", "1") == secret_of("key", "1")
    assert len({secret_of("key", "1"), secret_of("key", "2"), secret_of("other", "1")}) == 3


@pytest.mark.parametrize("context", [2048, 4096, 8192])
@pytest.mark.parametrize("character", ["字", "word "])
def test_it_fits_the_context_whatever_is_typed(context, character):
    points = tuple((character * 60 + str(n), 1 + n % 3) for n in range(24))
    asked = made(character * 4000, points, context=context)
    size = sum(tokens(message["content"]) for message in asked.messages)
    assert size + prompt._REPLY_PER_PASSAGE * len(asked.numbers) < context + 250
    assert asked.answer.cut and asked.answer.sent >= 150
    assert asked.answer.length == len(character) * 4000


def test_for_want_of_room_the_lightest_points_go():
    points = tuple((f"{n}" + "长" * 200, 3.0 if n in (4, 7) else 1.0) for n in range(10))
    asked = made(points=points, context=2048)
    assert {4, 7} & {n for n in asked.numbers if n is not None}
    assert asked.left_out
    assert not {4, 7} <= set(asked.left_out)


def test_a_long_passage_is_shortened():
    assert len(user(made(points=(("长" * 5000, 1.0),)))) < 1500
