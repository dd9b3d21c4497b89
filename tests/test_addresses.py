"""Every address of the site against strangers, people without rights, and forms of other sites.

The addresses come from the URL configuration: a new one is tried as soon as it exists, and one with
a parameter that nobody has thought about fails until it is.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview import disputes
from interview.models import Interview, Report, SecondOpinion, Slot
from knowledge.models import ImportRun, Question, Source
from tests.addresses import ADDRESSES, Address
from tests.pages import World

pytestmark = pytest.mark.django_db

# Parameters that name a row of one person, and those that name what everybody may read.
OWN = {"interview_id", "number", "attempt_id"}
SHARED = {"question_id", "path"}
# Addresses that take no account to see. Signing out and the language are for everybody.
OPEN = {"home", "sign_up", "login", "logout", "try", "set_language", "healthz", "readyz", "favicon"}
# The doors of the admin answer to everybody, too.
ADMIN_DOORS = {"admin:login", "admin:logout"}

PERSONAL = [a for a in ADDRESSES if not a.is_staff_only and a.parameters & OWN]
SIGNED_IN = [a for a in ADDRESSES if not a.is_staff_only and a.name not in OPEN]
STAFF = [a for a in ADDRESSES if a.is_staff_only and a.name not in ADMIN_DOORS]


@pytest.fixture
def world(person, question) -> World:
    """Rows of every kind that belong to one person."""
    world = World(person, question)
    disputes.raise_report(
        world.graded, Report.Kind.GRADE, now=timezone.now(), own_rating=90, text="说的一样"
    )
    SecondOpinion.objects.create(
        attempt=world.graded, state=SecondOpinion.State.DONE, asked_at=timezone.now(), score=70
    )
    return world


def own_values(world: World) -> dict[str, Any]:
    return {
        "interview_id": world.open.pk,
        "number": 1,
        "attempt_id": world.graded.pk,
        "question_id": world.question.pk,
        "path": "sources/abc/x.png",
    }


def admin_values(world: World, address: Address) -> dict[str, Any]:
    """Parameters of an admin page for a row that exists."""
    models = {
        "auth_user": world.person,
        "auth_group": Group.objects.get_or_create(name="g")[0],
        "knowledge_question": world.question,
        "knowledge_topic": world.question.topic,
        "knowledge_chunk": world.question.chunks.first(),
        "knowledge_source": Source.objects.get_or_create(name="s")[0],
        "knowledge_importrun": ImportRun.objects.get_or_create(
            defaults={"started_at": timezone.now()}
        )[0],
        "interview_interview": world.open,
        "interview_attempt": world.graded,
        "interview_secondopinion": SecondOpinion.objects.get(),
        "interview_report": Report.objects.get(),
    }
    _admin, app, model = [*address.route.strip("/").split("/"), "", ""][:3]
    row = models.get(f"{app}_{model}")
    key = row.pk if row else uuid.uuid4()
    return {
        "object_id": key,
        "pk": key,
        "id": key,
        "token": "t" * 32,
        "row": "0",
        "name": "a.png",
        "content_type_id": ContentType.objects.get_for_model(Question).pk,
        "app_label": "knowledge",
        "url": "nowhere/",
    }


def stored() -> dict[str, str]:
    """Everything that people and authors have in the database, to see whether anything moved."""
    from django.apps import apps

    rooms = [apps.get_app_config(name) for name in ("interview", "knowledge", "auth")]
    rows = {
        model._meta.label: serializers.serialize("json", model._default_manager.order_by("pk"))
        for room in rooms
        for model in room.get_models()
    }
    rows["auth.User"] = re.sub(r'"last_login": [^,]+', "", rows["auth.User"])
    return rows


ANYTHING = {
    "answer": "别人写的",
    "text": "别人写的",
    "own_rating": "100",
    "reason": "wrong",
    "rating": "4",
    "counts": "examiner",
    "to": "1",
    "count": "3",
    "submission": "7c0b1f0a-3e0a-4a53-9a3a-2f6d0b6a1c11",
    "post": "yes",
}


SECRET = "只有我知道的秘密"


def a_helper(right: str = "") -> User:
    """Staff with no right, or with one."""
    helper = User.objects.create_user("helper", password="correct horse", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename=right))
    return helper


def token_of(page: Any) -> str:
    return re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]


def test_the_configuration_was_read():
    names = {address.name for address in ADDRESSES}
    assert {"slot", "dispute", "admin:knowledge_question_change", "admin:app_list"} <= names
    assert len(PERSONAL) > 10 and len(STAFF) > 50


def test_every_parameter_is_somebodys_or_everybodys():
    """A new kind of row in an address needs a line in ``own_values``: whose is it?"""
    found = set().union(*(a.parameters for a in ADDRESSES if not a.is_staff_only))
    assert found == OWN | SHARED


class TestSomebodyElsesRows:
    @pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
    @pytest.mark.parametrize("who", ["stranger", "staff"])
    def test_are_not_there_and_stay_as_they_are(self, who, htmx, world, client_of, request):
        other = client_of(request.getfixturevalue(who))
        headers = {"HX-Request": "true"} if htmx else {}
        before = stored()
        for address in PERSONAL:
            path = address.filled(own_values(world))
            assert other.post(path, ANYTHING, headers=headers).status_code in (404, 405), path
            asked = other.get(path, headers=headers, follow=True)  # some send back to their page
            assert asked.status_code == 404, path
        assert stored() == before

    def test_rows_that_never_were_look_the_same(self, world, person, client_of):
        client = client_of(person)
        nobodys = {"interview_id": uuid.uuid4(), "attempt_id": uuid.uuid4(), "number": 1}
        for address in PERSONAL:
            path = address.filled(nobodys)
            assert client.post(path, ANYTHING).status_code in (404, 405), path
            assert client.get(path, follow=True).status_code == 404, path

    @pytest.mark.parametrize("number", [0, 2, 10**12, 10**30])
    def test_questions_that_an_interview_has_not(self, number, world, person, client_of):
        client = client_of(person)
        for address in PERSONAL:
            if "number" in address.parameters:
                path = address.filled(own_values(world) | {"number": number})
                assert client.post(path, ANYTHING).status_code in (404, 405), path
                assert client.get(path, follow=True).status_code == 404, path

    def test_exports_and_lists_have_nothing_of_them(self, world, stranger, client_of):
        world.graded.answer = SECRET
        world.graded.save()
        Slot.objects.filter(interview=world.open).update(draft=SECRET)
        other = client_of(stranger)
        for address in SIGNED_IN:
            if not address.parameters:
                response = other.get(address.filled({}), {"q": SECRET[-2:]}, follow=True)
                shown = b"".join(response) if response.streaming else response.content
                assert SECRET not in shown.decode(), address.name
                for row in (world.open, world.graded, world.waiting):
                    assert str(row.pk) not in shown.decode(), address.name


class TestWithoutAnAccount:
    def test_every_address_asks_to_sign_in(self, world):
        anonymous = Client()
        before = stored()
        for address in SIGNED_IN:
            path = address.filled(own_values(world))
            for response in (anonymous.get(path), anonymous.post(path, ANYTHING)):
                if response.status_code != 405:  # an address that is only read
                    assert response.status_code == 302, path
                    assert response.headers["Location"].startswith(reverse("login")), path
        assert stored() == before

    def test_what_is_open_knows_nobody(self, world):
        world.graded.answer = SECRET
        world.graded.save()
        for address in ADDRESSES:
            if address.name in OPEN and not address.is_staff_only:
                response = Client().get(address.filled({}))
                assert response.status_code in (200, 302, 405, 503), address
                assert SECRET not in response.content.decode(), address
                assert world.person.username not in response.content.decode(), address


class TestTheAdmin:
    @pytest.mark.parametrize("who", ["anonymous", "person"])
    def test_is_closed_to_who_is_not_staff(self, who, world, person, client_of):
        client = client_of(person) if who == "person" else Client()
        places = [(a, a.filled(admin_values(world, a))) for a in STAFF]
        before = stored()
        for address, path in places:
            for response in (client.get(path), client.post(path, ANYTHING)):
                if response.status_code != 405:
                    assert response.status_code == 302, address
                    assert response.headers["Location"].startswith(reverse("admin:login")), path
        assert stored() == before

    # Open to staff of any kind: nothing of anybody's is on them.
    FOR_ALL_STAFF = {
        "admin:index",
        "admin:jsi18n",
        "admin:password_change",
        "admin:password_change_done",
        "admin:view_on_site",
    }

    def test_shows_staff_without_rights_nothing(self, world, client_of):
        client = client_of(a_helper())
        places = [(a, a.filled(admin_values(world, a))) for a in STAFF]
        before = stored()
        for address, path in places:
            for response in (client.get(path), client.post(path, ANYTHING)):
                if address.name in self.FOR_ALL_STAFF:
                    assert response.status_code in (200, 302, 404, 405), path
                elif response.status_code == 302:  # short for a row's page, or no such row
                    target = response.headers["Location"]
                    end = client.get(target).status_code
                    assert target == reverse("admin:index") or end in (302, 403, 404), path
                else:
                    assert response.status_code in (403, 404, 405), path
                assert world.question.title not in response.content.decode(), path
        assert stored() == before

    def test_a_log_of_what_others_did_is_not_shown_to_them(self, world, staff, client_of):
        LogEntry.objects.create(
            user=staff,
            content_type=ContentType.objects.get_for_model(Question),
            object_id=world.question.pk,
            object_repr=world.question.title,
            action_flag=ADDITION,
        )
        page = client_of(a_helper()).get(reverse("admin:index")).content.decode()
        assert world.question.title not in page

    @pytest.mark.parametrize("right", ["view_report", "view_question"])
    def test_who_may_look_may_not_decide_nor_write(self, right, world, client_of):
        client = client_of(a_helper(right))
        before = stored()
        report, question = Report.objects.get(), world.question
        change = reverse("admin:knowledge_question_change", args=[question.pk])
        delete = reverse("admin:knowledge_question_delete", args=[question.pk])
        refused = [
            client.post(reverse("admin:interview_report_decide", args=[report.pk]), {"accept": 1}),
            client.post(change, {"title": "别的", "body": "别的"}),
            client.post(delete, ANYTHING),
            client.get(reverse("admin:knowledge_importrun_import")),
            client.post(reverse("admin:knowledge_question_preview"), {"body": "x"}),
        ]
        assert {response.status_code for response in refused} == {403}
        assert stored() == before


class TestFormsOfOtherSites:
    """A page elsewhere makes the browser of a signed-in person send a form here."""

    def test_no_address_takes_a_post_without_a_token(self, world, staff):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(staff)
        places = []
        for address in ADDRESSES:
            values = admin_values(world, address) if address.is_staff_only else own_values(world)
            places.append(address.filled(values))
        before = stored()
        for path in places:
            assert strict.post(path, ANYTHING).status_code == 403, path
            # Another site's script cannot set this header, but neither does it stand for a token.
            assert strict.post(path, ANYTHING, headers={"HX-Request": "true"}).status_code == 403
            assert strict.delete(path).status_code == 403, path
        assert stored() == before
        assert "_auth_user_id" in strict.session

    def test_no_view_is_exempt(self):
        assert not [a for a in ADDRESSES if getattr(a.view, "csrf_exempt", False)]

    @pytest.fixture
    def forge(self, world, person):
        """Sends the form of the open question from elsewhere, with a token that is good."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        page = client.get(reverse("slot", args=[world.open.pk, 1]), secure=True)

        def send(token: str = token_of(page), **options) -> int:
            data = {"answer": "x", "csrfmiddlewaretoken": token}
            path = reverse("draft", args=[world.open.pk, 1])
            return client.post(path, data, **options).status_code

        return send

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil"])
    def test_a_token_does_not_help_another_origin(self, origin, forge, world):
        assert forge(headers={"Origin": origin}) == 403
        assert forge(headers={"Origin": origin}, secure=True) == 403
        assert Slot.objects.get(interview=world.open).draft == "想到一半"

    @pytest.mark.parametrize("referer", ["", "https://evil.example/", "http://testserver/"])
    def test_over_https_the_referer_must_be_this_site(self, referer, forge):
        assert forge(headers={"Referer": referer} if referer else {}, secure=True) == 403

    def test_a_token_of_another_browser_is_refused(self, forge):
        assert forge(token_of(Client().get(reverse("login")))) == 403

    def test_the_same_form_from_this_site_is_taken(self, forge):
        assert forge(headers={"Origin": "http://testserver"}) == 200

    def test_a_link_alone_changes_nothing(self, world, person, client_of):
        """What another site can make a browser fetch. Looking at a question starts its clock, and
        settings are made with their defaults when the account page is first looked at."""
        client = client_of(person)
        before = stored()
        for address in ADDRESSES:
            if not address.is_staff_only:
                client.get(address.filled(own_values(world)), ANYTHING, follow=True)
        after = stored()
        for rows in (before, after):
            clock = r'"(seconds|seen_at|opened_at)": [^,}]+'
            rows["interview.Slot"] = re.sub(clock, "", rows["interview.Slot"])
            del rows["interview.Preferences"]
        assert after == before


def test_an_interview_can_not_be_begun_for_somebody_else(world, stranger, client_of):
    client_of(stranger).post(reverse("start"), {"count": 1, "user": world.person.pk})
    assert Interview.objects.latest("created_at").user == stranger
