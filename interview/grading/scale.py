"""Evidence on points to a score of 0-100.

Four kinds of evidence speak on each point: how near the answer's statements come to it, whether the
entailment model reads them as saying it or as denying it, and whether words alone show a reversal.
A point counts as far as it is both near and said. The weighted sum is put on a curve that reaches full
marks before everything is said, times how true the answer is, less what bare lists and answers to
other questions forfeit. Each constant was chosen by measurement (docs/grading.md has the table).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview.grading.entailment import CONTRADICTED, ENTAILED, PARTLY
from interview.grading.form import BOTH_WAYS, KEYWORD_LIST, QUESTIONS

# Share of an answer's similarity to the question that is taken off: echo earns nothing.
GIVEN = 0.45
# Nearness of a statement to a point: a logistic curve over reduced cosine, wording shared with the
# statement and wording shared with the whole answer, moved so that nothing in common is 0.
NEAR_AT, NEAR_VECTORS, NEAR_WORDS, NEAR_WIDE = -0.63, 4.71, 1.73, 1.17
# Between languages no wording is shared: what cosine makes one expect (regression on graded answers).
EXPECTED_WORDS, EXPECTED_WIDE = 0.64, 0.70
# How much of a near point's worth hangs on the entailment model's word that it is said. The fewer the
# points, the more a single misreading would decide, and the less it hangs on it: READ * (1 - ALONE / n).
READ, ALONE = 0.86, 0.35
# How much heavier a denial weighs where all of the point's own wording is in the statement: near copies
# are what the model reads best, and what is turned round keeps the words.
ALIKE = 2.02
# A denial counts with this power of its certainty: an unsure one less than in proportion.
CERTAIN = 1.33
# What a partial statement counts beside a full one.
PART = 0.27
# The more points, the smaller the share that makes a full answer: raw = 1 - exp(-STEEP * sum * n ** REACH).
# An author's own rubric has less in it that nobody needs to say: it is steeper (1.41 by the fit; set
# lower so that one of two points said in full does not yet count as enough: the bundled samples lose .8
# in error).
STEEP, STEEP_EXPLICIT, REACH = 0.93, 1.00, 0.66
# Teachers also go by how much of the whole reference's wording stands in the answer, whatever the
# points: the sum is WHOLE / n ** WHOLE_BEND of that, times WHOLE_GAIN, and the points for the rest.
WHOLE, WHOLE_BEND, WHOLE_GAIN = 0.39, 0.79, 4.62
# What keeps the harmonic mean over things compared from being nothing where one of them is not mentioned.
SILENT = 0.02
# raw ** (POWER * n ** BEND): one point alone is mostly said or not said.
POWER, BEND = 0.407, 0.344
# How fast the score goes with the share of what was said that is denied (by the model) or reversed
# (by words), with each known misconception stated, and with a judgement opposite to the reference's.
DENIED, REVERSED, MISCONCEIVED, CLASHING = 1.86, 3.30, 0.47, 2.54
# A wrong number, and a wrong year, is a smaller mistake than a relation turned round.
NUMBER = 0.5
# The model reads English references less well than Chinese ones (.61 of four labels against .62):
# there its word counts less, both for and against.
READ_ENGLISH, DENIED_ENGLISH = 0.73, 0.40
# A statement states a misconception when it is this near to it (centred cosine) and nearer than to
# any point: not at all up to the first margin, surely from the second; the person is told from this
# strength.
MISCONCEPTION_NEAR, MISCONCEPTION_MARGINS, MISCONCEPTION_SHOWN = 0.5, (0.05, 0.2), 0.6
# An answer is to another question when it comes nearer to that by this difference of mean centred
# cosine, and to the points of the asked one no nearer than this in the weighted mean.
ELSEWHERE, ELSEWHERE_NEAR = 0.12, 0.3
# What an answer forfeits at most whose form says nothing, and the share of such form that costs nothing
# yet: right notes leave up to three tenths in bare terms. Beyond it the cost is in proportion, all of
# it from FORFEIT_AT. Who asks instead of saying may still know.
FORFEITS = {KEYWORD_LIST: (0.8, 0.3), QUESTIONS: (0.5, 0.5), BOTH_WAYS: (0.8, 0.5)}
FORFEIT_AT, FORFEIT_SHOWN = 0.6, 0.4
# Verdicts on a point, from its coverage and its contradiction.
COVERED_FROM, PARTLY_FROM = 0.3, 0.15
DENIAL_FROM, DENIAL_NEAR, REVERSAL_FROM = 0.75, 0.5, 0.6
# A doubt is told from this truth and balance down. One in three false answers to short English keys is
# doubted so, one in forty right ones; it costs nothing, because teachers' best answers are as well, one in
# ten of them.
DOUBTFUL_TRUTH, DOUBTFUL_BALANCE = 0.7, -0.25
# From raw value to score: knots near the isotonic fit to graded answers, straight lines between them.
CURVE = (
    (0.0, 0.0),
    (0.1, 6.0),
    (0.2, 11.0),
    (0.3, 16.0),
    (0.4, 30.0),
    (0.45, 43.0),
    (0.5, 56.0),
    (0.55, 68.0),
    (0.6, 77.0),
    (0.7, 83.0),
    (0.85, 90.0),
    (0.95, 96.0),
    (1.0, 100.0),
)
# Half of the held-out graded answers lie within this many points, by score (questions left out in
# turn when the curve was fitted).
SPREAD = ((0, 1), (10, 5), (22, 21), (37, 16), (52, 21), (67, 16), (82, 6), (95, 6), (100, 6))


@dataclass(frozen=True)
class Signals:
    """What speaks on each pair of a point and a statement: (m,) arrays for m pairs."""

    count: int  # of points
    point: np.ndarray  # number of the pair's point
    near: np.ndarray  # 0..1
    alike: np.ndarray  # share of the point's wording in the statement, 0 between languages, 0..1
    probabilities: np.ndarray | None  # (m, 4) of the entailment model, None without one
    said: np.ndarray  # how far the model reads this or an overlapping statement as saying the point
    reversed: np.ndarray  # 0..1
    withdrawn: np.ndarray  # bool: reversed, but the answer says the point elsewhere
    number: np.ndarray  # bool: what is reversed is a number
    astray: np.ndarray  # 0..1: said of another of the things compared
    misconceptions: float  # how many known misconceptions the answer states, by probability
    whole: float = 0.0  # share of the reference's own wording that the answer uses, 0..1
    same: float = 1.0  # how far answer and reference are in one language, 0..1
    english: float = 0.0  # how far the reference is in another language than Chinese, 0..1
    clash: bool = False  # the answer opens with the judgement opposite to the reference's

    def covered_pairs(self, read: float) -> np.ndarray:
        """(m,) how far each statement makes its point, ``read`` of it by the model's word. What it
        reads as neither saying a point nor a part of it earns nothing of a Chinese one."""
        if self.probabilities is None or not len(self.near):
            return self.near * (1 - self.reversed) * (1 - self.astray)
        entailed, partly = self.probabilities[:, ENTAILED], self.probabilities[:, PARTLY]
        unread = (1 - self.english) * (1 - entailed - partly)
        said = entailed + PART * partly
        told = (1 - read) * (1 - unread) + read * said
        return self.near * told * (1 - self.reversed) * (1 - self.astray)

    def denied_pairs(self) -> np.ndarray:
        """(m,) how far the model reads each statement as a denial rather than as saying it. What says
        the point by itself does not deny it with its neighbour: two true halves joined are what the
        model mistakes most."""
        if self.probabilities is None or not len(self.near):
            return np.zeros(len(self.near))
        return np.maximum(self.probabilities[:, CONTRADICTED] - self.said, 0.0)

    def held_reversals(self) -> np.ndarray:
        """(m,) the reversals that the answer does not make good elsewhere: these count against it,
        while the others only earn nothing."""
        return np.where(self.withdrawn, 0.0, self.reversed)

    @property
    def balance(self) -> float:
        """How far, over all that was read, the model reads the answer as saying (1) rather than denying
        (-1) what it comes near to. It tells false answers from right ones better than any single denial."""
        if self.probabilities is None or not len(self.near):
            return 0.0
        near = self.near * (1 - self.astray)
        said = self.probabilities[:, ENTAILED] - self.probabilities[:, CONTRADICTED]
        return float(near @ said / (near.sum() + 0.05))

    def by_point(self, values: np.ndarray) -> np.ndarray:
        """(n,) the largest value (m,) of each point's pairs; 0 without any."""
        most = np.zeros(self.count)
        np.maximum.at(most, self.point, values)
        return most


