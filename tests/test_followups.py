"""Which follow-up is asked, and in which words: tables of grades and the exact question."""

from __future__ import annotations

import pytest

from interview import followups
from tests.attempts import grade_of, point

TITLE = "激活函数有什么作用？"
ANSWER = "激活函数引入非线性。ReLU 在负半轴也有梯度。"
NONLINEAR = point("激活函数引入非线性，否则多层线性层等价于一层", "covered", 0.3)
DEAD = point("ReLU 的负半轴梯度为零，可能导致神经元死亡", "missed", 0.3)
WRONG = point("ReLU 的负半轴梯度为零", "contradicted", 0.3, spans=[(10, 24)])
PART = point("激活函数使得网络能拟合任意函数", "partly", 0.2, spans=[(0, 9)])
LIGHT = point("GELU 是平滑的", "missed", 0.1)


def asked(*points, score=50, language="zh", title=TITLE, answer=ANSWER, **more):
    options = {key: more.pop(key) for key in ("headings", "keywords") if key in more}
    found = followups.follow_up(
        grade_of(score, points=list(points), **more),
        title=title,
        answer=answer,
        language=language,
        headings=options.get("headings", {}),
        keywords=options.get("keywords", ("激活函数", "ReLU", "梯度", "GELU", "神经元死亡")),
    )
    return found and (found.aim.point, found.aim.kind, found.text)


class TestThePointThatIsChosen:
    @pytest.mark.parametrize(
        ("points", "chosen", "kind"),
        [
            ((NONLINEAR, LIGHT, DEAD), DEAD, "missed"),  # the heaviest
            ((DEAD, WRONG), WRONG, "contradicted"),  # as heavy, but wrong
            ((LIGHT, PART), LIGHT, "missed"),  # missed before partly, however light
            ((NONLINEAR, PART), PART, "partly"),
            ((DEAD, point("另一点", "missed", 0.3)), DEAD, "missed"),  # then the first
        ],
    )
    def test_it_is_the_one_that_weighs_most(self, points, chosen, kind):
        assert asked(*points)[:2] == (chosen["text"], kind)

    def test_nothing_is_asked_when_everything_was_said(self):
        assert asked(NONLINEAR, score=60) is None

    def test_nor_after_a_full_answer_that_leaves_out_some_detail(self):
        assert asked(NONLINEAR, LIGHT, score=85) is None
        assert asked(NONLINEAR, LIGHT, score=84) is not None

    def test_a_good_answer_is_not_asked_again_for_what_it_said_in_part(self):
        assert asked(NONLINEAR, PART, score=70) is None
        assert asked(NONLINEAR, PART, score=69)[1] == "partly"
        assert asked(NONLINEAR, PART, LIGHT, score=70)[1] == "missed"

    def test_what_was_wrong_is_asked_about_even_then(self):
        assert asked(NONLINEAR, WRONG, score=95)[1] == "contradicted"

    @pytest.mark.parametrize("flag", ["dont_know", "empty", "echo", "off_topic"])
    def test_after_no_answer_the_heaviest_point_is_opened_gently(self, flag):
        heavy = point("激活函数引入非线性", "missed", 0.6)
        chosen, kind, _text = asked(LIGHT, heavy, score=0, flags=[flag])
        assert (chosen, kind) == (heavy["text"], "opening")

    @pytest.mark.parametrize("flag", ["gibberish", "accepted", "instruction"])
    def test_noise_orders_and_accepted_answers_lead_nowhere(self, flag):
        assert asked(DEAD, score=0, flags=[flag]) is None

    def test_a_question_without_points_has_none(self):
        assert asked() is None


