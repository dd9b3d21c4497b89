"""The pairs that the entailment model learns from."""

import json
import random
from collections import Counter

import pytest

from interview.grading.entailment import CONTRADICTED, ENTAILED, NEUTRAL, PARTLY
from training.empty_talk import empty_talk, subject
from training.pairs import Statement, epoch, joined, overlap, parse, part, read, split, written
from training.perturb import perturbed, scrambled, terms

LINE = {
    "concept": "queue",
    "field": "computer-science",
    "q": "What is a queue?",
    "ref": "A queue hands out its elements in the order they came in.",
    "e": ["先来的先走。", "first in, first out"],
    "p": ["It is ordered."],
    "n": ["You need one for breadth-first search."],
    "c": ["后进去的先出来。"],
}


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    return read()


def test_a_line_becomes_a_statement() -> None:
    statement = parse(json.dumps(LINE))
    assert statement.reference == LINE["ref"]
    assert statement.entailed == tuple(LINE["e"])
    assert [pair.label for pair in written([statement])] == [
        ENTAILED,
        ENTAILED,
        PARTLY,
        NEUTRAL,
        CONTRADICTED,
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ref": " "}, "ref"),
        ({"c": []}, "c"),
        ({"n": "one string"}, "n"),
        ({"e": ["fine", ""]}, "e"),
        ({"concept": None}, "concept"),
    ],
)
def test_an_ill_formed_line_is_named(change: dict, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"'{complaint}'"):
        parse(json.dumps(LINE | change))


def test_stretches_of_answers_may_lack_a_kind_but_not_all() -> None:
    windows = LINE | {"windows": True, "e": [], "c": []}
    pairs = written([parse(json.dumps(windows))])
    assert [(pair.label, pair.kind) for pair in pairs] == [(PARTLY, "window"), (NEUTRAL, "window")]
    with pytest.raises(ValueError, match="no candidate"):
        parse(json.dumps(windows | {"p": [], "n": []}))


def test_from_stretches_of_answers_follow_the_labels_that_must() -> None:
    line = parse(json.dumps(LINE | {"windows": True, "ref": "学习率增大会让训练更快。"}))
    pairs = [pair for number in range(200) for pair in epoch([line], number)]
    kinds = {kind: {p.label for p in pairs if p.kind == kind} for kind in {p.kind for p in pairs}}
    derived = {"empty window", "wider window", "reversed window", "window copy"}
    assert kinds.keys() == {"window"} | derived
    assert kinds["empty window"] == {NEUTRAL}
    assert kinds["wider window"] == {ENTAILED, PARTLY, NEUTRAL, CONTRADICTED}
    turned_round = [p for p in pairs if p.kind == "reversed window" and p.candidate in LINE["e"]]
    assert {p.label for p in turned_round} == {CONTRADICTED}
    assert all(p.reference != line.reference for p in turned_round)
    assert len({p.candidate for p in pairs if p.kind == "empty window"}) > 5
    copies = [p for p in pairs if p.kind == "window copy"]
    assert {p.label for p in copies} == {ENTAILED, CONTRADICTED}  # its one clause has no half
    assert {p.reference for p in copies} <= {line.reference, *line.entailed}
    # at any overlap only the reversal tells right from wrong
    near = {
        label: [overlap(p.reference, p.candidate) for p in copies if p.label == label]
        for label in (ENTAILED, CONTRADICTED)
    }
    assert all(sum(values) / len(values) > 0.5 for values in near.values())


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("什么是稳定排序？", "稳定排序"),
        ("DNS 解析的过程是怎样的？", "DNS 解析的过程"),
        ("简要介绍一下早停", "早停"),
        ("What is a closure in JavaScript?", "closure in JavaScript"),
        ("？", "？"),
    ],
)
def test_talk_that_says_nothing_names_the_subject(question: str, about: str) -> None:
    assert subject(question) == about
    assert about in empty_talk(random.Random(1), question)


