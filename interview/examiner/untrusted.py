"""An answer is data typed by a stranger: what of it a model is shown, and where a quote stands in it.

Two lines of defence are here. What is recognisably addressed to a machine is set aside before anything
is sent; and a quote counts only where its characters stand in what was shown. Neither has to be
complete: ``scoring`` holds even when the model obeys what slipped through.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from interview.grading import form
from interview.grading.segments import segment, width

SET_ASIDE = "[…]"

# Sentences that no candidate says to an interviewer, beyond those that the built-in grader knows. Narrow
# on purpose: answers about prompts, chat templates and reward models are answers.
_SPOKEN_TO_A_MACHINE = re.compile(
    # a role or the end of the answer, played at the start of a line
    r"^\s*(#+\s*)?(system|assistant|developer)(\s*(message|prompt|note))?\s*[:：]"
    r"|^\s*(#+\s*|\[)?(系统|开发者)(消息|提示词?|指令|通知)\s*\]?\s*[:：]"
    r"|^\s*#+\s*(end of|new)\b|\bend of (the )?(candidate'?s? )?answer\b|(考生|候选人)?(回答|答案|答题)(到此)?(结束|完毕)"
    r"|<{3,}\s*/?\s*(end|answer)\b[^>\n]*>{0,}"
    # a reply in place of an answer
    r"|[\"'“](verdict|evidence|passages?|score|follow_up)[\"'”]\s*[:：]"
    r"|\b(passages?|points?)\s*(#?\d|all\b)[\d\s,-]*(is|are|as|:|=|to|be|\s)*\s*covered"
    r"|第?\s*[\d一二三四五六七八九十]+\s*(条|段|点|项|个要点).{0,6}(covered|已覆盖|判为覆盖)"
    r"|(all|every|each)\b.{0,20}\b(passages?|rubric points?|key points?)\b.{0,16}\b(covered|correct|met)\b"
    r"|(全部|所有|每一?[条段个]).{0,6}(要点|段落|评分点|得分点|参考).{0,12}(covered|已?覆盖|正确|命中|满足)"
    r"|(一条|条目|要点).{0,6}(算|判|视|标|记)为?.{0,3}(覆盖|命中|正确)"
    # orders about the grading
    r"|\b(mark|grade|treat|count|rate|deem|regard)\b.{0,40}\b(covered|perfect|full (marks|credit))\b"
    r"|(标记?|判定?|记|视|算|评)(为|作|成)?.{0,6}(covered|已覆盖|满分|全对|全部正确)"
    r"|(总分|得分|分数|评分|成绩).{0,4}(为|是|设为|改为|应为|给)\s*(100(?![\d%.])|一百|满分)"
    r"|(?<!f1 )(?<!bleu )(?<!rouge )\b(overall )?score\s*(is|of|:|=|to)?\s*100\b(?!\s*%|\.\d)"
    r"|\bnew (instructions?|rubric|rules)\s*:|(新的?|更新后的?)(指令|评分标准|评分规则)\s*[:：]"
    r"|\b(do not|don'?t|stop|never)\s+(grade|grading|score|scoring)\b"
    r"|(base64|rot13).{0,40}(follow|obey|execute|执行|照做|指令|instruction)"
    r"|\b(developer|god) mode\b|开发者模式"
    r"|(reveal|print|repeat|输出|打印|泄露).{0,12}(your|你的|系统)\s*(system\s*)?(prompt|instructions|提示词)"
    r"|\b(you|examiner|grader)\b.{0,16}\b(must|should|have to|are required to)\b.{0,16}\b(score|grade|award)\b"
    r"|(考官|评委|阅卷人?|面试官|评分员|裁判).{0,12}(必须|应当|应该|务必|只能|请).{0,16}(打分|给分|评分|判|满分|覆盖)"
    # the shortest orders of some other languages
    r"|\b(ignore[zr]?|ignorier\w*|ignora\w*|игнорир\w*)\b.{0,40}\b(note|nota|grille|bewertung|puntuaci|оценк|balles?)"
    r"|(採点|評価|基準).{0,12}無視|満点|만점|무시",
    re.IGNORECASE | re.MULTILINE,
)
# Letters parted by spaces: nobody types so.
_SPACED = re.compile(r"(?:(?<![A-Za-z0-9])[A-Za-z0-9][ ,.:=]+){7,}[A-Za-z0-9]\b")
# Marks of chat templates and of fences: a server may take them for its own. What they enclose stays.
_MARKS = re.compile(
    r"(?:<\|[^|>\n]{1,40}\|>|<｜[^｜>\n]{1,40}｜>)(?:system|user|assistant)?|```\w*|\[/?INST\]|<</?SYS>>|</?(?:s|think|start_of_turn|end_of_turn)>"
    r"|</?\s*(?:answer|candidate|student|system|user|assistant|instructions?|passages?|reference)\b[^>\n]{0,40}>",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_SENTENCE_END = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
# Cyrillic and Greek letters that look like Latin ones, and digits in place of letters.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁοανιΑΒΕΗΙΚΜΝΟΡΤΧАВЕКМНОРСТХ", "aeopcyxijshdoaviABEHIKMNOPTXABEKMHOPCTX"
)
_LEET = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[013457])\w+")
_DIGITS = str.maketrans("013457", "oieast")


@dataclass(frozen=True)
class Shown:
    """What of an answer a model is shown. ``offsets[i]`` is the place in the answer of character ``i``
    of ``text``, -1 for a mark that stands for what was set aside."""

    text: str
    offsets: tuple[int, ...]
    set_aside: int = 0  # stretches left out because they speak to a machine
    length: int = 0  # characters of the answer
    sent: int = 0  # characters of the answer that the text reaches to: the rest was cut off

    @property
    def cut(self) -> bool:
        return self.sent < self.length

    def up_to(self, fits: Callable[[str], bool]) -> Shown:
        """The longest beginning that ``fits``, ending with a whole statement where there is one."""
        if fits(self.text):
            return self
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(self.text[:middle]) else (low, middle - 1)
        ends = [m.end() for m in re.finditer(r"[。！？!?；;\n]|\.\s", self.text[:low])]
        end = ends[-1] if ends and ends[-1] > low // 2 else low
        reached = max((o for o in self.offsets[:end]), default=-1) + 1
        return replace(self, text=self.text[:end], offsets=self.offsets[:end], sent=reached)


def shown(answer: str) -> Shown:
    """The answer without invisible and control characters, marks of chat templates, and what speaks
    to a machine."""
    text, places, _hidden = form.visible(answer)
    gone = {i for match in _MARKS.finditer(text) for i in range(*match.span())}
    kept = [i for i in range(len(text)) if i not in gone and _is_text(text[i])]
    text, places = "".join(text[i] for i in kept), [places[i] for i in kept]
    dropped = _addressed(text)
    pieces: list[str] = []
    offsets: list[int] = []
    end = 0
    for start, stop in [*dropped, (len(text), len(text))]:
        pieces.append(text[end:start])
        offsets += places[end:start]
        if start < stop:
            pieces.append(SET_ASIDE)
            offsets += [-1] * len(SET_ASIDE)
        end = stop
    return Shown("".join(pieces), tuple(offsets), len(dropped), len(answer), len(answer))


def _is_text(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")


def _addressed(text: str) -> list[tuple[int, int]]:
    """Stretches of ``text`` that speak to a machine: whole statements and short lines, in order,
    joined where they touch."""
    readings = _readings(text)
    found = []
    for piece in segment(text):
        if any(_is_addressed(reading[piece.start : piece.end]) for reading in readings):
            end = _SENTENCE_END.search(text, piece.end - 1)
            found.append((piece.start, end.end() if end else len(text)))
    for match in (m for reading in readings for m in _SPOKEN_TO_A_MACHINE.finditer(reading)):
        start = text.rfind("\n", 0, match.start()) + 1
        stop = text.find("\n", match.end())
        stop = len(text) if stop < 0 else stop
        found.append((start, stop) if width(text[start:stop]) <= 30 else match.span())
    found += [m.span() for m in _SPACED.finditer(text) if _is_spelt_out(m.group())]
    found += [m.span() for m in _ENCODED.finditer(text) if _is_encoded_text(m.group())]
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if joined and not text[joined[-1][1] : start].strip(" \t。.;；,，\n"):
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return joined


def _is_spelt_out(run: str) -> bool:
    """Letters rather than digits, and not the members of a list."""
    return sum(map(str.isalpha, run)) >= 7 and run.count(",") <= 2


def _is_addressed(statement: str) -> bool:
    return form.is_instruction(statement) or bool(_SPOKEN_TO_A_MACHINE.search(statement))


def _readings(text: str) -> set[str]:
    """``text`` in the letters that it looks like, of the same length: for recognising orders only."""
    folded = "".join(
        c if len(n := unicodedata.normalize("NFKC", c)) != 1 else n for c in text
    ).translate(_LOOKALIKES)
    return {folded, _LEET.sub(lambda m: m.group().translate(_DIGITS), folded)}


def _is_encoded_text(run: str) -> bool:
    """Whether base64 that decodes to something readable. A long identifier decodes to noise."""
    padded = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode("utf-8")
    except ValueError:
        return False
    return sum(c.isprintable() or c.isspace() for c in decoded) >= 0.9 * len(decoded)


# -- quotes ----------------------------------------------------------------------------------------

_QUOTES = str.maketrans("“”„«»「」『』‘’`´", '"""""""""\'\'\'\'')
_ELLIPSIS = re.compile(r"…+|\.{3,}|。{3,}|\[…\]")
_EDGES = " \t\n\"'，,。.；;：:、!！?？()（）[]-"


