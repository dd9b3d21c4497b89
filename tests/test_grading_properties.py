"""What must hold of a grade whatever the statements: drawn at random, on the real models."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview import grader
from interview.grading import grade
from knowledge import embedding

pytestmark = [pytest.mark.model, pytest.mark.django_db]

# Points of a scale of 100 by which a grade may move against the rule: encoders and entailment models
# read each statement in its neighbourhood.
SLACK = 8
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

BANK = {
    "进程和线程有什么区别？": (
        "进程是资源分配的基本单位，拥有独立的地址空间；线程是调度的基本单位，共享所属进程的内存。"
        "线程切换的开销比进程小。一个进程崩溃一般不影响别的进程，而一个线程崩溃可能使整个进程退出。"
        "线程之间共享数据需要加锁。",
        [
            "进程各有各的地址空间，线程共用所在进程的内存",
            "切换线程比切换进程便宜",
            "资源按进程分配，CPU 按线程调度",
            "一个线程挂了可能把整个进程带走，进程之间一般互不影响",
            "多个线程改同一份数据要加锁",
        ],
        [
            "线程切换的开销比进程大",
            "线程之间共享数据不需要加锁",
        ],
    ),
    "What does dropout do?": (
        "During training dropout sets each activation to zero with probability p, so that units cannot "
        "rely on each other. The kept activations are divided by 1 - p, so their expected value stays the "
        "same. At inference nothing is dropped. It reduces overfitting.",
        [
            "while training, activations are zeroed at random with probability p",
            "units cannot count on particular neighbours",
            "what is kept gets scaled up by 1/(1-p) so the expectation does not change",
            "at test time all units are used",
            "it fights overfitting",
        ],
        [
            "The kept activations are divided by 1 - p, so their expected value never stays the same",
        ],
    ),
}


@pytest.fixture(params=list(BANK), ids=["zh", "en"])
def case(request, tools, monkeypatch):
    monkeypatch.setattr(grader, "_tools", tools)
    monkeypatch.setattr(embedding, "_encoder", tools.encoder)
    reference, right, wrong = BANK[request.param]
    material = grader.material_from_text(request.param, reference)
    stop = "。" if "线程" in reference else ". "

    def score(*statements: str) -> int:
        return grade(material, stop.join(statements) + stop.strip(), tools).score

    return score, right, wrong


def chosen(data, statements: list[str], least: int) -> list[str]:
    return data.draw(st.lists(st.sampled_from(statements), min_size=least, unique=True))


@FEW
@given(data=st.data())
def test_a_right_statement_more_never_lowers_the_grade(case, data):
    score, right, _ = case
    said = chosen(data, right, 2)
    assert score(*said) >= score(*said[:-1]) - SLACK


@FEW
@given(data=st.data())
def test_a_reversed_statement_more_never_raises_it(case, data):
    """Falsehoods in free words are the entailment model's business, and it misses some."""
    score, right, wrong = case
    said = chosen(data, right, 1)
    assert score(*said, data.draw(st.sampled_from(wrong))) <= score(*said) + SLACK


@FEW
@given(data=st.data())
def test_the_order_of_statements_does_not_matter(case, data):
    score, right, _ = case
    said = chosen(data, right, 2)
    assert abs(score(*data.draw(st.permutations(said))) - score(*said)) <= 2 * SLACK


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


@FEW
@given(data=st.data())
def test_width_case_and_punctuation_do_not_matter(case, data):
    score, right, _ = case
    said = chosen(data, right, 1)
    change = data.draw(
        st.sampled_from(
            [
                str.upper,
                full_width,
                lambda text: unicodedata.normalize("NFKC", text),
                lambda text: text.replace("，", ","),
                lambda text: f"  {text} ",
            ]
        )
    )
    assert abs(score(*map(change, said)) - score(*said)) <= 1.5 * SLACK


def test_everything_said_rightly_is_a_good_answer_and_reversals_alone_a_bad_one(case):
    score, right, wrong = case
    assert score(*right) >= 70
    assert score(*wrong) <= 30
