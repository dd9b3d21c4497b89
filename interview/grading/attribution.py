"""Statements about the wrong one of the things compared.

Where a question sets things side by side (`subjects`), a statement may come nearer to a point about
another thing than to any about its own: then it gives the one what is true of the other. Names are
taken out before, so that what is compared is what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview.grading.entailment import ENTAILED, PARTLY

# How much nearer (cosine, half the shared wording and the model's word together) another thing's point
# must be: not at all up to the first, surely from the second. Of right answers' segments one in ten is
# beyond the first, of those in swapped answers four in five.
MARGINS = (0.1, 0.5)
PARTIAL, WORDS = 0.4, 0.5
# How much the rest of the answer says about each statement: who confuses two things does so throughout.
THROUGHOUT = 0.5
# The model must read the statement as the other thing's point: not at all up to the first, surely from
# the second. And a statement that alone seems to be of the wrong thing counts this much of one among
# others that are, from this mean of the others.
SAID = (0.2, 0.5)
ALONE, MOSTLY = 0.4, 0.35


@dataclass(frozen=True)
class Misattributed:
    """For each of the first k statements, the single segments: how surely it is said of the wrong
    thing, 0..1, and the point (about another thing) that it says."""

    strength: np.ndarray  # (k,)
    point: np.ndarray  # (k,)


def astray(sides_of_points: Sequence[int | None], sides_said: Sequence[int | None]) -> np.ndarray:
    """(n, m) whether a statement is about another thing than a point."""
    return np.array(
        [
            [None not in (ours, theirs) and ours != theirs for theirs in sides_said]
            for ours in sides_of_points
        ],
        dtype=bool,
    ).reshape(len(sides_of_points), len(sides_said))


def misattributed(
    away: np.ndarray,
    near: np.ndarray,
    similarity: np.ndarray,
    alike: np.ndarray,
    asked: Sequence[tuple[int, int]],
    verdicts: np.ndarray | None,
    segments: int,
) -> Misattributed:
    """From ``away`` (`astray`), nearness, reduced cosine and shared wording (all (n, m)) and the pairs
    ``asked`` of the model with its ``verdicts`` (p, 4); ``segments``: how many of the m statements
    are single segments, which stand first."""
    strength, points = np.zeros(segments), np.zeros(segments, dtype=int)
    if not away.any():
        return Misattributed(strength, points)
    read, said = np.zeros_like(near), np.zeros_like(near)
    if verdicts is not None:
        for (n, j), verdict in zip(asked, verdicts, strict=True):
            said[n, j] = verdict[ENTAILED]
            read[n, j] = near[n, j] * (verdict[ENTAILED] + PARTIAL * verdict[PARTLY])
    sided = np.flatnonzero(away[:, :segments].any(axis=0))
    margins = np.zeros(segments)
    for values, weight in ((read, 1.0), (similarity, 1.0), (alike, WORDS)):
        other = np.where(away, values, 0.0)[:, :segments].max(axis=0)
        own = np.where(away, 0.0, values)[:, :segments].max(axis=0)
        margins += weight * (other - own)
    if len(sided):
        margins[sided] += THROUGHOUT * margins[sided].mean()
        low, high = MARGINS
        strength[sided] = np.clip((margins[sided] - low) / (high - low), 0.0, 1.0)
        if verdicts is not None:
            first, sure = SAID
            most = np.where(away, said, 0.0)[:, :segments].max(axis=0)[sided]
            strength[sided] *= np.clip((most - first) / (sure - first), 0.0, 1.0)
        others = (strength[sided].sum() - strength[sided]) / max(1, len(sided) - 1)
        strength[sided] *= ALONE + (1 - ALONE) * np.minimum(1.0, others / MOSTLY)
        nearest = np.where(away, near + read, -1.0)[:, :segments]
        points[sided] = nearest[:, sided].argmax(axis=0)
    return Misattributed(strength, points)