def normalised(text: str) -> tuple[str, list[int]]:
    """``text`` as quotes are compared, and the place of each of its characters: NFKC, lower case, one
    kind of quotation mark, no white space and nothing invisible."""
    out: list[str] = []
    places: list[int] = []
    for i, character in enumerate(text):
        folded = unicodedata.normalize("NFKC", character).casefold().translate(_QUOTES)
        kept = "".join(c for c in folded if not c.isspace() and form.visible(c)[0])
        out.append(kept)
        places += [i] * len(kept)
    return "".join(out), places


class Quotable:
    """The text that quotes are looked up in, normalised once."""

    def __init__(self, answer: Shown) -> None:
        self.shown = answer
        self._text, self._places = normalised(answer.text)

    def find(self, quote: str) -> list[tuple[int, int]]:
        """Where ``quote`` stands in the answer, in the order of its parts (an ellipsis parts them):
        spans of the answer as typed. Empty when any part does not stand there."""
        spans: list[tuple[int, int]] = []
        after = 0
        parts = [p for p in _ELLIPSIS.split(quote) if p.strip(_EDGES)]
        for part in parts:
            wanted, _ = normalised(part.strip(_EDGES))
            at = self._text.find(wanted, after) if wanted else -1
            if at < 0:
                return []
            after = at + len(wanted)
            here = [self.shown.offsets[self._places[i]] for i in range(at, after)]
            if min(here) < 0:  # runs over a mark of something set aside
                return []
            spans.append((here[0], here[-1] + 1))
        return spans


def runs_together(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans sorted, those that overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def share_of(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> float:
    """How much of ``span`` lies under ``others``, 0..1."""
    under = sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in runs_together(others))
    return under / max(1, span[1] - span[0])
