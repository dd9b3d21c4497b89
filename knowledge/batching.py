"""One model, many threads: their calls are taken together, and short ones do not wait for long ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

Run = Callable[[list[str]], np.ndarray]


class _Job:
    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.rows: list[np.ndarray] = []
        self.error: Exception | None = None

    @property
    def left(self) -> int:
        return len(self.texts) - sum(map(len, self.rows))

    @property
    def is_done(self) -> bool:
        return self.error is not None or self.left == 0


class Batcher:
    """Runs ``run`` for callers from many threads, one call at a time, ``size`` texts at most in each.

    Whoever finds the model free runs it, for everybody who waits by then; so nobody waits for company,
    and under load the calls fill up by themselves. The caller with the fewest texts left comes first: a
    person's answer never waits for more than one piece of an import.
    """

    def __init__(self, run: Run, size: int) -> None:
        self._run = run
        self._size = size
        self._model = threading.Lock()
        self._jobs: list[_Job] = []
        self._list = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) rows for n > 0 texts. Raises what ``run`` raises for these texts alone."""
        job = _Job(texts)
        with self._list:
            self._jobs.append(job)
        while not job.is_done:
            with self._model:
                if not job.is_done:  # else somebody has run it while this thread waited
                    self._step()
        if job.error is not None:
            raise job.error
        return np.concatenate(job.rows)

    def _step(self) -> None:
        with self._list:
            taken = self._take()
        try:
            rows = self._run([text for _, part in taken for text in part])
        except Exception as error:
            self._alone(taken, error)
        else:
            for job, part in taken:
                job.rows.append(rows[: len(part)])
                rows = rows[len(part) :]
        with self._list:
            self._jobs = [job for job in self._jobs if not job.is_done]

    def _take(self) -> list[tuple[_Job, list[str]]]:
        """The next texts to run, and whose they are; the shortest jobs first."""
        taken: list[tuple[_Job, list[str]]] = []
        room = self._size
        for job in sorted(self._jobs, key=lambda job: job.left):
            start = len(job.texts) - job.left
            part = job.texts[start : start + room]
            taken.append((job, part))
            room -= len(part)
            if room == 0:
                break
        return taken

    def _alone(self, taken: list[tuple[_Job, list[str]]], error: Exception) -> None:
        """After a failure: each by itself, so that one person's text does not fail another's."""
        if len(taken) == 1:
            taken[0][0].error = error
            return
        for job, part in taken:
            try:
                job.rows.append(self._run(part))
            except Exception as own:
                job.error = own
