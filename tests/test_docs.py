"""What the documents say is there: settings, commands, targets, files, links, and the dialect."""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from knowledge.markdown import matching_key, parse
from knowledge.markdown.notes import LABELS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = [
    *(path for room in ("interview", "knowledge") for path in (ROOT / room).rglob("*.py")),
    ROOT / "manage.py",
]
# Settings that are not the product's own but that a command reads.
OTHERS = {"PORT"}

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))


@lru_cache
def text_of(path: Path) -> str:
    """A document without its comments."""
    return re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def commands_in(path: Path) -> list[str]:
    """The lines of a document's code: fenced and indented blocks, and spans."""
    text = text_of(path)
    fenced = re.findall(r"^(`{3,}).*?\n(.*?)^\1\s*$", text, re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^(?: {4}|\t)(.+)$", text, re.MULTILINE)
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    return [line for _, block in fenced for line in block.split("\n")] + indented + spans


def settings_in_code() -> set[str]:
    reads = re.compile(
        r"""(?:environ(?:\.get\(|\.setdefault\(|\[)|getenv\(|_(?:flag|words|number)\()\s*"([A-Z_]+)\""""
    )
    names = {name for path in CODE for name in reads.findall(path.read_text(encoding="utf-8"))}
    return {name for name in names if name.startswith("VIVA_") or name in OTHERS}


# Settings


def test_one_table_lists_every_setting_and_no_other():
    listed = text_of(ROOT / "docs" / "operations.md")
    table = re.findall(r"^\| `([A-Z_]+)` \|", listed, re.MULTILINE)
    assert sorted(table) == sorted(settings_in_code())


@each_document
def test_settings_that_are_named_exist(path):
    named = set(re.findall(r"\bVIVA_[A-Z_]*[A-Z]\b", text_of(path)))
    assert named <= settings_in_code()


# Commands


@each_document
def test_management_commands_and_their_options_exist(path):
    known = get_commands()
    for line in commands_in(path):
        match = re.search(r"manage\.py ([a-z_]+)(.*)", line)
        if match is None:
            continue
        assert match[1] in known, line
        app = known[match[1]]
        command = load_command_class(app, match[1]) if isinstance(app, str) else app
        options = command.create_parser("manage.py", match[1])._option_string_actions
        for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", match[2]):
            assert option in options, line


@each_document
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in commands_in(path):
        for words in re.findall(r"(?:^|[\s&;])make((?: [\w=./-]+)+)", line):
            asked = [word for word in words.split() if "=" not in word]
            assert set(asked) <= targets, line


@each_document
def test_modules_that_are_run_exist(path):
    for line in commands_in(path):
        for module in re.findall(r"python3? -m ([\w.]+)", line):
            assert importlib.util.find_spec(module), line


# Files and links


@each_document
def test_files_that_are_named_exist(path):
    rooms = r"(?:interview|knowledge|templates|static|tests|training|docs|bench|locale|\.ci)"
    for span in commands_in(path):
        if re.fullmatch(rf"{rooms}/[\w./-]*", span):
            assert (ROOT / span).exists(), span


@each_document
def test_relative_links_resolve(path):
    text = re.sub(
        r"^(`{3,}).*?^\1\s*$|`[^`\n]+`", "", text_of(path), flags=re.DOTALL | re.MULTILINE
    )
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(path: Path) -> set[str]:
    """The anchors that a Markdown page on the usual forges has for its headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# The dialect

AUTHORING = ROOT / "docs" / "authoring.md"


def examples(fence: str) -> list[str]:
    return re.findall(
        rf"^{fence}markdown\n(.*?)^{fence}$", text_of(AUTHORING), re.DOTALL | re.MULTILINE
    )


def test_the_authoring_guide_names_every_label():
    named = {span.lower() for span in commands_in(AUTHORING)}
    assert set(LABELS) <= named


def test_the_chinese_example_is_read_as_the_guide_says():
    document = parse(examples("````")[0])
    (entry,) = document.entries
    assert document.warnings == ()
    assert document.metadata == {"title": "优化算法", "language": "zh"}
    assert entry.title == "什么是梯度裁剪？"
    assert entry.body.startswith("**梯度裁剪在更新参数之前")
    assert entry.body.endswith("```")
    assert entry.points == (
        ("梯度裁剪限制梯度的大小，防止梯度爆炸", 3),
        ("按范数裁剪只缩短梯度，不改变方向", 2),
        ("梯度裁剪不能解决梯度消失", 1),
    )
    assert entry.keywords == ("梯度裁剪 = gradient clipping", "范数 = norm")
    assert len(entry.misconceptions) == 2
    assert entry.follow_ups == ("按值裁剪和按范数裁剪有什么区别？",)
    assert [label for label, _ in entry.samples] == ["good", "middling", "wrong"]
    assert entry.difficulty == "medium"
    assert entry.tags == ("优化", "训练技巧")
    assert entry.language == "zh"
    assert entry.twin == "What is gradient clipping?"


def test_the_english_example_is_its_twin():
    chinese, english = (parse(text).entries[0] for text in examples("````"))
    assert matching_key(english.twin) == chinese.key
    assert matching_key(chinese.twin) == english.key
    assert [weight for _, weight in english.points] == [3, 2, 1]
    assert english.keywords == ("gradient clipping = 梯度裁剪", "norm = 范数")
    assert [label for label, _ in english.samples] == ["good", "middling", "wrong"]
    assert len(english.misconceptions) == 2
    assert len(english.follow_ups) == 1
    assert english.tags == ("optimisation", "training")
    assert english.difficulty == chinese.difficulty
    assert english.language == "en"


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_is_cut_off_the_answer(label):
    value = f"**{label}**: 中文" if LABELS[label] in ("difficulty", "language", "twin") else ""
    text = value or f"**{label}**\n\n- 一项\n- 两项"
    (entry,) = parse(f"# 1.什么是早停？\n\n验证集指标不再变好时就停止训练。\n\n{text}\n").entries
    assert entry.body == "验证集指标不再变好时就停止训练。"


@pytest.mark.parametrize("text", examples("```"))
def test_every_shape_that_the_guide_shows_is_recognised(text):
    entries = parse(text).entries
    assert len(entries) == 2
    assert all(entry.body and not entry.draft for entry in entries)
    assert {entry.title for entry in entries} in (
        {"什么是过拟合？", "什么是早停？"},
        {"What is overfitting?", "What is early stopping?"},
    )
