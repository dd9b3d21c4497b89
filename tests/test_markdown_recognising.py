"""Every dialect of Q&A Markdown that people publish, in small invented samples."""

from __future__ import annotations

import pytest

from knowledge.markdown import Document, Entry, TooLarge, matching_key, parse
from knowledge.markdown.document import MAX_LINES
from tests.markdown_dialects import DIALECTS as COMMON
from tests.markdown_dialects import NOT_QUESTIONS as NO_QUESTIONS
from tests.markdown_dialects_extensions import EXTENSION_DIALECTS, NOT_QUESTIONS_EITHER
from tests.markdown_dialects_more import MORE_DIALECTS

DIALECTS = COMMON | MORE_DIALECTS | EXTENSION_DIALECTS
NOT_QUESTIONS = NO_QUESTIONS | NOT_QUESTIONS_EITHER


def titles(text: str) -> list[str]:
    return [entry.title for entry in parse(text).entries]


def answered(text: str) -> list[str]:
    return [entry.title for entry in parse(text).entries if not entry.draft]


@pytest.mark.parametrize("name", DIALECTS)
def test_dialect(name: str) -> None:
    text, expected = DIALECTS[name]
    assert titles(text) == expected


@pytest.mark.parametrize("name", DIALECTS)
def test_dialect_survives_line_ends_trailing_space_and_rules(name: str) -> None:
    text, expected = DIALECTS[name]
    assert titles(text.replace("\n", "\r\n")) == expected
    assert titles("\ufeff" + text + "\n\n\n---\n") == expected


@pytest.mark.parametrize("name", NOT_QUESTIONS)
def test_no_questions_where_there_are_none(name: str) -> None:
    document = parse(NOT_QUESTIONS[name])
    assert document.entries == ()
    assert "No questions" in document.warnings[0]


def test_a_file_without_questions_tells_its_first_headings() -> None:
    assert parse(NOT_QUESTIONS["study notes"]).headings[:2] == ("蒸汽机", "一、概览")


def test_unanswered_lists_become_drafts_with_follow_ups_and_stems() -> None:
    document = parse(
        """---
title: Ship Questions
---

* Explain ballast.
* What is a bulkhead?
  * Why are there several?
* How does a rudder work?
* What is draught?

## Practical questions
* What does this signal mean?
```
flag: Q
```
* Why is a hull painted?
"""
    )
    assert [entry.draft for entry in document.entries] == ["empty"] * 6
    assert document.entries[1].follow_ups == ("Why are there several?",)
    assert "flag: Q" in document.entries[4].stem
    assert any("None of the questions has an answer" in text for text in document.warnings)


def find(document: Document, title: str) -> Entry:
    return next(entry for entry in document.entries if entry.title == title)


def test_the_same_title_twice_keeps_both_with_their_stems() -> None:
    text, _ = DIALECTS["details: the summary hides the answer, many equal titles"]
    first, second = parse(text).entries
    assert first.key == second.key
    assert "e4 e5" in first.stem and "d4 d5" in second.stem
    assert first.stem.endswith("- B: Ke2")
    assert first.body == "#### Answer: A\n\nIt develops a piece."


def test_answers_lose_labels_links_and_rules_only() -> None:
    text, _ = DIALECTS["headings as list items"]
    first, second, _ = parse(text).entries
    assert first.body == "The backbone of a boat:\n\n```text\n# not a heading\n```"
    assert second.body == "A triangular sail.\n\n## Note\n\nIt stands before the mast."
    text, _ = DIALECTS["问题N： prefixed headings with 答："]
    assert parse(text).entries[0].body == "梁桥、拱桥、索桥。"
    text, _ = DIALECTS["Q: and A: paragraphs"]
    assert [e.body for e in parse(text).entries] == [
        "Iron with some carbon.",
        "Iron oxide.\n\nIt flakes.",
        "Paint it.",
    ]
    text, _ = DIALECTS["Q and A on neighbouring lines of one paragraph"]
    assert parse(text).entries[0].body == "A fastening made by tying."
    text, _ = DIALECTS["definition-like list"]
    assert parse(text).entries[3].body == "Eight days."
    text, _ = DIALECTS["a table of questions and answers"]
    assert parse(text).entries[1].body == "Lumps of ice."


