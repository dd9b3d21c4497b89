"""How statements of an answer are matched with points: by shared wording, and which pairs the entailment
model is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview.grading import wording
from interview.grading.entailment import ENTAILED
from interview.grading.material import Point
from interview.grading.windows import Window, chinese_share

# The entailment model reads at most this many pairs for one answer.
MAX_PAIRS = 30
# Up to this many points three statements are read for each, else two: a statement that is read wrongly
# in one neighbourhood is mostly read rightly in another.
MANY_POINTS = 10
# Reduced cosine below which a pair is not worth reading.
READ_FROM = 0.0


def shared_wording(
    points: Sequence[Point], windows: Sequence[Window], answer: str, question: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shared wording of points with windows (n, m) and with all that the answer says of the point's side
    (n, 1), and how far a point and a window are in one language (n, m), all 0..1."""
    said = [set(wording.units(w.text)) for w in windows]
    everything = set(wording.units(answer))
    of_side: dict[int | None, set[str]] = {None: everything}
    for side in {p.side for p in points if p.side is not None}:
        own = [units for units, w in zip(said, windows, strict=True) if w.side in (side, None)]
        of_side[side] = everything & set().union(*own)
    wanted = [wording.asked_for(p.statement, question) for p in points]
    near = np.array([[wording.shared(units, window) for window in said] for units in wanted])
    wide = np.array(
        [[wording.shared(units, of_side[p.side])] for p, units in zip(points, wanted, strict=True)]
    )
    ours = np.array([[chinese_share(p.statement)] for p in points])
    theirs = np.array([[chinese_share(w.text) for w in windows]])
    return near, wide, 1 - np.abs(ours - theirs)


def worth_reading(
    near: np.ndarray, astray: np.ndarray, similarity: np.ndarray, segments: int
) -> list[tuple[int, int]]:
    """The (point, window) pairs worth reading closely, within the budget: each point with its nearest
    window, each of the ``segments`` single ones (the first windows) with its nearest point, each
    point with its second and, of few points, third window. A window is not read for a point about
    another of the things compared (``astray``), but a segment is beside the nearest such point too:
    it may have been said of the wrong one. All arrays (n, m)."""
    wanted: dict[tuple[int, int], float] = {}

    def want(n: int, j: int, more: float) -> None:
        if similarity[n, j] > READ_FROM:
            wanted[n, j] = max(wanted.get((n, j), 0.0), float(near[n, j]) + more)

    own = np.where(astray, -1.0, near)
    windows_each = 2 if len(near) > MANY_POINTS else 3
    for n, row in enumerate(own):
        for rank, j in enumerate(np.argsort(-row, kind="stable")[:windows_each]):
            if not astray[n, j]:
                want(n, int(j), 1.0 if rank == 0 else 0.0)
    for j in range(segments):
        n = int(own[:, j].argmax())
        if not astray[n, j]:
            want(n, j, 0.5)
        if astray[:, j].any():
            want(int(np.where(astray[:, j], near[:, j], -1.0).argmax()), j, 0.5)
    return sorted(wanted, key=lambda key: (-wanted[key], key))[:MAX_PAIRS]


def said_with_neighbours(
    verdicts: np.ndarray | None,
    asked: Sequence[tuple[int, int]],
    parts: Sequence[tuple[int, ...]],
) -> np.ndarray:
    """(p,) how far the model reads each of the pairs ``asked``, or one whose window shares a segment
    (``parts`` of each window) with it, as saying the pair's point."""
    if verdicts is None:
        return np.zeros(len(asked))
    of_pairs = [set(parts[j]) for _, j in asked]
    return np.array(
        [
            max(
                verdict[ENTAILED]
                for verdict, (other, _), theirs in zip(verdicts, asked, of_pairs, strict=True)
                if other == n and own & theirs
            )
            for (n, _), own in zip(asked, of_pairs, strict=True)
        ]
    )
