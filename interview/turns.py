"""How many answers are graded at once, and how many may wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Busy(Exception):
    """As many are waiting as may; come back later."""


class Turns:
    """``at_once`` may be inside, ``waiting`` more stand in line, everybody else is told at once.

    Grading uses every core: more at once would only make all of them slower. And a line without an
    end would take the threads from the pages that need no grading.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def take(self, *, patient: bool = False) -> Iterator[None]:
        """Raises Busy instead of joining a full line, unless ``patient``: then it waits beside it."""
        if not self._places.acquire(blocking=patient):
            raise Busy
        try:
            with self._inside:
                yield
        finally:
            self._places.release()
