"""Authoring: the import page from upload to undo, and the question editor."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge.importing import background, staging
from knowledge.models import Chunk, Decision, ImportRun, Question, Topic
from knowledge.reading import File
from tests.conftest import add_question
from tests.test_importing import SUBJECTS, bring, entries_of
from tests.test_importing import a_file as markdown_file

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/knowledge/importrun/import/"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def uploads_here(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def author(staff, client_of):
    client = client_of(staff)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def at_once(monkeypatch):
    """The background work, done in the request: the test's transaction is its own."""
    monkeypatch.setattr(threading.Thread, "start", lambda thread: thread.run())
    monkeypatch.setattr(background, "close_old_connections", lambda: None)


def upload(client, *files, paths=None, **data):
    sent = [SimpleUploadedFile(name.rsplit("/", 1)[-1], content) for name, content in files]
    names = json.dumps(paths or [name for name, _content in files])
    return client.post(UPLOAD, {"files": sent, "paths": names, **data}, follow=True)


def notes(subjects=SUBJECTS, name="notes/os.md", **fields):
    return name, markdown_file(entries_of(subjects, **fields)).data


def fields_of(response) -> dict[str, str]:
    """What a browser would send for the page as it stands."""
    html = response.content.decode()
    form = html[html.index('<form class="plan"') :]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf'\b{a}="([^"]*)"', tag) for a in ("name", "value"))
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else "on"
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]
    return found


def address(response) -> str:
    return response.redirect_chain[-1][0]


# --- upload ---------------------------------------------------------------------------------------


def test_the_lists_of_questions_and_of_imports_lead_to_the_import_page(author):
    for model in ("question", "importrun"):
        page = author.get(f"/admin/knowledge/{model}/").content.decode()
        assert f'href="{UPLOAD}"' in page
    assert author.get(UPLOAD).status_code == 200


def test_only_staff_who_may_change_questions_get_in(client, client_of, person):
    assert client.get(UPLOAD).status_code == 302
    assert client_of(person).get(UPLOAD).status_code == 302
    reader = User.objects.create_user("reader", is_staff=True)
    assert client_of(reader).get(UPLOAD).status_code == 403


def test_nothing_chosen(author):
    response = author.post(UPLOAD, {})
    assert response.status_code == 422
    assert "Choose at least one" in response.content.decode()


def test_the_plan_shows_every_question_with_its_place_and_stores_nothing(author):
    response = upload(author, notes())
    page = response.content.decode()
    for title, _body in SUBJECTS:
        assert title in page
    assert re.search(r"notes/os\.md:\d+", page)
    assert Question.objects.count() == 0


def test_without_script_the_browser_sends_bare_names(author):
    sent = SimpleUploadedFile("os.md", notes()[1])
    page = author.post(UPLOAD, {"files": [sent], "paths": ""}, follow=True).content.decode()
    assert "os.md:" in page


def test_what_cannot_be_read_says_why_and_does_not_stop_the_rest(author):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../evil.md", "x")
    response = upload(
        author,
        notes(),
        ("bad.zip", buffer.getvalue()),
        ("empty.md", b"# Title\n\nprose\n"),
        ("binary.md", bytes(range(256)) * 40),
        ("book.pdf", b"%PDF"),
    )
    page = response.content.decode()
    for reason in ("leads outside", "No questions were recognised", "binary", "not read"):
        assert reason in page
    assert SUBJECTS[0][0] in page


def test_paths_that_lead_outside_are_cut_to_what_is_harmless(author):
    page = upload(author, notes(), paths=["../../etc/os.md"]).content.decode()
    assert "etc/os.md:" in page and ".." not in re.search(r"<strong>(.*?)</strong>", page)[1]


def test_an_upload_belongs_to_who_made_it(author, client_of):
    plan = address(upload(author, notes()))
    other = User.objects.create_superuser("other", password="x")
    for path in (plan, f"{plan}row/0/"):
        assert author.get(path).status_code == 200
        assert client_of(other).get(path).status_code == 404
    assert author.get(f"{UPLOAD}{'x' * 30}/").status_code == 404
    assert author.get(f"{UPLOAD}....etc/").status_code == 404


def test_an_upload_can_be_thrown_away(author):
    plan = address(upload(author, notes()))
    author.post(plan, {"discard": "1"})
    assert author.get(plan).status_code == 404
    assert Question.objects.count() == 0


# --- the plan -------------------------------------------------------------------------------------


