"""The rules of rooms: how one comes to be and ends, who is asked in, who keeps order, and over whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import User
from chat.rooms import founding, inviting, membership, order, people
from chat.rooms.membership import MEMBER, MODERATOR, OWNER, standing
from chat.rooms.models import LOBBY, Membership, Room, RoomInvitation
from chat.rooms.protocol import Refusal
from chat.rooms.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", name="Alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def carol() -> User:
    return User.objects.create_user("carol")


@pytest.fixture
def mallory() -> User:
    return User.objects.create_user("mallory")


@pytest.fixture
def kitchen(alice: User) -> Room:
    """Alice's, by invitation."""
    return founding.found(alice, name="Kitchen")


@pytest.fixture
def square(alice: User) -> Room:
    """Alice's, open to everybody."""
    return founding.found(alice, name="Square", is_open=True)


def come(room: Room, *users: User, role: str = MEMBER) -> None:
    for user in users:
        Membership.objects.create(room=room, user=user, role=role)


def role_of(user: User, room: Room) -> str | None:
    mine = standing(room.slug, user)
    return mine.role if mine else None


def is_muted(user: User, room: Room) -> bool:
    mine = standing(room.slug, user)
    assert mine
    return mine.is_muted


def refused(rule: Callable[..., object], *args: object) -> str:
    with pytest.raises(Refused) as caught:
        rule(*args)
    return caught.value.reason


def revision(room: Room) -> int:
    return Room.objects.get(pk=room.pk).revision


# --- A room comes to be, changes, ends -------------------------------------------------------------------------------


def test_whoever_makes_a_room_owns_it(alice: User, kitchen: Room) -> None:
    assert kitchen.owner == alice
    assert role_of(alice, kitchen) == OWNER


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("Café für alle!", "cafe-fur-alle-"),
        ("Кухня", "room-"),
        ("مطبخ", "room-"),
        ("新", "room-"),
        ("x" * 60, "x" * 51),
    ],
)
def test_the_address_is_made_of_the_name_in_whatever_script(alice: User, name: str, beginning: str) -> None:
    one, other = founding.found(alice, name=name), founding.found(alice, name=name)
    assert one.slug.startswith(beginning)
    assert len(one.slug) <= 60
    assert one.slug != other.slug, "and no two have the same"
    assert one.slug.isascii()


