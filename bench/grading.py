"""How well grades agree with people, beside the two baselines that must be beaten.

    python bench/grading.py [--shared ../shared] [--per-question 40] [--plot calibration.svg]

Grades the graded answers below --shared (not part of the repository) with the site's own grader and
prints, for each set, the grader, the length of the answer and the plain cosine of answer and
reference, all in one run. Reads nothing from and writes nothing to the site's data directory.
"""

from __future__ import annotations

import argparse
import collections
import json
import math
import os
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def prepare() -> None:
    """A scratch site with an empty bank."""
    os.environ["VIVA_DATA_DIR"] = tempfile.mkdtemp(prefix="viva-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview.settings")
    os.environ.setdefault("VIVA_LOG_LEVEL", "WARNING")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def sample(path: Path, per_question: int) -> list[dict]:
    """Up to ``per_question`` answers of every question, always the same ones."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    by_question = collections.defaultdict(list)
    for row in rows:
        by_question[str(row["question_id"])].append(row)
    rng = random.Random(1)
    return [
        row
        for question in sorted(by_question)
        for row in rng.sample(by_question[question], min(per_question, len(by_question[question])))
    ]


def grade(rows: list[dict]) -> tuple[list[float], list[float], list[float]]:
    """Scores 0-100 of the grader, of log length and of plain cosine, one per row."""
    import numpy as np

    from interview import grader
    from knowledge.vectors import vectors_for

    materials, references = {}, {}
    for row in rows:
        key = (row["question"], row.get("reference"))
        if key in materials:
            continue
        if row.get("reference") is None:
            question = _in_bank(row["question"])
            materials[key], references[key] = grader.material_of(question), question.body
        else:
            materials[key] = grader.material_from_text(*key)
            references[key] = row["reference"]
    graded: list[float] = []
    for start in range(0, len(rows), 64):
        batch = rows[start : start + 64]
        work = [(materials[r["question"], r.get("reference")], r["answer"]) for r in batch]
        graded += [float(g.score) for g in grader.grade_all(work)]
        print(f"\r{len(graded)}/{len(rows)}", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    lengths = [100 * min(1.0, math.log1p(len(r["answer"])) / 7) for r in rows]
    answers = grader.tools().encoder.encode([r["answer"] or " " for r in rows])
    keys = list(materials)
    whole = dict(zip(keys, vectors_for([references[k] for k in keys]), strict=True))
    cosine = [
        100 * float(np.dot(whole[r["question"], r.get("reference")], a))
        for r, a in zip(rows, answers, strict=True)
    ]
    return graded, lengths, cosine


def _in_bank(title: str):  # type: ignore[no-untyped-def]
    from knowledge.markdown import matching_key
    from knowledge.models import Question

    return Question.objects.filter(key=matching_key(title)).first()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--per-question", type=int, default=40)
    parser.add_argument("--plot", type=Path, help="draw people's grades against scores (SVG)")
    options = parser.parse_args()
    if not options.shared.is_dir():
        sys.exit(
            f"{options.shared}: the graded answers are not here; name their folder with --shared"
        )
    prepare()
    sys.path.insert(0, str(options.shared / "tools"))
    import score_cases
    import score_human
    from django.utils import timezone

    from knowledge.importing import apply_plan, make_plan
    from knowledge.reading import read

    seeds = options.shared / "seeds" / "deep-learning-basics.md"
    apply_plan(make_plan(read(seeds)), now=timezone.now())
    cases = score_cases.read(options.shared / "grading" / "cases.jsonl")
    print(f"cases ({len(cases)} answers)")
    folder = Path(tempfile.mkdtemp(prefix="viva-bench-"))
    plotted = {}
    for name, scores in zip(("grader", "length", "cosine"), grade(cases), strict=True):
        _report(score_cases.main, name, cases, scores, folder)
        if name == "grader":
            plotted["cases"] = (scores, [row["score"] for row in cases])
    for path in sorted((options.shared / "grading" / "human").glob("*.jsonl")):
        rows = sample(path, options.per_question)
        print(f"{path.stem} ({len(rows)} answers)")
        for name, scores in zip(("grader", "length", "cosine"), grade(rows), strict=True):
            _report(score_human.main, name, rows, scores, folder)
            if name == "grader":
                plotted[path.stem] = (scores, [100 * row["score"] for row in rows])
    if options.plot:
        from bench import calibration

        options.plot.write_text(calibration.svg(plotted), encoding="utf-8")


def _report(score, name: str, rows: list[dict], scores: list[float], folder: Path) -> None:  # type: ignore[no-untyped-def]
    truth, given = folder / "truth.jsonl", folder / "given.jsonl"
    truth.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    given.write_text("".join(json.dumps({"score": s}) + "\n" for s in scores), encoding="utf-8")
    print(f"{name:8}", end=" ", flush=True)
    score(truth, given)


if __name__ == "__main__":
    main()
