"""What a question sets side by side, and which of it a statement speaks of."""

import pytest

from interview.grading.sides import Side, sides
from interview.grading.subjects import Names


def named(question: str, reference: str) -> list[tuple[str, ...]]:
    return [side.names for side in sides(question, reference)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("红黑树和跳表有什么区别？", ["红黑树", "跳表"]),
        ("请比较一下 Redis 与 Memcached 的异同", ["redis", "memcached"]),
        ("数据库里的行存储和列存储各适合什么？", ["行存储", "列存储"]),
        ("进程、线程和协程有什么不同？", ["进程", "线程", "协程"]),
        ("批量梯度下降和随机梯度下降有什么区别？", ["批量梯度下降", "随机梯度下降"]),
        ("A/B 测试和灰度发布有什么区别？", ["a/b测试", "灰度发布"]),
        ("On-policy 与 off-policy 有什么区别？", ["on-policy", "off-policy"]),
        ("How do stacks and queues compare?", ["stacks", "queues"]),
        ("How do data and tensor parallelism differ?", ["data parallelism", "tensor parallelism"]),
        ("无监督学习和有监督学习的区别", ["无监督学习", "有监督学习"]),
        ("git merge 和 git rebase 有什么区别？", ["git merge", "git rebase"]),
        ("What is the difference between a mutex and a semaphore?", ["mutex", "semaphore"]),
        ("Compare REST and GraphQL.", ["rest", "graphql"]),
        ("REST vs GraphQL", ["rest", "graphql"]),
        ("How do threads and processes differ?", ["threads", "processes"]),
    ],
)
def test_the_things_compared_are_found_in_the_question(question, expected):
    assert [names[0] for names in named(question, question)] == expected


@pytest.mark.parametrize(
    ("question", "reference"),
    [
        ("什么是跳表？", "跳表是多层链表。"),
        ("跳表的原理和优缺点是什么？", "原理：多层链表。优缺点：简单，占内存。"),
        ("红黑树和跳表有什么区别？", "它们都有序。"),  # the reference names neither
        ("Why do we need indexes and how do they work?", "Indexes are trees."),
        ("选择快速还是稳定？", "快速，稳定。"),
        ("", ""),
    ],
)
def test_where_nothing_is_compared_nothing_is_found(question, reference):
    assert sides(question, reference) == ()


@pytest.mark.parametrize(
    ("question", "reference", "also"),
    [
        ("乐观锁和悲观锁的区别？", "乐观：不加锁。悲观：先加锁。", "乐观"),  # what differs
        ("基数排序和堆排序的区别？", "基数排序稳定，堆排序不稳定。", "基排"),
        ("WeightNorm 和 SpectralNorm 有什么区别？", "WN 分解权重，SN 限制谱范数。", "wn"),
        ("灵敏度（Sensitivity）和特异度有什么区别？", "灵敏度高，特异度低。", "sensitivity"),
        ("岭回归和套索回归有什么区别？", "岭回归（Ridge）缩小，套索回归（Lasso）置零。", "ridge"),
        ("L1 和 L2 正则有什么区别？", "L1 稀疏，L2 缩小。", "l1"),
        ("介绍前序和中序遍历", "前序先访问根，中序遍历先访问左子树。", "前序"),
        ("训练和推理有什么不同？", "训练时更新，推理时不更新。", "训练时"),
    ],
)
def test_a_thing_is_known_by_its_short_forms_too(question, reference, also):
    first = sides(question, reference)[0]
    assert also in (*first.names, *first.short)


def test_parts_of_one_kind_are_found_in_the_labels_where_each_is_asked_for():
    labels = ["复位门 r", "更新门 z", "好处"]
    reference = "复位门忘记，更新门保留"
    question = "GRU 的两个门分别做什么？"
    assert [s.names[0] for s in sides(question, reference, labels)] == ["复位门", "更新门"]
    assert sides("GRU 怎么缓解梯度消失？", reference, labels) == ()


def test_what_two_things_do_together_does_not_compare_them():
    assert sides("索引和缓存如何配合？", "索引在磁盘，缓存在内存") == ()


def test_only_capitals_are_initials():
    names = sides(
        "sorted order 和 hash order 有什么区别？", "so 比 hash order 慢，sorted order 稳"
    )[0].names
    assert "so" not in names


