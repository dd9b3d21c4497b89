"""So many at once, so many in line, and everybody else is told at once."""

from __future__ import annotations

import threading

import pytest

from interview.turns import Busy, Turns


@pytest.fixture
def held():
    """Takes turns in threads of their own until the test ends."""
    let_go = threading.Event()
    threads: list[threading.Thread] = []

    def hold(turns: Turns, inside: list[int]) -> None:
        def run() -> None:
            with turns.take():
                inside.append(1)
                let_go.wait(10)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield hold
    let_go.set()
    for thread in threads:
        thread.join(10)


def until(condition) -> None:
    for _ in range(5000):
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it did not come to it")


def test_no_more_than_so_many_are_inside(held):
    turns, inside = Turns(2, 5), []
    for _ in range(4):
        held(turns, inside)
    until(lambda: len(inside) == 2 and turns._places._value == 3)
    assert len(inside) == 2


def test_a_full_line_refuses_at_once_and_opens_again(held):
    turns, inside = Turns(1, 1), []
    held(turns, inside)
    held(turns, inside)
    until(lambda: turns._places._value == 0)
    with pytest.raises(Busy), turns.take():
        pass
    assert len(inside) == 1


def test_a_turn_that_failed_is_given_back():
    turns = Turns(1, 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.take():
            raise ZeroDivisionError
    with turns.take():
        pass
