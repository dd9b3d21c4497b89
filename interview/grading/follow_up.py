"""What the answer to a follow-up question adds to a grade.

A follow-up is one point, asked once more. Whoever has to be asked gets half of what saying it at once
would have earned: the point's coverage c becomes c + (1 - c) / 2 * f with the follow-up's coverage f,
and the same share of what denying it had cost is given back. Nothing ever becomes less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from interview.grading import scale

# What a point counts that was made only when asked for.
WEIGHT = 0.5


def coverage(before: float, follow_up: float) -> float:
    """A point's coverage 0..1 after a follow-up that covers it ``follow_up`` 0..1 of the way."""
    return before + WEIGHT * (1 - before) * follow_up


def score(grade: Mapping[str, Any], point: str, follow_up: float) -> int:
    """The score 0..100 of a stored grade (``Grade.as_json``) after a follow-up about the point of this
    text that covers it ``follow_up`` 0..1 of the way; the grade's own where it has no such point."""
    points = grade["points"]
    place = next((n for n, one in enumerate(points) if one["text"] == point), None)
    if place is None or not follow_up:
        return int(grade["score"])
    covered = np.array([one["coverage"] for one in points], dtype=float)
    weights = np.array([one["weight"] for one in points], dtype=float)
    covered[place] = coverage(covered[place], follow_up)
    given_back = WEIGHT * follow_up * points[place].get("cost", 0.0)
    true = min(1.0, grade["truth"] * float(np.exp(given_back))) * grade.get("kept", 1.0)
    worded = grade.get("worded", 0.0)
    value = scale.on_scale(
        covered,
        weights,
        worded,
        explicit=grade.get("explicit", False),
        true=true,
        sides=[one.get("side") for one in points],
    )
    return max(int(grade["score"]), round(value))
