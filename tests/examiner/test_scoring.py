"""The score is ours: from the passages whose evidence holds."""

from __future__ import annotations

import pytest

from interview.examiner import scoring
from interview.examiner.parsing import Claim, Reply
from interview.examiner.prompt import build
from interview.examiner.scoring import judge

QUESTION = "什么是梯度下降？"
ANSWER = "学习率决定每一步走多远。动量减少震荡。什么是梯度下降？"
POINTS = (
    ("学习率决定步长", 4.0),
    ("动量减少震荡", 3.0),
    ("小批量更便宜", 2.0),
    ("噪声更大", 1.0),
)
ASKED = build(QUESTION, "", POINTS, ANSWER, context=8192, secret="s")
NUMBER = {point: n for n, point in enumerate(ASKED.numbers, 1) if point is not None}


def opinion(*verdicts, answer: str = ANSWER, asked=ASKED, points=POINTS, **extra):
    """``verdicts``: (point, verdict, evidence); points that are not named are missed."""
    said = {NUMBER[point]: Claim(NUMBER[point], v, e) for point, v, e in verdicts}
    for n in range(1, len(asked.numbers) + 1):
        said.setdefault(n, Claim(n, "missed", ""))
    reply = Reply(tuple(said.values()), 100, "", "", **extra)
    return judge(reply, asked, answer, QUESTION, [weight for _, weight in points])


def verdicts(found) -> list[str]:
    return [judged.verdict for judged in found.points]


def test_nothing_said_nothing_scored():
    found = opinion()
    assert (found.score, verdicts(found)) == (0, ["missed"] * 4)


def test_evidence_as_spans_of_the_answer():
    found = opinion((0, "covered", "学习率决定每一步走多远"))
    [(start, end)] = found.points[0].spans
    assert ANSWER[start:end] == "学习率决定每一步走多远"


def test_the_score_goes_by_weight_along_the_curve_and_not_by_what_the_model_says():
    heavy = opinion((0, "covered", "学习率决定每一步走多远")).score
    light = opinion((3, "covered", "学习率决定每一步走多远")).score
    partly = opinion((0, "partly", "学习率决定每一步走多远")).score
    assert heavy == pytest.approx(50 + 31 * 0.1, abs=0.1)  # .40 of the weight
    assert 0 < light < partly < heavy < 100


def test_the_curve_rises_from_nothing_to_full_marks():
    xs, ys = zip(*scoring.CURVE, strict=True)
    assert (xs[0], ys[0], xs[-1], ys[-1]) == (0, 0, 1, 100)
    assert list(xs) == sorted(xs) and list(ys) == sorted(ys)


def test_a_contradiction_costs_what_the_point_is_worth():
    said = (0, "covered", "学习率决定每一步走多远")
    both = opinion(said, (1, "contradicted", "动量减少震荡"))
    assert both.score < opinion(said).score
    assert opinion((1, "contradicted", "动量减少震荡")).score == 0


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        ("学习率越大越好", "quote"),
        ("", "none"),
        ("   ", "none"),
        ("什么是梯度下降", "empty"),  # the question again
        ("多", "short"),
    ],
)
@pytest.mark.parametrize("verdict", ["covered", "partly", "contradicted"])
def test_without_evidence_that_holds_a_claim_is_left_out(evidence, reason, verdict):
    found = opinion((0, verdict, evidence))
    assert (found.score, verdicts(found)) == (0, ["missed"] * 4)
    assert found.rejected == {reason: 1}
    assert found.points[0].spans == ()


def test_one_sentence_does_not_prove_everything():
    same = "动量减少震荡"
    found = opinion(*((n, "covered", same) for n in range(4)))
    assert verdicts(found) == ["covered", "covered", "missed", "missed"]
    assert found.rejected == {"overused": 2}


def test_nor_do_pieces_of_it():
    pieces = ("动量减少震荡", "动量减少", "减少震荡", "动量")
    found = opinion(*((n, "covered", piece) for n, piece in enumerate(pieces)))
    assert verdicts(found).count("covered") == 2


@pytest.mark.parametrize("verdict", ["covered", "partly"])
def test_a_claimed_decoy_ends_it(verdict):
    decoy = min(ASKED.decoys)
    reply = Reply((Claim(decoy, verdict, "学习率决定每一步走多远"),), 100, "", "")
    found = judge(reply, ASKED, ANSWER, QUESTION, [1.0] * 4)
    assert (found.obeyed, found.score, found.points) == (True, None, ())


def test_a_decoy_that_is_contradicted_is_no_claim():
    decoy = min(ASKED.decoys)
    reply = Reply((Claim(decoy, "contradicted", "动量减少震荡"),), 0, "", "")
    assert not judge(reply, ASKED, ANSWER, QUESTION, [1.0] * 4).obeyed


def test_passages_without_a_verdict_are_missed_and_counted():
    reply = Reply((Claim(NUMBER[1], "covered", "动量减少震荡"),), None, "", "")
    found = judge(reply, ASKED, ANSWER, QUESTION, [weight for _, weight in POINTS])
    assert verdicts(found) == ["missed", "covered", "missed", "missed"]
    assert found.rejected == {"absent": 3}


def test_what_was_rejected_before_stays_counted():
    assert opinion(rejected={"passage": 2}).rejected == {"passage": 2}


def test_points_that_were_not_sent_are_not_held_against_the_answer():
    few = build(QUESTION, "", [*POINTS, ("长" * 3000, 0.5)], ANSWER, context=2048, secret="s")
    assert few.left_out
