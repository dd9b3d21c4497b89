"""What a grade shows beside its score: verdicts, the passages they rest on, the terms that were used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interview.grading import scale
from interview.grading.material import (
    CONTRADICTED,
    COVERED,
    MISSED,
    PARTLY,
    UNGRADED,
    Keyword,
    Passage,
    PassageGrade,
    PointGrade,
)
from knowledge import keywords as terms


def verdict_of(coverage: float, contradiction: float) -> str:
    """The word for a point's coverage and contradiction, both 0..1."""
    if contradiction > coverage:
        return CONTRADICTED
    if coverage >= scale.COVERED_FROM:
        return COVERED
    return PARTLY if coverage >= scale.PARTLY_FROM else MISSED


def passage_grades(
    passages: Sequence[Passage], points: Sequence[PointGrade]
) -> tuple[PassageGrade, ...]:
    """Each passage with the verdict of the point that rests on it."""
    by_position: dict[int, PointGrade] = {}
    for point in points:
        for position in point.passages:
            held = by_position.get(position)
            if held is None or point.coverage > held.coverage:
                by_position[position] = point
    graded = []
    for passage in passages:
        held = by_position.get(passage.position)
        graded.append(
            PassageGrade(
                position=passage.position,
                text=passage.text,
                weight=held.weight if held else 0.0,
                verdict=held.verdict if held else UNGRADED,
                coverage=held.coverage if held else 0.0,
                spans=held.spans if held else (),
            )
        )
    return tuple(graded)


@dataclass(frozen=True)
class KeywordUse:
    """Terms found and missed, the found share by weight 0..1, and where those found stand: (start, end)
    offsets in the text."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    share: float
    places: tuple[tuple[int, int], ...]


def keywords_in(text: str, wanted: Sequence[Keyword]) -> KeywordUse:
    """Which of the ``wanted`` terms, or their aliases, a text uses."""
    folded, origin = _fold_with_offsets(text)
    edges = terms.word_boundaries(folded)
    found, missed, places = [], [], []
    for keyword in wanted:
        hits = (terms.find(name, folded, edges) for name in (keyword.term, *keyword.aliases))
        hit = next(filter(None, hits), None)
        if hit is None:
            missed.append(keyword.term)
        else:
            found.append(keyword)
            places.append((origin[hit[0]], origin[hit[1] - 1] + 1))
    total = sum(keyword.weight for keyword in wanted)
    earned = sum(keyword.weight for keyword in found)
    names = tuple(keyword.term for keyword in found)
    return KeywordUse(names, tuple(missed), earned / total if total else 0.0, tuple(places))


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the offset of the one it came from."""
    out: list[str] = []
    places: list[int] = []
    for i, character in enumerate(text):
        folded = terms.fold(character)
        out.append(folded)
        places += [i] * len(folded)
    return "".join(out), places
