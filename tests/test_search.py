"""Searching the references by meaning: what is found, for whom, and what is not."""

from __future__ import annotations

import pytest
from django.urls import reverse

from knowledge import index, search
from knowledge.models import Chunk, Vector
from tests.conftest import add_question
from tests.encoders import HashEncoder

pytestmark = pytest.mark.django_db


class TestSearch:
    def test_the_nearest_passage_comes_first(self, question):
        hits = search.search("动量把历史梯度做滑动平均")
        assert "动量" in hits[0].chunk.text
        assert [h.similarity for h in hits] == sorted((h.similarity for h in hits), reverse=True)

    def test_a_passages_own_words_are_near_one(self, question):
        chunk = question.chunks.exclude(kind="heading").first()
        assert search.search(chunk.text)[0].similarity > 0.8

    def test_no_more_than_asked_for(self, question):
        assert len(search.search("学习率", 2)) == 2

    @pytest.mark.parametrize("query", ["", "  \n\t"])
    def test_nothing_asked_nothing_found(self, question, query):
        assert search.search(query) == []

    @pytest.mark.parametrize("fields", [{"status": "draft"}, {"missing": True}])
    def test_questions_that_are_not_asked_are_not_found(self, question, fields):
        hidden = add_question("草稿？", "动量把历史梯度做滑动平均。", **fields)
        assert hidden.chunks.exists()
        found = {hit.chunk.question for hit in search.search("动量把历史梯度做滑动平均", 10)}
        assert found == {question}

    def test_many_near_drafts_do_not_crowd_out_what_can_be_asked(self, question):
        for n in range(30):
            add_question(f"草稿{n}？", f"动量动量动量，第{n}份草稿。", status="draft")
        hits = search.search("动量动量动量", 3)
        assert [hit.chunk.question for hit in hits] == [question] * 3

    def test_what_people_type_is_never_stored(self, question):
        index.prepare()
        before = Vector.objects.count()
        search.search("一句只有我打过的话")
        assert Vector.objects.count() == before

    def test_a_search_embeds_the_query_alone(self, question):
        index.prepare()
        HashEncoder.encoded.clear()
        search.search("学习率")
        assert HashEncoder.encoded == ["学习率"]


class TestByQuestion:
    def hits(self, question, *kinds):
        return [
            search.Hit(Chunk(question=question, kind=kind, text=str(n)), 1 - n / 10)
            for n, kind in enumerate(kinds)
        ]

    def test_each_question_stands_once_where_its_nearest_passage_does(self, question):
        other = add_question("什么是动量？")
        [a1, a2], [b] = self.hits(question, "item", "item"), self.hits(other, "statement")
        found = search.by_question([a1, b, a2])
        assert [(f.question, f.hits) for f in found] == [(question, [a1, a2]), (other, [b])]

    def test_two_passages_at_most_and_code_or_formulas_only_in_front(self, question):
        hits = self.hits(question, "code", "formula", "item", "item")
        [found] = search.by_question(hits)
        assert [hit.chunk.kind for hit in found.hits] == ["code", "item"]


class TestPage:
    @pytest.fixture
    def client(self, person, client_of):
        return client_of(person)

    def test_it_shows_the_passage_and_its_question(self, client, question, ready):
        html = client.get(reverse("search"), {"q": "动量滑动平均"}).content.decode()
        assert '<mark class="found">' in html
        assert question.title in html

    def test_a_hit_leads_to_the_passage_marked_in_its_reference(self, client, question, ready):
        response = client.get(reverse("search"), {"q": "动量滑动平均"})
        hit = response.context["found"][0].hits[0]
        address = reverse("question", args=[question.pk]) + f"?passage={hit.chunk.position}"
        assert address in response.content.decode()
        html = client.get(address).content.decode()
        assert html.count("passage--found") == 1

    def test_htmx_gets_the_results_alone(self, client, question, ready):
        html = client.get(
            reverse("search"), {"q": "动量"}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "<html" not in html
        assert "hit" in html

    def test_before_the_models_are_there_it_says_so(self, client, question):
        response = client.get(reverse("search"), {"q": "动量"})
        assert response.context["warming"]
        assert "hx-trigger" in response.content.decode()

    def test_strangers_sign_in_first(self, question):
        from django.test import Client

        response = Client().get(reverse("search"), {"q": "动量"})
        assert response.headers["Location"].startswith(reverse("login"))

    def test_a_query_of_any_length_is_answered(self, client, question, ready):
        assert client.get(reverse("search"), {"q": "长" * 5000}).status_code == 200

    @pytest.mark.parametrize("passage", ["", "x", "-1", "９", "99999999", "999", "<b>"])
    def test_a_bad_passage_number_marks_nothing(self, client, question, passage):
        response = client.get(reverse("question", args=[question.pk]), {"passage": passage})
        assert response.status_code == 200
        assert "passage--found" not in response.content.decode()

    @pytest.mark.parametrize("fields", [{"status": "draft"}, {"missing": True}])
    def test_a_question_that_is_not_asked_has_no_page(self, client, db, fields):
        hidden = add_question("草稿？", **fields)
        assert client.get(reverse("question", args=[hidden.pk])).status_code == 404
