"""Markdown → safe HTML with marked passages: the dialect, what is kept, what is refused."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.markdown.render_sanitize import clean
from knowledge.markdown.rendering import mark, render, render_plain
from tests.growth import growth

SEEDS = sorted(Path(__file__).parents[2].glob("shared/seeds/*.md"))


class _Visible(HTMLParser):
    """An independent reading of HTML: its visible text, formulas by their `alttext`."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.hidden: list[bool] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "math":
            self.text.append(attributes["alttext"])
        if tag not in ("br", "img", "hr", "wbr"):
            image = "image" in (attributes.get("class") or "").split()
            self.hidden.append(tag == "math" or image)

    def handle_endtag(self, tag):
        self.hidden.pop()

    def handle_data(self, data):
        if not any(self.hidden):
            self.text.append(data)


def visible(html: str) -> str:
    """Visible text without white space."""
    reader = _Visible()
    reader.feed(html)
    reader.close()
    return "".join("".join(reader.text).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def texts(markdown: str) -> list[str]:
    return [passage.text for passage in render(markdown).passages]


def marked(html: str, position: int) -> list[str]:
    """Visible texts of the elements of one passage."""
    pattern = rf'<(\w+)(?: [^>]*)? data-passage="{position}"[^>]*>(.*?)</\1>'
    return [visible(match[2]) for match in re.finditer(pattern, html, re.DOTALL)]


# The dialect


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**优点：**快", "<strong>优点：</strong>快"),
        ("模型**（简称M）**是", "<strong>（简称M）</strong>是"),
        ("**Note:**text", "<strong>Note:</strong>text"),
        ("*注：*文", "<em>注：</em>文"),
        ("a ~b~ c ~~d~~", "a ~b~ c <del>d</del>"),
        ("snake_case_name 与 __init__", "snake_case_name 与 <strong>init</strong>"),
        ("<font color=DeepSkyBlue>要点</font>", "<mark>要点</mark>"),
        ("H<sub>2</sub>O<br>x<sup>2</sup>", "H<sub>2</sub>O<br>\nx<sup>2</sup>"),
        ("List<String> 与 <T>", "List&lt;String&gt; 与 &lt;T&gt;"),
        ("`a | b`", "<code>a | b</code>"),
        ("看这里，\n再看那里", "看这里，再看那里"),
        ("公式为： $x$ 。", 'alttext="x"><mrow><mi>x</mi></mrow></math>。'),
        ("花了 $5 和 $10 买", "花了 $5 和 $10 买"),
        ("设 $HOME 和 $PATH", "设 $HOME 和 $PATH"),
        ("jQuery 的 $ 或 $()", "jQuery 的 $ 或 $()"),
        (r"\(optional\)", "(optional)"),
        ("<!-- 看不见 -->\n\n看得见", "<p>看得见</p>"),
    ],
)
def test_inline_markup(markdown, html):
    assert html in render_plain(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "$y_k$ 是输出",
        "权重 $ \\theta $ 更新",
        "复杂度从$$o(n^2)$$降到$$O(n)$$",
        "$$\\sigma(x) = 1$$",
        "输出层：\n$$\nL = \\frac{1}{2}\n\\sum_k y_k\n$$",
        "$$每帧时间 = \\frac{1}{每秒帧数}$$",
        "集合 $\\{x_1 | x_1 > 0\\}$ 非空",
        "需要 \\( 4 \\times P \\) 字节",
        "\\[\nE = mc^2\n\\]",
        "1. 项\n\n   $$a_1$$",
        "> 引用 $a_1$",
    ],
)
def test_formulas_become_mathml(markdown):
    html = render_plain(markdown)
    assert "<math " in html
    assert "$" not in html


def test_several_formulas_on_consecutive_lines_stay_apart():
    html = render_plain("两式：\n$$a = 1$$\n$$b = 2$$\n其中 a 为常数")
    assert html.count('<div class="formula">') == 2
    assert "其中 a 为常数" in html


def test_formula_with_bars_inside_a_table_stays_in_its_cell():
    html = render_plain("|名|式|\n|-|-|\n|L1|$\\sum_i|\\theta_i|$|\n|code|`a|b`|")
    assert html.count("<td>") == 4
    assert 'alttext="\\sum_i|\\theta_i|"' in html
    assert "<code>a|b</code>" in html


