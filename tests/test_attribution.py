"""What is true of one thing, said of the other."""

import numpy as np
import pytest

from interview.grading.attribution import astray, misattributed


def judged(own: float, other: float, *, read=None, count: int = 1):
    """Segments of side 0 that come ``own`` near to the point about it and ``other`` near to the point
    about the other side."""
    near = np.array([[own] * count, [other] * count])
    away = astray([0, 1], [0] * count)
    pairs = [(n, j) for n in (0, 1) for j in range(count)]
    verdicts = None
    if read is not None:
        verdicts = np.array([[read[n], 0, 1 - read[n], 0] for n, _ in pairs])
    return misattributed(away, near, near, near, pairs, verdicts, count)


def test_only_two_known_and_different_sides_are_astray():
    assert astray([0, 1, None], [0, None]).tolist() == [
        [False, False],
        [True, False],
        [False, False],
    ]


def test_what_comes_nearer_to_the_other_things_point_is_said_of_the_wrong_one():
    found = judged(0.2, 0.8, count=3)
    assert (found.strength.tolist(), found.point.tolist()) == ([1, 1, 1], [1, 1, 1])


def test_one_such_statement_alone_is_less_sure():
    assert 0 < judged(0.2, 0.8).strength[0] < judged(0.2, 0.8, count=3).strength[0]


def test_what_the_model_does_not_read_as_the_other_things_point_is_not():
    assert judged(0.2, 0.8, read=(0.0, 0.1)).strength[0] == 0


@pytest.mark.parametrize(("own", "other"), [(0.8, 0.2), (0.5, 0.5), (0.5, 0.52)])
def test_what_fits_its_own_as_well_is_not(own, other):
    assert judged(own, other).strength[0] == 0


def test_the_models_word_counts_beside_nearness():
    assert judged(0.5, 0.55, read=(0.0, 0.9)).strength[0] > judged(0.5, 0.55).strength[0]
    assert judged(0.5, 0.55, read=(0.9, 0.0)).strength[0] == 0


def test_without_sides_nothing_is_judged():
    near = np.array([[0.1, 0.9]])
    found = misattributed(astray([None], [0, 1]), near, near, near, [], None, 2)
    assert not found.strength.any()