def test_nobody_owns_more_rooms_than_anybody_may(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(founding, "MOST_ROOMS", 1)
    founding.found(alice, name="one")
    assert refused(lambda: founding.found(alice, name="two")) == "too_many"


@pytest.mark.parametrize("name", ["Lobby", "LOBBY", "L\u043ebby", "Лобби", "saguão"])
def test_no_room_is_called_what_looks_like_the_lobby(name: str) -> None:
    assert founding.looks_like_the_lobby(name)
    assert not founding.looks_like_the_lobby("Hobby")


def test_only_the_owner_changes_or_deletes_it(alice: User, bob: User, carol: User, kitchen: Room) -> None:
    come(kitchen, bob, role=MODERATOR)
    carol.is_staff = True
    come(kitchen, carol)
    for other in (bob, carol):
        assert refused(lambda: founding.edit(kitchen.slug, other, name="Mine")) == "not_allowed"  # noqa: B023
        assert refused(founding.delete, kitchen.slug, other) == "not_allowed"
    before = revision(kitchen)
    assert founding.edit(kitchen.slug, alice, name="Cellar", retention_days=7).name == "Cellar"
    assert revision(kitchen) == before + 1
    founding.delete(kitchen.slug, alice)
    assert not Room.objects.filter(pk=kitchen.pk).exists()


def test_the_lobby_is_the_administrators_and_stays(bob: User, mallory: User) -> None:
    bob.is_staff = True
    founding.edit(LOBBY, bob, topic="Be kind.", retention_days=7)
    assert Room.objects.get(slug=LOBBY).topic == "Be kind."
    assert refused(lambda: founding.edit(LOBBY, mallory, topic="mine")) == "not_allowed"
    assert refused(founding.delete, LOBBY, bob) == "not_allowed"


# --- Invitations -----------------------------------------------------------------------------------------------------


def only_invitation(user: User) -> int:
    return inviting.waiting_for(user).get().pk


def test_whoever_is_invited_and_accepts_is_a_member(alice: User, bob: User, kitchen: Room) -> None:
    assert role_of(bob, kitchen) is None
    assert inviting.invite(kitchen.slug, alice, " @BOB ") == bob
    assert role_of(bob, kitchen) is None, "asked is not in"
    before = revision(kitchen)
    assert inviting.accept(bob, only_invitation(bob)) == kitchen
    assert role_of(bob, kitchen) == MEMBER
    assert revision(kitchen) == before + 1
    assert not RoomInvitation.objects.exists()


def test_whoever_declines_is_not_and_is_not_asked_again_by_itself(alice: User, bob: User, kitchen: Room) -> None:
    inviting.invite(kitchen.slug, alice, "bob")
    asked = only_invitation(bob)
    inviting.decline(bob, asked)
    assert role_of(bob, kitchen) is None
    assert refused(inviting.accept, bob, asked) == "gone"


def test_an_invitation_is_answered_by_nobody_else(alice: User, bob: User, mallory: User, kitchen: Room) -> None:
    inviting.invite(kitchen.slug, alice, "bob")
    asked = only_invitation(bob)
    assert refused(inviting.accept, mallory, asked) == "gone"
    assert refused(inviting.decline, mallory, asked) == "gone"
    assert refused(inviting.take_back, kitchen.slug, mallory, asked) == "not_allowed"
    assert role_of(mallory, kitchen) is None
    assert only_invitation(bob) == asked


def test_what_was_taken_back_cannot_be_accepted(alice: User, bob: User, kitchen: Room) -> None:
    inviting.invite(kitchen.slug, alice, "bob")
    asked = only_invitation(bob)
    inviting.take_back(kitchen.slug, alice, asked)
    assert refused(inviting.accept, bob, asked) == "gone"
    assert refused(inviting.take_back, kitchen.slug, alice, asked) == "gone"


def test_an_invitation_is_taken_back_only_in_its_room(alice: User, bob: User, mallory: User, kitchen: Room) -> None:
    inviting.invite(kitchen.slug, alice, "bob")
    den = founding.found(mallory, name="Den")
    assert refused(inviting.take_back, den.slug, mallory, only_invitation(bob)) == "gone"


def test_why_somebody_is_not_invited_is_said(alice: User, bob: User, carol: User, mallory: User, kitchen: Room) -> None:
    come(kitchen, bob)
    mallory.is_active = False
    mallory.save()
    assert refused(inviting.invite, kitchen.slug, alice, "nobody") == "unknown_user"
    assert refused(inviting.invite, kitchen.slug, alice, "mallory") == "unknown_user", "as if the account were gone"
    assert refused(inviting.invite, kitchen.slug, alice, "alice") == "yourself"
    assert refused(inviting.invite, kitchen.slug, alice, "bob") == "is_member"
    assert refused(inviting.invite, kitchen.slug, bob, "carol") == "not_allowed", "a member does not invite"
    assert refused(inviting.invite, kitchen.slug, carol, "carol") == "not_allowed", "nor does who is not there"
    assert refused(inviting.invite, LOBBY, alice, "bob") == "not_allowed", "everybody is in the lobby"
    order.close(kitchen)
    assert refused(inviting.invite, kitchen.slug, alice, "carol") == "closed"


def test_a_room_has_room_for_so_many_invitations(
    alice: User, bob: User, carol: User, kitchen: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "MOST", 1)
    inviting.invite(kitchen.slug, alice, "bob")
    inviting.invite(kitchen.slug, alice, "bob")
    assert refused(inviting.invite, kitchen.slug, alice, "carol") == "too_many"
    with pytest.raises(Refusal, match="too_many"):
        people.invite(kitchen.slug, alice.pk, "carol")


def test_a_block_looks_like_an_invitation_that_nobody_answers(
    alice: User, bob: User, carol: User, kitchen: Room
) -> None:
    bob.blocks.create(blocked=alice)
    assert inviting.invite(kitchen.slug, alice, "bob") == bob
    (waits,) = RoomInvitation.objects.all()
    assert not inviting.waiting_for(bob).exists()
    assert refused(inviting.accept, bob, waits.pk) == "gone"
    come(kitchen, carol, role=MODERATOR)
    inviting.invite(kitchen.slug, carol, "bob")
    assert inviting.accept(bob, only_invitation(bob)) == kitchen, "another's invitation is another matter"


# --- Leaving and handing over ----------------------------------------------------------------------------------------


def test_who_leaves_for_good_is_out_of_a_room_by_invitation(bob: User, kitchen: Room) -> None:
    come(kitchen, bob)
    before = revision(kitchen)
    membership.leave(kitchen.slug, bob)
    assert role_of(bob, kitchen) is None
    assert revision(kitchen) == before + 1


def test_whom_somebody_invited_who_left_is_not_invited_any_more(alice: User, bob: User, kitchen: Room) -> None:
    come(kitchen, bob, role=MODERATOR)
    for inviter, name in ((bob, "dave"), (alice, "erin")):
        inviting.invite(kitchen.slug, inviter, User.objects.create_user(name).username)
    membership.leave(kitchen.slug, bob)
    assert [each.user.username for each in RoomInvitation.objects.all()] == ["erin"]


def test_the_owner_hands_over_or_deletes_before_leaving(alice: User, bob: User, kitchen: Room) -> None:
    assert refused(membership.leave, kitchen.slug, alice) == "owner_stays"
    assert refused(membership.hand_over, kitchen.slug, alice, "bob") == "no_member"
    come(kitchen, bob)
    assert refused(membership.hand_over, kitchen.slug, bob, "alice") == "not_allowed"
    membership.hand_over(kitchen.slug, alice, "bob")
    kitchen.refresh_from_db()
    assert kitchen.owner == bob
    assert (role_of(alice, kitchen), role_of(bob, kitchen)) == (MODERATOR, OWNER)
    membership.leave(kitchen.slug, alice)
    assert role_of(alice, kitchen) is None


def test_leaving_an_open_room_is_no_way_out_of_being_muted(alice: User, bob: User, square: Room) -> None:
    come(square, bob, role=MODERATOR)
    order.mute(square.slug, alice, "bob", order.FOR_GOOD)
    membership.leave(square.slug, bob)
    assert is_muted(bob, square)
    assert role_of(bob, square) == MEMBER


def test_nobody_leaves_where_they_do_not_belong(bob: User, square: Room, kitchen: Room) -> None:
    assert refused(membership.leave, square.slug, bob) == "no_member"
    assert refused(membership.leave, LOBBY, bob) == "no_member"
    assert refused(membership.leave, kitchen.slug, bob) == "not_allowed"


# --- Roles -----------------------------------------------------------------------------------------------------------


def test_the_owner_names_moderators(alice: User, bob: User, carol: User, kitchen: Room) -> None:
    come(kitchen, bob, carol)
    membership.appoint(kitchen.slug, alice, "bob")
    assert role_of(bob, kitchen) == MODERATOR
    assert refused(membership.appoint, kitchen.slug, bob, "carol") == "not_allowed"
    assert refused(membership.dismiss, kitchen.slug, bob, "alice") == "not_allowed"
    membership.dismiss(kitchen.slug, alice, "bob")
    assert role_of(bob, kitchen) == MEMBER


def test_nobody_gets_a_part_in_a_room_without_having_agreed(
    alice: User, bob: User, square: Room, kitchen: Room
) -> None:
    for room in (square, kitchen):
        assert refused(membership.appoint, room.slug, alice, "bob") == "no_member"
    assert not Membership.objects.filter(user=bob).exists()


def test_in_the_lobby_staff_name_moderators(alice: User, bob: User, mallory: User) -> None:
    alice.is_staff = True
    membership.appoint(LOBBY, alice, "bob")
    assert role_of(bob, Room.objects.get(slug=LOBBY)) == MODERATOR
    order.mute(LOBBY, bob, "mallory", order.FOR_GOOD)
    assert is_muted(mallory, Room.objects.get(slug=LOBBY))
    assert refused(membership.appoint, LOBBY, bob, "mallory") == "not_allowed"


# --- Order -----------------------------------------------------------------------------------------------------------


def test_who_is_removed_stays_out_until_somebody_invites_them(alice: User, bob: User, kitchen: Room) -> None:
    come(kitchen, bob)
    before = revision(kitchen)
    order.remove(kitchen.slug, alice, "bob")
    assert role_of(bob, kitchen) is None
    assert revision(kitchen) == before + 1
    inviting.invite(kitchen.slug, alice, "bob")
    inviting.accept(bob, only_invitation(bob))
    assert role_of(bob, kitchen) == MEMBER


def test_who_is_removed_from_an_open_room_stays_out_too(alice: User, bob: User, square: Room) -> None:
    assert role_of(bob, square) == MEMBER
    order.remove(square.slug, alice, "bob")
    assert role_of(bob, square) is None
    assert refused(order.let_back, square.slug, bob, "bob") == "not_allowed"
    order.let_back(square.slug, alice, "bob")
    assert role_of(bob, square) == MEMBER


def test_whom_a_removed_moderator_invited_is_not_invited_any_more(alice: User, bob: User, kitchen: Room) -> None:
    come(kitchen, bob, role=MODERATOR)
    inviting.invite(kitchen.slug, bob, User.objects.create_user("dave").username)
    order.remove(kitchen.slug, alice, "bob")
    assert not RoomInvitation.objects.exists()
    assert Membership.objects.get(room=kitchen, user=bob).role == MEMBER


def test_a_mute_ends_by_itself_or_by_a_moderator(alice: User, bob: User, kitchen: Room) -> None:
    come(kitchen, bob)
    order.mute(kitchen.slug, alice, "bob", timezone.now() + timedelta(hours=1))
    assert is_muted(bob, kitchen)
    order.unmute(kitchen.slug, alice, "bob")
    assert not is_muted(bob, kitchen)
    order.mute(kitchen.slug, alice, "bob", timezone.now() - timedelta(seconds=1))
    assert not is_muted(bob, kitchen)


@pytest.mark.parametrize("rule", [order.remove, lambda slug, by, name: order.mute(slug, by, name, order.FOR_GOOD)])
def test_order_is_kept_from_above(
    rule: Callable[..., object], alice: User, bob: User, carol: User, kitchen: Room
) -> None:
    dora, mallory = User.objects.create_user("dora"), User.objects.create_user("mallory")
    come(kitchen, bob, dora, role=MODERATOR)
    come(kitchen, carol)
    for by, username in ((carol, "bob"), (carol, "alice"), (bob, "dora"), (bob, "alice"), (mallory, "carol")):
        assert refused(rule, kitchen.slug, by, username) == "not_allowed"
    assert refused(rule, kitchen.slug, bob, "bob") == "yourself"
    assert refused(rule, kitchen.slug, bob, "mallory") == "no_member"
    rule(kitchen.slug, bob, "carol")
    rule(kitchen.slug, alice, "bob")


def test_staff_are_over_all_but_nobody_takes_a_room_from_its_owner(alice: User, bob: User, square: Room) -> None:
    bob.is_staff = True
    order.mute(square.slug, bob, "alice", order.FOR_GOOD)
    assert is_muted(alice, square)
    assert refused(order.remove, square.slug, bob, "alice") == "owner_stays"


def test_staff_keep_no_order_where_they_may_not_enter(bob: User, kitchen: Room) -> None:
    bob.is_staff = True
    assert refused(order.mute, kitchen.slug, bob, "alice", order.FOR_GOOD) == "not_allowed"


# --- An account ends -------------------------------------------------------------------------------------------------


def test_rooms_go_to_the_longest_serving_moderator(alice: User, bob: User, carol: User, kitchen: Room) -> None:
    come(kitchen, carol)
    come(kitchen, bob, User.objects.create_user("dora"), role=MODERATOR)
    alice.delete()
    kitchen.refresh_from_db()
    assert kitchen.owner == bob
    assert role_of(bob, kitchen) == OWNER


def test_without_moderators_to_the_longest_serving_member(alice: User, bob: User, carol: User, kitchen: Room) -> None:
    come(kitchen, carol, bob)
    order.remove(kitchen.slug, alice, "carol")
    alice.delete()
    kitchen.refresh_from_db()
    assert kitchen.owner == bob


def test_without_anybody_they_end(alice: User, kitchen: Room, square: Room) -> None:
    alice.delete()
    assert not Room.objects.exclude(slug=LOBBY).exists()