def test_code_fence_keeps_hash_lines_and_is_highlighted_by_classes():
    html = render_plain("```python\n# 注释\nx = 1\n```")
    assert '<pre class="code" data-language="python">' in html
    assert '<span class="c1"># 注释</span>' in html
    assert "style=" not in html


def test_code_of_an_unknown_language_is_plain():
    html = render_plain("```nosuchlang\n<b>x</b>\n```")
    assert "<code>&lt;b&gt;x&lt;/b&gt;\n</code>" in html


def test_lists_nested_by_three_spaces_and_parenthesis_numbers():
    html = render_plain("1) 甲\n   - 乙\n     - 丙\n2) 丁\n")
    assert squeezed(html) == squeezed(
        "<ol><li>甲<ul><li>乙<ul><li>丙</li></ul></li></ul></li><li>丁</li></ol>"
    )


def test_label_followed_by_a_list_without_blank_line():
    html = render_plain("**特点**：\n- 一\n- 二")
    assert squeezed(html) == squeezed(
        "<p><strong>特点</strong>：</p><ul><li>一</li><li>二</li></ul>"
    )


@pytest.mark.parametrize("label", ["**缺点**", "__缺点__", "**缺点：**", "**缺点**：", "缺点："])
def test_a_label_at_the_margin_under_an_item_ends_the_list(label):
    html = render_plain(f"- 快\n- 省\n{label}\n- 贵")
    assert re.sub(r"<.*?>", "|", squeezed(html)).replace("||", "|").count("省|") == 1
    assert html.count("<ul>") == 2
    passages = render(f"- 快\n- 省\n{label}\n- 贵").passages
    assert [(p.text.strip("：*_"), p.heading) for p in passages] == [
        ("快", ""),
        ("省", ""),
        ("缺点", ""),
        ("贵", "缺点"),
    ]


@pytest.mark.parametrize(
    "line", ["接着上一行写下去。", "它有一个缺点：贵", "缺点是这样的，注意：", "  **缺点**"]
)
def test_any_other_line_at_the_margin_still_belongs_to_the_item(line):
    assert render_plain(f"- 省\n{line}\n- 贵").count("<ul>") == 1


def test_quote_inside_a_list_item():
    html = squeezed(render_plain("- 分类\n  > 例：图像"))
    assert html == "<ul><li>分类<blockquote><p>例：图像</p></blockquote></li></ul>"


def test_text_directly_after_a_raw_heading_is_markdown_of_its_own():
    html = render_plain("<h2 id='x'>题目</h2>\n正文 **重点**")
    assert squeezed(html) == "<h4>题目</h4><p>正文<strong>重点</strong></p>"


def test_markdown_inside_details_is_markdown():
    html = render_plain("<details><summary>展开</summary>\n\n- **甲**\n\n</details>")
    assert squeezed(html) == (
        "<details><summary>展开</summary><ul><li><strong>甲</strong></li></ul></details>"
    )


def test_headings_move_below_the_headings_of_the_page_and_keep_their_order():
    assert re.findall(r"<h\d>", render_plain("# 一\n### 三\n#### 四\n# 一")) == [
        "<h4>",
        "<h5>",
        "<h6>",
        "<h4>",
    ]


# Images


def test_remote_image_is_lazy_and_sends_no_referrer():
    html = render_plain("![](https://example.org/p/a.png#c)")
    assert '<img src="https://example.org/p/a.png#c" alt="a.png"' in html
    assert 'loading="lazy" referrerpolicy="no-referrer"' in html


def test_relative_image_is_resolved_by_the_caller():
    seen = []

    def image_url(path: str) -> str:
        seen.append(path)
        return "/media/1.png"

    html = render(
        "![槽](./imgs/槽位 填充.png) ![槽](<./imgs/槽位 填充.png>)", image_url=image_url
    ).html
    assert seen == ["./imgs/槽位 填充.png"]
    assert '<img src="/media/1.png" alt="槽" loading="lazy">' in html


@pytest.mark.parametrize("markdown", ["![图一](imgs/a.png)", '<img src="imgs/a.png" alt="图一">'])
def test_missing_image_leaves_a_visible_placeholder(markdown):
    assert (
        '<span class="image">图一 · a.png</span>' in render(markdown, image_url=lambda _: None).html
    )


def test_unencrypted_image_is_linked_not_loaded():
    html = render_plain("![x](http://example.org/a.png)")
    assert "<img" not in html
    assert '<a class="image" href="http://example.org/a.png"' in html


