"""What is exported imports back to the same rows."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.exporting import as_json, as_markdown, exportable
from knowledge.importing import make_plan, store
from knowledge.markdown import matching_key
from knowledge.models import ImportRun, Question, Topic
from knowledge.reading import File
from tests.conftest import add_question

pytestmark = pytest.mark.django_db

FIELDS = (
    "title",
    "key",
    "stem",
    "body",
    "status",
    "difficulty",
    "language",
    "twin",
    "tags",
    "points",
    "misconceptions",
    "follow_ups",
    "samples",
    "accepted",
    "author_keywords",
)


def rows() -> list[dict]:
    """Every question but for its place in the database and white space around its texts, in the
    order of an export."""
    return [
        {name: getattr(q, name) for name in FIELDS}
        | {"topic": q.topic.name, "stem": q.stem.strip(), "body": q.body.strip()}
        for q in exportable()
    ]


def import_into_empty_bank(text: str) -> None:
    ImportRun.objects.all().delete()
    Question.objects.all().delete()
    Topic.objects.all().delete()
    store(make_plan([File("export.md", text.encode())]), now=timezone.now())


RICH = {
    "stem": "```python\nprint(1)\n```",
    "difficulty": "hard",
    "language": "zh",
    "twin": "What is momentum?",
    "tags": ["优化", "基础, 常考"],
    "points": [["历史梯度的滑动平均", 2.0], ["减少震荡（0.5）", 0.5]],
    "misconceptions": ["动量增大学习率。"],
    "follow_ups": ["Nesterov 有何不同？"],
    "samples": [["good", "滑动平均。\n\n减少震荡。"], ["wrong", "随便。"]],
    "accepted": ["惯性。\n第二行。", "a: [b] {c}"],
    "author_keywords": ["学习率 = learning rate", "动量"],
}


def test_everything_an_author_can_say_comes_back():
    add_question("什么是动量？", **RICH)
    add_question("第二个问题？", topic="别的")
    add_question("没有写完的？", status="draft")
    add_question("没有回答的？", body="", status="draft")
    add_question("只有链接？", body="[看这里](https://example.org)")
    before = rows()
    import_into_empty_bank(as_markdown(exportable()))
    assert rows() == before


def test_an_export_that_comes_back_to_its_own_bank_changes_nothing():
    add_question("什么是动量？", **RICH)
    plan = make_plan([File("export.md", as_markdown(exportable()).encode())])
    assert plan.counts() == {"unchanged": 1}


LINES = st.sampled_from(
    [
        "# 标题",
        "## Q1: 什么？",
        "**答：**",
        "```",
        "~~~py",
        "<!-- viva:question -->",
        "<!-- viva:answer -->",
        "---",
        "| a | b |",
        "$$x^2$$",
        "1. ### 项目",
        "<details><summary>答案</summary>",
        "</details>",
        "    缩进",
        "- 列表",
        "> 引用",
        "",
        "普通的一句话。",
        "[返回目录](#top)",
        "\\# not a heading",
    ]
)
INLINE = st.text(
    st.sampled_from("abc 什么是动量？*_`#[]()<>&\\|!~$1.:：-—\"'{}%@👍"), min_size=1, max_size=30
)
TEXT = st.lists(LINES | INLINE, max_size=8).map(lambda lines: "\n".join(lines).strip("\n"))
ONE_LINE = INLINE.map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def question_fields(draw):
    title = "问" + draw(ONE_LINE)
    body = draw(TEXT)
    return {
        "title": title,
        "stem": draw(st.just("") | TEXT),
        "body": body,
        "topic": "题" + draw(ONE_LINE),
        "status": draw(st.sampled_from(["published", "draft"])) if body.strip() else "draft",
        "difficulty": draw(st.sampled_from(["", "easy", "medium", "hard"])),
        "accepted": draw(st.lists(TEXT.filter(str.strip), max_size=2)),
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        question_fields(), min_size=1, max_size=4, unique_by=lambda f: matching_key(f["title"])
    )
)
def test_any_bank_comes_back(db, made):
    """White space around texts is not kept, and a text of white space alone is no text."""
    with transaction.atomic():
        for fields in made:
            topic = Topic.objects.get_or_create(name=fields.pop("topic"))[0]
            Question.objects.create(topic=topic, key=matching_key(fields["title"]), **fields)
        before = rows()
        import_into_empty_bank(as_markdown(exportable()))

        assert rows() == before
        transaction.set_rollback(True)


def test_questions_that_left_their_source_are_not_exported():
    add_question("还在？")
    add_question("走了？", missing=True)
    assert "走了" not in as_markdown(exportable())


def test_json_names_every_field_that_is_set():
    add_question("什么是动量？", **RICH)
    [question] = json.loads(as_json(exportable()))["questions"]
    assert question["title"] == "什么是动量？"
    assert question["points"] == RICH["points"] and question["accepted"] == RICH["accepted"]
    assert "source" not in question


def test_the_command_writes_a_topic_to_a_file(tmp_path):
    add_question("甲？", topic="一")
    add_question("乙？", topic="二")
    path = tmp_path / "bank.md"
    call_command("export_questions", "--topic", "一", "--output", str(path), stderr=StringIO())
    text = path.read_text(encoding="utf-8")
    assert "甲？" in text and "乙？" not in text


def test_the_command_prints_json():
    add_question("甲？")
    out = StringIO()
    call_command("export_questions", "--format", "json", stdout=out)
    assert json.loads(out.getvalue())["questions"][0]["title"] == "甲？"


def test_a_topic_that_is_not_there_names_those_that_are():
    add_question("甲？", topic="一")
    with pytest.raises(CommandError, match="The topics are: 一"):
        call_command("export_questions", "--topic", "三")


def test_a_file_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_questions", "--output", str(tmp_path / "no" / "bank.md"))
