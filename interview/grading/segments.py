"""An answer to segments: statement-sized pieces with their place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

HAN = re.compile(r"[\u4e00-\u9fff]")
# Ends of sentences and of notes: full stops (not decimals or abbreviations), line ends.
STOP = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")
# Where a long sentence may be cut: "bfs→queue, dfs→stack" says two things, but not in three pieces.
_COMMA = re.compile(r"[，,、：:](?! ?\d)|\s(?=[-•*]\s)|(?:→|->|=>|⇒)")
# An aside or a formula, "(o - t)", is not cut.
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】\n]{0,40}[)）\]】]")
LISTING = re.compile(
    r"^\s*(?:[-*•·]|\(?\d{1,2}[.)、）:：](?!\d)|[（(]\d{1,2}[)）]|[①-⑳]|[a-dA-D][.)、])\s*"
)

# Visible width in Chinese characters; a Latin letter counts as .45 of one. A statement of this
# size is what a rubric point is compared with; shorter pieces lose their subject.
LONG = 44.0
SHORT = 9.0


@dataclass(frozen=True)
class Segment:
    """A statement, where it stands, and which of the things compared it speaks of; then its name is
    taken out of ``text``."""

    start: int
    end: int
    text: str
    side: int | None = None


def width(text: str) -> float:
    """Length in Chinese characters: Latin letters, digits and spaces count less than half."""
    wide = sum(1 for c in text if ord(c) >= 0x2E80)
    return wide + 0.45 * (len(text) - wide)


def _pieces(text: str, start: int, end: int, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    inside: set[int] = set()
    for match in _BRACKETS.finditer(text, start, end):
        inside.update(range(match.start() + 1, match.end()))
    cuts = [match.end() for match in pattern.finditer(text, start, end)]
    edges = [start, *(cut for cut in cuts if cut not in inside), end]
    return [(a, b) for a, b in pairwise(edges) if text[a:b].strip()]


def segment(answer: str) -> list[Segment]:
    """Statements of ``answer`` in order; their spans do not overlap. Empty for a blank answer."""
    spans: list[tuple[int, int]] = []
    for start, end in _pieces(answer, 0, len(answer), STOP):
        if width(answer[start:end]) <= LONG:
            spans.append((start, end))
            continue
        current: tuple[int, int] | None = None
        for a, b in _pieces(answer, start, end, _COMMA):
            if current is None:
                current = (a, b)
            elif width(answer[current[0] : b]) <= LONG * 0.7 or width(answer[a:b]) < SHORT / 2:
                current = (current[0], b)
            else:
                spans.append(current)
                current = (a, b)
        if current:
            spans.append(current)
    return [s for s in (trim(answer, *span) for span in _joined(answer, spans)) if s.text]


def _joined(answer: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Very short pieces join the piece before them on the same line."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if (
            joined
            and width(answer[start:end].strip()) < SHORT / 2
            and "\n" not in answer[joined[-1][1] - 1 : start + 1]
            and width(answer[joined[-1][0] : end]) <= LONG * 1.2
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def trim(answer: str, start: int, end: int) -> Segment:
    """The stretch of ``answer`` without the blanks, list mark and closing marks around it."""
    while start < end and answer[start].isspace():
        start += 1
    if match := LISTING.match(answer[start:end]):
        start += match.end()
    while end > start and (answer[end - 1].isspace() or answer[end - 1] in "。；;，,、→"):
        end -= 1
    return Segment(start, end, answer[start:end])
