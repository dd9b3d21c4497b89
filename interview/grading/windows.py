"""Candidate statements of an answer, and vectors in which languages can be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview.grading.segments import HAN, Segment, width
from interview.grading.subjects import Names

# Neighbouring segments joined up to this width form a window: a point may be said in two sentences.
WINDOW = 90.0


def centred(vectors: np.ndarray, texts: Sequence[str], background: np.ndarray) -> np.ndarray:
    """Unit rows after subtracting the direction that all texts of their language share.

    ``vectors`` (n, d) of ``texts``; ``background`` (2, d): the mean Chinese and the mean English
    vector. A mixed text gets a mixture of both. Without it every Chinese text is nearer to every
    other Chinese one than to its own translation.
    """
    if not len(texts):
        return vectors
    share = np.array([chinese_share(text) for text in texts], dtype=np.float32)[:, None]
    moved = vectors - (share * background[0] + (1 - share) * background[1])
    norms = np.linalg.norm(moved, axis=-1, keepdims=True)
    return moved / np.maximum(norms, 1e-9)


_WORD = re.compile("[A-Za-z]+")


def chinese_share(text: str) -> float:
    """How Chinese a text is, 0..1. An English word weighs two characters, and Chinese with a third
    of English terms in it still counts as Chinese: that is how people write."""
    han, words = len(HAN.findall(text)), len(_WORD.findall(text))
    return min(1.0, 1.5 * han / (han + 2 * words)) if han + words else 1.0


@dataclass(frozen=True)
class Window:
    """One segment, or two or three neighbouring ones, as a candidate statement."""

    start: int
    end: int
    text: str
    parts: tuple[int, ...]  # indices of its segments
    side: int | None = None  # which of the things compared it speaks of


def windows(segments: Sequence[Segment], text: str, names: Names | None = None) -> list[Window]:
    """All single segments and the runs of two and three that are not too wide and speak of one side."""
    found = []
    for size in (1, 2, 3):
        for i in range(len(segments) - size + 1):
            run = segments[i : i + size]
            start, end, side = run[0].start, run[-1].end, run[0].side
            if size > 1 and (width(text[start:end]) > WINDOW or any(s.side != side for s in run)):
                continue
            said = run[0].text if size == 1 else text[start:end]
            if size > 1 and names is not None and side is not None:
                said = names.neutral(said, side)
            found.append(Window(start, end, said, tuple(range(i, i + size)), side))
    return found
