"""How the work of a function grows with its input, whatever the machine and its load."""

import time
from collections.abc import Callable


def growth(work: Callable[[str], object], shorter: str, longer: str) -> float:
    """Processor time for the longer text over that for the shorter, the least of three tries each:
    2 for twice as long where the work is linear, 4 where it is quadratic."""
    work(shorter)  # what is made on first use is not counted
    least = [min(_spent(work, text) for _ in range(3)) for text in (shorter, longer)]
    return least[1] / max(least[0], 1e-4)


def _spent(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started
