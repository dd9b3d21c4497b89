"""Where the time of one grade goes: segment, encode, read closely, score, store, render.

    python bench/latency.py [--repeat 20]

Grades one answer of 300 characters against the longest reference of the bundled bank, warm, and
prints medians in milliseconds, and as multiples of encoding the answer once as a whole.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

times: dict[str, list[float]] = defaultdict(list)


@contextmanager
def timed(name: str):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    yield
    times[name].append(1000 * (time.perf_counter() - start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--markdown", type=Path, help="take the longest reference of this file")
    options = parser.parse_args()
    from bench.grading import prepare

    prepare()
    from django.contrib.auth.models import User
    from django.db.models.functions import Length
    from django.utils import timezone

    from interview import answering, grader, result, selection
    from interview.grading import core
    from knowledge.importing import apply_plan, make_plan
    from knowledge.models import Question
    from knowledge.reading import read

    source = options.markdown or ROOT / "knowledge" / "content" / "deep-learning.md"
    apply_plan(make_plan(read(source)), now=timezone.now())
    longest = Question.objects.annotate(size=Length("body")).order_by("-size").first()
    assert longest is not None
    shortest = " ".join(str(p[0]) for q in Question.objects.all()[:9] for p in q.points[:2])
    answer = (shortest or longest.body)[:300]
    tools = grader.tools()
    user = User.objects.create_user("bench")
    other = Question.objects.exclude(pk=longest.pk)
    other.update(missing=True)
    for run in range(options.repeat + 2):
        if run == 2:
            times.clear()  # the first two warm caches
        with timed("encode the answer once, whole"):
            tools.encoder.encode([answer])
        with timed("material from the database"):
            material = grader.material_of(longest)
        with timed("segment"):
            prepared = core._Prepared(material, answer)
        with timed("encode the segments"):
            raw = tools.encoder.encode([s.text for s in prepared.segments])
        with timed("match points, nearest other question"):
            prepared.take(raw, tools)
        if tools.entailment:
            with timed(f"close reading ({len(prepared.pairs)} pairs)"):
                verdicts = tools.entailment(prepared.pairs)
        else:
            verdicts = None
        with timed("score and evidence"):
            prepared.finish(verdicts, tools)
        interview = selection.start_interview(
            user,
            selection.Plan(topics=[], count=1),
            now=timezone.now(),
            rng=__import__("random").Random(1),
        )
        assert interview is not None
        slot = interview.slots.get()
        import uuid

        with timed("store the answer"):
            attempt = answering.submit(slot, answer, submission=uuid.uuid4(), now=timezone.now())
        with timed("grade_attempt, all of it"):
            answering.grade_attempt(attempt)
        with timed("render the result"):
            result.result_of(attempt)
    base = statistics.median(times["encode the answer once, whole"])
    words = len(material.passages)
    print(
        f"answer {len(answer)} characters in {len(prepared.segments)} segments, "
        f"{len(prepared.windows)} windows; reference {len(longest.body)} characters, "
        f"{words} passages, {len(material.points)} points; median of {options.repeat}"
    )
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{middle:8.1f} ms  {middle / base:5.2f} x  {name}")


if __name__ == "__main__":
    main()
