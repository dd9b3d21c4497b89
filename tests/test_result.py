"""A stored grade as the page shows it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from interview.result import FLAG_TEXTS, result_of
from tests.attempts import attempted, grade_of, point
from tests.conftest import add_question

pytestmark = pytest.mark.django_db

ANSWER = "学习率决定步长。动量让震荡更大。"


def shown(person, question, score=50.0, answer=ANSWER, **fields):
    attempt = attempted(person, question, score, answer=answer)
    attempt.grade = grade_of(score, **fields)
    attempt.save()
    return attempt, result_of(attempt)


def test_without_a_grade_there_is_no_result(person, question):
    assert result_of(attempted(person, question, None)) is None


@pytest.mark.parametrize(
    ("score", "spread", "low", "high"), [(50, 8, 42, 58), (3, 8, 0, 11), (97, 8, 89, 100)]
)
def test_the_range_stays_on_the_scale(person, question, score, spread, low, high):
    _, result = shown(person, question, score, uncertainty=float(spread))
    assert (result.score, result.low, result.high) == (score, low, high)


@pytest.mark.parametrize("score", [0, 0.4, 24.6, 25, 49.9, 50, 70, 85, 100])
def test_every_score_has_a_sentence_and_a_level(person, question, score):
    _, result = shown(person, question, score)
    with override("en"):
        assert str(result.sentence)
    assert result.level in {"good", "middling", "poor"}


def test_the_parts_are_percentages(person, question):
    _, result = shown(person, question, semantic=0.666, keywords=0.25, truth=1.0)
    assert (result.semantic, result.keywords, result.truth) == (67, 25, 100)


def test_each_passage_of_the_reference_carries_its_verdict(person, question):
    positions = [c.position for c in question.chunks.exclude(kind="heading")][:3]
    verdicts = dict(zip(positions, ("covered", "partly", "missed"), strict=True))
    _, result = shown(
        person,
        question,
        passages=[{"position": p, "verdict": v} for p, v in verdicts.items()],
    )
    for position, verdict in verdicts.items():
        element = re.search(rf'<[^>]*data-passage="{position}"[^>]*>', result.reference)
        assert f"passage--{verdict}" in element.group()


def test_passages_that_another_version_numbered_otherwise_are_found_by_their_text(person, question):
    first, second, third = question.chunks.exclude(kind="heading")[:3]
    _, result = shown(
        person,
        question,
        passages=[
            {"position": second.position, "text": first.text, "verdict": "covered"},
            {"position": third.position, "text": third.text, "verdict": "missed"},
            {"position": 40, "text": "两句话曾是一段，如今分开了。", "verdict": "partly"},
        ],
        points=[
            point("一", "covered", spans=[(0, 8)], passages=(second.position,)),
            point("二", "missed", passages=(third.position,)),
            point("三", "partly", passages=(40,)),
        ],
    )
    marked = dict(re.findall(r'data-passage="(\d+)"[^>]*data-state="(\w+)"', result.reference))
    assert marked == {str(first.position): "covered", str(third.position): "missed"}
    assert f'data-passages="{first.position}"' in result.answer
    assert [p.passage for p in result.points] == [first.position, third.position, None]


def test_spans_of_the_answer_lead_to_their_passages(person, question):
    _, result = shown(
        person, question, points=[point("步长", "covered", spans=[(0, 8)], passages=(2,))]
    )
    assert (
        '<mark class="said said--covered" data-passages="2" tabindex="0">学习率决定步长。</mark>'
        in (result.answer)
    )


def test_a_missed_point_marks_nothing(person, question):
    _, result = shown(person, question, points=[point("步长", "missed", spans=[(0, 8)])])
    assert "<mark" not in result.answer


def test_a_contradiction_stands_beside_what_was_said(person, question, client_of):
    attempt, result = shown(
        person, question, points=[point("动量减少震荡", "contradicted", spans=[(8, 16)])]
    )
    assert result.contradictions[0].quotes == ("动量让震荡更大。",)
    html = client_of(person).get(reverse("attempt", args=[attempt.pk])).content.decode()
    said, reference = html.index("<blockquote>动量让震荡更大。"), html.index("动量减少震荡")
    assert said < reference < html.index('class="own"')


def test_what_to_add_is_the_heaviest_first_and_at_most_four(person, question):
    weights = [0.05, 0.3, 0.1, 0.2, 0.25]
    points = [point(f"要点{w}", "missed", w) for w in weights] + [point("已有", "covered", 0.1)]
    _, result = shown(person, question, points=points)
    assert [p.percent for p in result.to_add] == [30, 25, 20, 10]


def test_a_point_without_a_passage_is_shown_without_a_link(person, question, client_of):
    attempt, result = shown(person, question, points=[point("作者的要点", "missed", passages=())])
    assert result.to_add[0].passage is None
    html = client_of(person).get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert "作者的要点" in html
    assert 'data-passages="None"' not in html


def test_keywords_are_told_apart_without_colour(person, question, client_of):
    attempt, _ = shown(person, question, keywords_found=["学习率"], keywords_missed=["动量<b>"])
    with override("en"):
        client = client_of(person)
        client.post(reverse("set_language"), {"language": "en"})
        html = client.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert re.search(r"chip--found[^/]*found:", html)
    assert re.search(r"chip--missed[^/]*missed:", html)
    assert "动量&lt;b&gt;" in html


@pytest.mark.parametrize("flag", sorted(FLAG_TEXTS))
def test_every_flag_has_a_sentence(person, question, flag):
    _, result = shown(person, question, flags=[flag])
    assert len(result.flags) == 1


def test_an_unknown_flag_of_another_grader_is_passed_over(person, question):
    _, result = shown(person, question, flags=["of_the_future"])
    assert result.flags == []


def test_without_the_entailment_model_truth_is_not_claimed(person, question, client_of):
    attempt, result = shown(person, question)
    assert not result.with_entailment
    client = client_of(person)
    client.post(reverse("set_language"), {"language": "en"})
    assert "<dt>Truth" not in client.get(reverse("attempt", args=[attempt.pk])).content.decode()


def test_a_grade_of_another_text_does_not_break_the_page(person, client_of):
    """Passages and spans beyond what is there, as after a change of how answers are cut."""
    question = add_question("短？", "短答案。")
    attempt, _ = shown(
        person,
        question,
        passages=[{"position": 99, "verdict": "covered"}],
        points=[point("远", "covered", spans=[(500, 600)], passages=(99,))],
    )
    assert client_of(person).get(reverse("attempt", args=[attempt.pk])).status_code == 200
