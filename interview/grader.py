"""The bank's questions and this process's models, brought to the pure grader.

The only module that knows both the ORM and ``interview.grading``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from interview.grading import (
    Grade,
    Keyword,
    Material,
    Passage,
    Point,
    Tools,
    centred,
    chinese_share,
    follow_up,
    grade_many,
)
from interview.grading.form import ACCEPTED
from interview.grading.points import attach, automatic, statements
from interview.grading.sides import sides
from interview.grading.subjects import Names
from interview.grading.wording import asked_for, shared, units
from knowledge import embedding, index, keywords
from knowledge.chunking import ABOVE, COLUMN, subject
from knowledge.markdown.rendering import render
from knowledge.models import Chunk, Question, QuestionVersion
from knowledge.refresh import bank_frequencies
from knowledge.vectors import embedded_text, vectors_for

if TYPE_CHECKING:
    from interview.grading.entailment import Entailment

logger = logging.getLogger(__name__)
_BACKGROUND = Path(__file__).parent / "grading" / "background.txt"
_lock = threading.Lock()
_tools: Tools | None = None


def tools() -> Tools:
    """The models, loaded on first use (seconds). Raises what the loading raises."""
    global _tools
    if _tools is None:
        with _lock:
            if _tools is None:
                _tools = _load()
    return _tools


def verify() -> None:
    """Raises OSError, naming the file and what to do, where a file of a model is damaged. Cheap: no
    model is loaded."""
    embedding.verify(settings.VIVA_ENCODER)
    reader = _entailment()
    if reader is not None:
        reader.verify()


def is_ready() -> bool:
    return _tools is not None


def warm_up() -> None:
    """Load the models and have the index at hand. Raises what the loading raises."""
    tools()
    index.prepare()
    bank_frequencies()  # so that no author's first save waits for it


def background_texts() -> list[str]:
    """Sentences of no subject in both languages: what vectors are centred by."""
    lines = _BACKGROUND.read_text(encoding="utf-8").split("\n")
    return [line for line in lines if line.strip()]


def _load() -> Tools:
    embedding.verify(settings.VIVA_ENCODER)
    encoder = embedding.get_encoder()
    texts = background_texts()
    vectors = vectors_for(texts)
    chinese = np.array([chinese_share(text) > 0.5 for text in texts])
    background = np.stack([vectors[chinese].mean(axis=0), vectors[~chinese].mean(axis=0)])
    reader = _entailment()
    if reader is not None:
        reader.load()
    return Tools(
        encoder=encoder,
        background=background,
        entailment=reader,
        entailment_identity=reader.identity if reader else "",
        elsewhere=_elsewhere,
    )


def _entailment() -> Entailment | None:
    """The entailment model; none when it is switched off or not there."""
    if settings.VIVA_ENTAILMENT == "off":
        return None
    from interview.grading import entailment

    try:
        if settings.VIVA_ENTAILMENT == "bundled":
            return entailment.Entailment()
        return entailment.Entailment(Path(settings.VIVA_ENTAILMENT))
    except FileNotFoundError as error:
        logger.warning("grading without the entailment model: %s", error)
        return None


# A question whose references are this near to the own ones asks the same thing (a second book's
# version of it, its twin in another language): what is right there is not off topic here.
_SAME_QUESTION = 0.5
_NEAR = 8


def _elsewhere(material: Material, raw: np.ndarray, vectors: np.ndarray) -> float:
    """How near an answer comes to another question of the bank: the mean over its segments of the
    best centred cosine with that question's passages, for the best such question; -1 without one."""
    hits = index.nearest(raw, _NEAR)
    found = {pk for row in hits for pk, _ in row}
    chunks = {
        c.pk: c
        for c in Chunk.objects.filter(pk__in=found).exclude(question=material.key)
        if c.question_id is not None
    }
    if not chunks:
        return -1.0
    texts = [embedded_text(c.heading, c.text) for c in chunks.values()]
    others = centred(vectors_for(texts), texts, tools().background)
    questions = np.array([c.question_id for c in chunks.values()])
    best = -1.0
    for question in sorted(set(questions)):
        own = others[questions == question]
        alike = float((material.passage_vectors @ own.T).max(axis=0).mean())
        if alike < _SAME_QUESTION:
            best = max(best, float((own @ vectors.T).max(axis=0).mean()))
    return best


