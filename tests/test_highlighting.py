"""An answer with marks: nothing is lost, nothing is doubled, nothing becomes markup."""

from __future__ import annotations

import html
import re

import pytest
from django.utils.safestring import SafeString

from interview.highlighting import Mark, highlight

ANSWER = "学习率 < 1，太大会震荡 & 发散。"


def text_of(marked: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", marked))


def test_without_marks_the_answer_is_escaped():
    assert highlight(ANSWER, []) == "学习率 &lt; 1，太大会震荡 &amp; 发散。"


def test_a_mark_is_an_element_that_names_its_verdict_and_passages():
    marked = highlight("太大会震荡", [Mark(0, 2, "covered", (4, 1))])
    assert marked == (
        '<mark class="said said--covered" data-passages="1 4" tabindex="0">太大</mark>会震荡'
    )


def test_a_keyword_outside_statements_cannot_be_followed_anywhere():
    assert (
        highlight("动量", [Mark(0, 2, "keyword")]) == '<mark class="said said--keyword">动量</mark>'
    )


@pytest.mark.parametrize(
    "marks",
    [
        [Mark(0, 5, "covered", (1,)), Mark(3, 9, "partly", (2,))],
        [Mark(3, 9, "partly", (2,)), Mark(0, 5, "covered", (1,))],
        [Mark(0, 19, "covered", (1,)), Mark(4, 6, "keyword"), Mark(4, 5, "contradicted", (3,))],
        [Mark(2, 2, "covered", (1,)), Mark(5, 3, "covered", (1,))],
        [Mark(-4, 3, "covered", (1,)), Mark(15, 999, "partly", (2,)), Mark(500, 600, "covered")],
        [Mark(i, i + 1, "covered", (i,)) for i in range(len(ANSWER))],
    ],
    ids=["overlap", "any order", "nested", "empty", "outside", "every letter"],
)
def test_the_text_stays_the_same_and_elements_do_not_nest(marks):
    marked = highlight(ANSWER, marks)
    assert text_of(marked) == ANSWER
    depth = 0
    for tag in re.findall(r"</?mark", marked):
        depth += 1 if tag == "<mark" else -1
        assert depth in (0, 1)
    assert depth == 0


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        (("covered", "contradicted"), "contradicted"),
        (("partly", "covered"), "covered"),
        (("keyword", "partly"), "partly"),
    ],
)
def test_where_marks_overlap_the_strongest_gives_the_colour(verdicts, shown):
    marked = highlight("震荡", [Mark(0, 2, verdict, (1,)) for verdict in verdicts])
    assert f"said--{shown}" in marked
    assert marked.count("<mark") == 1


def test_overlapping_marks_lead_to_the_passages_of_both():
    marked = highlight("abcdef", [Mark(0, 4, "covered", (1,)), Mark(2, 6, "partly", (2,))])
    assert re.findall(r'data-passages="([\d ]+)"[^>]*>(\w+)<', marked) == [
        ("1", "ab"),
        ("1 2", "cd"),
        ("2", "ef"),
    ]


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "'x'"]
)
def test_markup_stays_text_even_when_a_mark_cuts_through_it(payload):
    for start in range(len(payload)):
        marked = highlight(payload, [Mark(start, start + 3, "covered", (1,))])
        assert text_of(marked) == payload
        assert set(re.findall(r"<(/?\w+)", marked)) <= {"mark", "/mark"}


def test_letters_beyond_the_basic_plane_are_counted_as_one():
    assert highlight("𝛼β梯度", [Mark(0, 1, "covered", (1,))]).startswith("<mark")
    assert ">𝛼</mark>β梯度" in highlight("𝛼β梯度", [Mark(0, 1, "covered", (1,))])


def test_the_result_is_safe_for_a_template():
    assert isinstance(highlight(ANSWER, []), SafeString)


def test_an_empty_answer_is_empty():
    assert highlight("", [Mark(0, 3, "covered")]) == ""
