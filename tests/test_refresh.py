"""What is derived from a question follows its text, at once and for no more than it costs."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import TestCase
from django.urls import reverse

from interview import grader
from knowledge import index, keywords, search
from knowledge import refresh as refreshing
from knowledge.models import Chunk, Generation, Keyword, Question, Vector
from knowledge.refresh import bank_frequencies, image_url_for, media_folder, prune, refresh
from tests.conftest import BODY, add_question
from tests.encoders import HashEncoder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted():
    HashEncoder.encoded.clear()


def texts(question: Question) -> list[str]:
    return [chunk.text for chunk in question.chunks.order_by("position")]


class TestRefresh:
    def test_passages_vectors_and_keywords_are_there(self, question):
        assert any("学习率" in text for text in texts(question))
        hashes = set(Chunk.objects.values_list("text_hash", flat=True))
        assert hashes <= set(Vector.objects.values_list("text_hash", flat=True))
        assert question.keywords.exists()

    def test_the_passages_are_numbered_in_order(self, question):
        positions = [c.position for c in question.chunks.order_by("position")]
        assert positions == sorted(set(positions))

    def test_an_unchanged_question_embeds_nothing_and_keeps_its_rows(self, question):
        rows = list(question.chunks.values_list("pk", flat=True))
        HashEncoder.encoded.clear()
        assert refresh([question]) == 0
        assert HashEncoder.encoded == []
        assert list(question.chunks.values_list("pk", flat=True)) == rows

    def test_an_edit_embeds_the_passages_that_are_new(self, question):
        HashEncoder.encoded.clear()
        question.body = BODY.replace("动量把历史梯度做滑动平均，减少震荡。", "动量像滚下山坡的球。")
        question.save()
        refresh([question])
        assert len(HashEncoder.encoded) == 1
        assert "滚下山坡的球" in HashEncoder.encoded[0]
        assert not any("滑动平均" in text for text in texts(question))

    def test_an_edit_undone_embeds_nothing(self, question):
        question.body = "别的答案。"
        refresh([question])
        HashEncoder.encoded.clear()
        question.body = BODY
        refresh([question])
        assert HashEncoder.encoded == []
        assert any("学习率" in text for text in texts(question))

    def test_two_questions_with_the_same_answer_share_its_vectors(self, question):
        HashEncoder.encoded.clear()
        add_question("梯度下降是什么？")
        assert HashEncoder.encoded == ["梯度下降是什么？"]

    def test_every_change_moves_the_generation(self, question):
        before = Generation.current()
        refresh([question])
        assert Generation.current() > before

    def test_an_empty_answer_has_no_passages(self, question):
        question.body = ""
        question.save()
        refresh([question])
        assert texts(question) == []
        assert not question.keywords.exists()

    def test_an_answer_of_blanks_has_none_either(self, db):
        assert texts(add_question("空？", " \n\n \t\n")) == []

    def test_nothing_to_refresh_is_no_trouble(self, db):
        assert refresh([]) == 0

    def test_a_failure_while_reading_leaves_the_old_passages(self, question, monkeypatch):
        old = texts(question)
        other = add_question("什么是动量？", "动量累积梯度。")
        monkeypatch.setattr(refreshing, "_store_chunks", lambda *_: 1 / 0)
        question.body = "新"
        with pytest.raises(ZeroDivisionError):
            refresh([question, other])
        assert texts(question) == old

    def test_rubric_points_are_embedded_ahead_of_the_first_answer(self, db):
        add_question("有要点？", points=[["学习率决定步长", 2]])
        assert "学习率决定步长" in HashEncoder.encoded


class TestPrune:
    def test_what_is_used_stays(self, db, ready):
        question = add_question(
            "有要点？",
            points=[["学习率决定步长", 2]],
            misconceptions=["动量就是学习率"],
            accepted=["另一种说法：步子的大小。"],
        )
        grader.material_of(question)
        before = set(Vector.objects.values_list("text_hash", flat=True))
        assert prune() == 0
        assert set(Vector.objects.values_list("text_hash", flat=True)) == before
        HashEncoder.encoded.clear()
        grader.grade_answer(question, "步子的大小")
        assert HashEncoder.encoded == ["步子的大小"]

    def test_what_was_edited_away_goes_for_every_encoder(self, question):
        gone = question.chunks.first().text_hash
        Vector.objects.create(text_hash=gone, encoder="another", vector=[0.5])
        question.body = "别的答案。"
        question.save()
        refresh([question])
        assert prune() > 0
        assert not Vector.objects.filter(text_hash=gone).exists()
        assert index.is_fresh() or index.prepare()

    def test_a_deleted_question_leaves_nothing_behind(self, question):
        question.delete()
        prune()
        assert not Vector.objects.exists()


class TestKeywords:
    def test_what_the_author_names_replaces_what_is_detected(self, question):
        question.author_keywords = ["学习率 = learning rate", "动量"]
        refresh([question])
        rows = list(question.keywords.order_by("id"))
        assert [(k.term, k.aliases) for k in rows] == [("学习率", ["learning rate"]), ("动量", [])]
        assert {k.origin for k in rows} == {Keyword.Origin.AUTHOR}
        assert sum(k.weight for k in rows) == pytest.approx(1)

    def test_and_comes_back_when_they_are_taken_away(self, question):
        detected = [k.term for k in question.keywords.all()]
        question.author_keywords = ["别的"]
        refresh([question])
        question.author_keywords = []
        refresh([question])
        assert [k.term for k in question.keywords.all()] == detected

    @pytest.mark.parametrize("lines", [[""], [" = "], ["", "动量"]])
    def test_an_empty_line_names_nothing(self, question, lines):
        question.author_keywords = lines
        refresh([question])
        assert [k.term for k in question.keywords.all()] == [x for x in lines if x == "动量"]

    def test_a_term_longer_than_its_column_is_cut(self, question):
        question.author_keywords = ["长" * 500]
        refresh([question])
        assert question.keywords.get().term == "长" * 200


class TestBankFrequencies:
    def test_it_counts_the_references_that_use_a_term(self, question):
        add_question("什么是动量？", "动量动量动量，累积梯度。")
        add_question("没有答案？", "")
        frequency, documents = bank_frequencies()
        assert documents == 2
        assert frequency["动量"] == 2

    def test_an_edit_is_counted_at_once(self, question):
        bank_frequencies()
        question.body = "只谈卷积。"
        question.save()
        frequency, documents = bank_frequencies()
        assert "动量" not in frequency
        assert (frequency["卷积"], documents) == (1, 1)

    def test_references_seen_before_are_not_read_again(self, question, monkeypatch):
        bank_frequencies()
        read = []
        real = keywords.candidates
        monkeypatch.setattr(keywords, "candidates", lambda text: read.append(text) or real(text))
        add_question("什么是卷积？", "卷积共享权重。")
        assert BODY not in read

    def test_what_is_gone_is_forgotten(self, question):
        bank_frequencies()
        question.delete()
        assert bank_frequencies() == ({}, 0)
        assert refreshing._terms == {}

    def test_one_save_in_a_bank_of_a_thousand_is_quick(self, question):
        """Processor time of this thread, so that other work on the machine does not count."""
        topic = question.topic
        lines = [
            f"第{n}条：网络{n}用算子{n % 97}处理 Feature{n % 89}，再做归一化。" for n in range(3000)
        ]
        Question.objects.bulk_create(
            Question(title=f"{n}", key=f"{n}", topic=topic, body="\n".join(lines[n : n + 50]))
            for n in range(1000)
        )
        assert len(Question.objects.last().body) > 1500
        bank_frequencies()
        question.body += "\n再加一句。"
        question.save()
        started = time.thread_time()
        refresh([question])
        assert time.thread_time() - started < 0.3


class TestPictures:
    @pytest.fixture
    def stored(self, settings):
        folder = settings.MEDIA_ROOT / media_folder("notes/a.md") / "img"
        folder.mkdir(parents=True)
        (folder / "x.png").write_bytes(b"png")
        (folder / "x.svg").write_bytes(b"<svg/>")
        return folder

    def test_a_stored_picture_has_an_address(self, stored):
        url = image_url_for("notes/a.md")
        assert url("img/x.png") == f"/media/{media_folder('notes/a.md')}/img/x.png"
        assert url("./img/../img/x.png#part") == url("img/x.png")

    @pytest.mark.parametrize(
        "path", ["img/none.png", "../a/x.png", "/etc/passwd.png", "img/x.svg", "", "img", "\0.png"]
    )
    def test_anything_else_has_none(self, stored, path):
        assert image_url_for("notes/a.md")(path) is None

    def test_each_source_has_its_own_folder(self):
        assert media_folder("a/notes.md") != media_folder("b/notes.md")


class TestAdmin:
    """An author's save is all it takes; nothing is restarted."""

    @pytest.fixture
    def author(self, staff, client_of):
        return client_of(staff)

    def save(self, author, topic, question=None, **fields):
        data = {
            "title": "什么是卷积？",
            "topic": topic.pk,
            "body": "**卷积**用同一组权重扫过输入，提取局部特征。",
            "status": "published",
        } | fields
        for name in ("tags", "points", "misconceptions", "follow_ups", "samples", "accepted"):
            data.setdefault(name, "[]")
        data.setdefault("author_keywords", "[]")
        name = "admin:knowledge_question_" + ("change" if question else "add")
        address = reverse(name, args=[question.pk] if question else [])
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = author.post(address, data)
        assert response.status_code == 302, response.context["errors"]
        return Question.objects.get(title=data["title"])

    def test_a_new_question_is_found_and_asked(self, author, question, person, client_of):
        index.prepare()
        new = self.save(author, question.topic)
        assert search.search("同一组权重扫过输入")[0].chunk.question == new
        assert new in Question.objects.askable()

    def test_nothing_is_embedded_while_the_database_waits(self, author, question, monkeypatch):
        """The admin saves in a transaction, and in SQLite nobody else writes meanwhile."""
        inside = []
        real = HashEncoder.encode
        depth = len(connection.savepoint_ids)  # the test's own transaction

        def encode(encoder, texts):
            inside.append(len(connection.savepoint_ids) > depth)
            return real(encoder, texts)

        monkeypatch.setattr(HashEncoder, "encode", encode)
        new = self.save(author, question.topic)
        assert inside == [False]
        assert new.keywords.exists()

    def test_an_edit_is_graded_and_found_by_its_new_words(self, author, question, ready):
        new = self.save(author, question.topic)
        self.save(author, question.topic, new, body="卷积核在空间上共享参数。")
        new.refresh_from_db()
        assert "共享参数" in search.search("共享参数")[0].chunk.text
        assert [p.text for p in grader.material_of(new).passages] == texts(new)
        assert not any("扫过输入" in text for text in texts(new))

    def test_a_deleted_question_is_found_no_more(self, author, question):
        new = self.save(author, question.topic)
        index.prepare()
        author.post(reverse("admin:knowledge_question_delete", args=[new.pk]), {"post": "yes"})
        assert not Question.objects.filter(pk=new.pk).exists()
        found = {hit.chunk.question_id for hit in search.search("同一组权重扫过输入")}
        assert found == {question.pk}
