"""An attempt's stored grade as what the result page shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from interview import probing
from interview.highlighting import Mark, highlight
from interview.models import Attempt, FollowUp
from knowledge.chunking import Passage
from knowledge.markdown.rendering import mark as mark_passages
from knowledge.models import QuestionVersion
from knowledge.refresh import rendered, source_name_of

FLAG_TEXTS: dict[str, Promise] = {
    "empty": _("There is no answer here."),
    "short": _("Very short: a sentence or two more would show that you know why."),
    "off_topic": _("This reads like the answer to another question."),
    "echo": _("This repeats the question; what the question says earns nothing."),
    "keyword_list": _("A list of terms: name how they relate, statements earn points."),
    "instruction": _("A sentence that speaks to the grader was left out."),
    "hidden": _("Invisible characters were left out."),
    "verbatim": _("Nearly word for word the reference: try it in your own words."),
    "gibberish": _("No words that make a statement were found."),
    "shuffled": _("The words stand in no order that says anything."),
    "retracted": _("The last sentence takes back what stands before it, so nothing of it counts."),
    "unasserted": _(
        "Much of this is rejected, wished for or only announced here, and what is not claimed does not count."
    ),
    "swapped": _("Something here is said of one thing that holds for the other."),
    "questions": _("Mostly questions: say what you think is the case."),
    "both_ways": _("This says a thing and its opposite: take a side, or say when which holds."),
    "dont_know": _("Noted as “don't know”. The reference below is the place to start."),
    "accepted": _("Scored by an alternative answer that the author accepts."),
    "misconception": _("Something here is a common misconception; see below."),
    "contradiction": _("Something here says the opposite of the reference; see the red marks."),
    "doubtful": _(
        "Some of this may say something else than the reference; the grader is not sure enough to say where."
    ),
}
VERDICT_NAMES: dict[str, Promise] = {
    "covered": _("covered"),
    "partly": _("partly covered"),
    "missed": _("missed"),
    "contradicted": _("contradicted"),
}
# Lower bounds of the score and the sentence for it.
_SENTENCES: tuple[tuple[int, Promise], ...] = (
    (85, _("Strong: this covers what an interviewer listens for.")),
    (70, _("Good: the main points are there, some detail is missing.")),
    (50, _("Half-way: some of it stands; important points are missing or not exact.")),
    (25, _("Thin: an interviewer would want to hear more, and more exactly.")),
    (0, _("Not there yet: the main points are missing or wrong.")),
)
PASS_MARK = 60


def sentence_of(score: float) -> Promise:
    """The verdict on one answer in words."""
    return next(text for bound, text in _SENTENCES if score >= bound)


def level_of(score: float) -> str:
    """ "good" from 70, "middling" from 40, else "poor"."""
    return "good" if score >= 70 else "middling" if score >= 40 else "poor"


@dataclass(frozen=True)
class PointView:
    text: str
    verdict: str
    verdict_name: Promise | str
    percent: int  # share of the whole
    quotes: tuple[str, ...]
    passage: int | None  # the first passage that says it, where the page shows one
    later: Promise | str = ""  # what the follow-up about it changed
    put_right: bool = False


@dataclass(frozen=True)
class FollowUpView:
    """What became of the question after the answer."""

    text: str
    point: str
    answer: SafeString
    skipped: bool
    verdict: str  # on the answer to it; "" while it waits for its grade
    verdict_name: Promise | str
    put_right: bool  # what had been said the other way round is right now
    before: int  # the attempt's score without it
    after: int
    unused: str  # what was typed and not sent


@dataclass(frozen=True)
class Result:
    """Everything the result page shows; texts are lazy translations, HTML is safe."""

    score: int
    uncertainty: int
    low: int
    high: int
    sentence: Promise
    level: str  # "good" | "middling" | "poor"
    semantic: int
    keywords: int
    truth: int
    reference: SafeString
    answer: SafeString
    points: list[PointView]
    contradictions: list[PointView]
    misconceptions: list[tuple[str, str]]  # what was written, the misconception
    to_add: list[PointView]
    found: list[str]
    missed: list[str]
    flags: list[Promise]
    with_entailment: bool
    follow_up: FollowUpView | None
    grade: dict[str, Any] = field(repr=False)

    @property
    def spread(self) -> int:
        """How wide the range of likely scores is."""
        return self.high - self.low

    @property
    def terms(self) -> int:
        """How many keywords were expected."""
        return len(self.found) + len(self.missed)

    @property
    def retry_first(self) -> bool:
        """Whether another try at the same question is worth more than the next one."""
        return self._still_wrong or self.score < PASS_MARK

    @property
    def _still_wrong(self) -> bool:
        return any(not point.put_right for point in self.contradictions)

    @property
    def move(self) -> Promise:
        """The one thing to do next."""
        if self._still_wrong:
            return _(
                "Read the red passage, then try again: one thing you said is the other way round."
            )
        if self.score < 25:
            return _("Read the reference below once, close it in your mind, and try again.")
        if self.score < PASS_MARK:
            return _("Try again with the first point under “What to add”: it weighs most.")
        if self.to_add:
            return _("Go on; next time say the first point under “What to add” as well.")
        return _("Go on to the next question: there is nothing left to add here.")


def for_a_list(reference: str) -> SafeString:
    """The marked reference for a page that shows several: without ids, which would be there twice."""
    return mark_safe(re.sub(r' id="passage-\d+"', "", reference))


def question_html(version: QuestionVersion) -> SafeString:
    """The stem of a question as HTML, empty without one."""
    return (
        mark_safe(rendered(version.stem, _source(version)).html) if version.stem else SafeString()
    )


def reference_html(version: QuestionVersion) -> SafeString:
    """The reference answer as it was asked, without marks and ids."""
    return for_a_list(rendered(version.body, _source(version)).html)


def _source(version: QuestionVersion) -> str:
    return source_name_of(version.question) if version.question else ""


def result_of(attempt: Attempt) -> Result | None:
    """The result of a graded attempt; None while it waits for its grade."""
    grade = attempt.grade
    if grade is None or attempt.score is None:
        return None
    score = round(attempt.score)
    spread = round(grade["uncertainty"])
    text = rendered(attempt.version.body, _source(attempt.version))
    places = _Places(grade, text.passages)
    verdicts = {
        place: p["verdict"]
        for p in grade["passages"]
        for place in places.of([p["position"]])
        if p["verdict"]
    }
    reference = mark_passages(text.html, verdicts)
    follow_up = _follow_up(attempt, text.passages)
    points = [_point(p, attempt.answer, reference, places, follow_up) for p in grade["points"]]
    return Result(
        score=score,
        uncertainty=spread,
        low=max(0, score - spread),
        high=min(100, score + spread),
        sentence=sentence_of(score),
        level=level_of(score),
        semantic=round(100 * grade["semantic"]),
        keywords=round(100 * grade["keywords"]),
        truth=round(100 * grade["truth"]),
        reference=mark_safe(reference),
        answer=highlight(attempt.answer, _marks(grade, places)),
        points=points,
        contradictions=[p for p in points if p.verdict == "contradicted"],
        misconceptions=[
            (attempt.answer[m["span"]["start"] : m["span"]["end"]], m["text"])
            for m in grade.get("misconceptions", ())
        ],
        to_add=sorted(
            (p for p in points if p.verdict in ("missed", "partly") and not p.put_right),
            key=lambda p: -p.percent,
        )[:4],
        found=grade["keywords_found"],
        missed=grade["keywords_missed"],
        flags=[FLAG_TEXTS[flag] for flag in grade["flags"] if flag in FLAG_TEXTS],
        with_entailment=bool(grade["entailment"]),
        follow_up=follow_up,
        grade=grade,
    )


class _Places:
    """Where the passages that a grade speaks of stand now, by their position when it was given: a
    later version of the site may cut the same text into other passages."""

    def __init__(self, grade: dict[str, Any], passages: Sequence[Passage]) -> None:
        now = {p.position: p.text for p in passages}
        by_text = {p.text: p.position for p in reversed(passages)}
        graded = {p["position"]: p["text"] for p in grade["passages"] if "text" in p}
        self._moved = {
            position: by_text.get(text)
            for position, text in graded.items()
            if now.get(position) != text
        }

    def of(self, positions: Iterable[int]) -> tuple[int, ...]:
        """Those of ``positions`` that are still there, as they are numbered now."""
        places = (self._moved.get(position, position) for position in positions)
        return tuple(place for place in places if place is not None)


def _follow_up(attempt: Attempt, passages: Sequence[Passage]) -> FollowUpView | None:
    """The follow-up that was answered or skipped; None without one and while it is open."""
    row = probing.of(attempt)
    if row is None or row.state == FollowUp.State.OPEN or attempt.grade is None:
        return None
    graded = row.grade["points"][0] if row.grade else None
    verdict = graded["verdict"] if graded else ""
    before = next((p for p in attempt.grade["points"] if p["text"] == row.point), None)
    return FollowUpView(
        text=row.text,
        point=row.point,
        answer=highlight(
            row.answer, _marks(row.grade, _Places(row.grade, passages)) if row.grade else ()
        ),
        skipped=row.state == FollowUp.State.SKIPPED,
        verdict=verdict,
        verdict_name=VERDICT_NAMES.get(verdict, ""),
        put_right=before is not None
        and before["verdict"] == "contradicted"
        and verdict == "covered",
        before=round(attempt.grade["score"]),
        after=round(attempt.score or 0),
        unused=row.draft.strip(),
    )


def _later(point: dict[str, Any], follow_up: FollowUpView | None) -> Promise | str:
    if follow_up is None or follow_up.point != point["text"]:
        return ""
    if follow_up.put_right:
        return _("put right in the follow-up")
    return {
        "covered": _("said in the follow-up, which counts half"),
        "partly": _("said in part in the follow-up, which counts half"),
    }.get(follow_up.verdict, "")


def _point(
    point: dict[str, Any],
    answer: str,
    reference: str,
    places: _Places,
    follow_up: FollowUpView | None,
) -> PointView:
    shown = (n for n in places.of(point["passages"]) if f'id="passage-{n}"' in reference)
    return PointView(
        text=point["text"],
        verdict=point["verdict"],
        verdict_name=VERDICT_NAMES.get(point["verdict"], ""),
        percent=round(100 * point["weight"]),
        quotes=tuple(answer[s["start"] : s["end"]] for s in point["spans"]),
        passage=next(shown, None),
        later=(later := _later(point, follow_up)),
        put_right=bool(later) and follow_up is not None and follow_up.verdict == "covered",
    )


def _marks(grade: dict[str, Any], places: _Places) -> list[Mark]:
    marks = [
        Mark(span["start"], span["end"], point["verdict"], places.of(point["passages"]))
        for point in grade["points"]
        if point["verdict"] in ("covered", "partly", "contradicted")
        for span in point["spans"]
    ]
    marks += [
        Mark(m["span"]["start"], m["span"]["end"], "contradicted")
        for m in grade.get("misconceptions", ())
    ]
    marks += [Mark(s["start"], s["end"], "keyword") for s in grade["keyword_spans"]]
    return marks