def test_an_explanation_inside_an_example_does_not_end_the_question() -> None:
    example = "Input: 3\nOutput: 9\nExplanation: three times three."
    text = "".join(f"## {n}. How do you square {n}?\n\n{example}\n\nMultiply.\n\n" for n in "123")
    entry = parse(text).entries[0]
    assert entry.stem == "" and entry.body == f"{example}\n\nMultiply."


def test_a_summary_keeps_its_list_as_stem() -> None:
    text, _ = DIALECTS["details: the summary is the question"]
    entry = find(parse(text), "Name the parts of a hive:")
    assert entry.stem == "* frames\n* boxes" or entry.stem == "  * frames\n  * boxes"
    assert entry.body == "Frames hold combs."
    assert find(parse(text), "How is honey made?").draft == "empty"
    assert find(parse(text), "How is honey made?").topic == "Honey"


def test_tags_and_difficulty_in_comments() -> None:
    (entry,) = parse(DIALECTS["one question a file: heading, label, notes, tags"][0]).entries
    assert entry.tags == ("sky", "earth")
    assert entry.difficulty == "easy"
    assert entry.body.startswith("The longest") and "example.org" not in entry.body


def test_front_matter_and_chapters_give_topics() -> None:
    document = parse(DIALECTS["plain headings that ask, front matter, topics above"][0])
    assert document.metadata["title"] == "茶叶常见面试题总结（上）"
    assert find(document, "如何保存茶叶？").topic == "基础"
    assert find(document, "为什么要洗茶？").topic == "冲泡"
    assert find(document, "什么是绿茶？").tags == ("茶",)
    assert "茶经" not in find(document, "为什么要洗茶？").body


def test_lines_are_those_of_the_file() -> None:
    for text, _ in DIALECTS.values():
        lines = text.split("\n")
        for entry in parse(text).entries:
            window = "".join(lines[entry.line - 1 : entry.line + 3])
            assert entry.key in matching_key(window)


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("13. **What** is `x`? [[src]](https://example.org)", "What is x?"),
        ("Q7: 𝐖𝐡𝐚𝐭 is this? ###", "What is this?"),
        ("问题3：什么是 *闭包*？", "什么是 闭包？"),
        ("（4）什么是<font color=red>窗口</font>？", "什么是窗口？"),
        ("5、什么是 3D 打印？", "什么是 3D 打印？"),
        ("6. 2PC 是什么？", "2PC 是什么？"),
        ("⭐️ 7. 什么是 C++？ {#anchor}", "什么是 C++？"),
        ("8. What does 0.1 + 0.2 === 0.3 give?", "What does 0.1 + 0.2 === 0.3 give?"),
        ("面试官：9. 讲讲 A/B 测试？", "讲讲 A/B 测试？"),
    ],
)
def test_titles_are_cleaned(title: str, cleaned: str) -> None:
    filler = "".join(f"\n\n### Q{n}: What is number {n}?\n\nIt is {n}." for n in (91, 92, 93))
    assert titles(f"# Interview\n\n### {title}\n\nAn answer.{filler}")[0] == cleaned or titles(
        f"# Interview\n\n### {title}\n\nAn answer.\n"
    ) == [cleaned]


def test_a_number_that_belongs_to_the_title_stays() -> None:
    asked = ["3D 打印是什么？", "0.1 加 0.2 等于多少？", "5 种常见材料有哪些？"]
    assert titles("# FAQ\n\n" + "".join(f"## {title}\n\n答。\n\n" for title in asked)) == asked