def test_an_unreadable_line_is_named_with_file_and_number(tmp_path) -> None:
    (tmp_path / "some.jsonl").write_text(json.dumps(LINE) + "\n{oops\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"some\.jsonl:2"):
        read(tmp_path)


def test_no_text_has_two_labels_in_one_statement(statements) -> None:
    for s in statements:
        texts = Counter(pair.candidate for pair in written([s]))
        assert not [text for text, times in texts.items() if times > 1], s.reference


def test_a_falsehood_never_repeats_its_reference(statements) -> None:
    for s in statements:
        assert s.reference not in (*s.partly, *s.neutral, *s.contradicted)


def test_concepts_are_slugs(statements) -> None:
    for s in statements:
        assert s.concept == s.concept.lower().strip().replace(" ", "-"), s.concept


def test_no_concept_is_in_two_parts_and_shares_are_as_meant(statements) -> None:
    parts = split(statements)
    concepts = {name: {s.concept for s in members} for name, members in parts.items()}
    assert not concepts["train"] & (concepts["test"] | concepts["validation"])
    assert not concepts["test"] & concepts["validation"]
    total = sum(map(len, concepts.values()))
    assert 0.07 < len(concepts["test"]) / total < 0.17
    assert 0.02 < len(concepts["validation"]) / total < 0.11


def test_a_concept_stays_where_it_is() -> None:
    assert part("dropout") == part("dropout")
    assert {part(f"concept-{i}") for i in range(100)} == {"train", "validation", "test"}


def test_an_epoch_is_the_same_each_time_and_epochs_differ(statements) -> None:
    few = split(statements)["train"][:60]
    assert epoch(few, 1) == epoch(few, 1)
    assert epoch(few, 1) != epoch(few, 2)


def test_an_epoch_draws_on_its_own_statements_alone(statements) -> None:
    parts = split(statements)
    held_out = {pair.candidate for pair in written(parts["test"])}
    train = {pair.candidate for pair in written(parts["train"])}
    drawn = {pair.candidate for pair in epoch(parts["train"], 0)}
    assert not drawn & (held_out - train)


def test_an_epoch_holds_every_label_in_earnest(statements) -> None:
    counts = Counter(pair.label for pair in epoch(split(statements)["train"], 0))
    assert min(counts.values()) > 0.1 * sum(counts.values())


def test_derived_labels_follow_from_the_written_ones() -> None:
    other = LINE | {"ref": "Both ends cost O(1).", "e": ["常数时间"], "p": ["it is fast"]}
    pairs = [
        pair
        for number in range(30)
        for pair in epoch([parse(json.dumps(LINE)), parse(json.dumps(other))], number)
    ]
    labels = {pair.kind: pair.label for pair in pairs if pair.kind != "written"}
    assert labels["itself"] == labels["paraphrases"] == labels["with remark"] == ENTAILED
    assert labels["one of two"] == labels["part with remark"] == PARTLY
    assert labels["echo"] == labels["scrambled"] == labels["other statement"] == NEUTRAL
    assert labels["falsehood as reference"] == labels["falsehood with part"] == CONTRADICTED
    reversed_pairs = [p for p in pairs if p.kind == "falsehood as reference"]
    assert {p.reference for p in reversed_pairs} <= {*LINE["c"]}


def test_small_changes_keep_a_text_recognisable() -> None:
    rng = random.Random(1)
    text = "批归一化 (batch normalization) 用的是当前批次的均值和方差。"
    changed = {perturbed(rng, text) for _ in range(40)}
    assert len(changed) > 5
    assert all(overlap(text, other) > 0.5 for other in changed)


def test_a_scrambled_text_keeps_its_letters_and_loses_its_order() -> None:
    text = "梯度先经过裁剪，再交给优化器更新参数"
    other = scrambled(random.Random(2), text)
    assert other != text
    assert Counter(other) == Counter(text)


def test_bare_terms_come_from_the_text() -> None:
    listed = terms(random.Random(3), "梯度先经过裁剪，再交给优化器更新参数")
    assert "梯度" in listed or "优化器" in listed or "裁剪" in listed


def test_joined_texts_stay_whole() -> None:
    both = joined(random.Random(4), "先入先出", "it is a queue.")
    assert "先入先出" in both
    assert "it is a queue." in both