def test_a_name_that_both_bear_is_none():
    found = sides("A* 搜索（启发式）和贪心搜索（启发式）有什么区别？", "A* 搜索，贪心搜索")
    assert not {n for side in found for n in side.names} & {"启发式"}


PAIR = Names([Side(("红黑树",)), Side(("跳表",))])
ENGLISH = Names([Side(("mutex",)), Side(("semaphore",))])
THREE = Names([Side(("进程",)), Side(("线程",)), Side(("协程",))])
SHORT = Names([Side(("堆排序",), ("堆排",)), Side(("基数排序",), ("基数",))])


def spoken(names: Names, text: str) -> list[tuple[int | None, str]]:
    return [(s.side, text[s.start : s.end].strip(" ，,。.；;")) for s in names.stretches(text)]


@pytest.mark.parametrize(
    ("text", "sides_said"),
    [
        ("红黑树要旋转，跳表只改指针。", [0, 1]),
        ("红黑树要旋转。它写起来难。跳表好写。", [0, 1]),  # it goes on until another is named
        ("前者要旋转，后者只改指针。", [0, 1]),
        ("红黑树要旋转而跳表只改指针", [0, 1]),
        ("红黑树要旋转跳表不用", [0, 1]),
        ("要旋转的是红黑树，改指针的是跳表。", [0, 1]),
        ("两者都有序。", [None]),
        ("红黑树和跳表都有序。", [None]),
        ("先说结论。", [None]),
        ("跳表比红黑树好写。", [1]),
        ("要旋转的不是跳表，而是红黑树。", [0]),
        ("比起红黑树，跳表好写。", [1]),
        ("跳表靠抽签，与红黑树相反，不用旋转。", [1]),
        ("思路：红黑树靠旋转，跳表靠抽签。", [0, 1]),
        ("怕写错就选跳表，怕退化就选红黑树。", [1, 0]),
        ("红黑树难写，一个旋转一个抽签，分别如此。", [0, None]),
        ("红黑树难写。甲。乙。丙。丁。", [0, None]),  # after a while it is not clear any more
    ],
)
def test_each_clause_speaks_of_one(text, sides_said):
    assert [side for side, _ in spoken(PAIR, text)] == sides_said


@pytest.mark.parametrize(
    ("text", "sides_said"),
    [
        ("A mutex has an owner, different from a semaphore.", [0]),
        ("A mutex has an owner, while a semaphore counts.", [0, 1]),
        ("The former has an owner, the latter counts.", [0, 1]),
        ("Unlike a semaphore, a mutex has an owner.", [0]),
        ("Both block. The semaphore counts.", [None, 1]),
    ],
)
def test_english_clauses_too(text, sides_said):
    assert [side for side, _ in spoken(ENGLISH, text)] == sides_said


def test_of_three_a_denial_does_not_tell_which_other_one_is_meant():
    assert spoken(THREE, "独立的地址空间不是线程的。") == [(None, "独立的地址空间不是线程的")]


def test_a_short_form_counts_where_a_subject_stands():
    assert [side for side, _ in spoken(SHORT, "堆排不稳定，基数稳定。")] == [0, 1]
    assert [side for side, _ in spoken(SHORT, "堆排序先算各位的基数再排。")] == [0]


def test_nothing_of_the_text_is_lost():
    text = "  红黑树要旋转；跳表不用，\n前者难写。两者都有序 "
    stretches = PAIR.stretches(text)
    assert "".join(text[s.start : s.end] for s in stretches) == text


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("红黑树：要旋转", 0, "要旋转"),
        ("跳表比红黑树好写", 1, "它比另一个好写".removeprefix("它")),
        ("要旋转的是红黑树", 0, "要旋转的是它"),
        ("后者只改指针", 1, "只改指针"),
        ("红黑树", 0, "它"),
    ],
)
def test_names_are_taken_out_to_compare_what_is_said(text, side, expected):
    assert PAIR.neutral(text, side) == expected


def test_a_statement_about_one_of_them_is_told_from_one_about_both():
    assert PAIR.of_one("红黑树要旋转") == (0, "要旋转")
    assert PAIR.of_one("红黑树和跳表都有序") == (None, "红黑树和跳表都有序")
    assert PAIR.of_one("都有序") == (None, "都有序")


@pytest.mark.parametrize("unit", ["红黑树，", "：", "而", "不是跳表", "前者", "红黑树跳表", "、"])
def test_long_noise_takes_linear_time(unit):
    assert PAIR.stretches(unit * 6000)
