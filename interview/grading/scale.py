"""Evidence on points to a score of 0-100.

A point's coverage is how nearly a statement of the answer says it, less what the question gave away.
The score is the weighted coverage on a curve that reaches full marks before everything is said,
times how true the answer is, less what bare lists and answers to other questions forfeit. Each
constant was chosen by measurement (docs/grading.md has the table).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from interview.grading.core import Evidence

COVERED_FROM, PARTLY_FROM, CONTRADICTED_FROM = 0.6, 0.3, 0.5
# Share of an answer's similarity to the question that is taken off: echo earns nothing.
GIVEN = 0.6
# Centred cosine, so reduced, at which a point begins to count as said, and at which it is said in full.
SIMILAR_FROM, SIMILAR_FULL = 0.1, 0.42
# Full marks need a share of the points that falls with their number: 1 / (REACH * n ** REACH_POWER).
REACH, REACH_POWER = 0.88, 0.3
# A difference of mean centred cosine by which another question must be nearer than the asked one.
ELSEWHERE = 0.12


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
    return Result(0, 3.0, 0.0, 1.0, zeros, zeros, 0.0, False)


def effective_points(weights: np.ndarray) -> float:
    """How many equally heavy points the weights amount to: (sum w)^2 / sum w^2, 1..n."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def score(
    *, evidence: Evidence, weights: np.ndarray, keywords: float, listing: float, elsewhere: float
) -> Result:
    """``weights`` (n,) sum to 1; ``keywords`` and ``listing`` 0..1; ``elsewhere``: how much nearer
    (centred cosine) the answer is to another question than to the asked one."""
    if not len(weights):
        return nothing(0)
    covered = np.clip((evidence.similarity - SIMILAR_FROM) / (SIMILAR_FULL - SIMILAR_FROM), 0, 1)
    contradicted = np.zeros_like(covered)
    coverage = float(weights @ covered)
    reach = max(1.0, REACH * effective_points(weights) ** REACH_POWER)
    truth = 1.0
    listing_cost = 0.8 * min(1.0, listing / 0.5)
    off_topic = elsewhere > ELSEWHERE
    value = min(1.0, coverage * reach) * truth * (1 - listing_cost) * (0.2 if off_topic else 1.0)
    return Result(
        round(100 * value), 12.0, coverage, truth, covered, contradicted, listing_cost, off_topic
    )
