"""A configuration of gunicorn's for bench.load: where the time of a graded answer goes. One line of JSON
for each in the file that BENCH_TIMES names: seconds, and seconds of waiting for others' encoding."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

_now = threading.local()


def _timed(owner: Any, name: str, part: str) -> None:
    """Count the time in ``owner.name`` as ``part`` of the answer that this thread is at."""
    plain: Callable[..., Any] = getattr(owner, name)

    @wraps(plain)
    def timed(*args: Any, **options: Any) -> Any:
        parts = getattr(_now, "parts", None)
        if parts is None or getattr(_now, "inside", ""):  # not an answer, or part of a part
            return plain(*args, **options)
        begun, _now.inside = time.perf_counter(), part
        try:
            return plain(*args, **options)
        finally:
            parts[part] = parts.get(part, 0.0) + time.perf_counter() - begun
            _now.inside = ""

    setattr(owner, name, timed)


def post_worker_init(_worker: Any) -> None:
    from interview import answering, grader, reviewing
    from interview.grading import entailment
    from interview.turns import Turns
    from interview.views import sitting
    from knowledge import embedding

    file = open(os.environ["BENCH_TIMES"], "a", buffering=1)  # noqa: SIM115  (for as long as the process lives)
    whole = sitting.answer

    # Waiting for one's turn: what enters is counted, not what is done inside.
    take = Turns.take

    def entering(self: Turns, **options: Any) -> Any:
        turn = take(self, **options)
        enter = turn.__enter__

        class Entered:
            def __enter__(self) -> Any:
                begun = time.perf_counter()
                try:
                    return enter()
                finally:
                    if (parts := getattr(_now, "parts", None)) is not None:
                        parts["wait in line"] = time.perf_counter() - begun

            def __exit__(self, *error: Any) -> Any:
                return turn.__exit__(*error)

        return Entered()

    Turns.take = entering  # type: ignore[method-assign,assignment]
    _timed(answering, "submit", "store the answer")
    _timed(grader, "material_of", "read the question")
    _timed(embedding.SentenceEncoder, "encode", "encode")
    _timed(entailment.Entailment, "__call__", "read closely")
    _timed(reviewing, "record", "store the review")
    _timed(sitting, "page", "render")

    @wraps(whole)
    def answer(request: Any, *args: Any, **options: Any) -> Any:
        _now.parts, _now.inside, begun = {}, "", time.perf_counter()
        try:
            return whole(request, *args, **options)
        finally:
            file.write(json.dumps(_now.parts | {"all": time.perf_counter() - begun}) + "\n")
            _now.parts = None

    from interview import urls

    for pattern in urls.urlpatterns:
        if getattr(pattern, "name", "") == "answer":
            pattern.callback = answer
