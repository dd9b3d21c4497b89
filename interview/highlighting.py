"""A person's answer as HTML with the spans that earned something marked: escape first, then mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Where spans overlap, the strongest verdict gives the colour.
_ORDER = {"contradicted": 3, "covered": 2, "partly": 1, "keyword": 0}


@dataclass(frozen=True)
class Mark:
    start: int
    end: int
    verdict: str  # "covered" | "partly" | "contradicted" | "keyword"
    passages: tuple[int, ...] = ()  # positions of the passages it speaks to


def highlight(answer: str, marks: Iterable[Mark]) -> SafeString:
    """``answer`` escaped, each stretch under one or more marks wrapped in one ``<mark>`` element.

    Marks may overlap and be given in any order; what lies outside the answer is cut off.
    """
    usable = [
        Mark(max(0, m.start), min(len(answer), m.end), m.verdict, m.passages)
        for m in marks
        if m.start < m.end and m.start < len(answer) and m.end > 0
    ]
    edges = sorted({0, len(answer), *(m.start for m in usable), *(m.end for m in usable)})
    pieces = [
        _piece(answer[a:b], [m for m in usable if m.start <= a and b <= m.end])
        for a, b in pairwise(edges)
    ]
    return mark_safe("".join(pieces))


def _piece(text: str, marks: Sequence[Mark]) -> str:
    if not marks:
        return escape(text)
    statements = [m for m in marks if m.verdict != "keyword"]
    classes = ["said"]
    if statements:
        strongest = max(statements, key=lambda m: _ORDER[m.verdict])
        classes.append(f"said--{strongest.verdict}")
    if len(statements) < len(marks):
        classes.append("said--keyword")
    passages = sorted({p for m in marks for p in m.passages})
    links = f' data-passages="{" ".join(map(str, passages))}" tabindex="0"' if passages else ""
    return f'<mark class="{" ".join(classes)}"{links}>{escape(text)}</mark>'