def test_an_unclosed_fence_does_not_swallow_the_book() -> None:
    book = """# 面试题

## 1. 什么是甲？

```python
print(1)

## 2. 什么是乙？

乙的答案。

```python
# 3. 注释
print(2)
```

## 3. 什么是丙？

```
裸代码

## 4. 什么是丁？

丁的答案。
"""
    assert titles(book) == ["什么是甲？", "什么是乙？", "什么是丙？", "什么是丁？"]


def test_a_stray_closing_fence_does_not_swallow_the_book() -> None:
    parts = [f"## {n}. 什么是第{n}个？\n\n```\ncode {n}\n```\n" for n in range(1, 9)]
    parts[2] += "\n```\n"
    assert len(titles("# 面试题\n\n" + "\n".join(parts))) == 8


def test_fenced_headings_of_a_closed_fence_stay_code() -> None:
    code = "```bash\n# 2. list\n\n## 9. x\nls\n```"
    text = f"# FAQ\n\n## 1. What is a shell?\n\n{code}\n\n## 2. What is a pipe?\n\nA channel.\n"
    assert titles(text) == ["What is a shell?", "What is a pipe?"]
    assert "## 9. x" in parse(text).entries[0].body


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "empty"),
        ("<br>", "empty"),
        ("```\n```", "empty"),
        ("TODO", "placeholder"),
        ("待补充……", "placeholder"),
        ("略", "placeholder"),
        ("[a post](https://example.org)", "link-only"),
        ("详见：https://example.org/x", "link-only"),
        ("推荐: http://example.org", "link-only"),
        ("无锁队列。", ""),
        ("See the manual of the loom.", ""),
        ("42", ""),
    ],
)
def test_drafts_have_a_reason(answer: str, reason: str) -> None:
    answers = ("Some text.", answer, "More text.")
    text = "\n\n".join(f"## Q{n}: What is {n}?\n\n{text}" for n, text in enumerate(answers, 1))
    entries = parse(text).entries
    assert [entry.draft for entry in entries] == ["", reason, ""]


NOTED = """## Q1：什么是梯度裁剪？

限制梯度的范数。

**提示**：注意溢出。

**难度**：中等

**标签**：优化、训练
**英文版**：What is gradient clipping?

**关键词**：梯度裁剪 = gradient clipping、范数

**评分要点**

- 说明按整体范数缩放（2）
- 给出阈值的选择 (weight 0.5)
- 提到循环网络

**常见误区**

- 裁剪能解决梯度消失

#### 追问

1. 阈值怎么选？
2. 与权重衰减有何不同？

**样例回答**

- 好：把梯度的范数限制在阈值以内。

  超过时按比例缩小。
- 中：限制梯度大小。
- 差：丢掉大的梯度。

## Q2：什么是预热？

先用小学习率。

**关键词**：这里不是元数据，因为后面还有正文。

学习率再升高。
"""


def test_notes_at_the_end_of_an_answer_are_metadata() -> None:
    first, second = parse(NOTED).entries
    assert first.body == "限制梯度的范数。\n\n**提示**：注意溢出。"
    assert first.difficulty == "medium"
    assert first.tags == ("优化", "训练")
    assert first.twin == "What is gradient clipping?"
    assert first.keywords == ("梯度裁剪 = gradient clipping", "范数")
    assert first.points == (
        ("说明按整体范数缩放", 2.0),
        ("给出阈值的选择", 0.5),
        ("提到循环网络", 1.0),
    )
    assert first.misconceptions == ("裁剪能解决梯度消失",)
    assert first.follow_ups == ("阈值怎么选？", "与权重衰减有何不同？")
    assert first.samples == (
        ("good", "把梯度的范数限制在阈值以内。\n\n超过时按比例缩小。"),
        ("middling", "限制梯度大小。"),
        ("wrong", "丢掉大的梯度。"),
    )
    assert second.keywords == ()
    assert "这里不是元数据" in second.body


def test_too_many_lines_are_refused_with_a_message() -> None:
    with pytest.raises(TooLarge, match="lines"):
        parse("\n" * (MAX_LINES + 1))


