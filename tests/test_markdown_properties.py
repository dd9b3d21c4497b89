"""Properties: documents built from the dialects read back; anything at all is survived."""

from __future__ import annotations

import dataclasses
import time

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from knowledge.markdown import Entry, NotText, decode, dump, matching_key, parse
from knowledge.markdown.drafts import draft_reason

WORDS = ["网络", "梯度", "缓存", "kernel", "cache", "batch", "索引", "事务", "thread", "锁", "heap"]
ASKING = [
    "什么是{}？",
    "如何理解{}？",
    "{}和{}有什么区别？",
    "为什么需要{}？",
    "What is a {}?",
    "How does {} work?",
    "Why do we need {}?",
]
SENTENCES = [
    "它把输入分成小块处理。",
    "A value is kept until it is needed again.",
    "- 第一点\n- 第二点",
    "```python\n# 1. 注释\nprint('x')\n```",
    "> 引用的一句话。",
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "其中 $x^2$ 表示平方。",
    "1. 先做这个\n2. 再做那个",
    "**注意**：不要混淆。",
    "#### 细节\n\n更多的说明。",
]  # fmt: skip

titles = st.builds(
    lambda pattern, first, second: pattern.replace("{}", first, 1).replace("{}", second, 1),
    st.sampled_from(ASKING),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
)
answers = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map("\n\n".join)
banks = st.lists(st.tuples(titles, answers), min_size=3, max_size=9, unique_by=lambda qa: qa[0])


def _indented(text: str, width: int) -> str:
    return "\n".join(" " * width + line if line else line for line in text.split("\n"))


HIDER = "<details><summary>答案</summary>"
STYLES = {
    "numbered headings": lambda n, q, a: f"## {n}. {q}\n\n{a}\n",
    "ideographic comma": lambda n, q, a: f"### {n}、{q}\n\n{a}\n",
    "closed headings": lambda n, q, a: f"### Q{n}: {q} ###\n\nAnswer:\n\n{a}\n",
    "plain headings": lambda n, q, a: f"## {q}\n\n{a}\n",
    "html headings": lambda n, q, a: f'<h2 id="{n}">{n}.{q}</h2>\n\n{a}\n\n---\n',
    "prefixed": lambda n, q, a: f"### 问题{n}：{q}\n\n答：\n\n{a}\n",
    "bold": lambda n, q, a: f"**Q{n}: {q}**\n\n{a}\n",
    "summaries": lambda n, q, a: f"<details>\n<summary>{q}</summary>\n\n{a}\n\n</details>\n",
    "hidden": lambda n, q, a: (
        f"### {n}. {q}\n\n<details><summary>答案</summary>\n\n{a}\n\n</details>\n"
    ),
    "items": lambda n, q, a: (
        f"{n}. ### {q}\n\n{_indented(a, 4)}\n\n    **[⬆ Back to Top](#top)**\n"
    ),
    "pairs": lambda n, q, a: f"**Q:** {q}\n\n**A:**\n\n{a}\n",
}


@settings(deadline=None, max_examples=150)
@given(banks, st.sampled_from(sorted(STYLES)), st.booleans(), st.booleans())
def test_documents_of_any_dialect_parse_to_their_questions(
    bank: list[tuple[str, str]], style: str, contents: bool, titled: bool
) -> None:
    parts = ["# 面试题总结\n"] if titled else []
    if contents:
        parts.append(
            "## 目录\n\n" + "".join(f"- [{n}. {q}](#{n})\n" for n, (q, _) in enumerate(bank, 1))
        )
    parts += [STYLES[style](n, q, a) for n, (q, a) in enumerate(bank, 1)]
    entries = parse("\n".join(parts)).entries
    assert [entry.title for entry in entries] == [question for question, _ in bank]
    assert [matching_key(entry.body) for entry in entries] == [matching_key(a) for _, a in bank]


@settings(deadline=None, max_examples=150)
@given(banks, banks)
def test_a_mark_in_one_answer_never_moves_another_question(
    bank: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    """One unclosed fence costs at most the answer it stands in."""
    texts = [f"## {n}. {q}\n\n{a}\n" for n, (q, a) in enumerate(bank, 1)]
    texts[1] = f"## 2. {bank[1][0]}\n\n```text\nunclosed\n"
    assert [e.title for e in parse("\n".join(texts)).entries] == [q for q, _ in bank]


PIECES = """#|## |**|- |1. |> |```|~~~|<details>|</details>|<summary>|</summary>|<h1>|</h1>|Q: |A: |
答：|问题1：|[a](#b)|---|$$|`|<!--|-->|?|？|1、|（1）|13.1 |    |\\|&amp;|什么是|What is |目录|
**评分要点**|**关键词**：|viva: 1|viva:question"""
MARKUP = st.sampled_from([*PIECES.replace("\n", "").split("|"), "\n", "\n\n", "\t", "|", "|-|"])
soup = st.lists(st.one_of(MARKUP, st.text(max_size=8)), max_size=60).map("".join)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(soup, st.text(max_size=300)))
def test_any_text_is_survived_and_nothing_is_made_up(text: str) -> None:
    document = parse(text)
    here = matching_key(text)
    for entry in document.entries:
        assert entry.key and entry.title
        assert set(entry.key) <= set(here)
        assert 1 <= entry.line <= text.count("\n") + text.count("\r") + 1
        for line in entry.body.split("\n"):
            assert matching_key(line) in here


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=400), soup.map(str.encode), soup.map(lambda t: t.encode("gb18030"))
    )
)
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, encoding = decode(data)
    except NotText:
        return
    assert "\r" not in text and encoding
    parse(text)