def test_rows_are_unticked_and_corrected_then_applied(author, at_once):
    response = upload(author, notes())
    data = fields_of(response)
    del data["take-0"]
    data |= {
        "topic-1": "并发",
        "draft-2": "on",
        "kind-4": "part",
        "kind-6": "topic",
        "apply": "1",
    }
    record = author.post(address(response), data, follow=True)
    assert record.status_code == 200
    titles = [title for title, _body in SUBJECTS]
    stored = {question.title: question for question in Question.objects.select_related("topic")}
    assert set(stored) == {titles[n] for n in (1, 2, 3, 5, 7)}
    assert stored[titles[1]].topic.name == "并发"
    assert stored[titles[2]].status == "draft"
    assert SUBJECTS[4][1] in stored[titles[3]].body
    assert stored[titles[7]].topic.name == titles[6]
    run = ImportRun.objects.get()
    assert run.finished_at and run.user.username == "author"
    assert Chunk.objects.filter(question=stored[titles[1]]).exists()
    # Nothing of this is undone by the same file coming again.
    again = bring(markdown_file(entries_of()))
    assert again.counts() == {"skipped": 3, "unchanged": 5}


def test_what_was_decided_before_is_shown_as_such_and_can_be_decided_anew(author, at_once):
    response = upload(author, notes())
    data = fields_of(response)
    del data["take-0"]
    author.post(address(response), data | {"kind-4": "part", "apply": "1"})
    response = upload(author, notes())
    page = response.content.decode()
    assert page.count("As decided on") == 2
    data = fields_of(response)
    assert "take-0" not in data and data["kind-4"] == "part"
    assert page.count('class="plan__row plan__row--skipped"') == 2
    filtered = author.get(address(response) + "?status=skipped").content.decode()
    assert filtered.count('class="plan__row ') == 2
    author.post(address(response), data | {"take-0": "on", "kind-4": "question", "apply": "1"})
    stored = dict(Question.objects.values_list("title", "body"))
    assert stored == dict(SUBJECTS)
    assert "As decided on" not in upload(author, notes()).content.decode()


def test_decisions_are_listed_and_taken_back_in_the_admin(author, at_once):
    response = upload(author, notes())
    data = fields_of(response)
    del data["take-0"]
    author.post(address(response), data | {"apply": "1"})
    decision = Decision.objects.get()
    page = author.get("/admin/knowledge/decision/").text
    assert SUBJECTS[0][0] in page and "left out" in page
    chosen = {"action": "delete_selected", "_selected_action": [decision.pk], "post": "yes"}
    author.post("/admin/knowledge/decision/", chosen)
    assert bring(markdown_file(entries_of())).counts() == {"new": 1, "unchanged": 7}


def test_decisions_are_kept_while_looking_at_other_pages(author, monkeypatch):
    monkeypatch.setattr("knowledge.admin.imports.PAGE", 3)
    response = upload(author, notes())
    plan = address(response)
    data = fields_of(response)
    assert len([name for name in data if name.startswith("take-")]) == 3
    del data["take-1"]
    second = author.post(plan, {**data, "next": "page=2"}, follow=True)
    assert SUBJECTS[3][0] in second.content.decode()
    assert "take-1" not in fields_of(author.get(plan))
    assert "take-1" not in fields_of(author.get(plan + "?status=new"))


def test_where_to_go_next_is_never_taken_on_trust(author):
    plan = address(upload(author, notes()))
    response = author.post(plan, {"next": "page=2\r\nX-Evil: 1", "rows": ""})
    assert response.status_code == 302 and "X-Evil" not in response.headers
    assert response.url.startswith(plan)


def test_a_conflict_waits_and_is_settled_side_by_side(author, at_once):
    bring(markdown_file(entries_of()))
    question = Question.objects.get(title=SUBJECTS[2][0])
    question.body = "死锁的四个必要条件。"
    question.save()
    edited = [(t, b + "另见活锁。" if n == 2 else b) for n, (t, b) in enumerate(SUBJECTS)]
    response = upload(author, notes(edited))
    plan = address(response)
    assert "1 question waits for your decision" in response.content.decode()
    both = author.get(f"{plan}row/2/").content.decode()
    assert "死锁的四个必要条件。" in both and "另见活锁。" in both
    author.post(plan, {**fields_of(response), "choice-2": "theirs", "apply": "1"})
    question.refresh_from_db()
    assert question.body.endswith("另见活锁。")


