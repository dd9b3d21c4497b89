"""What the grader takes and what it gives. Plain data: no ORM, no request, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from interview.grading.subjects import Names

# Verdicts on a point or passage.
COVERED, PARTLY, MISSED, CONTRADICTED = "covered", "partly", "missed", "contradicted"
# A passage that no point rests on (an example, a transition, a heading) is shown without a verdict.
UNGRADED = ""


class Encoder(Protocol):
    identity: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...


# (reference statement, candidate statement) pairs to (n, 4) probabilities in the order
# entailed, partly, neutral, contradicted.
Entailment = Callable[[Sequence[tuple[str, str]]], np.ndarray]


@dataclass(frozen=True)
class Passage:
    """A passage of the reference answer as shown to the person."""

    position: int
    text: str
    weight: float
    heading: str = ""
    kind: str = "statement"


@dataclass(frozen=True)
class Point:
    """A rubric point: one statement that an answer is expected to make, and where it stands."""

    text: str
    weight: float
    passages: tuple[int, ...] = ()  # positions of the passages that say it
    side: int | None = None  # which of the things compared it speaks of
    neutral: str = ""  # what it says of that side, without the side's name

    @property
    def statement(self) -> str:
        """What answers are compared with."""
        return self.neutral or self.text


@dataclass(frozen=True)
class Keyword:
    term: str
    aliases: tuple[str, ...] = ()
    weight: float = 1.0


def _no_vectors() -> np.ndarray:
    return np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True)
class Material:
    """A question, ready to grade answers to it.

    ``passage_vectors`` (p, d), ``point_vectors`` (n, d) and ``question_vector`` (d,) are centred
    unit rows (``windows.centred``).
    """

    question: str
    passages: tuple[Passage, ...]
    points: tuple[Point, ...]
    keywords: tuple[Keyword, ...]
    passage_vectors: np.ndarray
    point_vectors: np.ndarray
    question_vector: np.ndarray
    misconceptions: tuple[str, ...] = ()
    misconception_vectors: np.ndarray = field(
        default_factory=_no_vectors
    )  # (k, d) centred unit rows
    explicit: bool = False  # whether the points are the author's own
    names: Names | None = None  # of the things that the question compares
    key: int | None = None  # the question's row, where it is one of a bank

    @cached_property
    def reference(self) -> str:
        """The text of all passages, one a line."""
        return "\n".join(passage.text for passage in self.passages)


@dataclass(frozen=True)
class Tools:
    """The models a grade is made with.

    ``background`` (2, d) is the encoder's mean vector over general Chinese and English technical
    text: similarities are taken after subtracting it, because an encoder's vectors share one large
    common direction. ``elsewhere`` tells, from a material and an answer's segment vectors as encoded
    and as centred (both (m, d)), how near the answer comes to another question of the bank.
    """

    encoder: Encoder
    background: np.ndarray
    entailment: Entailment | None = None
    entailment_identity: str = ""
    elsewhere: Callable[[Material, np.ndarray, np.ndarray], float] | None = None


@dataclass(frozen=True)
class Span:
    """Characters ``start`` up to ``end`` of the answer."""

    start: int
    end: int


@dataclass(frozen=True)
class PointGrade:
    text: str
    weight: float  # share of the whole, all points together 1
    verdict: str
    coverage: float  # 0..1
    contradiction: float = 0.0  # 0..1
    spans: tuple[Span, ...] = ()
    passages: tuple[int, ...] = ()
    cost: float = 0.0  # what denying it takes off the truth, which is exp(-sum of all costs)
    side: int | None = None  # which of the things compared it speaks of


@dataclass(frozen=True)
class PassageGrade:
    position: int
    text: str
    weight: float
    verdict: str
    coverage: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """A known misconception that the answer states, and where."""

    text: str
    span: Span


@dataclass(frozen=True)
class Grade:
    score: int  # 0..100
    uncertainty: (
        float  # points of 100: half of comparable answers lie within this of people's grade
    )
    semantic: float  # 0..1, weighted coverage of the points
    keywords: float  # 0..1, weighted share of the keywords used
    points: tuple[PointGrade, ...]
    passages: tuple[PassageGrade, ...]
    keywords_found: tuple[str, ...]
    keywords_missed: tuple[str, ...]
    keyword_spans: tuple[Span, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    flags: tuple[str, ...] = ()
    truth: float = 1.0  # 1: nothing said is contradicted by the reference
    explicit: bool = False  # whether the points are the author's own
    kept: float = 1.0  # share left by bare lists and by answers to another question
    worded: float = 0.0  # share of the reference's wording that stands in the answer, as it counts
    version: str = ""
    encoder: str = ""
    entailment: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