def material_of(question: Question) -> Material:
    """A bank question as grading material; vectors come from the database."""
    chunks = list(question.chunks.order_by("position"))
    passages = tuple(Passage(c.position, c.text, c.weight, c.heading, c.kind) for c in chunks)
    wanted = [
        Keyword(k.term, tuple(k.aliases), k.weight)
        for k in question.keywords.order_by("-weight", "id")
    ]
    return _material(
        question.title,
        passages,
        [(str(text), float(weight)) for text, weight in question.points],
        wanted,
        misconceptions=tuple(question.misconceptions),
        key=question.pk,
    )


def material_from_text(title: str, reference: str) -> Material:
    """Material for a question that is not in the bank, from its reference answer in Markdown."""
    passages = tuple(
        Passage(p.position, p.text, p.weight, p.heading, p.kind) for p in render(reference).passages
    )
    frequency, documents = _frequencies()
    found = keywords.detect([(p.text, p.weight, ()) for p in passages], title, frequency, documents)
    return _material(title, passages, [], [Keyword(t.term, t.aliases, t.weight) for t in found])


@lru_cache(maxsize=1)
def _frequencies() -> tuple[dict[str, int], int]:
    return bank_frequencies()


def _material(
    title: str,
    passages: tuple[Passage, ...],
    explicit: Sequence[tuple[str, float]],
    wanted: Sequence[Keyword],
    misconceptions: tuple[str, ...] = (),
    key: int | None = None,
) -> Material:
    background = tools().background
    texts = [embedded_text(p.heading, p.text) for p in passages]
    passage_vectors = centred(vectors_for(texts), texts, background)
    compared = sides(
        title,
        "\n".join(f"{p.heading}\n{p.text}" for p in passages),
        [subject(p.heading) for p in passages] + [p.text for p in passages if "：" in p.text[:24]],
    )
    names = Names(compared) if compared else None
    if explicit:
        asked = [text for text, _ in explicit]
        shown = centred(vectors_for(asked), asked, background)
        points = [_of_a_side(p, names) for p in attach(explicit, shown, passages, passage_vectors)]
        point_vectors = _vectors([p.neutral for p in points], shown)
    else:
        said = statements(passages, names)
        vectors = _vectors([s.neutral for s in said], passage_vectors[[s.row for s in said]])
        points, places = automatic(passages, said, vectors)
        point_vectors = vectors[places]
    wrong = [names.of_one(text)[1] if names else text for text in misconceptions]
    return Material(
        question=title,
        passages=passages,
        points=tuple(points),
        keywords=tuple(wanted),
        passage_vectors=passage_vectors,
        point_vectors=point_vectors,
        question_vector=centred(vectors_for([title]), [title], background)[0],
        misconceptions=misconceptions,
        misconception_vectors=centred(vectors_for(wrong), wrong, background),
        explicit=bool(explicit),
        names=names,
        key=key,
    )


def _of_a_side(point: Point, names: Names | None) -> Point:
    """An author's point with the one thing that it names, where the question compares things."""
    side, neutral = names.of_one(point.text) if names else (None, "")
    return point if side is None else replace(point, side=side, neutral=neutral)


def _vectors(neutral: Sequence[str], otherwise: np.ndarray) -> np.ndarray:
    """(n, d) centred vectors of the texts without names, where there are such, else the given rows."""
    own = [row for row, text in enumerate(neutral) if text]
    texts = [neutral[row] for row in own]
    vectors = otherwise.copy()
    if own:
        vectors[own] = centred(vectors_for(texts), texts, tools().background)
    return vectors


