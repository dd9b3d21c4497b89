"""Shared wording: what sentence vectors do not see.

Two statements with the same terms, numbers and formulas are nearer than their vectors tell, above
all where both are short; the two kinds of evidence err in different places. Between languages there
is no shared wording, and vectors alone have to do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

_HAN = re.compile("[\u4e00-\u9fff]+")
_LATIN = re.compile("[a-z0-9]+")
_ENDING = re.compile("(ing|ed|es|s|ly)$")
_FORMULA = re.compile(r"[a-z0-9_.^()+\-*/=<>√∑²·∂σδ′|]{3,}")
_OPERATOR = re.compile(r"[\^+\-*/=<>√∑∂]")
_WRITTEN_OTHERWISE = str.maketrans({"×": "*", "的": "^", "{": "(", "}": ")", "\\": ""})
# A formula carries as much as this many words.
FORMULA = 3
_FUNCTION_WORDS = frozenset(
    "the a an of to in on is are was were be been and or for it its that this these those as by with "
    "at from so very also just can will would which what how when do does not".split()
)


@lru_cache(maxsize=16384)
def units(text: str) -> tuple[str, ...]:
    """Each once: pairs of neighbouring Chinese characters, Latin words without endings and function
    words, formulas without spaces and brackets (``FORMULA`` times, numbered)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found = [a + b for run in _HAN.findall(folded) for a, b in pairwise(run)]
    found += [
        _ENDING.sub("", word) if len(word) > 4 else word
        for word in _LATIN.findall(folded)
        if word not in _FUNCTION_WORDS
    ]
    return tuple(dict.fromkeys([*found, *_formulas(folded)]))


def _formulas(folded: str) -> list[str]:
    found = []
    for match in _FORMULA.findall(folded.replace(" ", "").translate(_WRITTEN_OTHERWISE)):
        bare = re.sub("[()]", "", match.strip(".-=+*/|"))
        if len(bare) >= 3 and _OPERATOR.search(bare) and _LATIN.search(bare):
            found += [f"={bare}#{copy}" for copy in range(FORMULA)]
    return found


def asked_for(statement: str, question: str) -> tuple[str, ...]:
    """The units of a statement that its question does not give away."""
    given = set(units(question))
    return tuple(unit for unit in units(statement) if unit not in given)


def shared(wanted: Sequence[str], said: Collection[str]) -> float:
    """Share 0..1 of the ``wanted`` units that are among those ``said``; 0.5 where none is wanted,
    since then wording tells nothing."""
    return sum(unit in said for unit in wanted) / len(wanted) if wanted else 0.5


# A judgement at the very beginning of a text.
_OPENING = r"^\W*(?:答[:：])?\W*"
_NO = re.compile(
    _OPENING
    + r"(?:(?:这|该)?(?:说法|叙述|观点)?是?(?:错误|不正确|不对|错)|否|不是|不能|不可以|不会|没有"
    r"|(?:false|no|incorrect|wrong)\b)"
)
_YES = re.compile(
    _OPENING
    + r"(?:(?:这|该)?(?:说法|叙述|观点)?是?(?:正确|对|真)|是的|可以|能|会|(?:true|yes|correct)\b)"
)


def judgement(text: str) -> int:
    """What a text that begins with a judgement says: 1 yes or right, -1 no or wrong, 0 none."""
    start = text.strip().casefold()[:24]
    return -1 if _NO.match(start) else int(bool(_YES.match(start)))