def test_a_missing_question_can_be_kept_as_it_is(author, at_once):
    bring(markdown_file(entries_of()))
    response = upload(author, notes(SUBJECTS[2:]))
    data = fields_of(response)
    first, second = sorted(name for name in data if name.startswith("take-missing"))
    del data[first]
    author.post(address(response), {**data, "apply": "1"})
    gone = Question.objects.get(missing=True)
    assert second == f"take-missing-{gone.pk}"


def test_a_bank_that_changed_meanwhile_asks_to_look_again(author):
    bring(markdown_file(entries_of()))
    edited = [(t, b + "补充。") for t, b in SUBJECTS]
    response = upload(author, notes(edited))
    Question.objects.filter(title=SUBJECTS[0][0]).update(body="改过的。")
    again = author.post(address(response), {**fields_of(response), "apply": "1"}, follow=True)
    assert "has changed since" in again.content.decode()
    assert ImportRun.objects.count() == 1


def test_so_does_an_import_by_somebody_else_at_the_same_moment(author, monkeypatch):
    response = upload(author, notes())
    plan = staging.Staged.plan

    def slow(staged):
        monkeypatch.undo()
        made = plan(staged)
        bring(markdown_file(entries_of(SUBJECTS)))
        return made

    monkeypatch.setattr(staging.Staged, "plan", slow)
    again = author.post(address(response), {**fields_of(response), "apply": "1"}, follow=True)
    assert "has changed since" in again.content.decode()
    assert Question.objects.count() == len(SUBJECTS)


