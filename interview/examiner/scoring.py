"""What of a model's reply counts. The score is ours, from the passages whose evidence holds.

A claim earns something only with a quote that stands in the answer, says more than the question did,
and does not stand for more passages than it has words for. A model that claims a decoy follows
orders, from the answer or from nowhere: then nothing that it says counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from interview.examiner.parsing import Reply
from interview.examiner.prompt import Prompt
from interview.examiner.untrusted import Quotable, runs_together, share_of
from interview.grading import form
from interview.grading.material import CONTRADICTED, COVERED, MISSED, PARTLY
from interview.grading.segments import segment, width

# What a part of a point counts beside the whole of it.
PART = 0.5
# From the share of points that interviewers marked as covered (less what they marked as reversed) to
# the score that they gave: line through 102 graded answers, see docs/grading.md.
CURVE = ((0.0, 0.0), (0.18, 22.0), (0.36, 50.0), (0.76, 81.0), (1.0, 100.0))
# Evidence is at least this wide (in Chinese characters; a Latin letter counts as .45 of one): "SGD".
NARROWEST = 1.3
# A stretch of the answer may prove one passage for so much of its width, two in any case.
WIDTH_PER_PASSAGE = 8.0


@dataclass(frozen=True)
class Judged:
    """One point with the verdict that stands and the evidence behind it, as spans of the answer."""

    point: int
    verdict: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Opinion:
    score: float | None  # 0..100; None when nothing that the model says counts
    points: tuple[Judged, ...]  # those that were sent, in order
    obeyed: bool = False  # claimed a decoy
    rejected: dict[str, int] = field(default_factory=dict)


def judge(
    reply: Reply, prompt: Prompt, answer: str, question: str, weights: Sequence[float]
) -> Opinion:
    """The opinion in ``reply``. ``weights``: of all points, whether they were sent or not."""
    rejected = dict(reply.rejected)
    if any(c.passage in prompt.decoys and c.verdict in (COVERED, PARTLY) for c in reply.claims):
        return Opinion(None, (), obeyed=True, rejected=rejected)
    quotable = Quotable(prompt.answer)
    ledger = _Ledger(answer, question)
    sent = [point for point in prompt.numbers if point is not None]
    stands: dict[int, Judged] = {}
    claims = [(prompt.numbers[c.passage - 1], c) for c in reply.claims]
    for point, claim in sorted(
        ((p, c) for p, c in claims if p is not None), key=lambda pair: (-weights[pair[0]], pair[0])
    ):
        if claim.verdict == MISSED:
            continue
        spans = quotable.find(claim.evidence)
        reason = ledger.refuse(spans) if spans else "quote" if claim.evidence.strip() else "none"
        if reason:
            rejected[reason] = rejected.get(reason, 0) + 1
        else:
            stands[point] = Judged(point, claim.verdict, tuple(runs_together(spans)))
    judged = tuple(stands.get(point, Judged(point, MISSED)) for point in sent)
    absent = len(sent) - sum(1 for p, _ in claims if p is not None)
    if absent:
        rejected["absent"] = absent
    return Opinion(_score(judged, weights), judged, rejected=rejected)


def _score(judged: Sequence[Judged], weights: Sequence[float]) -> float:
    worth = {COVERED: 1.0, PARTLY: PART, MISSED: 0.0, CONTRADICTED: -1.0}
    total = sum(weights[j.point] for j in judged)
    if total <= 0:
        return 0.0
    share = sum(weights[j.point] * worth[j.verdict] for j in judged) / total
    return round(float(np.interp(share, [x for x, _ in CURVE], [y for _, y in CURVE])), 1)


class _Ledger:
    """Which stretches of an answer may prove something, and how many passages each already has."""

    def __init__(self, answer: str, question: str) -> None:
        text, offsets, _hidden = form.visible(answer)
        kept, _flags = form.useful(segment(text), question)
        self._answer = answer
        self._useful = [(offsets[s.start], offsets[s.end - 1] + 1) for s in kept]
        self._used: list[list[tuple[int, int]]] = []

    def refuse(self, spans: Sequence[tuple[int, int]]) -> str:
        """Why ``spans`` prove nothing; empty when they do, and then they are entered."""
        saying = [s for s in spans if share_of(s, self._useful) >= 0.5]
        if not saying:
            return "empty"  # an echo of the question, or addressed to the grader
        wide = sum(width(self._letters(s)) for s in saying)
        if wide < NARROWEST:
            return "short"
        before = sum(1 for used in self._used if any(share_of(s, used) >= 0.5 for s in saying))
        if before >= max(2.0, wide / WIDTH_PER_PASSAGE):
            return "overused"
        self._used.append(list(spans))
        return ""

    def _letters(self, span: tuple[int, int]) -> str:
        return "".join(c for c in self._answer[slice(*span)] if c.isalnum())
