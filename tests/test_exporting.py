"""What is exported imports back to the same rows."""

from __future__ import annotations

import io
import json
import re
import zipfile
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.exporting import as_json, as_markdown, exportable, write_zip
from knowledge.importing import make_plan, store
from knowledge.markdown import Entry, dump, matching_key
from knowledge.models import ImportRun, Question, Source, Topic
from knowledge.reading import File, read_zip
from knowledge.refresh import media_folder, rendered, source_name_of
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


# --- with pictures --------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n"


def a_note(*pictures: str, title: str) -> bytes:
    shown = "\n\n".join(f"![图]({link})" for link in pictures)
    return dump(
        [Entry(title=title, key=matching_key(title), body=f"如图：\n\n{shown}", topic="图")]
    )


def zipped() -> bytes:
    buffer = io.BytesIO()
    write_zip(exportable(), buffer)
    return buffer.getvalue()


def shown() -> list[tuple[str, list[bytes]]]:
    """Each question with the pictures that its page shows, wherever they are stored."""
    found = []
    for question in exportable().order_by("title"):
        html = rendered(question.body, source_name_of(question)).html
        paths = re.findall(r'src="/media/([^"]+)"', html)
        found.append(
            (question.title, [(django_settings.MEDIA_ROOT / p).read_bytes() for p in paths])
        )
    return found


def sorted_rows() -> list[dict]:
    """An archive keeps the order inside each source."""
    return sorted(rows(), key=lambda row: row["title"])


@pytest.fixture
def pictured():
    files = [
        File("notes/a.md", a_note("img/x.png", "../shared/s%20t.png", title="甲？").encode()),
        File("notes/img/x.png", PNG + b"a"),
        File("shared/s t.png", PNG + b"shared"),
        File("more/a.md", a_note("img/x.png", "./img/y.png#top", title="乙？").encode()),
        File("more/img/x.png", PNG + b"b"),
        File("more/img/y.png", PNG + b"c"),
        File("more/b.md", a_note("img/x.png", title="丙？").encode()),
        File("unused/z.png", PNG),
    ]
    store(make_plan(files), now=timezone.now())
    add_question("没有来源？", **RICH)
    add_question("草稿？", status="draft")
    return shown()


def test_an_archive_comes_back_with_the_same_rows_and_pictures(pictured, settings):
    assert sorted(len(pictures) for _title, pictures in pictured) == [0, 0, 1, 2, 2]
    before, archive = sorted_rows(), zipped()
    settings.MEDIA_ROOT = settings.MEDIA_ROOT.parent / "another"
    for model in (ImportRun, Question, Topic, Source):
        model.objects.all().delete()
    store(make_plan(read_zip(archive, "bank.zip")), now=timezone.now())
    assert sorted_rows() == before
    assert shown() == pictured


def test_an_archive_that_comes_back_to_its_own_bank_changes_nothing(pictured):
    assert set(make_plan(read_zip(zipped(), "bank.zip")).counts()) == {"unchanged"}


def test_an_archive_holds_what_is_shown_and_nothing_else(pictured):
    with zipfile.ZipFile(io.BytesIO(zipped())) as archive:
        assert sorted(archive.namelist()) == [
            "more/a.md",
            "more/b.md",
            "more/img/x.png",
            "more/img/y.png",
            "notes/a.md",
            "notes/img/x.png",
            "questions.md",
            "shared/s t.png",
        ]


@pytest.mark.parametrize(
    "name", ["手写", "../../etc/x.md", ".hidden/x.md", "c:/x.md", "/x.md", "os.md"]
)
def test_whatever_a_source_is_called_its_questions_come_back(name, settings):
    source = Source.objects.create(name=name)
    question = add_question("甲？", source=source, body="![图](../../b/x.png)")
    stored = settings.MEDIA_ROOT / media_folder(name) / "_up/_up/b/x.png"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(PNG)
    before, pictures = sorted_rows(), shown()
    assert pictures == [(question.title, [PNG])]
    archive = zipped()
    Question.objects.all().delete()
    Source.objects.all().delete()
    store(make_plan(read_zip(archive, "bank.zip")), now=timezone.now())
    assert (sorted_rows(), shown()) == (before, pictures)


def test_the_command_writes_an_archive(pictured, tmp_path):
    path = tmp_path / "bank.zip"
    call_command("export_questions", "--format", "zip", "--output", str(path), stderr=StringIO())
    assert path.read_bytes() == zipped()
    with pytest.raises(CommandError, match="needs a file"):
        call_command("export_questions", "--format", "zip")


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