def grade_answer(question: Question, answer: str) -> Grade:
    """Grade one answer to a question of the bank. An answer that does better against one of the
    author's accepted alternatives than against the reference gets that score; the evidence stays
    the reference's."""
    materials = [
        material_of(question),
        *(material_from_text(question.title, text) for text in question.accepted),
    ]
    return _best(materials, answer)


def _material_asked(version: QuestionVersion) -> Material:
    """The question as it was asked: with what the bank knows of it, unless it was edited since."""
    question = version.question
    if question is not None and question.content_hash() == version.content_hash:
        return material_of(question)
    return material_from_text(version.title, version.body)


def headings(version: QuestionVersion) -> dict[int, str]:
    """The headings that the reference's passages stand under, by position; the names of a table's
    columns are none."""
    found = {}
    for passage in render(version.body).passages:
        above = passage.heading.split(ABOVE)
        if passage.kind == "row" and COLUMN in above[-1]:
            above.pop()
        if any(above):
            found[passage.position] = ABOVE.join(above)
    return found


# An author's follow-up aims at a point when it is this near to it (centred cosine) and has less than
# this share of its words, besides those of the question: more would give the point away.
_AIMED, _GIVEN_AWAY = 0.6, 0.5


def aimed_at(point: str, title: str, candidates: Sequence[str]) -> str | None:
    """Which of an author's follow-up questions asks for ``point`` without saying it; None if none does."""
    if not candidates:
        return None
    background = tools().background
    own = centred(vectors_for([point]), [point], background)[0]
    near = centred(vectors_for(candidates), candidates, background) @ own
    wanted = asked_for(point, title)
    for place in sorted(range(len(candidates)), key=lambda n: (-near[n], n)):
        if near[place] < _AIMED:
            return None
        if wanted and shared(wanted, set(units(candidates[place]))) < _GIVEN_AWAY:
            return candidates[place]
    return None


def grade_follow_up(version: QuestionVersion, point: str, asked: str, answer: str) -> Grade:
    """Grade the answer to a follow-up against one point of the question alone; what ``asked`` says is
    given away."""
    material = _material_asked(version)
    background = tools().background
    own = centred(vectors_for([point]), [point], background)
    known = [p for p in material.points if p.text == point]
    points = known[:1] or attach([(point, 1.0)], own, material.passages, material.passage_vectors)
    only = replace(
        material,
        question=asked,
        points=(replace(points[0], weight=1.0),),
        point_vectors=own,
        question_vector=centred(vectors_for([asked]), [asked], background)[0],
        keywords=(),
        misconceptions=(),
        misconception_vectors=own[:0],
    )
    return grade_all([(only, answer)])[0]


def score_with(grade: dict[str, Any], point: str, of_follow_up: dict[str, Any]) -> int:
    """The score of a stored grade after a follow-up about ``point`` that was graded so; one that
    misses the point adds nothing."""
    found = of_follow_up["points"][0]
    said = found["coverage"] if found["verdict"] in ("covered", "partly") else 0.0
    return follow_up.score(grade, point, said)


def grade_version(version: QuestionVersion, answer: str) -> Grade:
    """Grade an answer to a question as it was worded once; accepted alternatives count whatever its
    wording is by now."""
    accepted = version.question.accepted if version.question else []
    texts = [version.body, *accepted]
    return _best([material_from_text(version.title, text) for text in texts], answer)


def _best(materials: Sequence[Material], answer: str) -> Grade:
    """The grade by the reference, which comes first, with the score of the alternative that fits best."""
    grade, *others = grade_all([(material, answer) for material in materials])
    best = max(others, key=lambda other: other.score, default=grade)
    if best.score <= grade.score:
        return grade
    flags = tuple(sorted({*grade.flags, ACCEPTED}))
    return replace(grade, score=best.score, uncertainty=best.uncertainty, flags=flags)


def grade_all(work: Sequence[tuple[Material, str]]) -> list[Grade]:
    return grade_many(work, tools())