@dataclass(frozen=True)
class Result:
    score: int
    uncertainty: float
    coverage: float
    truth: float
    covered: np.ndarray
    contradicted: np.ndarray
    # (n,) what denying each point takes off: truth is exp(-sum) of these and others
    costs: np.ndarray
    worded: float  # share 0..1 of the reference's wording, as it counts
    forfeited: float  # share 0..1 that the form of the answer takes off
    off_topic: bool
    doubtful: bool = False  # more denied than said, though no denial is sure enough to show

    @property
    def kept(self) -> float:
        """The share that the answer's form and another question's topic leave of the whole, 0..1."""
        return _kept(self.forfeited, self.off_topic)


def nothing(points: int) -> Result:
    """The result of an answer that says nothing that counts."""
    zeros = np.zeros(points)
    return Result(0, float(SPREAD[0][1]), 0.0, 1.0, zeros, zeros, zeros, 0.0, 0.0, False)


def _kept(forfeited: float, off_topic: bool) -> float:
    return (1 - forfeited) * (0.2 if off_topic else 1.0)


def forfeit(form: str, share: float) -> float:
    """What an answer forfeits of which ``share`` 0..1 is of a form of FORFEITS."""
    most, free = FORFEITS[form]
    return most * min(1.0, max(0.0, share - free) / (FORFEIT_AT - free))


