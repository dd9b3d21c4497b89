"""Evidence on points to a score of 0-100.

The score is the weighted coverage of the points on a curve that reaches full marks before everything
is said, times how true the answer is, less what bare lists and answers to other questions forfeit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from interview.grading.core import Evidence

COVERED_FROM, PARTLY_FROM, CONTRADICTED_FROM = 0.6, 0.3, 0.5
# Centred cosine at which a point begins to count as said, and at which it is said in full.
SIMILAR_FROM, SIMILAR_FULL = 0.25, 0.75
# Share of the weight at which an answer has said enough for full marks.
ENOUGH = 0.62
KEYWORD_SHARE = 0.15


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


def score(
    *,
    evidence: Evidence,
    weights: np.ndarray,
    keywords: float,
    listing: float,
    elsewhere: float,
    width: float,
    with_entailment: bool,
) -> Result:
    """``weights`` (n,) sum to 1; ``keywords``, ``listing`` 0..1; ``elsewhere`` centred cosine to the
    nearest other question; ``width`` of the answer in Chinese characters."""
    similar = np.clip(
        (evidence.similarity - SIMILAR_FROM) / (SIMILAR_FULL - SIMILAR_FROM), 0.0, 1.0
    )
    if with_entailment:
        said = np.clip(evidence.entailed + 0.5 * evidence.partly, 0.0, 1.0)
        covered = 0.5 * said + 0.5 * similar
        contradicted = evidence.contradicted
    else:
        covered, contradicted = similar, np.zeros_like(similar)
    coverage = float(weights @ covered) if len(weights) else 0.0
    against = float(weights @ contradicted) if len(weights) else 0.0
    truth = float(np.clip(1.0 - 1.5 * against / max(coverage + against, 0.05), 0.0, 1.0))
    raw = min(1.0, ((1 - KEYWORD_SHARE) * coverage + KEYWORD_SHARE * keywords) / ENOUGH)
    listing_cost = 0.8 * min(1.0, listing / 0.5)
    own = float(evidence.similarity.max()) if len(evidence.similarity) else 0.0
    off_topic = elsewhere > own + 0.02 and elsewhere > 0.35
    value = raw * truth * (1 - listing_cost) * (0.2 if off_topic else 1.0)
    return Result(
        round(100 * value), 12.0, coverage, truth, covered, contradicted, listing_cost, off_topic
    )
