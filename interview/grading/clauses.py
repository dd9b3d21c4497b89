"""An answer to clauses, for rules of language that look at how clauses follow each other."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
_CLAUSE_END = re.compile(r"[，；;：…]|,(?!\d)|:(?=\s|$)|——")
_MARKS = " \t\r\n。！？!?.，,；;：:…—-“”\"'‘’()（）、*•·"
# Rules look at how a clause begins and ends; beyond that, a pattern would take its time on noise.
_END = 120
# Indirect questions: what is asked is not said.
ASKED = re.compile(
    r"是不是|有没有|会不会|能不能|要不要|用不用|对不对|该不该|丢不丢|是[^，。]{1,12}?还是|为什么|为何|怎么|怎样|如何"
    r"|什么|哪|谁|多少|几|\b(?:how|what|where|whether|which|why|who)\b"
)


class Clause(NamedTuple):
    start: int
    end: int
    text: str  # folded, without the marks around it; of a very long one its two ends
    mark: str  # that ends it
    sentence: int  # its number


def clauses(text: str) -> list[Clause]:
    """The clauses of ``text`` in order, each with the marks that end it."""
    found: list[Clause] = []
    ends = [(m.end(), True) for m in _SENTENCE_END.finditer(text)]
    ends += [(m.end(), False) for m in _CLAUSE_END.finditer(text)]
    start = sentence = 0
    for end, stops in [*sorted(ends), (len(text), True)]:
        said = " ".join(text[start:end].casefold().replace("’", "'").strip(_MARKS).split())
        if said:
            if len(said) > 2 * _END:
                said = f"{said[:_END]} {said[-_END:]}"
            found.append(Clause(start, end, said, text[start:end].rstrip()[-1], sentence))
        sentence += stops
        start = end
    return found


def sentences(parts: list[Clause]) -> list[list[Clause]]:
    """The clauses by sentence."""
    return [list(group) for _, group in groupby(parts, key=lambda clause: clause.sentence)]


def asked(text: str) -> int:
    """How many indirect questions a folded text holds."""
    return len(ASKED.findall(text))