line_text = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30
).map(lambda text: " ".join(text.split()))
plain_line = line_text.filter(lambda text: bool(matching_key(text)))
listed = plain_line.filter(lambda text: text[0].isalnum())
body_text = st.one_of(soup, answers, line_text).map(
    lambda text: text.replace("\r", "").replace("\x00", "").strip("\n")
)
words = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=8)


keywords = st.one_of(words, words.map(lambda word: f"{word} = {word}x"))
labels = st.sampled_from(["good", "middling", "wrong"])


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    title = draw(plain_line)
    body = draw(body_text)
    assume(not body or body.strip())
    return Entry(
        title=title,
        key=matching_key(title),
        stem=draw(st.one_of(st.just(""), body_text)),
        body=body,
        topic=draw(st.one_of(st.just(""), plain_line)),
        draft=draft_reason(body),
        difficulty=draw(st.sampled_from(["", "easy", "medium", "hard"])),
        tags=tuple(draw(st.lists(words, max_size=3))),
        points=tuple(
            draw(st.lists(st.tuples(listed, st.sampled_from([1.0, 2.0, 0.5, 12.25])), max_size=3))
        ),
        keywords=tuple(
            draw(st.lists(st.one_of(words, words.map(lambda w: f"{w} = {w}x")), max_size=4))
        ),
        misconceptions=tuple(draw(st.lists(listed, max_size=3))),
        follow_ups=tuple(draw(st.lists(listed, max_size=3))),
        language=draw(st.sampled_from(["", "zh", "en"])),
        twin=draw(st.one_of(st.just(""), plain_line)),
        samples=tuple(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(["good", "middling", "wrong"]), listed), max_size=3
                )
            )
        ),
    )


metadata = st.dictionaries(
    words.filter(lambda word: word != "viva"),
    st.one_of(line_text, st.booleans(), st.integers(-9, 9), st.lists(line_text, max_size=3)),
    max_size=3,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(entries(), max_size=4), metadata)
def test_export_and_import_is_the_identity(bank: list[Entry], front: dict[str, object]) -> None:
    document = parse(dump(bank, front))
    assert [dataclasses.replace(entry, line=1) for entry in document.entries] == bank
    assert document.metadata == front


def test_hostile_shapes_take_little_time() -> None:
    shapes = {
        "quotes": ">" * 20_000 + " x",
        "nested lists": "".join("  " * depth + "- a\n" for depth in range(600)),
        "brackets": "# " + "[" * 50_000,
        "emphasis": "# " + "*a **b " * 10_000,
        "fences of all lengths": "".join("`" * (3 + n) + "\n" for n in range(800)),
        "open details": "<details><summary>What?</summary>\n" * 5_000,
        "definitions": "[a]: b '\n" * 10_000,
        "comments": "<!-- \n" * 10_000,
        "tags": "<h1 " * 20_000,
        "labels": "# Q: What?\n\n" + "**评分要点**\n\n- a\n\n" * 3_000,
        "rules": "# Q: What?\n\na\n\n" + "---\n\n" * 5_000,
        "restarting numbers": "".join(
            f"{'#' * (1 + n % 5)} {n * 7919 % 3000}. x\n\ny\n\n" for n in range(3_000)
        ),
        "headings without blank lines": "".join(f"# h{n}\n" for n in range(20_000)),
        "items of HTML": "- <div>\n" * 20_000,
        "open lists": "<ol><li>What?\n" * 10_000,
        "bold paragraphs": "<p><b>What?</b></p>\n" * 10_000,
        "open containers": "::: question What?\n\n" * 10_000,
        "one long line": "a" * 1_000_000,
    }
    for name, text in shapes.items():
        started = time.process_time()
        parse(text)
        assert time.process_time() - started < 20, name


def test_aliases_are_never_put_together():
    lines = ["a: &a [x, x]", *(f"{c}: &{c} [*{p}, *{p}]" for p, c in zip("abcdefgh", "bcdefghi"))]  # noqa: B905
    document = parse("---\n" + "\n".join(lines) + "\n---\n\n## 什么？\n\n答。\n")
    assert document.metadata["i"] == "&i [*h, *h]"
