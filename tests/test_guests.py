"""Trying one sitting without an account, and keeping it afterwards."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from interview import guests, joining, reviewing, throttling
from interview.examiner import opinions
from interview.models import Attempt, FollowUp, Interview, ReviewCard, ReviewLog, Slot, Try
from tests.attempts import attempted, grade_of, point
from tests.conftest import add_question
from tests.pages import Document
from tests.test_accounts import GOOD, signed_in

pytestmark = pytest.mark.django_db
ANSWER = "梯度下降沿负梯度方向更新参数，学习率决定步长，太大会震荡。"


@pytest.fixture
def bank(question):
    return [question, *(add_question(f"第{n}个问题是什么？") for n in range(4))]


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def sitting(client, bank) -> Interview:
    client.post(reverse("try"))
    return Interview.objects.get()


def send(client: Client, sitting: Interview, number: int = 1, answer: str = ANSWER):
    data = {"answer": answer, "submission": str(uuid.uuid4())}
    return client.post(reverse("answer", args=[sitting.pk, number]), data)


class TestBegin:
    def test_one_click_on_the_first_page_leads_to_the_first_question(self, client, bank):
        page = Document(client.get("/").content.decode())
        assert reverse("try") in [form["action"] for form in page.all("form")]
        response = client.post(reverse("try"))
        sitting = Interview.objects.get()
        assert response.headers["Location"] == reverse("slot", args=[sitting.pk, 1])
        assert sitting.slots.count() == guests.QUESTIONS
        assert client.get(response.headers["Location"]).status_code == 200

    def test_a_guest_has_a_name_nobody_can_take_and_no_password(self, client, sitting):
        guest = sitting.user
        assert guests.is_guest(guest)
        assert not guest.has_usable_password()
        Client().post(reverse("sign_up"), GOOD | {"username": guests.PREFIX + "me"})
        assert User.objects.count() == 1

    def test_the_session_is_a_new_one(self, client, bank):
        client.session.save()
        before = client.session.session_key
        client.post(reverse("try"))
        assert client.session.session_key != before

    def test_a_second_try_leads_back_into_the_same_sitting(self, client, sitting):
        response = client.post(reverse("try"))
        assert response.headers["Location"] == reverse("resume", args=[sitting.pk])
        assert (Interview.objects.count(), User.objects.count()) == (1, 1)

    def test_whoever_has_an_account_goes_to_the_start_page(self, person, client_of, bank):
        response = client_of(person).post(reverse("try"))
        assert response.headers["Location"] == reverse("home")
        assert not Interview.objects.exists()

    def test_a_link_to_it_shows_the_first_page(self, client, bank):
        assert client.get(reverse("try")).headers["Location"] == reverse("home")
        assert not User.objects.exists()

    def test_without_questions_there_is_no_guest_and_it_does_not_count(self, client, db):
        assert client.post(reverse("try")).status_code == 422
        assert not User.objects.exists()
        assert not Try.objects.exists()


class TestLimits:
    def test_only_so_many_come_from_one_address_in_an_hour(self, bank, monkeypatch):
        for _ in range(throttling.GUESTS):
            assert Client().post(reverse("try")).status_code == 302
        response = Client(headers={"Accept-Language": "en"}).post(reverse("try"))
        assert response.status_code == 429
        assert "from your network" in response.content.decode()
        assert User.objects.count() == throttling.GUESTS
        assert Client(REMOTE_ADDR="203.0.113.9").post(reverse("try")).status_code == 302

    def test_where_addresses_cannot_be_told_all_count_as_one(self, bank):
        for _ in range(throttling.GUESTS):
            Client(REMOTE_ADDR="").post(reverse("try"))
        assert Client(REMOTE_ADDR="").post(reverse("try")).status_code == 429

    def test_signing_up_does_not_use_up_the_same_limit(self, bank):
        for _ in range(throttling.GUESTS):
            Client().post(reverse("try"))
        client = Client()
        client.post(reverse("sign_up"), GOOD)
        assert signed_in(client)


class TestSwitchedOff:
    def test_there_is_no_button_and_no_way_in(self, client, bank, settings):
        settings.VIVA_GUESTS = False
        for name in ("home", "login", "sign_up"):
            assert reverse("try") not in client.get(reverse(name)).content.decode()
        assert client.post(reverse("try")).status_code == 404
        assert not User.objects.exists()

    def test_a_site_that_is_closed_for_new_people_says_so(self, client, bank, settings):
        settings.VIVA_SIGN_UP = settings.VIVA_GUESTS = False
        for name in ("home", "login"):
            assert reverse("sign_up") not in client.get(reverse(name)).content.decode()
        assert client.get(reverse("sign_up")).status_code == 403
        assert client.post(reverse("sign_up"), GOOD).status_code == 403
        assert not User.objects.exists()


class TestTheSitting:
    def test_all_of_it_works(self, client, sitting, ready):
        read = [reverse("slot", args=[sitting.pk, n]) for n in (1, 2, 3)]
        for name in ("draft", "flag", "preview"):
            response = client.post(reverse(name, args=[sitting.pk, 2]), {"answer": "想到一半"})
            assert response.status_code in (200, 302)
        assert sitting.slots.get(position=1).draft == "想到一半"
        send(client, sitting, answer="不知道")  # whatever is asked, a follow-up opens it again
        attempt = Attempt.objects.get()
        assert attempt.score is not None
        client.post(reverse("rate", args=[attempt.pk]), {"rating": "2"})
        assert ReviewLog.objects.get().rating == 2
        follow_up = {"follow_up": FollowUp.objects.get().pk}
        client.post(reverse("skip_follow_up", args=[sitting.pk, 1]), follow_up)
        client.post(reverse("end", args=[sitting.pk]))
        read += [reverse(name, args=[sitting.pk]) for name in ("summary", "on_paper")]
        read += [reverse("attempt", args=[attempt.pk]), read[0] + "?again"]
        for address in read:
            response = client.get(address)
            assert response.status_code == 200, address
            page = Document(response.content.decode())
            targets = {link["href"] for link in page.all("a")}
            assert reverse("sign_up") in targets, address
            assert not targets & {reverse("history"), reverse("account"), reverse("search")}
            assert sitting.user.username not in response.content.decode()

    def test_nobody_else_sees_it(self, sitting, person, client_of, bank):
        other = Client()
        other.post(reverse("try"))
        for client in (other, client_of(person)):
            for name in ("resume", "summary", "on_paper"):
                assert client.get(reverse(name, args=[sitting.pk])).status_code == 404

    def test_the_first_page_leads_back_to_it(self, client, sitting):
        html = client.get("/").content.decode()
        assert reverse("resume", args=[sitting.pk]) in html
        assert reverse("try") not in html
        assert reverse("start") not in [f.get("action") for f in Document(html).all("form")]

    def test_no_second_opinion_is_asked_for(self, sitting, settings):
        settings.VIVA_EXAMINER_URL, settings.VIVA_EXAMINER_MODEL = "http://127.0.0.1:9/v1", "m"
        attempt = attempted(sitting.user, sitting.slots.first().question, 50)
        attempt.grade = grade_of(50, points=[point("甲", "missed")])
        assert opinions.ask(attempt, now=timezone.now()) is None
        sitting.user.username = "somebody"
        attempt.user = sitting.user
        assert opinions.is_worth_asking(attempt)


def routes(patterns, before: str = ""):
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.name


class TestOtherPages:
    @pytest.mark.parametrize(
        "address",
        [
            *("/history/", "/history/answers/", "/review/", "/search/?q=x", "/account/", "/admin/"),
            *("/account/password/", "/account/delete/", "/account/everything.json"),
            "/questions/1/",
        ],
    )
    def test_they_ask_for_an_account_and_lead_back(self, client, sitting, address):
        response = client.get(address)
        assert response.status_code == 403
        targets = {link["href"] for link in Document(response.content.decode()).all("a")}
        assert reverse("sign_up") in targets
        assert reverse("resume", args=[sitting.pk]) in targets
        assert f"{reverse('login')}?next={address.split('?')[0]}" in targets

    def test_no_further_sitting_can_be_begun(self, client, sitting, bank):
        tries = [
            (reverse("start"), {"count": "50"}),
            (reverse("practise"), {"question": [str(q.pk) for q in bank]}),
            (reverse("review_start"), {}),
        ]
        for address, data in tries:
            assert client.post(address, data).status_code == 403
        assert Interview.objects.count() == 1

    def test_grades_are_not_disputed_by_guests(self, client, sitting, ready):
        send(client, sitting)
        attempt = Attempt.objects.get()
        for name in ("dispute", "report_question"):
            address = reverse(name, args=[attempt.pk])
            assert client.post(address, {"text": "x", "own_rating": "1"}).status_code == 403
            assert address not in client.get(reverse("attempt", args=[attempt.pk])).content.decode()

    def test_every_page_that_is_not_on_the_list_is_closed(self):
        """A page that is added later is closed until somebody opens it."""
        open_ones = {
            name
            for route, name in routes(get_resolver().url_patterns)
            if not route.startswith(("interviews/<uuid", "attempts/<uuid")) and name in guests._OPEN
        }
        assert open_ones == guests._OPEN

    def test_staff_pages_of_the_same_names_are_closed_too(self, client, sitting):
        for name in ("admin:login", "admin:logout", "admin:index"):
            assert client.get(reverse(name)).status_code == 403


class TestSignUp:
    def test_everything_stays_and_the_person_is_back_in_it(self, client, sitting, ready):
        send(client, sitting)
        guest = sitting.user
        response = client.post(reverse("sign_up"), GOOD)
        assert response.headers["Location"] == reverse("resume", args=[sitting.pk])
        person = User.objects.get()
        assert (person.pk, person.username) == (guest.pk, "xiaohong")
        assert person.check_password(GOOD["password1"])
        assert not guests.is_guest(person)
        html = client.get(reverse("history")).content.decode()
        assert Attempt.objects.get().version.title in html
        assert "Your interview is kept" in html

    def test_the_session_is_a_new_one_and_the_old_one_is_gone(self, client, sitting):
        old = client.cookies["sessionid"].value
        client.post(reverse("sign_up"), GOOD)
        assert client.session.session_key != old
        thief = Client()
        thief.cookies["sessionid"] = old
        assert thief.get(reverse("history")).status_code == 302

    def test_what_cannot_be_kept_changes_nothing(self, client, sitting):
        response = client.post(reverse("sign_up"), GOOD | {"password2": "another one 7"})
        assert response.status_code == 422
        assert "xiaohong" not in "".join(Document(response.content.decode()).texts("header"))
        assert guests.is_guest(User.objects.get())
        assert client.get(reverse("resume", args=[sitting.pk])).status_code == 302

    def test_a_name_that_is_taken_stays_taken(self, client, sitting, person):
        client.post(reverse("sign_up"), GOOD | {"username": person.username})
        assert User.objects.filter(username=person.username).count() == 1
        assert Interview.objects.get().user != person


class TestSignIn:
    DATA = {"username": "ming", "password": "correct horse"}

    def test_the_sitting_goes_into_the_account(self, client, sitting, person, ready):
        send(client, sitting)
        old = client.cookies["sessionid"].value
        response = client.post(reverse("login"), self.DATA)
        assert response.headers["Location"] == reverse("resume", args=[sitting.pk])
        assert list(User.objects.all()) == [person]
        assert Interview.objects.get().user == Attempt.objects.get().user == person
        assert ReviewCard.objects.get().user == person
        assert client.session.session_key != old

    def test_or_to_where_the_person_wanted_to_go(self, client, sitting, person):
        data = self.DATA | {"next": reverse("history")}
        assert client.post(reverse("login"), data).headers["Location"] == reverse("history")
        assert Interview.objects.get().user == person

    def test_a_wrong_password_leaves_the_guest_a_guest(self, client, sitting, person):
        client.post(reverse("login"), self.DATA | {"password": "wrong"})
        assert guests.is_guest(Interview.objects.get().user)
        assert client.get(reverse("slot", args=[sitting.pk, 1])).status_code == 200

    def test_a_question_that_both_answered_has_one_card_with_both_reviews(
        self, sitting, person, question
    ):
        mine, theirs = attempted(person, question, 90, 0), attempted(sitting.user, question, 10, 48)
        other = attempted(sitting.user, add_question("什么是动量？"), 80, 49)
        for attempt in (mine, theirs, other):
            reviewing.record(attempt)
        alone = ReviewCard.objects.get(user=person).due
        joining.hand_over(sitting.user, person)
        cards = ReviewCard.objects.of(person)
        assert ReviewCard.objects.count() == cards.count() == 2
        card = cards.get(question=question)
        assert [log.attempt_id for log in card.logs.order_by("reviewed_at")] == [mine.pk, theirs.pk]
        assert card.due != alone  # the failed answer brings it back sooner
        assert cards.get(question=other.version.question).logs.count() == 1


class TestClearing:
    def test_only_guests_who_came_long_ago_go_and_all_of_theirs(self, bank, person, ready):
        for days in (31, 29):
            client = Client()
            client.post(reverse("try"))
            sitting = Interview.objects.order_by("-created_at").first()
            send(client, sitting)
            came = timezone.now() - dt.timedelta(days=days)
            User.objects.filter(pk=sitting.user_id).update(date_joined=came)
        User.objects.filter(pk=person.pk).update(date_joined=came - dt.timedelta(days=999))
        attempted(person, bank[0])
        call_command("clear_guests", "--older-than", "30")
        assert User.objects.count() == 2
        assert User.objects.filter(pk=person.pk).exists()
        assert Interview.objects.count() == Attempt.objects.count() == 2
        assert Slot.objects.count() == guests.QUESTIONS + 1

    def test_who_signed_up_stays(self, client, sitting):
        client.post(reverse("sign_up"), GOOD)
        call_command("clear_guests", "--older-than", "0")
        assert User.objects.filter(username="xiaohong").exists()

    def test_a_number_below_zero_is_refused(self, db):
        with pytest.raises(CommandError, match="older-than"):
            call_command("clear_guests", "--older-than", "-1")