def test_a_preview_comes_alone_when_asked_for_by_htmx(author):
    plan = address(upload(author, notes()))
    part = author.get(f"{plan}row/1/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "线程" in part
    assert "<html" in author.get(f"{plan}row/1/").content.decode()
    assert author.get(f"{plan}row/99/").status_code == 404


def test_previews_show_the_upload_s_pictures(author):
    body = "见图：\n\n![图](img/a.png)"
    response = upload(author, notes([("什么是图？", body)]), ("notes/img/a.png", PNG))
    plan = address(response)
    page = author.get(f"{plan}row/0/").content.decode()
    [src] = re.findall(r'src="([^"]+a\.png)"', page)
    shown = author.get(src)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert author.get(src.replace("a.png", "b.png")).status_code == 404


def test_markup_in_an_upload_is_harmless(author):
    evil = [("<script>alert(1)</script> 什么是注入？", "<img src=x onerror=alert(1)> 文本。")]
    response = upload(author, notes(evil, topic='"><script>x</script>'))
    assert b"<script>alert" not in response.content and b"<script>x" not in response.content
    row = author.get(f"{address(response)}row/0/").content
    assert b"onerror" not in row and b"<script>alert" not in row


def test_six_hundred_questions_are_shown_quickly(author):
    import time

    many = [(f"第 {n} 个问题是什么？", f"回答 {n}：" + "内容很长。" * 60) for n in range(600)]
    plan = address(upload(author, notes(many)))
    begin = time.process_time()
    page = author.get(plan)
    assert time.process_time() - begin < 3
    assert len(page.content) < 600_000
    assert "第 99 个问题" in page.content.decode() and "第 100 个问题" not in page.content.decode()


# --- progress and undo ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_work_goes_on_beside_the_requests_and_its_progress_is_shown(author):
    response = upload(author, notes())
    record = author.post(address(response), {**fields_of(response), "apply": "1"}, follow=True)
    assert record.status_code == 200
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join(30)
    run = ImportRun.objects.get()
    assert run.finished_at and run.progress["done"] == 8
    part = author.get(reverse("admin:knowledge_importrun_progress", args=[run.pk])).content.decode()
    assert "Ready to be asked" in part and "hx-trigger" not in part


def test_an_import_that_stopped_says_so_and_can_go_on(author, at_once, monkeypatch):
    def broken(questions):
        raise OSError("disk full")

    response = upload(author, notes())
    with monkeypatch.context() as patch:
        patch.setattr("knowledge.importing.applying.refresh", broken)
        record = author.post(address(response), {**fields_of(response), "apply": "1"}, follow=True)
    page = record.content.decode()
    assert "stopped after 0 of 8" in page and "disk full" in page
    run = ImportRun.objects.get()
    author.post(reverse("admin:knowledge_importrun_resume", args=[run.pk]))
    run.refresh_from_db()
    assert run.finished_at and run.progress["done"] == 8
    assert Chunk.objects.count() == 8


def test_undo_asks_first(author, at_once):
    response = upload(author, notes())
    author.post(address(response), {**fields_of(response), "apply": "1"})
    run = ImportRun.objects.get()
    url = reverse("admin:knowledge_importrun_undo", args=[run.pk])
    assert url in author.get(reverse("admin:knowledge_importrun_change", args=[run.pk])).text
    assert "Undo" in author.get(url).text
    assert Question.objects.count() == 8
    record = author.post(url, follow=True)
    assert "was undone" in record.text and url not in record.text
    assert Question.objects.count() == 0


# --- questions ------------------------------------------------------------------------------------


def test_a_question_saved_in_the_editor_has_passages(author):
    topic = Topic.objects.create(name="优化")
    data = {"title": "什么是动量？", "topic": topic.pk, "status": "published", "body": "滑动平均。"}
    response = author.post("/admin/knowledge/question/add/", data)
    assert response.status_code == 302
    question = Question.objects.get()
    assert (question.key, question.chunks.count()) == ("什么是动量", 1)


def test_the_live_preview_shows_the_pictures_of_the_question_s_source(author, settings):
    bring(
        markdown_file(entries_of([("什么是图？", "见图：\n\n![图](img/a.png)")]), "notes/os.md"),
        File("notes/img/a.png", PNG),
    )
    data = {"body": "改了：\n\n![图](img/a.png)", "own": Question.objects.get().pk}
    url = reverse("admin:knowledge_question_preview")
    assert 'src="/media/sources/' in author.post(url, data).text
    assert "<img" not in author.post(url, {**data, "own": "x"}).text


def test_a_published_question_needs_an_answer(author):
    topic = Topic.objects.create(name="优化")
    data = {"title": "什么是动量？", "topic": topic.pk, "status": "published", "body": " "}
    response = author.post("/admin/knowledge/question/add/", data)
    assert response.status_code == 200
    assert "needs a reference answer" in response.text


def act(client, action, questions, **data):
    data |= {"action": action, "_selected_action": [q.pk for q in questions]}
    return client.post("/admin/knowledge/question/", data, follow=True)


def test_publish_leaves_questions_without_an_answer_alone(author):
    full, empty = (
        add_question("甲？", status="draft"),
        add_question("乙？", body="", status="draft"),
    )
    page = act(author, "publish", [full, empty]).text
    assert "1 question published" in page and "stays a draft" in page
    assert Question.objects.get(pk=full.pk).status == "published"
    assert Question.objects.get(pk=empty.pk).status == "draft"


def test_move_needs_a_topic_and_moves_to_it(author):
    questions = [add_question("甲？"), add_question("乙？")]
    assert "Choose the topic" in act(author, "move", questions).text
    topic = Topic.objects.create(name="别的")
    assert "2 questions moved to 别的" in act(author, "move", questions, topic=topic.pk).text
    assert {q.topic for q in Question.objects.all()} == {topic}


def test_export_downloads_the_selected_questions(author):
    first, second = add_question("甲？"), add_question("乙？")
    markdown = act(author, "export_markdown", [first])
    assert "attachment" in markdown["Content-Disposition"]
    assert "甲？" in markdown.text and second.title not in markdown.text
    assert json.loads(act(author, "export_json", [first]).text)["questions"][0]["title"] == "甲？"
    archive = b"".join(act(author, "export_zip", [first]).streaming_content)
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        assert "甲？" in members.read("questions.md").decode()


NEAR = "/admin/knowledge/question/near/"


def test_a_title_like_another_is_pointed_out_while_typing(author, ready):
    question = add_question("什么是梯度下降法？")
    add_question("解释一下进程与线程的区别")
    page = author.post(NEAR, {"title": "什么是梯度下降？"}).text
    assert "什么是梯度下降法？" in page and "进程" not in page
    assert "the same title" in author.post(NEAR, {"title": "什么是 梯度下降法"}).text
    assert author.post(NEAR, {"title": "什么是梯度下降法", "own": question.pk}).text.strip() == ""
    assert author.post(NEAR, {"title": ""}).text.strip() == ""


def test_without_the_encoder_the_same_title_is_still_found(author, monkeypatch):
    add_question("什么是梯度下降法？")
    monkeypatch.setattr("knowledge.duplicates.is_ready", lambda: False)
    assert "the same title" in author.post(NEAR, {"title": "什么是梯度下降法"}).text
    assert author.post(NEAR, {"title": "什么是梯度下降"}).text.strip() == ""


def test_line_ends_of_browsers_do_not_get_into_the_bank(author):
    topic = Topic.objects.create(name="优化")
    data = {"title": "甲？", "topic": topic.pk, "status": "published", "body": "一\r\n\r\n二"}
    author.post("/admin/knowledge/question/add/", data)
    assert Question.objects.get().body == "一\n\n二"
