"""One answer against one question's material: evidence first, then a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from interview.grading import form, scale, wording
from interview.grading.asking import question_share
from interview.grading.attribution import Misattributed, astray, misattributed
from interview.grading.contrast import (
    NONE,
    Contrast,
    contrast,
    is_number,
    reverses,
    tokens,
    turned_round,
)
from interview.grading.entailment import ENTAILED
from interview.grading.listing import listing_share
from interview.grading.matching import said_with_neighbours, shared_wording, worth_reading
from interview.grading.material import (
    CONTRADICTED,
    MISSED,
    Grade,
    Material,
    Misconception,
    PointGrade,
    Span,
    Tools,
)
from interview.grading.segments import segment, width
from interview.grading.shown import keywords_in, passage_grades, verdict_of
from interview.grading.subjects import bound
from interview.grading.windows import centred, chinese_share, windows
from interview.grading.word_order import scattered, shuffled

VERSION = "10"
# Similarity (reduced centred cosine) from which a statement is searched for a reversal of a point, and
# how much less near another statement may be that says the point without one.
CONTRAST_NEAR, CONTRAST_REACH = 0.1, 0.15


def grade(material: Material, answer: str, tools: Tools) -> Grade:
    """Grade one answer. Pure: the same material, answer and models give the same grade."""
    return grade_many([(material, answer)], tools)[0]


def grade_many(work: Sequence[tuple[Material, str]], tools: Tools) -> list[Grade]:
    """Grades for (material, answer) pairs; all answers are encoded together and all pairs read
    together, so that thousands go through in a few large batches."""
    prepared = [_Prepared(material, answer) for material, answer in work]
    texts = list(dict.fromkeys(s.text for p in prepared for s in p.segments))
    raw = tools.encoder.encode(texts)
    place = {text: row for row, text in enumerate(texts)}
    pairs: list[tuple[str, str]] = []
    for p in prepared:
        if p.segments:
            p.take(raw[[place[s.text] for s in p.segments]], tools)
        pairs += p.pairs
    verdicts = tools.entailment(pairs) if tools.entailment and pairs else None
    grades = []
    for p in prepared:
        count = len(p.pairs)
        grades.append(p.finish(verdicts[:count] if verdicts is not None and count else None, tools))
        verdicts = verdicts[count:] if verdicts is not None else None
    return grades


class _Prepared:
    """An answer on its way to a grade."""

    def __init__(self, material: Material, answer: str) -> None:
        self.material = material
        text, self.offsets, hidden = form.visible(answer)
        self.text, self.flags = form.claimed(form.quiet(text), material.question)
        self.flags |= {form.HIDDEN} if hidden else set()
        segments = segment(self.text)
        self.segments, flags = form.useful(segments, material.question)
        self.flags |= flags
        if not text.strip():
            self.flags = {form.EMPTY}
        elif refused := self._refused():
            self.flags.add(refused)
            self.segments = []
        if material.names:
            self.segments = bound(self.segments, self.text, material.names)
        self.windows = windows(self.segments, self.text, material.names)
        self.astray = astray([p.side for p in material.points], [w.side for w in self.windows])
        self.pairs: list[tuple[str, str]] = []
        self.asked: list[tuple[int, int]] = []  # (point, window) of each pair
        self.misconceived: list[tuple[int, int, float]] = []  # (misconception, segment, strength)
        self.similarity = np.zeros((len(material.points), 0), dtype=np.float32)
        self.near = self.alike = self.similarity
        self.whole, self.same = 0.0, 1.0
        self.own = 0.0
        self.elsewhere = -1.0

    def _refused(self) -> str | None:
        """The flag of an answer that earns nothing whatever it says."""
        if form.is_dont_know(self.text):
            return form.DONT_KNOW
        if form.looks_garbled(self.text):
            return form.GIBBERISH
        if shuffled(self.text) or scattered(self.text, self.material.reference):
            return form.SHUFFLED
        if form.is_retracted(self.text, self.material.question):
            return form.RETRACTED
        return None

    def take(self, raw: np.ndarray, tools: Tools) -> None:
        """Similarities of points and windows, and the pairs worth reading closely.

        ``raw`` (m, d): the segments' vectors as encoded. A window's vector is the mean of its
        segments' by width: measured, that is as good as encoding it again, and saves most of the time.
        """
        material = self.material
        if not material.points:
            return
        sizes = np.array([max(3.0, width(s.text)) for s in self.segments])
        joined = np.stack([sizes[list(w.parts)] @ raw[list(w.parts)] for w in self.windows])
        joined /= np.linalg.norm(joined, axis=1, keepdims=True)
        vectors = centred(joined, [w.text for w in self.windows], tools.background)
        given = np.maximum(vectors @ material.question_vector, 0)  # what the question gave away
        self.similarity = material.point_vectors @ vectors.T - scale.GIVEN * given
        singles = vectors[: len(self.segments)]  # windows() lists the single segments first
        reference = np.vstack([material.passage_vectors, material.point_vectors])
        self.own = float((reference @ singles.T).max(axis=0).mean())
        self._find_misconceptions(singles)
        if tools.elsewhere is not None:
            self.elsewhere = tools.elsewhere(material, raw, singles)
        points = material.points
        words, wide, same = shared_wording(points, self.windows, self.text, material.question)
        self.near = scale.nearness(self.similarity, words, wide, same)
        self.alike = same * words
        self.whole, self.same = self._wording_of_the_whole()
        self.asked = worth_reading(self.near, self.astray, self.similarity, len(self.segments))
        self.pairs = [(points[n].statement, self.windows[j].text) for n, j in self.asked]

    def _wording_of_the_whole(self) -> tuple[float, float]:
        """The share of the reference's own wording that the answer uses, less what it says to the
        grader and the like, and how far the two are in one language, both 0..1."""
        said = " ".join(s.text for s in self.segments)
        reference = self.material.reference
        wanted = wording.asked_for(reference, self.material.question)
        alike = 1 - abs(chinese_share(said) - chinese_share(reference))
        return wording.shared(wanted, set(wording.units(said))), alike

    def _find_misconceptions(self, singles: np.ndarray) -> None:
        """Statements that come nearer to a known misconception than to any point. ``singles``
        (m, d): the segments' centred vectors. One that runs like the misconception but reverses it
        refutes it."""
        wrong = self.material.misconception_vectors
        if not len(wrong):
            return
        to_wrong, to_points = wrong @ singles.T, self.material.point_vectors @ singles.T
        to_points = np.where(self.astray[:, : len(self.segments)], -1.0, to_points)
        margins = to_wrong - to_points.max(axis=0)
        names = self.material.names
        for k, misconception in enumerate(self.material.misconceptions):
            side, text = names.of_one(misconception) if names else (None, misconception)
            of_it = ~astray([side], [s.side for s in self.segments])[0]
            stated = (to_wrong[k] >= scale.MISCONCEPTION_NEAR) & of_it
            j = int(np.where(stated, margins[k], -1.0).argmax())
            strength = scale.misconceived(float(to_wrong[k, j]), float(margins[k, j])) * stated[j]
            said = self.segments[j].text
            if strength and not contrast(text, said).strength and not turned_round(text, said):
                self.misconceived.append((k, j, float(strength)))

    # -- evidence ----------------------------------------------------------------------------------

    def _signals(self, verdicts: np.ndarray | None) -> scale.Signals:
        """The evidence of each pair; remembers the windows behind each point in ``best`` and
        ``against``."""
        count, pairs = len(self.material.points), len(self.asked)
        self.best: list[int | None] = [None] * count
        self.against: list[int | None] = [None] * count
        reversal = np.zeros(pairs)
        withdrawn, number = np.zeros(pairs, dtype=bool), np.zeros(pairs, dtype=bool)
        for n in range(count):
            if not self.similarity.shape[1]:
                continue
            key = (n, int(np.where(self.astray[n], -1.0, self.similarity[n]).argmax()))
            found = self._reversal(*key)
            if found.strength and key in self.asked:
                row = self.asked.index(key)
                reversal[row], number[row] = found.strength, is_number(found.reference)
                withdrawn[row] = self._said_elsewhere(*key)
        wrongly = self._wrongly(verdicts)
        if (wrongly.strength >= scale.REVERSAL_FROM).any():
            self.flags.add(form.SWAPPED)
        for row, (n, j) in enumerate(self.asked):
            if j < len(self.segments) and self.astray[n, j] and wrongly.point[j] == n:
                reversal[row] = wrongly.strength[j]
        away = np.array(
            [
                1.0 if self.astray[n, j] else wrongly.strength[list(self.windows[j].parts)].max()
                for n, j in self.asked
            ]
        )
        signals = scale.Signals(
            count=count,
            point=np.array([n for n, _ in self.asked], dtype=int),
            near=np.array([self.near[key] for key in self.asked]),
            alike=np.array([self.alike[key] for key in self.asked]),
            probabilities=verdicts,
            said=said_with_neighbours(verdicts, self.asked, [w.parts for w in self.windows]),
            astray=away,
            reversed=reversal,
            withdrawn=withdrawn,
            number=number,
            misconceptions=sum(strength for *_, strength in self.misconceived),
            whole=self.whole,
            same=self.same,
            english=1 - chinese_share(self.material.reference),
            clash=self._judged_otherwise(),
        )
        covered, denied = signals.covered_pairs(1.0), signals.denied_pairs()
        for n in range(count):
            own = np.flatnonzero(signals.point == n)
            if not len(own):
                continue
            self.best[n] = self.asked[own[covered[own].argmax()]][1]
            against = np.maximum(denied, reversal)[own]
            self.against[n] = self.asked[own[against.argmax()]][1] if against.any() else None
        return signals

    def _wrongly(self, verdicts: np.ndarray | None) -> Misattributed:
        """The segments said of the wrong one of the things compared, the less surely the better the
        answer says the same of the right one."""
        found = misattributed(
            self.astray,
            self.near,
            self.similarity,
            self.alike,
            self.asked,
            verdicts,
            len(self.segments),
        )
        if verdicts is None or not found.strength.any():
            return found
        right = np.zeros(len(self.material.points))
        for (n, j), verdict in zip(self.asked, verdicts, strict=True):
            if not self.astray[n, j]:
                right[n] = max(right[n], self.near[n, j] * verdict[ENTAILED])
        strength = found.strength * (1 - right[found.point])
        for j in map(int, np.flatnonzero(strength)):
            point = self.material.points[int(found.point[j])].statement
            if reverses(point, self.segments[j].text):  # it says the opposite of that point
                strength[j] = 0.0
        return replace(found, strength=strength)

    def _reversal(self, n: int, j: int) -> Contrast:
        """Whether window ``j`` reverses point ``n`` word by word."""
        if self.similarity[n, j] < CONTRAST_NEAR:
            return NONE
        return contrast(self.material.points[n].statement, self.windows[j].text)

    def _said_elsewhere(self, n: int, j: int) -> bool:
        """Whether the answer says point ``n``, which window ``j`` seems to reverse, in another place,
        about as near and the right way round, or has the point's number there: then ``j`` speaks of
        something else, as in a comparison."""
        point = self.material.points[n].statement
        found = contrast(point, self.windows[j].text)
        own = set(self.windows[j].parts)
        for k, window in enumerate(self.windows):
            if own & set(window.parts):
                continue
            if is_number(found.reference) and found.reference in tokens(window.text):
                return True
            near = self.similarity[n, k] >= self.similarity[n, j] - CONTRAST_REACH
            if near and not contrast(point, window.text).strength:
                return True
        return False

    def _judged_otherwise(self) -> bool:
        """Whether the answer begins with the opposite of the judgement that the reference begins with
        (true or false, yes or no)."""
        first = self.material.passages[0].text if self.material.passages else ""
        return wording.judgement(first) * wording.judgement(self.text) < 0

    # -- the grade ---------------------------------------------------------------------------------

    def finish(self, verdicts: np.ndarray | None, tools: Tools) -> Grade:
        material = self.material
        signals = self._signals(verdicts)
        used = keywords_in(self.text if self.segments else "", material.keywords)
        reference = material.reference
        forfeited = self._forfeited()
        if form.verbatim_share(self.text, reference) > 0.7:
            self.flags.add(form.VERBATIM)
        weights = np.array([p.weight for p in material.points], dtype=float)
        weights = weights / weights.sum() if weights.sum() > 0 else weights
        result = scale.score(
            signals,
            weights,
            explicit=material.explicit,
            forfeited=max(forfeited.values()),
            elsewhere=self.elsewhere - self.own,
            sides=[p.side for p in material.points],
        )
        self.flags |= {flag for flag, cost in forfeited.items() if cost > scale.FORFEIT_SHOWN}
        if result.off_topic:
            self.flags.add(form.OFF_TOPIC)
        if self._misconceptions():
            self.flags.add(form.MISCONCEPTION)
        if not self.flags & {form.EMPTY, form.DONT_KNOW} and width(self.text) < 8:
            self.flags.add(form.SHORT)
        if not self.segments:
            result = scale.nothing(len(material.points))
        points = self._points(result, weights)
        if result.doubtful and self.segments:
            shown = any(p.verdict == "contradicted" for p in points)
            self.flags.add(form.CONTRADICTION if shown else form.DOUBTFUL)
        return Grade(
            score=result.score,
            uncertainty=result.uncertainty,
            semantic=round(result.coverage, 4),
            keywords=round(used.share, 4),
            points=points,
            passages=passage_grades(material.passages, points),
            misconceptions=self._misconceptions(),
            keywords_found=used.found,
            keywords_missed=used.missed,
            keyword_spans=tuple(self._own(start, end) for start, end in used.places),
            flags=tuple(sorted(self.flags)),
            truth=round(result.truth, 4),
            explicit=material.explicit,
            kept=round(result.kept, 4),
            worded=round(result.worded, 4),
            version=VERSION,
            encoder=tools.encoder.identity,
            entailment=tools.entailment_identity,
        )

    def _forfeited(self) -> dict[str, float]:
        """What the answer forfeits by its form, 0..1, by flag; a form that the reference has too costs
        nothing."""
        shares = {
            form.KEYWORD_LIST: listing_share,
            form.QUESTIONS: question_share,
            form.BOTH_WAYS: form.both_ways_share,
        }
        costs = dict.fromkeys(shares, 0.0)
        for flag, share in shares.items():
            if own := share(self.text):
                costs[flag] = scale.forfeit(flag, own - share(self.material.reference))
        return costs

    def _misconceptions(self) -> tuple[Misconception, ...]:
        """Those stated clearly enough to be shown."""
        return tuple(
            Misconception(self.material.misconceptions[k], self._span(j))
            for k, j, strength in self.misconceived
            if strength >= scale.MISCONCEPTION_SHOWN
        )

    def _span(self, place: int) -> Span:
        window = self.windows[place]
        return self._own(window.start, window.end)

    def _own(self, start: int, end: int) -> Span:
        """The place in the answer as typed of a stretch of its visible text."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def _points(self, result: scale.Result, weights: np.ndarray) -> tuple[PointGrade, ...]:
        graded = []
        for n, point in enumerate(self.material.points):
            coverage, against = float(result.covered[n]), float(result.contradicted[n])
            verdict = verdict_of(coverage, against)
            place = self.against[n] if verdict == CONTRADICTED else self.best[n]
            graded.append(
                PointGrade(
                    text=point.text,
                    weight=round(float(weights[n]), 4),
                    verdict=verdict,
                    coverage=round(coverage, 4),
                    contradiction=round(against, 4),
                    spans=(self._span(place),) if place is not None and verdict != MISSED else (),
                    passages=point.passages,
                    cost=round(float(result.costs[n]), 4),
                    side=point.side,
                )
            )
        return tuple(graded)
