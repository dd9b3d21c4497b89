"""Which terms an answer is expected to use, and when a text uses one."""

from __future__ import annotations

import pytest

from knowledge import keywords
from knowledge.keywords import candidates, detect, find, fold, pairs, parse_author, word_boundaries


def terms(reference: str, question: str = "", emphasised=(), frequency=None, documents=0):
    found = detect([(reference, 1.0, emphasised)], question, frequency or {}, documents)
    return {term.term: term for term in found}


def uses(name: str, text: str) -> bool:
    folded = fold(text)
    return find(name, folded, word_boundaries(folded)) is not None


class TestAuthor:
    @pytest.mark.parametrize(
        ("line", "parsed"),
        [
            ("学习率", ("学习率", ())),
            ("学习率 = learning rate = lr", ("学习率", ("learning rate", "lr"))),
            (" 学习率=lr= ", ("学习率", ("lr",))),
            ("", ("", ())),
            (" = ", ("", ())),
        ],
    )
    def test_a_line_is_a_term_and_its_aliases(self, line, parsed):
        assert parse_author(line) == parsed


class TestCandidates:
    def test_words_terms_and_pairs_are_counted(self):
        found = candidates("卷积神经网络用卷积提取特征。BatchNorm 与 batchnorm 是同一个。")
        assert found["卷积"] >= 1
        assert found["batchnorm"] == 2

    def test_function_words_and_single_letters_are_none(self):
        found = candidates("the model is a function of x, and we can use it")
        assert not {"the", "is", "a", "of", "x", "and", "we", "can", "use", "it"} & set(found)
        assert {"model", "function"} <= set(found)

    def test_explaining_prose_is_none(self):
        assert not {"方法", "问题", "我们", "特点"} & set(candidates("我们的方法有一个问题和特点"))

    def test_full_width_letters_are_the_same_term(self):
        assert candidates("ＲＮＮ")["rnn"] == candidates("RNN")["rnn"] == 1

    def test_compound_names_stay_whole(self):
        assert {"batch-norm", "gpt-4", "c++"} <= set(candidates("Batch-Norm, GPT-4 and C++"))

    @pytest.mark.parametrize("text", ["", "   ", "。，！", "123 456", "😀"])
    def test_texts_without_words_have_none(self, text):
        assert not candidates(text)


class TestPairs:
    @pytest.mark.parametrize(
        ("text", "term", "alias"),
        [
            ("感受野（Receptive Field）是", "感受野", "Receptive Field"),
            ("学习率(learning rate)", "学习率", "learning rate"),
            ("长短期记忆（LSTM, Long Short-Term Memory）", "长短期记忆", "LSTM"),
        ],
    )
    def test_a_bracket_after_a_term_names_it_in_the_other_language(self, text, term, alias):
        found = pairs(text)
        assert any(key.endswith(term) and alias in names for key, names in found.items())

    def test_a_chinese_bracket_is_no_alias(self):
        assert pairs("学习率（步长）") == {}


class TestDetect:
    REFERENCE = (
        "感受野（Receptive Field）随层数增大；感受野越大，卷积看到的区域越大。BatchNorm 稳定训练。"
    )

    def test_the_weights_sum_to_one_heaviest_first(self):
        found = detect([(self.REFERENCE, 1.0, ())], "", {}, 0)
        assert sum(term.weight for term in found) == pytest.approx(1)
        assert [t.weight for t in found] == sorted((t.weight for t in found), reverse=True)

    def test_a_bilingual_pair_is_one_term_with_an_alias(self):
        found = terms(self.REFERENCE)
        assert found["感受野"].aliases == ("Receptive Field",)
        assert not {"receptive", "field", "receptive field", "Receptive Field"} & set(found)

    def test_what_the_question_says_earns_nothing(self):
        assert "感受野" not in terms(self.REFERENCE, "什么是感受野？")
        assert "batchnorm" not in {fold(t) for t in terms(self.REFERENCE, "What is BatchNorm?")}

    def test_emphasis_weighs_more(self):
        text = "残差让梯度直接流过，门控决定保留多少信息。"
        plain, bold = terms(text), terms(text, emphasised=["门控"])
        assert bold["门控"].weight > plain.get("门控", plain["梯度"]).weight

    def test_what_the_whole_bank_says_weighs_less(self):
        text = "梯度在残差网络里直接传播。"
        common = terms(text, frequency={"梯度": 100}, documents=100)
        rare = terms(text, frequency={"梯度": 1}, documents=100)
        assert common["梯度"].weight < rare["梯度"].weight

    def test_passages_without_weight_say_nothing(self):
        assert detect([("下面为大家详细讲解卷积", 0.0, ["卷积"])], "", {}, 0) == []

    def test_there_are_never_more_than_fourteen(self):
        text = "、".join(f"Term{chr(97 + i)}{chr(97 + j)}" for i in range(6) for j in range(6))
        assert len(detect([(text, 1.0, ())], "", {}, 0)) == keywords.MAX_TERMS == 14

    def test_the_same_reference_gives_the_same_terms(self):
        assert detect([(self.REFERENCE, 1.0, ())], "", {}, 0) == detect(
            [(self.REFERENCE, 1.0, ())], "", {}, 0
        )

    @pytest.mark.parametrize("text", ["", "。", "1 + 1 = 2"])
    def test_a_reference_without_terms_has_none(self, text):
        assert detect([(text, 1.0, ())], "", {}, 0) == []


class TestFind:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("RNN", "An rnn reads it in order"),
            ("RNN", "ＲＮＮ按顺序读"),
            ("RNN", "用RNN处理"),
            ("learning rate", "the Learning-Rate decays"),
            ("learning rate", "two learning rates"),
            ("batch-norm", "batch norm, batchnorm"),
            ("loss", "losses"),
            ("C++", "写 C++ 的时候"),
            ("学习率", "学习率太大会震荡"),
            ("感受野", "扩大了感受野。"),
        ],
    )
    def test_a_term_is_found_in_its_forms(self, name, text):
        assert uses(name, text)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("RNN", "BiRNNs differ"),
            ("AI", "it is certain, again"),
            ("gan", "organ"),
            ("norm", "normal"),
            ("C", "CNN"),
            ("数学", "参数学习"),
            ("学习率", "学习与概率"),
            ("", "anything"),
            ("。", "anything"),
        ],
    )
    def test_but_never_inside_another_word(self, name, text):
        assert not uses(name, text)

    def test_the_span_is_where_the_term_stands(self):
        folded = fold("用 Batch Norm 稳定")
        start, end = find("Batch-Norm", folded, word_boundaries(folded))
        assert folded[start:end] == "batch norm"

    @pytest.mark.parametrize("name", ["(", "a|b", "[x]", "\\", "x*", "c++ (2020)"])
    def test_signs_in_a_term_are_signs(self, name):
        assert uses(name, f"so {name} it is") or not any(c.isalnum() for c in name)