def test_images_belong_to_no_passage():
    rendered = render("![图](a.png)\n\n看图![二](b.png)说话。")
    assert [passage.text for passage in rendered.passages] == ["看图说话。"]


# Safety

HOSTILE = [
    "<script>alert(1)</script>",
    "<style>body{display:none}</style>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<iframe src=https://example.org></iframe>",
    "<img src=x onerror=alert(1)>",
    "<b onclick=alert(1)>x</b>",
    "<p style='position:fixed'>x</p>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>)",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg>)",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{</math><script>alert(1)</script>}$",
    '```"onmouseover=alert(1)\nx\n```',
    "<span data-passage=0 class=passage--covered>x</span>",
    "<form action=x><input name=y></form>",
    "<h1 id=content>x</h1>",
]


ACTIVE = {"script", "style", "svg", "iframe", "form", "input", "object", "embed", "link", "meta"}


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_active_comes_through(markdown):
    for html in (render_plain(markdown), mark(render(markdown).html, {0: "covered"})):
        tags = re.findall(r"<[^>]*>", html)
        names = {name for tag in tags for name in re.findall(r"^</?([\w-]+)", tag)}
        assert not names & ACTIVE
        for tag in tags:
            attributes = re.sub(r'"[^"]*"', '""', tag)
            assert not re.search(r"\s(on\w+|style|xlink:href|srcdoc)=", attributes)
            assert not re.search(r'(href|src)="\s*(javascript|data|vbscript):', tag, re.IGNORECASE)
        assert "passage--covered" not in render_plain(markdown)


def test_a_tag_that_is_not_allowed_is_shown_as_text():
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render_plain(HOSTILE[0])


REPEATED = (
    "`a¦**a¦*a ¦[a](¦<b>¦<div>¦$a ¦$$a\n¦\\[\n¦> ¦（a。¦中。¦|-|-|\n¦<!--\n¦<table><tr><td>¦“a”¦- "
)


@pytest.mark.parametrize("piece", REPEATED.split("¦"))
def test_repetitive_text_costs_no_more_than_its_length(piece):
    text = piece * 20_000
    assert growth(render, text[:15_000], text[:60_000]) < 9  # four times as long; quadratic: 16


def test_too_long_text_is_shown_without_markup():
    rendered = render("**x** <b> " * 40_000)
    assert "<strong>" not in rendered.html
    assert "&lt;b&gt;" in rendered.html


# Passages in the HTML

_PIECES = (
    "**¦*¦_¦`¦```\n¦~~¦$¦$$¦\n¦\n\n¦- ¦   1. ¦1) ¦## ¦> ¦|¦a|b\n|-|-|\n¦<font color=red>¦</font>"
    "¦<details>¦</details>¦<summary>¦<table>¦<tr>¦<td>¦</table>¦<ul>¦<li>¦</ul>¦<br>¦<p>¦<h2>¦</h2>"
    "¦<script>¦<pre>¦</pre>¦<!--¦-->¦![a](b.png)¦[a](http://x)¦。¦；¦：¦. ¦（¦）¦中文¦是一种方法"
    "¦word¦\\frac{1}{2}¦x_1¦\\¦{¦&amp;¦<¦List<T>¦    ¦\t¦\r\n¦\x00¦\u3000¦“¦<sub>2</sub>¦例如"
    "¦\\(¦\\)"
)
_PIECE = st.sampled_from(_PIECES.split("¦"))
_MARKDOWN = st.one_of(
    st.lists(_PIECE, max_size=40).map("".join),
    st.lists(st.one_of(_PIECE, st.text(max_size=8)), max_size=25).map("".join),
)


def _assert_passages_are_the_visible_text(markdown: str) -> None:
    rendered = render(markdown)
    together = squeezed("".join(passage.text for passage in rendered.passages))
    assert together == visible(rendered.html) == visible(render_plain(markdown))
    assert [passage.position for passage in rendered.passages] == list(
        range(len(rendered.passages))
    )
    for passage in rendered.passages:
        assert f'data-passage="{passage.position}"' in rendered.html


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(_MARKDOWN)
def test_passages_are_exactly_the_visible_text(markdown):
    _assert_passages_are_the_visible_text(markdown)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(_MARKDOWN)
