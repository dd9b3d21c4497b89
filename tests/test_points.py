"""A reference's passages become weighted rubric points."""

import numpy as np
import pytest

from interview.grading.material import Passage
from interview.grading.points import MAX_POINTS, attach, automatic, statements, weighted
from interview.grading.sides import Side
from interview.grading.subjects import Names
from knowledge.chunking import CELL, COLUMN


def passage(position: int, text: str, **more) -> Passage:
    return Passage(position, text, **{"weight": 1.0} | more)


def points(passages, vectors=None, names=None):
    said = statements(passages, names)
    return automatic(passages, said, apart(len(said)) if vectors is None else vectors)[0]


def apart(count: int) -> np.ndarray:
    """(count, count) vectors that have nothing in common."""
    return np.eye(count, dtype=np.float32)


def test_what_states_nothing_is_no_point():
    passages = [
        passage(0, "优点", kind="heading"),
        passage(1, "import torch", kind="code"),
        passage(2, "主要步骤："),
        passage(3, "为什么不是两次？"),
        passage(4, "Why an IR?"),
        passage(5, "三次握手能确认双方的收发能力。"),
    ]
    assert [p.text for p in points(passages)] == ["三次握手能确认双方的收发能力。"]


def test_a_reference_of_a_question_alone_keeps_it():
    assert len(points([passage(0, "为什么不是两次？")])) == 1


def test_a_row_is_a_point_with_the_names_of_its_columns():
    row = passage(0, "归并 O(n log n) 是", kind="row", heading="排序 > 算法 / 平均时间 / 稳定")
    assert [p.text for p in points([row])] == ["算法 / 平均时间 / 稳定：归并 O(n log n) 是"]


def test_what_is_said_twice_is_one_point_found_in_both_places():
    passages = [passage(0, "栈是后进先出的。"), passage(1, "后进者先出，这就是栈。")]
    vectors = np.array([[1, 0], [0.95, 0.3]], dtype=np.float32)
    (point,) = points(passages, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    assert (point.text, point.passages) == ("栈是后进先出的。", (0, 1))


def test_a_short_statement_takes_its_heading_along():
    (point,) = points([passage(0, "收敛得更快。", heading="优点 > 加速训练")])
    assert point.text == "加速训练：收敛得更快。"


def test_details_below_a_named_item_and_summaries_weigh_less():
    passages = [
        passage(0, "动量：累积过去的梯度。"),
        passage(1, "它像滚下山坡的球。", heading="动量"),
        passage(2, "总之，动量让更新更平稳。"),
    ]
    named, detail, summary = weighted(passages)
    assert named > detail and named > summary


def test_of_too_many_every_section_keeps_some():
    passages = [
        passage(i, f"第 {i} 条说明各不相同。", heading="甲" if i < MAX_POINTS else "乙")
        for i in range(MAX_POINTS + 4)
    ]
    found = points(passages)
    assert len(found) == MAX_POINTS
    assert sum(point.passages[0] >= MAX_POINTS for point in found) == 4


def test_an_authors_points_are_found_in_the_text():
    passages = [passage(0, "随机丢弃神经元。"), passage(1, "推理时全部使用。")]
    first, second = attach([("训练时丢弃", 2.0), ("推理不丢弃", 1.0)], apart(2), passages, apart(2))
    assert (first.passages, second.passages) == ((0,), (1,))
    assert (first.weight, second.weight) == (2.0, 1.0)


TREES = Names([Side(("红黑树",)), Side(("b+ 树", "b+树"))])


def sided(found) -> list[tuple[int | None, str, float]]:
    return [(p.side, p.statement, round(p.weight, 2)) for p in found]


def test_a_row_that_compares_is_a_point_for_each_thing_compared():
    row = passage(
        0, CELL.join(["树高", "高", "矮"]), kind="row", heading="方面 / 红黑树 / B+ 树", weight=0.8
    )
    (first, second) = points([row], names=TREES)
    assert sided([first, second]) == [(0, "树高：高", 0.4), (1, "树高：矮", 0.4)]
    assert (first.text, second.text) == ("树高：红黑树 高", "树高：B+ 树 矮")
    assert first.passages == second.passages == (0,)


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        (["红黑树", "B+ 树"], ["树高", "高", "矮"], [(0, "树高：高"), (1, "树高：矮")]),
        (
            ["方面", "红黑树", "B+ 树", "备注"],
            ["树高", "高", "矮", "决定读盘次数"],
            [(0, "树高：高"), (1, "树高：矮"), (None, "树高：决定读盘次数")],
        ),
        (["方面", "红黑树", "B+ 树"], ["树高", "", "矮"], [(1, "树高：矮")]),
    ],
)
def test_every_cell_but_the_first_is_one(columns, cells, expected):
    row = passage(0, CELL.join(cells), kind="row", heading=COLUMN.join(columns))
    assert [(p.side, p.statement) for p in points([row], names=TREES)] == expected


def test_what_stands_under_a_name_speaks_of_it():
    found = points([passage(0, "层数少，读盘次数少。", heading="区别 > B+ 树")], names=TREES)
    assert sided(found) == [(1, "层数少，读盘次数少。", 1.0)]


def test_a_statement_that_turns_from_one_to_the_other_is_two():
    found = points([passage(0, "红黑树每个节点两个孩子，B+树有几百个。")], names=TREES)
    assert sided(found) == [(0, "每个节点两个孩子", 0.5), (1, "有几百个。", 0.5)]


def test_the_same_words_about_two_things_are_two_points():
    passages = [
        passage(0, "查找要对数时间。", heading="红黑树"),
        passage(1, "查找要对数时间。", heading="B+ 树"),
    ]
    alike = np.array([[1, 0], [1, 0]], dtype=np.float32)
    assert [p.side for p in points(passages, alike, TREES)] == [0, 1]


def test_what_names_neither_stays_as_it_is():
    passages = [passage(0, "两种树都保持平衡。"), passage(1, "内存与磁盘的代价相差很大。")]
    assert sided(points(passages, names=TREES)) == [
        (None, "两种树都保持平衡。", 1.0),
        (None, "内存与磁盘的代价相差很大。", 1.0),
    ]
