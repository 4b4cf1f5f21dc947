"""Who is in a room as one process knows it, and what it tells of that."""

from typing import Any

from chat.rooms.presence import Present
from chat.rooms.protocol import Entered, Exited, Renamed
from chat.rooms.roster import WELCOMED, Roster
from chat.wire import Person

ALICE, BOB = Person("alice", "Alice"), Person("bob", "Bob")
BORN = 100


def roster() -> Roster:
    """One with Alice in it."""
    new = Roster()
    new.begin(Present(BORN, BORN, [(1, "alice", "Alice")]))
    return new


def event(version: int, **what: Any) -> dict[str, Any]:
    return {"type": "room.presence", "version": BORN + version, "born": BORN, **what}


def bob(version: int) -> dict[str, Any]:
    return event(version, entered=[[2, "bob", "Bob"]])


def test_who_comes_and_goes_is_told_once():
    here = roster()
    assert here.news() == []
    here.hear(bob(1))
    assert here.news() == [Entered([BOB], 2)]
    here.hear(bob(1))
    assert here.news() == [], "heard already"
    here.hear(event(2, exited=[1]))
    assert here.news() == [Exited([ALICE], 1)]


def test_what_undoes_itself_before_anybody_was_told_is_not_told():
    here = roster()
    here.hear(bob(1))
    here.hear(event(2, exited=[2]))
    here.hear(event(3, exited=[1]))
    here.hear(event(4, entered=[[1, "alice", "Alice"]]))
    assert here.news() == []
    assert set(here.people) == {1}


def test_a_crowd_is_told_together():
    here = roster()
    for number in range(5):
        here.hear(event(number + 1, entered=[[number + 10, f"user{number}", f"User {number}"]]))
    [entered] = here.news()
    assert isinstance(entered, Entered)
    assert (len(entered.people), entered.online) == (5, 6)


def test_a_new_name_is_told_with_the_one_before():
    here = roster()
    here.hear(event(1, renamed=[[1, "alice", "Alicia"]]))
    here.hear(event(2, renamed=[[1, "alice", "Alexa"]]))
    assert here.news() == [Renamed("alice", "Alexa", "Alice")]
    here.hear(event(3, renamed=[[1, "alice", "Alice"]]))
    here.hear(event(4, renamed=[[1, "alice", "Alexa"]]))
    assert here.news() == []


def test_whoever_is_back_with_another_name_was_renamed():
    here = roster()
    here.hear(event(1, exited=[1]))
    here.hear(event(2, entered=[[1, "alice", "Alicia"]]))
    assert here.news() == [Renamed("alice", "Alicia", "Alice")]


def test_whoever_came_under_another_name_is_told_by_the_last_one():
    here = roster()
    here.hear(bob(1))
    here.hear(event(2, renamed=[[2, "bob", "Robert"]]))
    assert here.news() == [Entered([Person("bob", "Robert")], 2)]


def test_a_gap_and_another_birth_do_not_follow():
    here = roster()
    assert here.follows(bob(1))
    assert here.follows(bob(0))
    assert not here.follows(bob(2))
    assert not here.follows({**bob(1), "born": BORN + 1})


def test_what_was_missed_is_told_as_a_difference():
    here = roster()
    here.become(Present(BORN + 9, BORN, [(2, "bob", "Bob")]))
    assert here.news() == [Entered([BOB], 1), Exited([ALICE], 1)]


def test_a_welcome_has_a_bounded_list_and_oneself_in_it():
    here = Roster()
    here.begin(Present(BORN, BORN, [(number, f"user{number:03}", "") for number in range(WELCOMED + 50)]))
    me = Person(f"user{WELCOMED + 49}", "")
    some = here.some(me)
    assert len(some) == WELCOMED
    assert me in some
    assert some == sorted(some, key=lambda person: person.username)
    assert here.members().count(b'"username"') == WELCOMED + 50


def test_what_was_read_before_the_last_change_is_old():
    here = roster()
    here.hear(bob(2))
    assert not here.is_newer(Present(BORN + 1, BORN, []))
    assert here.is_newer(Present(BORN + 2, BORN, []))
    assert here.is_newer(Present(1, BORN + 50, [])), "another count"
    assert here.has_begun
    assert not Roster().has_begun
