"""Many threads, one model: everyone gets the own rows, soon, and nobody another's failure."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from knowledge.batching import Batcher


class Model:
    """Rows that tell their texts; holds each call until it is let go, if told to."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.calls.append(texts)
        self.entered.set()
        assert self.open.wait(10)
        if any(text == "bad" for text in texts):
            raise ValueError("bad text")
        return np.array([[float(text), len(texts)] for text in texts])


@pytest.fixture
def model() -> Model:
    return Model()


class Callers:
    """Threads that ask at the same time; ``results`` in the order in which they were started."""

    def __init__(self, batcher: Batcher) -> None:
        self.batcher = batcher
        self.results: list[object] = []
        self.threads: list[threading.Thread] = []

    def ask(self, *texts: str) -> None:
        place = len(self.results)
        self.results.append(None)

        def run() -> None:
            try:
                self.results[place] = self.batcher(texts)[:, 0].tolist()
            except ValueError as error:
                self.results[place] = str(error)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def wait_for(self, jobs: int) -> None:
        while len(self.batcher._jobs) < jobs:
            threading.Event().wait(0.001)

    def finish(self) -> list[object]:
        for thread in self.threads:
            thread.join(10)
        return self.results


@pytest.fixture
def crowd(model):
    """A model that is busy with the text 0, while others come."""
    callers = Callers(Batcher(model, 8))
    model.open.clear()
    callers.ask("0")
    assert model.entered.wait(10)
    return callers


def test_one_caller_is_served_at_once(model):
    assert Batcher(model, 8)(["3", "4"])[:, 0].tolist() == [3, 4]
    assert model.calls == [["3", "4"]]


def test_those_who_wait_are_served_together_and_get_their_own(crowd, model):
    for number in range(1, 6):
        crowd.ask(str(number))
    crowd.wait_for(6)
    model.open.set()
    assert crowd.finish() == [[n] for n in range(6)]
    assert [len(call) for call in model.calls] == [1, 5]


def test_a_long_list_goes_in_pieces_and_keeps_its_order(model):
    texts = [str(n) for n in range(20)]
    assert Batcher(model, 8)(texts)[:, 0].tolist() == list(range(20))
    assert [len(call) for call in model.calls] == [8, 8, 4]


def test_a_short_one_overtakes_a_long_one(crowd, model):
    crowd.ask(*[str(n) for n in range(100, 140)])
    crowd.wait_for(2)
    crowd.ask("7")
    crowd.wait_for(3)
    model.open.set()
    results = crowd.finish()
    assert results[1:] == [list(range(100, 140)), [7]]
    assert "7" in model.calls[1]


def test_one_persons_failure_is_nobody_elses(crowd, model):
    crowd.ask("1")
    crowd.ask("bad")
    crowd.ask("2")
    crowd.wait_for(4)
    model.open.set()
    assert crowd.finish() == [[0], [1], "bad text", [2]]
    assert crowd.batcher._jobs == []


def test_after_a_failure_it_goes_on(model):
    batcher = Batcher(model, 8)
    with pytest.raises(ValueError, match="bad"):
        batcher(["bad"])
    assert batcher(["1"])[:, 0].tolist() == [1]


def test_nothing_is_lost_in_a_crowd(model):
    callers = Callers(Batcher(model, 8))
    for n in range(60):
        callers.ask(*[str(n * 100 + k) for k in range(n % 13 + 1)])
    expected = [[n * 100 + k for k in range(n % 13 + 1)] for n in range(60)]
    assert callers.finish() == expected
    assert max(map(len, model.calls)) <= 8
