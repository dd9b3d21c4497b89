"""Passages: where they end, what they are called, and what they weigh."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunking import CELL, MAX_CHARS, Passage, classify, sentence_bounds, weigh
from knowledge.markdown.rendering import render


def pieces(text: str) -> list[str]:
    starts = [0, *sentence_bounds(text)]
    return [text[a:b].strip() for a, b in pairwise(starts)]


def passages(markdown: str) -> tuple[Passage, ...]:
    return render(markdown).passages


def by_text(markdown: str) -> dict[str, Passage]:
    return {passage.text: passage for passage in passages(markdown)}


# Sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("模型会学习特征。然后更新权重！", ["模型会学习特征。", "然后更新权重！"]),
        ("感受野越大越好；反之则保留细节。", ["感受野越大越好；", "反之则保留细节。"]),
        ("The loss falls. It then rises!", ["The loss falls.", "It then rises!"]),
        ("他说“模型收敛了。”于是停止训练。", ["他说“模型收敛了。”", "于是停止训练。"]),
        ("学习率取0.001. 然后衰减到1e-5。", ["学习率取0.001.", "然后衰减到1e-5。"]),
        (
            "使用 sigmoid 函数。Its range is limited.",
            ["使用 sigmoid 函数。", "Its range is limited."],
        ),
    ],
)
def test_sentences_end_at_end_marks(text, expected):
    assert pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "优化器（例如Adam。它很常用）会更新权重",
        "参见 https://example.org/a.b?c=d;e 的说明",
        "decay=0.999 时取 3.14 次平均",
        "We use e.g. Adam and J. Smith et al. methods",
        "node.js and v2.0 are used",
        "每一层，都要乘以，激活函数的导数",
        "for (i = 0; i < n; i++) loops",
    ],
)
def test_sentences_do_not_end_inside(text):
    assert len(pieces(text)) == 1


def test_a_short_line_stands_for_itself_and_a_wrapped_one_does_not():
    assert len(pieces("输入输出可枚举\n即必须填充指定的槽位")) == 2
    assert len(pieces("为了减少过拟合，\n可以采取以下策略")) == 1
    wrapped = "这一行的文字一直写到固定的宽度才换行因此它的结尾并不是一句话真正的结尾而是"
    assert len(pieces(f"{wrapped}\n在下一行继续")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The copies add up to 1 + 2 + 4 + … < 2n, so that an append costs O(1).",
        "The copies add up to 1 + 2 + 4 + ... < 2n, so that an append costs O(1).",
        "Let X1, X2, …, Xn be independent draws.",
        "Slots are probed in a fixed order: linear (i + 1, i + 2, …), quadratic or by a second hash.",
        "偏移依次取 1、4、9……、k²，直到找到空位。",
    ],
)
def test_dots_for_what_a_list_or_formula_leaves_out_end_no_sentence(text):
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    "text", ["这样会丢信息……所以要加残差连接。", "It stops there... Then it waits."]
)
def test_other_dots_do(text):
    assert len(pieces(text)) == 2


def test_fragments_join_a_neighbour():
    assert pieces("反之；较小的感受野保留细节。好。") == ["反之；较小的感受野保留细节。好。"]


def test_endless_sentences_are_cut_at_commas():
    text = "这是很长的一段没有句号的文字，" * 60
    assert max(map(len, pieces(text))) <= MAX_CHARS
    assert all(piece.endswith("，") for piece in pieces(text))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("中文ab1 。！；.;:,，\n（）()“”\ufffc") | st.characters()))
def test_bounds_rise_and_end_at_the_end(text):
    bounds = sentence_bounds(text)
    assert bounds[-1] == len(text)
    assert bounds == sorted(set(bounds))


# Blocks


def test_short_items_stay_whole_and_long_ones_are_split():
    assert len(passages("- 甲是一种结构。它很简单。")) == 1
    long = "- " + "这一句话说明了卷积层为什么能够提取图像的局部特征并共享权重。" * 3
    assert len(passages(long)) == 3


def test_the_cells_of_a_row_stay_apart_empty_ones_too():
    row = passages("| | 栈 | 堆 |\n|---|---|---|\n| 大小 | | 大 |")[-1]
    assert (row.text, row.heading) == (CELL.join(["大小", "", "大"]), "栈 / 堆")


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_line_before_a_list_names_what_its_items_speak_of(gap):
    found = render(f"L1 的特点：{gap}- 解是稀疏的\n\nL2 的特点：{gap}- 权重变小").passages
    assert [(p.text, p.heading) for p in found if p.kind == "item"] == [
        ("解是稀疏的", "L1 的特点"),
        ("权重变小", "L2 的特点"),
    ]


def test_headings_and_labels_give_context():
    markdown = (
        "### 优点\n\n**训练方面**：\n1. **加速训练**：\n   - 收敛得更快。\n\n"
        "#### 其他\n\n结束语在这里。"
    )
    found = by_text(markdown)
    assert found["收敛得更快。"].heading == "优点 > 训练方面 > 加速训练"
    assert found["结束语在这里。"].heading == "优点 > 其他"
    assert found["加速训练："].kind == "heading"
    assert found["加速训练："].weight == 0


def test_a_label_holds_for_the_later_sentences_of_its_item():
    item = (
        "- **学习率过高**：优化过程会跳过最优的参数取值，导致损失在训练中不断地增大。"
        "可以减小学习率，或者使用学习率衰减的策略来解决这个问题。"
    )
    first, second = passages(item)
    assert first.heading == ""
    assert second.heading == "学习率过高"


def test_a_short_bold_name_belongs_to_the_sentence_after_it():
    named, more = passages("**Trade-off of the factor.** Doubling wastes space. It copies less.")
    assert named.text == "Trade-off of the factor. Doubling wastes space."
    assert more.heading == "Trade-off of the factor"
    (asked,) = passages("**为什么不是两次？**因为旧的连接请求会让服务器白等一次。")
    assert asked.text.endswith("白等一次。")


def test_so_does_one_on_a_later_line_of_the_paragraph():
    rise, _, fall, last = passages(
        "**Warmup.** The rate rises from zero. Estimates are noisy at first.\n"
        "**Decay.** The rate falls along a cosine. Small steps reduce the noise."
    )
    assert fall.text == "Decay. The rate falls along a cosine."
    assert (rise.heading, fall.heading, last.heading) == ("", "", "Decay")


def test_a_bold_statement_is_a_sentence_of_its_own():
    first, second = passages("**加载因子越大，冲突越多。**默认值是零点七五左右。")
    assert (first.text, second.heading) == ("加载因子越大，冲突越多。", "")


def test_each_labelled_line_has_its_own_label():
    first, second, third = passages(
        "消失：权重的更新变得太小。学习因此停止。\n爆炸：梯度变得非常大而溢出。"
    )
    assert (first.heading, second.heading, third.heading) == ("", "消失", "")


def test_a_bold_item_with_nothing_below_it_is_content():
    (item,) = passages("- **循环神经网络（RNN）**")
    assert (item.kind, item.emphasised) == ("item", ("循环神经网络（RNN）",))
    assert item.weight > 0


def test_kinds_of_blocks():
    kinds = [
        passage.kind
        for passage in passages(
            "# 题\n\n|a|b|\n|-|-|\n|c|d|\n\n```\nx\n```\n\n$$y$$\n\n一句普通的话。"
        )
    ]
    assert kinds == ["heading", "heading", "row", "code", "formula", "statement"]


def test_emphasised_terms_are_listed():
    (passage,) = passages("调用`zero_grad()`清除**梯度**与<font color=red>缓存</font>")
    assert passage.emphasised == ("zero_grad()", "梯度", "缓存")


# Kinds and weights of sentences


@pytest.mark.parametrize(
    "text",
    [
        "滑动平均（EMA）是一种估计局部均值的方法。",
        "FLOPS是指每秒浮点运算次数。",
        "批量归一化，又称BN，是指对输入做归一化。",
        "A receptive field is the region of the input that a unit sees.",
        "Recall refers to the share of positives found.",
    ],
)
def test_definitions(text):
    assert classify(text, kind="statement", lead=True, label="") == "definition"
    assert classify(text, kind="statement", lead=False, label="定义") == "definition"
    assert classify(text, kind="statement", lead=False, label="") == "statement"


@pytest.mark.parametrize(
    "text",
    [
        "下面为大家详细讲解它们的异同",
        "篇幅限制，这里只做简单推导，敬请期待。",
        "接下来我们看看输出层的梯度：",
        "常见的方法包括：",
        "接下来我们以全连接层为例，推导反向传播。",
        "下面介绍三种方法。",
        "Let's look at the details.",
        "There are several different approaches to text summarization, including:",
    ],
)
def test_announcements_are_remarks(text):
    assert classify(text, kind="statement", lead=True, label="") == "remark"


@pytest.mark.parametrize(
    "text",
    [
        "首先将输入数据归一化，然后分析其分布。",
        "接下来，特征图被展开成一维向量。",
        "前面的层已经学到了通用的特征。",
        "下面的层提取更低级的特征。",
        "最后更新所有的权重。",
        "我们用链式法则推导每一层的梯度。",
        "下采样会降低特征图的分辨率。",
    ],
)
def test_steps_and_facts_are_not_remarks(text):
    assert classify(text, kind="statement", lead=False, label="") == "statement"


def test_order_of_weights():
    def weight(
        text: str, kind: str = "statement", lead: bool = False, emphasis: float = 0
    ) -> float:
        return weigh(text, kind=kind, lead=lead, emphasis=emphasis)

    plain = weight("卷积层共享权重。")
    assert weight("卷积层是一种结构。", "definition", lead=True) > plain
    assert weight("卷积层共享权重。", lead=True) > plain
    assert weight("卷积层共享权重。", emphasis=1) > weight("卷积层共享权重。", emphasis=0.2) > plain
    assert weight("例如，在图像分类中很常见。") < plain
    assert weight("总的来说，它很有效。") < plain
    assert weight("x = 1", "code") < plain
    assert weight("常见的方法包括：", "remark") < weight("x = 1", "code")
    assert weight("优点", "heading") == 0


@settings(max_examples=200, deadline=None)
@given(
    st.text(),
    st.sampled_from(["definition", "statement", "item", "row"]),
    st.booleans(),
    st.floats(0, 1),
)
def test_weights_are_shares(text, kind, lead, emphasis):
    assert 0 <= weigh(text, kind=kind, lead=lead, emphasis=emphasis) <= 1
