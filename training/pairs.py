"""Hand-written statements -> labelled (reference, candidate) pairs.

Each line of data/*.jsonl holds one reference statement with candidates that say it in full (e),
in part (p), not at all (n) or contradict it (c). The lines of windows_*.jsonl ("windows": true)
hold a rubric point and the stretches of whole answers that the grader laid beside it, labelled
afterwards; some of their lists are empty. `written` gives all these pairs as they stand and is
what models are judged on; `epoch` adds pairs whose label follows from the written ones and draws
them anew for every epoch. Concepts, not pairs, are divided into training, validation and test.

    python -m training.pairs        # counts
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from interview.grading.entailment import CONTRADICTED, ENTAILED, NEUTRAL, PARTLY
from training.edits import part_of, reworded, turned
from training.empty_talk import empty_talk
from training.perturb import FUNCTION_WORDS, perturbed, scrambled, terms

DATA = Path(__file__).parent / "data"
LABELS = ("entailed", "partly", "neutral", "contradicted")
SEED = 20261121
TEST_SHARE, VALIDATION_SHARE = 0.12, 0.06
# other lines of a concept count as saying something else only below this overlap
LOW_OVERLAP = 0.25
# characters: no stretch of an answer that the grader reads is much longer
LONGEST_WINDOW = 200
NEAR_COPY = 0.55


@dataclass(frozen=True)
class Statement:
    """One line of the data: a reference statement and its four kinds of candidates.

    `windows`: a rubric point with stretches of answers, where kinds may be missing.
    """

    concept: str
    field: str
    question: str
    reference: str
    entailed: tuple[str, ...]
    partly: tuple[str, ...]
    neutral: tuple[str, ...]
    contradicted: tuple[str, ...]
    windows: bool = False


@dataclass(frozen=True)
class Pair:
    """A labelled pair; `kind` says where it comes from ("written" or a derivation's name)."""

    reference: str
    candidate: str
    label: int
    kind: str
    concept: str


def parse(line: str) -> Statement:
    """One JSON line -> Statement. Raises ValueError naming what is missing or ill-formed."""
    row = json.loads(line)
    for key in ("concept", "field", "q", "ref"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ValueError(f"{key!r} must be a non-empty string")
    for key in "epnc":
        texts = row.get(key)
        if not isinstance(texts, list) or not (texts or row.get("windows")):
            raise ValueError(f"{key!r} must be a non-empty list")
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise ValueError(f"{key!r} must hold non-empty strings")
    if not any(row[key] for key in "epnc"):
        raise ValueError("there is no candidate")
    candidates = (tuple(text.strip() for text in row[key]) for key in "epnc")
    return Statement(
        row["concept"],
        row["field"],
        row["q"].strip(),
        row["ref"].strip(),
        *candidates,
        windows=bool(row.get("windows")),
    )


def read(folder: Path = DATA) -> list[Statement]:
    """All statements of a folder's *.jsonl files, sorted by file name and line.

    Raises ValueError with file and line of the first ill-formed one.
    """
    statements = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                statements.append(parse(line))
            except (ValueError, KeyError) as error:
                raise ValueError(f"{path.name}:{number}: {error}") from error
    return statements


def part(concept: str, seed: int = SEED) -> str:
    """ "train", "validation" or "test": a seeded hash of the concept, stable as the data grow."""
    digest = hashlib.sha256(f"{seed}:{concept}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < TEST_SHARE:
        return "test"
    return "validation" if place < TEST_SHARE + VALIDATION_SHARE else "train"


def split(statements: Sequence[Statement]) -> dict[str, list[Statement]]:
    """Statements by part; no concept is in two parts.

    Writers name one concept in two ways now and then: a training statement that nearly repeats a
    held-out one is left out.
    """
    parts: dict[str, list[Statement]] = {"train": [], "validation": [], "test": []}
    for statement in statements:
        parts[part(statement.concept)].append(statement)
    held_out = [units(s.reference) for s in parts["test"] + parts["validation"]]
    parts["train"] = [
        s
        for s in parts["train"]
        for own in [units(s.reference)]
        if all(_shared(own, other) < NEAR_COPY for other in held_out)
    ]
    return parts


def written(statements: Sequence[Statement]) -> list[Pair]:
    """The pairs exactly as they were written, of kind "written" or "window"."""
    return [
        Pair(s.reference, text, label, "window" if s.windows else "written", s.concept)
        for s in statements
        for label, texts in _by_label(s)
        for text in texts
    ]


def swapped(statements: Sequence[Statement]) -> list[Pair]:
    """Every paraphrase twice: against its reference, and against a falsehood it contradicts.

    Nothing in the candidate alone can tell the two apart.
    """
    pairs = []
    for s in statements:
        for number, text in enumerate(s.entailed):
            wrong = s.contradicted[number % len(s.contradicted)]
            pairs.append(Pair(s.reference, text, ENTAILED, "written", s.concept))
            pairs.append(Pair(wrong, text, CONTRADICTED, "falsehood as reference", s.concept))
    return pairs


def _by_label(s: Statement) -> Iterator[tuple[int, tuple[str, ...]]]:
    yield ENTAILED, s.entailed
    yield PARTLY, s.partly
    yield NEUTRAL, s.neutral
    yield CONTRADICTED, s.contradicted


def units(text: str) -> set[str]:
    """Chinese character bigrams and Latin words (lower case, without function words)."""
    text = text.lower()
    chinese = {
        pair
        for run in re.findall(r"[\u4e00-\u9fff]+", text)
        for pair in map("".join, pairwise(run))
    }
    return chinese | (set(re.findall(r"[a-z0-9_]+", text)) - FUNCTION_WORDS)


def overlap(first: str, second: str) -> float:
    """Share of the smaller text's units that the other has too, 0-1."""
    return _shared(units(first), units(second))


def _shared(a: set[str], b: set[str]) -> float:
    return len(a & b) / max(1, min(len(a), len(b)))


def joined(rng: random.Random, *texts: str) -> str:
    """Texts in random order, as consecutive sentences."""
    order = list(texts)
    rng.shuffle(order)
    result = order[0]
    for text in order[1:]:
        if result[-1] not in "。.!?！？;；":
            result += (
                rng.choice("，。；") if "\u4e00" <= result[-1] <= "\u9fff" else rng.choice(".;")
            )
        result += ("" if result[-1] in "，。；！？" else " ") + text
    return result


def _pairs_of(s: Statement) -> Callable[[int, str, str, str], Pair]:
    """What makes a pair of a statement's concept from label, kind, reference and candidate."""
    return lambda label, kind, reference, candidate: Pair(
        reference, candidate, label, kind, s.concept
    )


class Deriver:
    """Draws pairs whose label follows from the written ones.

    Every derivation states its logic in its comment; `chance` is how often a statement gets one
    per epoch, set so that the four labels come out about as frequent as each other with neutral
    in the lead, as it is when every passage meets every segment of an answer.
    """

    def __init__(self, statements: Sequence[Statement], seed: int) -> None:
        self.statements = statements
        self.rng = random.Random(seed)
        self.siblings: dict[str, list[Statement]] = {}
        self.fields: dict[str, list[Statement]] = {}
        for statement in statements:
            self.siblings.setdefault(statement.concept, []).append(statement)
            self.fields.setdefault(statement.field, []).append(statement)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def sibling(self, s: Statement) -> Statement | None:
        """Another line of the concept that plainly says something else, if there is one."""
        others = [
            other
            for other in self.siblings[s.concept]
            if other is not s and overlap(other.reference, s.reference) < LOW_OVERLAP
        ]
        return self.rng.choice(others) if others else None

    def stranger(self, s: Statement) -> Statement | None:
        """A line of another concept, the most similar-sounding of a few drawn from its field."""
        pool = self.fields[s.field] if self.chance(0.7) else self.statements
        drawn = self.rng.choices(pool, k=6)
        others = [other for other in drawn if other.concept != s.concept]
        if not others:
            return None
        return max(others, key=lambda other: overlap(other.reference, s.reference))

    def derive(self, s: Statement) -> Iterator[Pair]:
        """One epoch's derived pairs of a statement."""
        rng, pick, chance, pair = self.rng, self.rng.choice, self.chance, _pairs_of(s)
        e, p, n, c = pick(s.entailed), pick(s.partly), pick(s.neutral), pick(s.contradicted)
        right = pick((s.reference, *s.entailed))
        if chance(0.5):  # a statement entails itself,
            yield pair(ENTAILED, "itself", s.reference, perturbed(rng, s.reference))
        if chance(0.4):  # and so does a falsehood
            yield pair(ENTAILED, "falsehood itself", c, perturbed(rng, c))
        if chance(0.7):  # two paraphrases of one statement
            first, second = rng.sample((s.reference, *s.entailed), 2)
            yield pair(ENTAILED, "paraphrases", first, second)
        if chance(0.4):  # whoever says the whole says the part
            yield pair(ENTAILED, "whole for part", p, right)
        if chance(0.5):  # adding a true remark takes nothing away
            yield pair(ENTAILED, "with remark", s.reference, joined(rng, e, n))
        if chance(0.8):
            yield pair(PARTLY, "part with remark", s.reference, joined(rng, p, n))
        if chance(0.5):  # contradiction holds between any two ways to put it, and is symmetric
            yield pair(CONTRADICTED, "paraphrase as reference", e, c)
        for wrong in rng.sample(s.contradicted, min(2, len(s.contradicted))):
            if chance(0.75):  # a second time with a right one as the candidate
                candidate = pick((s.reference, *s.entailed))
                yield pair(CONTRADICTED, "falsehood as reference", wrong, candidate)
        if chance(0.4):
            yield pair(CONTRADICTED, "falsehood with remark", s.reference, joined(rng, c, n))
        if chance(0.4):
            yield pair(CONTRADICTED, "falsehood with part", s.reference, joined(rng, c, p))
        if chance(0.5):  # the question says nothing
            yield pair(NEUTRAL, "echo", s.reference, perturbed(rng, s.question))
        if chance(0.4) and len(s.neutral) > 1:
            yield pair(NEUTRAL, "two remarks", s.reference, joined(rng, *rng.sample(s.neutral, 2)))
        if chance(0.35):
            yield pair(NEUTRAL, "bare terms", s.reference, terms(rng, s.reference))
        if chance(0.35):
            yield pair(NEUTRAL, "scrambled", s.reference, scrambled(rng, right))
        yield from self._near_copies(s)
        yield from self._with_others(s, right, e, p)

    def derive_windows(self, s: Statement) -> Iterator[Pair]:
        """What follows from the stretches of answers read beside one point."""
        rng, chance, pair = self.rng, self.chance, _pairs_of(s)
        # talk around the question, its terms as a list, words in no order say nothing of a point
        if chance(0.2):
            yield pair(NEUTRAL, "empty window", s.reference, empty_talk(rng, s.question))
        listed = len(re.findall(r"[、,，;；|/]", s.reference))
        if chance(0.12) and listed < 3:  # the terms of a list are what it says
            yield pair(NEUTRAL, "empty window", s.reference, terms(rng, s.reference))
        if chance(0.06) and s.entailed:
            scramble = scrambled(rng, rng.choice(s.entailed))
            yield pair(NEUTRAL, "empty window", s.reference, scramble)
        # what else a stretch speaks of does not matter
        label, texts = rng.choice(list(_by_label(s)))
        if texts and s.neutral and chance(0.3):
            both = joined(rng, rng.choice(texts), rng.choice(s.neutral))
            if len(both) < LONGEST_WINDOW:
                yield pair(label, "wider window", s.reference, both)
        yield from self._window_copies(s)
        # who says the point denies its opposite
        wrong = turned(rng, s.reference)
        if wrong is None:
            return
        for text in rng.sample(s.entailed, min(2, len(s.entailed))):
            if chance(0.2):
                yield pair(CONTRADICTED, "reversed window", wrong, text)
        if chance(0.1):
            yield pair(ENTAILED, "reversed window", wrong, reworded(rng, wrong))
        if chance(0.15):
            yield pair(CONTRADICTED, "reversed window", s.reference, reworded(rng, wrong))

    def _window_copies(self, s: Statement) -> Iterator[Pair]:
        """A point, or a stretch that says it, repeated nearly word for word; and with one relation
        reversed. In written answers mostly whoever gets it wrong keeps the words."""
        rng, chance, pair = self.rng, self.chance, _pairs_of(s)
        kind = "window copy"
        if chance(0.3):
            copy = reworded(rng, s.reference)
            if s.neutral and chance(0.4):
                copy = joined(rng, copy, rng.choice(s.neutral))
            if len(copy) < LONGEST_WINDOW:
                yield pair(ENTAILED, kind, s.reference, copy)
        half = part_of(rng, s.reference)
        if half and len(half) > 0.35 * len(s.reference) and chance(0.15):
            yield pair(PARTLY, kind, s.reference, reworded(rng, half))
        if s.entailed:
            said = rng.choice(s.entailed)
            if chance(0.2):
                yield pair(ENTAILED, kind, said, reworded(rng, said))
            if chance(0.2) and (denied := turned(rng, said)):
                yield pair(CONTRADICTED, kind, said, reworded(rng, denied))

    def _near_copies(self, s: Statement) -> Iterator[Pair]:
        """Nearly word for word the same, and the same with one relation reversed."""
        rng, chance, pair = self.rng, self.chance, _pairs_of(s)
        yield pair(ENTAILED, "near copy", s.reference, reworded(rng, s.reference))
        if chance(0.5):
            c = rng.choice(s.contradicted)
            yield pair(ENTAILED, "near copy of a falsehood", c, reworded(rng, c))
        if chance(0.5):
            e = rng.choice(s.entailed)
            yield pair(ENTAILED, "near copy of a paraphrase", e, reworded(rng, e))
        if chance(0.5) and (half := part_of(rng, s.reference)):
            yield pair(PARTLY, "near copy of a part", s.reference, reworded(rng, half))
        for kind, texts in (("near reversal", (s.reference,)), ("reversed paraphrase", s.entailed)):
            text = rng.choice(texts)
            wrong = turned(rng, text)
            if wrong is None:
                continue
            if kind == "near reversal" or chance(0.5):
                yield pair(CONTRADICTED, kind, s.reference, reworded(rng, wrong))
            if kind == "near reversal" and chance(0.6):  # symmetric
                yield pair(CONTRADICTED, kind, wrong, reworded(rng, s.reference))
                yield pair(ENTAILED, "near copy of a reversal", wrong, reworded(rng, wrong))

    def _with_others(self, s: Statement, right: str, e: str, p: str) -> Iterator[Pair]:
        rng, pick, chance, pair = self.rng, self.rng.choice, self.chance, _pairs_of(s)
        if sibling := self.sibling(s):
            said = pick((sibling.reference, *sibling.entailed))
            both = f"{s.reference} {sibling.reference}"
            if chance(0.6):
                yield pair(NEUTRAL, "other statement", s.reference, said)
            if chance(0.3):
                yield pair(
                    ENTAILED, "with other part", s.reference, joined(rng, e, pick(sibling.partly))
                )
            if chance(0.9):  # one of two statements is a part of both
                yield pair(PARTLY, "one of two", both, right)
            if chance(0.3):
                yield pair(ENTAILED, "both of two", both, joined(rng, e, said))
            if chance(0.3):
                yield pair(
                    CONTRADICTED,
                    "one of two wrong",
                    both,
                    joined(rng, e, pick(sibling.contradicted)),
                )
        if stranger := self.stranger(s):
            said = pick((stranger.reference, *stranger.entailed, *stranger.partly))
            yield pair(NEUTRAL, "other concept", s.reference, said)
            if chance(0.4):  # a falsehood about something else does not touch this
                yield pair(NEUTRAL, "other falsehood", s.reference, pick(stranger.contradicted))
            if chance(0.2):
                yield pair(ENTAILED, "with stranger", s.reference, joined(rng, e, said))
            if chance(0.2):
                yield pair(PARTLY, "part with stranger", s.reference, joined(rng, p, said))


def epoch(statements: Sequence[Statement], number: int, seed: int = SEED) -> list[Pair]:
    """Pairs of one epoch: all written ones, some of them perturbed, and fresh derived ones.

    The same (statements, number, seed) always give the same pairs in the same order.
    """
    deriver = Deriver([s for s in statements if not s.windows], seed * 1000 + number)
    windows = [s for s in statements if s.windows]
    rng = random.Random(seed * 1000 + number + 500)
    pairs = written(statements)
    for statement in deriver.statements:
        pairs.extend(deriver.derive(statement))
    for statement in windows:
        pairs.extend(deriver.derive_windows(statement))
    # candidates of every label are perturbed alike, or the traces of it would tell the label
    return [
        Pair(p.reference, perturbed(rng, p.candidate), p.label, p.kind, p.concept)
        if rng.random() < 0.15
        else p
        for p in pairs
    ]


def main() -> None:
    parts = split(read())
    for name, members in parts.items():
        pairs = written(members)
        counts = [sum(p.label == label for p in pairs) for label in range(4)]
        concepts = len({s.concept for s in members})
        print(f"{name}: {concepts} concepts, {len(members)} statements, pairs {counts}")
    drawn = epoch(parts["train"], 0)
    print("one epoch:", [sum(p.label == label for p in drawn) for label in range(4)])


if __name__ == "__main__":
    main()