def test_callouts_definitions_and_cards_give_their_answers_without_the_marks() -> None:
    def bodies(name: str) -> list[str]:
        return [entry.body for entry in parse(DIALECTS[name][0]).entries]

    assert bodies("obsidian callouts")[0] == "支撑帆的立柱。"
    assert bodies("obsidian callouts with answer callout")[0] == "A tall pole."
    assert bodies("faq callouts nested")[0] == "A tall pole.\n\nIt carries sails."
    assert bodies("quoted Q and A")[0] == "A tall pole."
    assert bodies("definition list")[2] == "To make the sail smaller.\n\nAlso to be safe."
    assert bodies("admonitions of MkDocs")[0] == "A tall pole."
    assert bodies("html table multi-line cells")[0] == "海面的周期涨落。"
    assert bodies("anki ::")[3] == "Turn through the wind."
    assert bodies("candidate dialogue en")[0] == "A tall pole."


LINKED = """# Sea FAQ

## [What is a tide?][1]

See ![fig][moon] and [the book][The Book].

## What does [this] return?

The element.

## What is [salt]? ![x][moon]

NaCl.

[1]: https://a.example
[moon]: https://m.example/x.png
[the book]: https://b.example
[salt]: https://s.example "Salt"
"""


def test_links_by_reference_are_resolved_in_titles() -> None:
    assert titles(LINKED) == ["What is a tide?", "What does [this] return?", "What is salt?"]


def test_an_answer_brings_the_definitions_of_its_links_along() -> None:
    first, second, _ = parse(LINKED).entries
    assert first.body.endswith("\n\n[moon]: https://m.example/x.png\n[the book]: https://b.example")
    assert second.body == "The element."


def test_toml_front_matter() -> None:
    document = parse(DIALECTS["hugo toml"][0])
    assert document.metadata["title"] == "Ship FAQ"
    assert document.entries[0].tags == ("ships", "faq")
    broken = parse("+++\ntitle = \n+++\n\n## What is a mast?\n\nA pole.\n" * 1)
    assert "TOML" in broken.warnings[0]


def bodies(name: str) -> list[str]:
    return [entry.body for entry in parse(DIALECTS[name][0]).entries]


def test_an_answer_is_taken_out_of_the_container_that_folds_or_frames_it() -> None:
    assert bodies("VuePress containers around answers") == [
        "可靠的传输协议。",
        "不可靠的传输协议。",
        "基于 UDP。",
    ]


def test_a_container_inside_an_answer_stays_in_it() -> None:
    text = "### 什么是栈？\n\n先进后出。\n\n::: tip\n递归用它。\n:::\n\n### 什么是队列？\n\n先进先出。\n"
    assert parse(text).entries[0].body == "先进后出。\n\n::: tip\n递归用它。\n:::"


def test_properties_of_a_logseq_block_are_no_part_of_the_answer() -> None:
    assert bodies("Logseq cards with properties")[0] == "- 可靠的传输协议。"


def test_an_html_list_item_gives_its_answer_alone() -> None:
    assert bodies("bold items of an HTML list")[0] == "A flow of execution."
    nested = (
        "<ol>\n<li>What is a set?<ul><li>No order</li><li>No repeats</li></ul></li>\n"
        "<li>What is a list?<p>An order.</p></li>\n<li>What is a map?<p>Keys.</p></li>\n</ol>\n"
    )
    entries = parse(nested).entries
    assert [entry.title for entry in entries] == [
        "What is a set?",
        "What is a list?",
        "What is a map?",
    ]
    assert "No repeats" in entries[0].body and "What is" not in entries[0].body


def test_characters_of_two_escapes_in_front_matter_are_whole() -> None:
    """As JSON writes what lies beyond the first plane; a half alone cannot be stored anywhere."""
    text = '---\ntitle: "\\ud83d\\ude00 \\ud800"\ntags: ["\\ud83d\\ude00"]\n---\n# 什么？\n\n乙。\n'
    assert parse(text).metadata == {"title": "😀 \ufffd", "tags": ["😀"]}
