"""The judge of the fault suite: that it finds what it is there to find."""

from __future__ import annotations

from tests.faults.checker import check
from tests.faults.client import Chapter, Diary


def company() -> list[Diary]:
    """Alice said two messages in a room, Bob one, and everybody showed all three."""
    said: dict[str, dict[int, str]] = {"alice": {1: "a1", 2: "a2"}, "bob": {1: "b1"}, "mallory": {}}
    log = [(1, "alice", "a1"), (2, "bob", "b1"), (3, "alice", "a2")]
    diaries = []
    for name, sent in said.items():
        seqs = [seq for seq, author, _ in log if author == name]
        chapter = Chapter("lobby", sent=sent, accepted=dict(zip(sent, seqs, strict=True)))
        chapter.shown = [(seq, author == name, text) for seq, author, text in log]
        chapter.author_of = {seq: author for seq, author, _ in log}
        diaries.append(Diary(name, [chapter]))
    return diaries


def test_nothing_is_wrong_where_everybody_has_everything():
    verdict = check(company())
    assert (verdict.accepted, verdict.faults) == (3, [])


def test_what_one_of_several_never_showed_is_lost():
    diaries = company()
    diaries[2].chapters[0].shown.pop(1)
    verdict = check(diaries)
    assert len(verdict.lost) == 1
    assert "mallory" in verdict.lost[0]


def test_what_was_shown_twice_or_in_another_order_is_found():
    diaries = company()
    shown = diaries[2].chapters[0].shown
    shown.append(shown[0])
    verdict = check(diaries)
    assert len(verdict.twice) == 2, "a seq and a text"
    assert len(verdict.out_of_order) == 1


def test_a_text_that_its_author_never_said_is_found():
    diaries = company()
    diaries[2].chapters[0].shown[1] = (2, False, "b1, but not by Bob")
    assert len(check(diaries).crossed) == 2, "what he said reads otherwise, and what is read he did not say"


def test_an_author_who_never_learns_that_it_was_stored_is_found():
    diaries = company()
    del diaries[1].chapters[0].accepted[1]
    assert len(check(diaries).lost) == 2, "both others have it"


def test_a_third_member_is_found_where_there_are_two_seats():
    assert len(check(company(), seats=2).third) == 1
    assert not check(company()[:2], seats=2).third
