"""Drafts of one question from several pages."""

from __future__ import annotations

import pytest

from interview import drafting
from interview.models import Slot
from tests.attempts import sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(person, question) -> Slot:
    return sitting(person, question).slots.get()


def keep(slot: Slot, text: str, base: int | None, writer: str) -> drafting.Clash | None:
    return drafting.keep(Slot.objects.get(pk=slot.pk), text, base=base, writer=writer)


def stored(slot: Slot) -> tuple[str, int]:
    slot.refresh_from_db()
    return slot.draft, slot.draft_version


def test_a_page_saves_as_often_as_it_likes(slot):
    """Its own earlier saves are no clash, even those whose reply it never got."""
    for text in ("一", "一二", "一二三"):
        assert keep(slot, text, base=0, writer="a") is None
    assert stored(slot) == ("一二三", 3)


def test_the_same_text_twice_is_no_new_version(slot):
    keep(slot, "一", 0, "a")
    keep(slot, "一", 0, "a")
    assert stored(slot) == ("一", 1)


def test_a_second_page_gets_the_other_text_and_changes_nothing(slot):
    keep(slot, "第一个窗口", 0, "a")
    assert keep(slot, "第二个窗口", 0, "b") == drafting.Clash("第一个窗口", 1)
    assert stored(slot) == ("第一个窗口", 1)


def test_having_seen_it_the_second_page_may_replace_it(slot):
    keep(slot, "第一个窗口", 0, "a")
    clash = keep(slot, "第二个窗口", 0, "b")
    assert keep(slot, "第二个窗口", clash.version, "b") is None
    assert stored(slot)[0] == "第二个窗口"


def test_and_then_the_first_one_is_told(slot):
    keep(slot, "第一个窗口", 0, "a")
    keep(slot, "第二个窗口", 1, "b")
    assert keep(slot, "第一个窗口，续", 1, "a") == drafting.Clash("第二个窗口", 2)


def test_a_page_that_was_loaded_later_goes_on_from_there(slot):
    keep(slot, "一", 0, "a")
    assert keep(slot, "一二", base=1, writer="b") is None


@pytest.mark.parametrize("there", ["", "  \n"])
def test_there_is_nothing_to_lose_where_nothing_was_typed(slot, there):
    keep(slot, there, 0, "a")
    assert keep(slot, "二", 0, "b") is None


def test_the_same_text_from_two_pages_is_no_clash(slot):
    keep(slot, "一", 0, "a")
    assert keep(slot, "一", 0, "b") is None


def test_line_ends_and_nul_are_tidied(slot):
    keep(slot, "一\r\n二\0", 0, "a")
    assert stored(slot)[0] == "一\n二"


class TestAfterAnAnswer:
    def drop(self, slot: Slot, answer: str, base: int | None, writer: str) -> str:
        drafting.drop(slot, answer, base=base, writer=writer)
        return slot.draft

    def test_the_draft_that_became_it_goes(self, slot):
        keep(slot, "一", 0, "a")
        assert self.drop(slot, "一，完", 0, "a") == ""

    def test_so_does_one_that_the_page_had_loaded(self, slot):
        keep(slot, "一", 0, "a")
        assert self.drop(slot, "一，完", 1, "b") == ""

    def test_so_does_one_that_says_the_same(self, slot):
        keep(slot, "一\n", 0, "a")
        assert self.drop(slot, "一", 0, "b") == ""

    def test_what_another_window_holds_stays(self, slot):
        keep(slot, "另一个窗口", 0, "a")
        assert self.drop(slot, "一", 0, "b") == "另一个窗口"