def effective_points(weights: np.ndarray) -> float:
    """How many equally heavy points the weights amount to: (sum w)^2 / sum w^2, 1..n."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def misconceived(similarity: float, margin: float) -> float:
    """How surely a statement states a misconception, 0..1."""
    low, high = MISCONCEPTION_MARGINS
    return min(1.0, max(0.0, (margin - low) / (high - low))) * (similarity >= MISCONCEPTION_NEAR)


def nearness(
    similarity: np.ndarray, words: np.ndarray, wide: np.ndarray, same: np.ndarray
) -> np.ndarray:
    """(n, m) nearness 0..1 of points and statements from their reduced cosine (n, m), the wording
    they share (n, m), the wording the point shares with the whole answer (n, 1), and how far the two
    are in one language (n, m)."""
    expected = np.clip(similarity, 0.0, 1.0)
    words = same * words + (1 - same) * EXPECTED_WORDS * expected
    wide = same * wide + (1 - same) * EXPECTED_WIDE * expected
    at = NEAR_AT + NEAR_VECTORS * similarity + NEAR_WORDS * words + NEAR_WIDE * wide
    nothing_shared = _logistic(np.array(NEAR_AT))
    return np.maximum((_logistic(at) - nothing_shared) / (1 - nothing_shared), 0.0)


def _between(chinese: float, english: float, share: float) -> float:
    return chinese + (english - chinese) * share


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def score(
    signals: Signals,
    weights: np.ndarray,
    *,
    explicit: bool,
    forfeited: float,
    elsewhere: float,
    sides: Sequence[int | None] = (),
) -> Result:
    """``weights`` (n,) sum to 1; ``explicit``: whether the points are the author's own; ``forfeited``
    0..1: what the answer's form takes off; ``elsewhere``: how much nearer (centred cosine) the answer
    is to another question; ``sides`` (n,): which of the things compared each point speaks of."""
    if not len(weights):
        return nothing(0)
    points = effective_points(weights)
    read = 0.0
    if signals.probabilities is not None:
        read = _between(READ, READ_ENGLISH, signals.english) * (1 - ALONE / points)
    near = signals.by_point(signals.near)
    covered = signals.by_point(signals.covered_pairs(read))
    denied = signals.denied_pairs()
    # An author's own points are short: their words are in any answer.
    heavier = 1.0 if explicit else 1 + ALIKE * signals.alike
    costs = _costs(signals, weights, near, heavier * denied**CERTAIN)
    truth = _truth(signals, costs)
    off_topic = elsewhere > ELSEWHERE and float(weights @ near) < ELSEWHERE_NEAR
    true = truth * _kept(forfeited, off_topic)
    # Between languages no wording is shared: what is said has to stand in for it.
    worded = signals.same * signals.whole + (1 - signals.same) * float(weights @ covered)
    value = on_scale(covered, weights, worded, explicit=explicit, true=true, sides=sides)
    sure = (denied >= DENIAL_FROM) & (signals.near > DENIAL_NEAR)
    contradicted = np.maximum(
        np.where(signals.held_reversals() >= REVERSAL_FROM, signals.reversed, 0.0),
        np.where(sure, denied, 0.0),
    )
    return Result(
        score=round(value),
        uncertainty=_along(SPREAD, value),
        coverage=float(weights @ np.minimum(1.0, covered / COVERED_FROM)),
        truth=truth,
        covered=covered,
        contradicted=signals.by_point(contradicted),
        costs=costs,
        worded=worded,
        forfeited=forfeited,
        off_topic=off_topic,
        doubtful=truth < DOUBTFUL_TRUTH or signals.balance < DOUBTFUL_BALANCE,
    )


def on_scale(
    covered: np.ndarray,
    weights: np.ndarray,
    worded: float,
    *,
    explicit: bool,
    true: float,
    sides: Sequence[int | None] = (),
) -> float:
    """The score 0..100 of points ``covered`` (n,) with ``weights`` (n,) that sum to 1 and of the share
    ``worded`` 0..1 of the reference's wording; ``true`` 0..1 of it is left after what was wrong and how
    it was said. Where the points speak of things compared (``sides``), silence on one is not made up
    for by what is said of another: what is said of each, with what is said of all, counts by the
    harmonic mean."""
    points = effective_points(weights)
    steep = STEEP_EXPLICIT if explicit else STEEP
    part = WHOLE / points**WHOLE_BEND

    def raw(own: np.ndarray) -> float:
        said = (1 - part) * float(weights[own] @ covered[own] / weights[own].sum())
        return 1 - float(np.exp(-steep * points**REACH * (said + part * WHOLE_GAIN * worded)))

    compared = sorted({side for side in sides if side is not None})
    if len(compared) > 1:
        each = [raw(np.array([s in (side, None) for s in sides])) for side in compared]
        value = len(each) / sum(1 / (one + SILENT) for one in each) - SILENT
    else:
        value = raw(np.ones(len(weights), dtype=bool))
    return _along(CURVE, (true * max(0.0, value)) ** (POWER * points**BEND))


def _along(knots: Sequence[tuple[float, float]], x: float) -> float:
    """The straight lines between ``knots`` at ``x``."""
    return float(np.interp(x, [k for k, _ in knots], [v for _, v in knots]))


def _costs(
    signals: Signals, weights: np.ndarray, near: np.ndarray, denied: np.ndarray
) -> np.ndarray:
    """(n,) what the denial (m,) and the reversal of each point cost, as shares of what was said."""
    spoken = float(weights @ near) + 0.05
    price = _between(DENIED, DENIED_ENGLISH, signals.english)
    denial = price * (1 - 1 / effective_points(weights)) * signals.by_point(signals.near * denied)
    held = signals.held_reversals() * np.where(signals.number, NUMBER, 1.0)
    reversal = REVERSED * signals.by_point(signals.near * held)
    return weights * (denial + reversal) / spoken


def _truth(signals: Signals, costs: np.ndarray) -> float:
    """1 when nothing that was said is denied, reversed, a known misconception or judged otherwise."""
    cost = float(costs.sum()) + MISCONCEIVED * signals.misconceptions + CLASHING * signals.clash
    return float(np.exp(-cost))
