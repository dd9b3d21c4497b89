"""What stands in an answer without being claimed: and what must not be mistaken for it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.grading import form
from interview.grading.frames import claimed, unasserted


def kept(text: str) -> str:
    """What is left of the text."""
    return " ".join(claimed(text)[0].split())


class TestRejected:
    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            ("有人说堆排序是稳定的，不对。它会打乱相等的键。", "它会打乱相等的键。"),
            (
                "网上有种讲法，说哈希表要先排序，再折半查找。这种讲法其实站不住脚，它按散列值定位。",
                "它按散列值定位。",
            ),
            (
                "很多教程宣称缓存命中率越低越快，容量也越小越好。这些教程全都讲错了，没有一条能成立。命中率高才快。",
                "命中率高才快。",
            ),
            ("大家都说索引越多越好，这是误解，写入会变慢。", "写入会变慢。"),
            ("还有同事坚持认为锁越粗越好，我并不认同。粒度细并发才高。", "粒度细并发才高。"),
            ("曾经有位讲师告诉我们堆一定有序，后来我发现那是错的。", ""),
            ("某些资料里提到哈希表有序，但这些内容都不属实。", ""),
            ("谁要是说栈先进先出，那就是胡扯。", ""),
            ("堆里的元素总是有序的——才怪。", ""),
            ("My colleague told me a heap is sorted. He was wrong.", ""),
            ("According to some forums heaps are sorted. Don't believe it.", ""),
            (
                "It's a common myth that a heap is sorted. Only its root is known.",
                "Only its root is known.",
            ),
            ("认为栈是先进先出的是错误的。后进的先出。", "后进的先出。"),
            (
                "Some people say a stack is first in, first out. That's simply wrong. The last one in leaves first.",
                "The last one in leaves first.",
            ),
            (
                "Many blogs keep repeating that locks are free, and that more of them scale better. "
                "I disagree with all of it. Locks cost time.",
                "Locks cost time.",
            ),
            (
                "It is often said that UTF-8 uses two bytes per character, but that is not true. It uses one to four.",
                "It uses one to four.",
            ),
        ],
    )
    def test_what_others_say_and_the_person_rejects_goes_and_the_correction_stays(
        self, answer, left
    ):
        assert kept(answer) == left

    def test_one_after_the_other(self):
        answer = (
            "有人说栈是先进先出，不对。有人说队列是后进先出，也不对。有人说堆一定有序，还是不对。"
        )
        assert kept(answer) == ""

    @pytest.mark.parametrize(
        "answer",
        [
            "有人说哈希表平均是常数时间，确实如此。",
            "教材里讲得很对：快排平均 O(n log n)，最坏 O(n²)。",
            "很多人认为归并排序更稳，这没错，它不交换相等的键。",
            "老师说过要先建索引。不建索引就要全表扫描，这样不行。",
            "大家常说空间换时间，但这里反过来，时间换空间，结果不对的可能更大。",
            "有人用栈，有人用队列，两种都行。方向不对就走不通。",
            "不少人会把深度和高度搞反了，深度从根往下数，高度从叶往上数。",
            "不加锁不出错才怪，所以要加锁。",
            "很多人认为平均快就好，有实时要求时这就不对了，还要看最坏情况。",
            "早期大家认为树越深越好，后来发现太深会慢，于是改成扁平的。",
            "It is often claimed that more locks scale; this is false without short sections.",
            "The idea that a cache is a bet on locality is useful: recent keys return.",
            "我觉得是 O(n)，不对，应该是 O(n log n)，因为要先排序。",
            "Some people say it is a cache, and that is right: it keeps recent results.",
            "Most textbooks say the load factor should stay below one. Otherwise chains get long.",
            "They say reads scale. It is not wrong to add replicas.",
            "I think it is a stack. That is not quite right for threads, which share one queue.",
            "If you say the lock is held, that is not true for readers.",
        ],
    )
    def test_agreement_doubt_and_the_persons_own_correction_stay(self, answer):
        assert unasserted(answer) == []

    def test_a_report_that_turns_to_the_matter_is_not_closed_by_what_comes_later(self):
        answer = (
            "很多人以为哈希表有序，其实它按桶存放，遍历次序不定；下标从一开始，不对，从零开始。"
        )
        assert unasserted(answer) == []


class TestAnnounced:
    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            ("下面这些说法都是错的，不要信：栈先进先出；队列后进先出；堆有序。", ""),
            ("以下观点全是谣言：\n1. 栈先进先出\n2. 堆有序\n栈是后进先出的。", "栈是后进先出的。"),
            (
                "以下做法是错误的：给每一列都建索引；实际上只给常查的列建。",
                "实际上只给常查的列建。",
            ),
            ("我要反驳几个流行观点：栈先进先出；堆有序。", ""),
            ("None of the following is true: a stack is a queue; a heap is sorted.", ""),
            ("Here are some myths that are all false: a stack is a queue, a heap is sorted.", ""),
        ],
    )
    def test_a_list_said_to_be_wrong_goes(self, answer, left):
        assert kept(answer) == left

    @pytest.mark.parametrize(
        "answer",
        [
            "下面这些说法都对：栈后进先出；队列先进先出。",
            "先纠正一个误解：堆不等于有序数组。",
            "我要反驳几个观点：堆并不是有序的；栈不是先进先出，而是后进先出。",
            "下面分三点说：插入、删除、查找都是对数时间。",
            "The following steps are needed: split the input, sort the parts, merge them.",
        ],
    )
    def test_a_list_of_claims_stays(self, answer):
        assert unasserted(answer) == []


class TestWished:
    @pytest.mark.parametrize(
        "answer",
        [
            "希望以后栈能后进先出，入栈出栈都是常数时间。可惜现在还做不到。",
            "但愿有一天索引能让查询变快，写入不变慢。目前这些都还只是愿望。",
            "I wish a queue were first in, first out, with constant time at both ends. Sadly it is not.",
            "I hope that one day heaps will give the minimum in constant time. Unfortunately they can't.",
            "我昨晚梦见栈是后进先出的，队列是先进先出的，梦里的考官说全答错了。",
            "有本小说里写道，堆顶是最小的元素，取出要对数时间。小说里都是虚构的。",
            "是是是，栈后进先出，队列先进先出，多神奇啊。这种鬼话谁信。",
            "Oh sure, a heap keeps the smallest on top and pops it in log time. Yeah right, and pigs fly.",
        ],
    )
    def test_wishes_fiction_and_jeers_go(self, answer):
        assert kept(answer) == ""

    @pytest.mark.parametrize(
        "answer",
        [
            "希望将来查询更快，可以加缓存，目前还没有完全不失效的办法。",
            "我们希望查询快，所以建索引，可惜写入会变慢。",
            "希望梯度无偏，可惜做不到，于是用小批量来估计。",
            "对对对，栈是后进先出，入栈出栈都是常数时间。",
            "哦，我想起来了，堆顶是最小的元素。",
            "Right, so a heap keeps the smallest on top. Without it the result would be nonsense.",
            "We wish to keep reads fast, so we add a cache. It does not help writes.",
        ],
    )
    def test_aims_and_interjections_stay(self, answer):
        assert unasserted(answer) == []


class TestSupposed:
    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            (
                "假如栈会后进先出，递归就能靠它；假如入栈只要常数时间，调用就很快。可惜栈并没有这么实现，它是链表。",
                "它是链表。",
            ),
            (
                "要是堆顶真的最小，取出就很快。但事实并非如此。",
                "",
            ),
            (
                "If nodes held many keys, trees would be flat. If leaves were linked, scans would be fast. "
                "But none of this is the case.",
                "",
            ),
        ],
    )
    def test_suppositions_that_are_denied_go(self, answer, left):
        assert kept(answer) == left

    @pytest.mark.parametrize(
        "answer",
        [
            "如果不加锁，会丢更新；如果不排序，会死锁。但实际上两样都做了，这两种情况都不会出现。",
            "如果学习率太大会震荡；如果太小会很慢。但实际上 Adam 并不这样。",
            "如果推理时还丢弃，输出就会抖动，但实际上并没有这么做，而是全部保留。",
            "如果负载真的高，就扩容；如果低，就缩容。但现实中没有这么做的必要。",
            "如果负载高，就扩容；如果负载低，就缩容。实际情况由监控决定。",
            "If the lock is free, take it. If it is taken, wait. But no reader does this for long.",
            "If there were no cache, reads would be slow. If there were no index, scans would be. "
            "But this isn't the case.",
        ],
    )
    def test_what_the_wrong_way_would_cost_stays(self, answer):
        assert unasserted(answer) == []


class TestExcepted:
    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            (
                "许多结构都后进先出，常数时间入栈出栈，唯独栈例外，这些它一样都不做。",
                "唯独栈例外，这些它一样都不做。",
            ),
            ("别的树都平衡，叶子相连，而 B+ 树偏偏不是这样。", "而 B+ 树偏偏不是这样。"),
            (
                "Most trees are flat and link their leaves; the B-tree is the one exception and has none of that.",
                "the B-tree is the one exception and has none of that.",
            ),
        ],
    )
    def test_what_is_said_of_all_but_the_one_does_not_speak_of_it(self, answer, left):
        assert kept(answer) == left

    @pytest.mark.parametrize(
        "answer",
        [
            "其他层都用 ReLU，唯独输出层例外，分类用 softmax，回归用线性。",
            "很多排序不稳定，归并排序是稳定的。",
            "Most sorts are unstable; merge sort is an exception, it keeps equal keys in order.",
        ],
    )
    def test_an_exception_of_which_something_is_said_leaves_the_rule_standing(self, answer):
        assert unasserted(answer) == []


class TestTalk:
    @pytest.mark.parametrize(
        "answer",
        [
            "应该先说明栈和队列怎么存取，再比较它们的复杂度是多少，最后谈谈各用在什么地方。",
            "要讲清楚这个问题，需要先解释索引为什么快，然后分析写入会怎样，还应该提一下什么时候不该建。",
            "I would first explain how a heap is built, then discuss what a pop costs and where heaps are used.",
            "A good answer should explain how keys are hashed, and what happens when two collide.",
        ],
    )
    def test_a_plan_names_topics_and_claims_nothing(self, answer):
        assert kept(answer) == ""

    @pytest.mark.parametrize(
        "answer",
        [
            "我分两块说。先说怎么存取：栈后进先出，队列先进先出。再说用在哪：递归用栈，排队用队列。",
            "应该先比较大小怎么样，再决定往哪边走，直到什么都找不到为止。",
            "要先比较键和根的大小，再决定往左还是往右，最后插入。",
            "需要说明的是，堆只保证堆顶最小，兄弟之间谁大谁小不管。",
            "应该先解释为什么快，因为每次都折半，再说怎么处理边界。",
            "We should compare the key with the root first, then go left or right until there is no child.",
            "Let me cover reads first. They hit the cache. Then writes go to the log.",
            "Describe what happens: the page is read, the table is updated.",
        ],
    )
    def test_order_of_treatment_and_steps_of_an_algorithm_stay(self, answer):
        assert unasserted(answer) == []

    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            ("后进先出的是栈还是队列、谁用在递归里我想不起来了。", ""),
            (
                "我知道要说栈和队列谁先进先出、怎么入队、复杂度是多少，可是具体是什么我真的答不上来。",
                "",
            ),
            (
                "A heap is a tree. I don't remember whether its root is the largest or the smallest.",
                "A heap is a tree.",
            ),
        ],
    )
    def test_open_questions_are_not_statements(self, answer, left):
        assert kept(answer) == left

    @pytest.mark.parametrize(
        "answer",
        [
            "判别器分不清哪个是真的、哪个是生成的，训练就到头了。",
            "栈是后进先出，队列我不太确定，应该是先进先出。",
            "模型不知道什么时候该停，所以要加结束符。",
            "The scheduler cannot tell which thread is idle or waiting.",
        ],
    )
    def test_what_the_matter_cannot_tell_and_hedges_stay(self, answer):
        assert unasserted(answer) == []

    @pytest.mark.parametrize(
        ("answer", "left"),
        [
            ("后进先出是这题的得分点，复杂度更是面试高频。", ""),
            (
                "握手是必考的，客户端先发 SYN，服务端回 SYN 和 ACK。",
                "客户端先发 SYN，服务端回 SYN 和 ACK。",
            ),
            ("Stacks and queues are key terms that strong candidates bring up.", ""),
        ],
    )
    def test_what_a_term_is_worth_says_nothing_of_it(self, answer, left):
        assert kept(answer) == left

    @pytest.mark.parametrize(
        "answer",
        [
            "学习率很重要，太大会发散。",
            "高频分量先衰减，不必考虑相位。",
            "扩大词表会让嵌入层变大。",
            "关键词检索按倒排表找候选。",
        ],
    )
    def test_what_matters_to_the_matter_stays(self, answer):
        assert unasserted(answer) == []


class TestClaimed:
    def test_the_person_is_told_where_it_is_a_good_part(self):
        wish = "希望以后栈能后进先出。可惜现在还做不到。"
        assert form.claimed(wish, "什么是栈？")[1] == {form.UNASSERTED}
        rest = (
            "栈是后进先出的，入栈和出栈都在栈顶，时间是常数，函数调用就靠它保存返回地址和局部变量。"
        )
        assert form.claimed(rest + "有人说栈先进先出，不对。", "什么是栈？") == (
            rest + "\n" * len("有人说栈先进先出，不对。"),
            set(),
        )

    def test_where_a_statement_is_to_be_judged_rejecting_it_is_the_answer(self):
        answer = "有人说栈先进先出，这是错误的。"
        assert form.claimed(answer, "栈先进先出，这种说法对吗？") == (answer, set())

    @given(st.text(max_size=300))
    def test_spans_are_in_order_and_the_length_stays(self, text):
        spans = unasserted(text)
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(set(edges))
        assert len(claimed(text)[0]) == len(text)

    @pytest.mark.parametrize(
        "unit",
        "有人说 都全 其实 不对， 如果， 唯独例外， 我不知道哪个， 应该先说明什么， 是是是， 这条件 很多， 应要"
        " is， say， 以下说法都是错的：\n1. 下面的这那 。 没有一句 a".split(" "),
    )
    def test_noise_takes_linear_time(self, unit):
        began = time.perf_counter()
        unasserted((unit * 20_000)[:20_000])
        assert time.perf_counter() - began < 2
