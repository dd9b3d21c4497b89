"""Evidence on points to a score of 0-100.

Four kinds of evidence speak on each point: how near the answer's statements come to it, whether the
entailment model reads them as saying it or as denying it, and whether words alone show a reversal.
A point counts as far as it is both near and said. The weighted sum is put on a curve that reaches full
marks before everything is said, times how true the answer is, less what bare lists and answers to
other questions forfeit. Each constant was chosen by measurement (docs/grading.md has the table).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Share of an answer's similarity to the question that is taken off: echo earns nothing.
GIVEN = 0.6
# Centred cosine, so reduced, at which a point begins to count as said, and at which it is said in full.
SIMILAR_FROM, SIMILAR_FULL = -0.05, 0.42
# Full marks need a share of the points that falls with their number: 1 / (REACH * n ** REACH_POWER).
REACH, REACH_POWER = 1.6, 0.2
# How much of the score the model's denials take, and a reversal shown by words.
DENIED, REVERSED = 0.1, 5.0
# A known misconception stated: this share of the score goes for each.
MISCONCEIVED = 0.5
# A difference of mean centred cosine by which another question must be nearer than the asked one.
ELSEWHERE = 0.12
# Verdicts on a point.
COVERED_FROM, PARTLY_FROM = 0.5, 0.22
DENIAL_FROM, REVERSAL_FROM = 0.75, 0.6
# The curve from raw value to score: (raw, score) knots, straight lines between them.
CURVE = ((0.0, 0.0), (1.0, 100.0))
# Half of held-out answers lie within this many points of people's grade, by score (see bench/).
SPREAD = ((0, 4), (10, 8), (30, 14), (60, 13), (80, 10), (100, 7))


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


def score(signals: Signals, weights: np.ndarray, *, listing: float, elsewhere: float) -> Result:
    """``weights`` (n,) sum to 1; ``listing`` 0..1: how much of the answer is bare terms;
    ``elsewhere``: how much nearer (centred cosine) the answer is to another question."""
    if not len(weights):
        return nothing(0)
    near = np.clip((signals.similarity - SIMILAR_FROM) / (SIMILAR_FULL - SIMILAR_FROM), 0.0, 1.0)
    said = near if signals.said is None else signals.said
    covered = np.sqrt(near) * said * (1 - signals.reversed)
    coverage = float(weights @ covered)
    truth = _truth(signals, weights, near)
    raw = max(0.0, coverage - DENIED * float(weights @ (signals.denied * near)))
    raw *= max(1.0, REACH * effective_points(weights) ** REACH_POWER)
    listing_cost = 0.8 * min(1.0, listing / 0.5)
    off_topic = elsewhere > ELSEWHERE
    raw = min(1.0, raw) * truth * (1 - listing_cost) * (0.2 if off_topic else 1.0)
    value = float(np.interp(raw, *zip(*CURVE, strict=True)))
    contradicted = np.maximum(
        np.where(signals.reversed >= REVERSAL_FROM, signals.reversed, 0.0),
        np.where((signals.denied >= DENIAL_FROM) & (near > 0.6), signals.denied, 0.0),
    )
    return Result(
        score=round(value),
        uncertainty=float(np.interp(value, *zip(*SPREAD, strict=True))),
        coverage=coverage,
        truth=truth,
        covered=covered,
        contradicted=contradicted,
        listing_cost=listing_cost,
        off_topic=off_topic,
    )


def _truth(signals: Signals, weights: np.ndarray, near: np.ndarray) -> float:
    """1 when nothing that was said is shown to be reversed or a known misconception."""
    spoken = float(weights @ near)
    reversal = float(weights @ signals.reversed) / spoken if spoken > 0 else 0.0
    misconceived = (1 - MISCONCEIVED) ** signals.misconceptions
    return float(np.clip(1 - REVERSED * reversal, 0.0, 1.0)) * misconceived