class TestTheWords:
    @pytest.mark.parametrize(
        ("graded", "text"),
        [
            (DEAD, "还有一点没有说到。关于“ReLU”和“梯度”，背后的原因是什么？"),
            (
                WRONG,
                "你说“ReLU 在负半轴也有梯度”。真是这样吗？关于“ReLU”和“梯度”，具体是怎么回事？",
            ),
            (PART, "你提到“激活函数引入非线性”。请再说深一层。关于“激活函数”，背后的原因是什么？"),
            (LIGHT, "回到原来的问题，还有一点没有说到。准确地说，这是什么？"),
        ],
    )
    def test_in_chinese(self, graded, text):
        assert asked(graded)[2] == text

    @pytest.mark.parametrize(
        ("graded", "text"),
        [
            (
                point("Dropout prevents units from co-adapting", "missed"),
                "One thing is still missing. As for “Dropout”, what is it good for?",
            ),
            (
                point("At inference nothing is dropped", "contradicted", spans=[(0, 33)]),
                "You said “Dropout is also used at inference”. Is that so? "
                "As for “inference”, what exactly happens there?",
            ),
            (
                point("Dropout means dropping units at random", "partly", spans=[(0, 33)]),
                "You mentioned “Dropout is also used at inference”. Go one step further: "
                "as for “Dropout”, what exactly is it?",
            ),
            (
                point("The kept activations are scaled by 1/(1-p)", "missed"),
                "Back to the question, where one thing is still missing: what exactly happens there?",
            ),
        ],
    )
    def test_in_english(self, graded, text):
        found = asked(
            graded, language="en", title="What does Dropout do?",
            answer="Dropout is also used at inference.", keywords=("Dropout", "inference"),
        )  # fmt: skip
        assert found[2] == text

    def test_opening_questions(self):
        heavy = point("激活函数是指神经元输出上的非线性变换", "missed")
        for flag, start in (
            ("dont_know", "没关系，从简单的开始，一两句话就行。"),
            ("echo", "请不要重复题目，用自己的话说一两句。"),
            ("off_topic", "我们先回到这道题，一两句话就行。"),
        ):
            text = asked(heavy, score=0, flags=[flag], answer="不知道 ReLU")[2]
            assert text == start + "关于“激活函数”，准确地说，这是什么？"

    def test_a_heading_names_what_neither_question_nor_answer_did(self):
        text = asked(LIGHT, headings={0: "常用的种类 > 平滑的一类："})[2]
        assert text == "还有一点没有说到。关于“平滑的一类”，准确地说，这是什么？"

    def test_a_heading_that_says_nothing_does_not(self):
        assert "要点" not in asked(LIGHT, headings={0: "要点"})[2]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("卷积层参数量 = k²·C", "formula"),
            ("查找的平均时间复杂度是 O(1)", "number"),
            ("先检索相关内容，再放入提示", "steps"),
            ("词干提取比词形还原更快", "comparison"),
            ("MoE 带来通信开销", "trade-off"),
            ("因为测量是异步的", "cause"),
            ("批量很小时，统计量不准", "condition"),
            ("1×1 卷积用于降维", "purpose"),
            ("IoU 是交集与并集之比", "definition"),
            ("广播从最右边的维度开始对齐", "other"),
            ("Lookup takes O(1) time", "number"),
            ("First sample, then vote", "steps"),
            ("BF16 differs from FP16", "comparison"),
            ("It is fast but inexact", "trade-off"),
            ("Gradients vanish because factors are small", "cause"),
            ("Keys must be hashable", "condition"),
            ("Pooling reduces the resolution", "purpose"),
            ("A mask is a matrix of zeros", "definition"),
        ],
    )
    def test_kinds_of_points(self, text, kind):
        assert followups.kind_of(text) == kind

    def test_long_quotes_are_shortened_and_keep_to_one_line(self):
        answer = "他说“不是”\n" * 30
        text = asked(point("x", "contradicted", spans=[(0, len(answer))]), answer=answer)[2]
        assert "\n" not in text
        assert text.count("“") == text.count("”") == 1
        assert "…" in text

    def test_nothing_of_the_point_that_was_not_named_is_given_away(self):
        for graded in (DEAD, LIGHT, PART, point("ReLU 会让 Softplus 更平滑", "missed")):
            text = asked(graded)[2]
            assert not {
                w for w in ("死亡", "为零", "GELU", "平滑", "任意函数", "Softplus") if w in text
            }

    def test_it_is_the_same_every_time(self):
        assert len({asked(DEAD, LIGHT, keywords=("ReLU", "梯度")) for _ in range(5)}) == 1
        assert asked(DEAD, keywords=("ReLU", "梯度")) == asked(DEAD, keywords=("梯度", "ReLU"))