def test_the_browser_builds_the_tree_that_was_cleaned(markdown):
    def settled(html: str) -> str:  # parsers drop a line break at the start of <pre>
        return re.sub(r"<pre>\n+", "<pre>", html)

    html = render_plain(markdown)
    assert settled(clean(html)) == settled(html)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["{}。", "- {}", "**{}**：说明", "> {}", "### {}", "|{}|b|\n|-|-|\n|c|d|"]
            )
            | st.sampled_from(
                ["`{}`", "<font color=red>{}。</font>", "1) {}", "```\n# {}\n```", "${}$"]
            ),
            st.integers(0, 10**6),
        ),
        max_size=12,
    )
)
def test_every_word_of_the_source_is_shown_once(blocks):
    words = [f"w{number}n{index}e" for index, (_, number) in enumerate(blocks)]
    source = "\n\n".join(form.format(word) for (form, _), word in zip(blocks, words, strict=True))
    together = " ".join(texts(source))
    assert [together.count(word) for word in words] == [1] * len(words)


@pytest.mark.skipif(not SEEDS, reason="the seed files are not here")
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_seeds_lose_nothing(path):
    source = path.read_text(encoding="utf-8")
    _assert_passages_are_the_visible_text(source)
    html = render(source).html
    assert "formula-source" not in html  # every formula was drawn
    assert "$" not in re.sub(r"<pre.*?</pre>|<code.*?</code>", "", html, flags=re.DOTALL)


def test_a_sentence_boundary_inside_bold_splits_the_element():
    html = render("**甲的第一句话。乙的第二句话。**").html
    assert '<span class="passage" data-passage="0"><strong>甲的第一句话。</strong></span>' in html
    assert '<span class="passage" data-passage="1"><strong>乙的第二句话。</strong></span>' in html


def test_rows_code_and_display_formulas_carry_the_mark_themselves():
    html = render("|a|b|\n|-|-|\n|c|d|\n\n```\nx\n```\n\n$$y$$").html
    assert '<tr class="passage" data-passage="1">' in html
    assert '<pre class="code passage" data-passage="2">' in html
    assert '<div class="formula passage" data-passage="3">' in html


def test_a_row_stands_under_the_names_of_its_columns():
    table = "|算法|稳定|\n|-|-|\n|归并|是|\n|快排|否|\n"
    passages = render(
        f"# 排序\n\n{table}\n之后的话。\n\n<table><tr><td>另一张</td></tr></table>"
    ).passages
    assert [(p.kind, p.text, p.heading) for p in passages[1:]] == [
        ("heading", "算法 稳定", "排序"),
        ("row", "归并\t是", "排序 > 算法 / 稳定"),
        ("row", "快排\t否", "排序 > 算法 / 稳定"),
        ("statement", "之后的话。", "排序"),
        ("row", "另一张", "排序"),
    ]


def test_a_display_formula_joins_the_sentence_that_announces_it():
    rendered = render("速度很快。其计算公式为：\n\n$$a = b$$\n\n$$c = d$$\n\n其中 a 是速度。")
    assert [passage.text for passage in rendered.passages] == [
        "速度很快。其计算公式为： a = b c = d",
        "其中 a 是速度。",
    ]
    assert marked(rendered.html, 0)[1:] == ["a=b", "c=d"]


# Marks


def test_mark_adds_state_focus_and_link_target():
    html = mark(render("第一个句子在此。第二个句子在此。").html, {1: "covered"})
    assert (
        '<span class="passage passage--covered" data-passage="1" data-state="covered"'
        ' id="passage-1" tabindex="0">第二个句子在此。</span>'
    ) in html
    assert '<span class="passage" data-passage="0">' in html


def test_all_elements_of_a_passage_are_marked_but_one_takes_the_focus():
    html = mark(render("其公式为：\n$$a$$\n$$b$$").html, {0: "partly"})
    assert html.count("passage--partly") == 3
    assert html.count("tabindex") == html.count('id="passage-0"') == 1


def test_mark_changes_nothing_else():
    html = render("**甲** $a<b$ &amp; `x`\n\n- 乙\n\n```python\nx = '<'\n```").html
    assert mark(html, {}) == html
    assert visible(mark(html, {0: "missed", 99: "covered"})) == visible(html)


def test_mark_refuses_a_state_that_is_no_word():
    with pytest.raises(ValueError, match="not a state"):
        mark(render("x").html, {0: 'a" onclick="x'})
