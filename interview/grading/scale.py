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

# Share of an answer's similarity to the question that is taken off: echo earns nothing.
GIVEN = 0.45
# Centred cosine, so reduced, at which a point begins to count as near, and at which it counts in full.
SIMILAR_FROM, SIMILAR_FULL = 0.0, 0.85
# How much of a near point's worth hangs on the entailment model's word that it is said. The fewer the
# points, the more a single misreading would decide, and the less it hangs on it: READ * (1 - ALONE / n).
READ, ALONE = 0.95, 0.7
# What a partial statement counts beside a full one.
PART = 0.4
# The more points, the smaller the share that makes a full answer: raw = 1 - exp(-STEEP * sum * n ** REACH).
# An author's own rubric has less in it that nobody needs to say: it is steeper.
STEEP, STEEP_EXPLICIT, REACH = 3.0, 4.5, 0.25
# How much of the score goes with a share of the points denied (by the model), reversed (by words),
# and with each known misconception stated.
DENIED, REVERSED, MISCONCEIVED = 0.3, 6.0, 0.4
# A statement states a misconception when it is this near to it (centred cosine) and nearer than to
# any point: not at all up to the first margin, surely from the second; the person is told from this
# strength.
MISCONCEPTION_NEAR, MISCONCEPTION_MARGINS, MISCONCEPTION_SHOWN = 0.5, (0.05, 0.2), 0.6
# A difference of mean centred cosine by which another question must be nearer than the asked one.
ELSEWHERE = 0.12
# Verdicts on a point, from its coverage and its contradiction.
COVERED_FROM, PARTLY_FROM = 0.3, 0.15
DENIAL_FROM, REVERSAL_FROM = 0.95, 0.6
# From raw value to score: knots of the isotonic fit to graded answers, straight lines between them.
CURVE = (
    (0.0, 0.0),
    (0.2, 7.0),
    (0.3, 22.0),
    (0.4, 38.0),
    (0.5, 57.0),
    (0.6, 72.0),
    (0.7, 79.0),
    (0.85, 92.0),
    (1.0, 100.0),
)
# Half of the held-out graded answers lie within this many points, by score (questions left out in
# turn when the curve was fitted).
SPREAD = ((0, 4), (10, 8), (20, 19), (45, 28), (65, 18), (85, 12), (100, 8))


@dataclass(frozen=True)
class Signals:
    """What speaks on each point, (n,) arrays 0..1 but for ``similarity`` (reduced centred cosine)."""

    similarity: np.ndarray
    said: np.ndarray | None  # None without an entailment model
    denied: np.ndarray
    reversed: np.ndarray
    misconceptions: float  # how many known misconceptions the answer states, by probability


@dataclass(frozen=True)
class Result:
    score: int
    uncertainty: float
    coverage: float
    truth: float
    covered: np.ndarray
    contradicted: np.ndarray
    listing_cost: float
    off_topic: bool


def nothing(points: int) -> Result:
    """The result of an answer that says nothing that counts."""
    zeros = np.zeros(points)
    return Result(0, float(SPREAD[0][1]), 0.0, 1.0, zeros, zeros, 0.0, False)


def effective_points(weights: np.ndarray) -> float:
    """How many equally heavy points the weights amount to: (sum w)^2 / sum w^2, 1..n."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def misconceived(similarity: float, margin: float) -> float:
    """How surely a statement states a misconception, 0..1."""
    low, high = MISCONCEPTION_MARGINS
    return min(1.0, max(0.0, (margin - low) / (high - low))) * (similarity >= MISCONCEPTION_NEAR)


def score(
    signals: Signals, weights: np.ndarray, *, explicit: bool, listing: float, elsewhere: float
) -> Result:
    """``weights`` (n,) sum to 1; ``explicit``: whether the points are the author's own; ``listing``
    0..1: how much of the answer is bare terms; ``elsewhere``: how much nearer (centred cosine) the
    answer is to another question."""
    if not len(weights):
        return nothing(0)
    near = np.clip((signals.similarity - SIMILAR_FROM) / (SIMILAR_FULL - SIMILAR_FROM), 0.0, 1.0)
    points = effective_points(weights)
    read = READ * (1 - ALONE / points)
    said = near if signals.said is None else read * signals.said + 1 - read
    covered = near * said * (1 - signals.reversed)
    truth = _truth(signals, weights, near)
    reach = points**REACH
    listing_cost = 0.8 * min(1.0, listing / 0.5)
    off_topic = elsewhere > ELSEWHERE
    steep = STEEP_EXPLICIT if explicit else STEEP
    raw = 1 - float(np.exp(-steep * float(weights @ covered) * reach))
    raw *= truth * (1 - listing_cost) * (0.2 if off_topic else 1.0)
    value = _along(CURVE, raw)
    contradicted = np.maximum(
        np.where(signals.reversed >= REVERSAL_FROM, signals.reversed, 0.0),
        np.where((signals.denied >= DENIAL_FROM) & (near > 0.5), signals.denied, 0.0),
    )
    return Result(
        score=round(value),
        uncertainty=_along(SPREAD, value),
        coverage=float(weights @ np.minimum(1.0, covered / COVERED_FROM)),
        truth=truth,
        covered=covered,
        contradicted=contradicted,
        listing_cost=listing_cost,
        off_topic=off_topic,
    )


def _along(knots: Sequence[tuple[float, float]], x: float) -> float:
    """The straight lines between ``knots`` at ``x``."""
    return float(np.interp(x, [k for k, _ in knots], [v for _, v in knots]))


def _truth(signals: Signals, weights: np.ndarray, near: np.ndarray) -> float:
    """1 when nothing that was said is denied, reversed or a known misconception."""
    spoken = float(weights @ near) + 0.05
    reversal = REVERSED * float(weights @ signals.reversed) / spoken
    denied = DENIED * (1 - 1 / effective_points(weights))
    denial = denied * float(weights @ (signals.denied * near)) / spoken
    misconceived = (1 - MISCONCEIVED) ** signals.misconceptions
    return max(0.0, 1 - reversal) * max(0.0, 1 - denial) * misconceived
