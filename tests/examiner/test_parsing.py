"""A reply is read strictly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.examiner.parsing import FEEDBACK_CHARACTERS, Unreadable, parse, schema
from tests.chat_server import reply

CLAIM = {"passage": 1, "verdict": "covered", "evidence": "学习率"}
MISSED = {"passage": 2, "verdict": "missed", "evidence": ""}


def test_a_whole_reply():
    read = parse(reply([CLAIM, MISSED], score=71), 2)
    assert [(c.passage, c.verdict, c.evidence) for c in read.claims] == [
        (1, "covered", "学习率"),
        (2, "missed", ""),
    ]
    assert read.stated == 71
    assert read.feedback and read.follow_up
    assert read.rejected == {}


@pytest.mark.parametrize(
    "wrapped",
    ["{}", "\n {} \n", "```json\n{}\n```", "```\n{}\n```", "<think>Let me see: {x}</think>\n{}"],
)
def test_what_models_put_around_it(wrapped):
    assert len(parse(wrapped.replace("{}", reply([CLAIM, MISSED])), 2).claims) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Sure, here it is.",
        "[]",
        "3",
        '"text"',
        "{",
        "{}",
        '{"passages": {}}',
        '{"passages": []}',
        '{"passages": [1, null, "x"]}',
        "Here you go: " + reply([CLAIM, MISSED]),
        reply([CLAIM, MISSED]) + reply([CLAIM, MISSED]),
        reply([CLAIM, MISSED])[:-1],
        "[" * 100_000,
        reply([{"passage": 3, "verdict": "covered", "evidence": "x"}]),
        "<!doctype html><p>502",
    ],
)
def test_what_cannot_be_read(text):
    with pytest.raises(Unreadable):
        parse(text, 2)


def test_too_few_verdicts_are_asked_for_again():
    with pytest.raises(Unreadable, match="2, 3, 4, 5"):
        parse(reply([CLAIM]), 5)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"passage": 9}, "passage"),
        ({"passage": 0}, "passage"),
        ({"passage": -1}, "passage"),
        ({"passage": "1"}, "passage"),
        ({"passage": True}, "passage"),
        ({"passage": 1.0}, "passage"),
        ({"passage": None}, "passage"),
        ({"verdict": "perfect"}, "verdict"),
        ({"verdict": 100}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"evidence": ["学习率"]}, "shape"),
        ({"passage": 2, "verdict": "covered"}, "repeated"),
    ],
)
def test_a_bad_claim_is_left_out_and_counted(bad, reason):
    read = parse(reply([CLAIM, MISSED, {**CLAIM, **bad}]), 2)
    assert [c.verdict for c in read.claims] == ["covered", "missed"]
    assert read.rejected == {reason: 1}


@pytest.mark.parametrize("score", [-1, 101, 1e9, "100", None, True, [], float("nan")])
def test_an_overall_score_beyond_the_scale_is_left_out_and_counted(score):
    read = parse(reply([CLAIM, MISSED], score=score), 2)
    assert (read.stated, read.rejected) == (None, {"score": 1})


def test_texts_for_the_person_are_one_plain_paragraph():
    feedback = "一\n\n二\u202e三\x00\u200b" + "长" * 5000
    read = parse(reply([CLAIM, MISSED], feedback=feedback, follow_up={"a": 1}), 2)
    assert read.feedback.startswith("一 二三长") and len(read.feedback) == FEEDBACK_CHARACTERS
    assert read.follow_up == ""


def test_half_a_character_does_not_break_anything():
    text = reply([CLAIM, MISSED], feedback="X").replace('"X"', '"\\ud83d ok"')
    parse(text, 2).feedback.encode()


def test_the_schema_asks_for_what_is_read():
    wanted = schema(3)
    assert wanted["required"] == list(wanted["properties"])
    claim = wanted["properties"]["passages"]["items"]
    assert claim["properties"]["passage"]["enum"] == [1, 2, 3]
    assert json.dumps(wanted)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["passages", "passage", "verdict", "evidence", "score", "feedback"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values | st.text())
def test_any_reply_is_either_read_or_refused(value):
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        read = parse(text, 3)
    except Unreadable:
        return
    assert all(1 <= claim.passage <= 3 for claim in read.claims)
