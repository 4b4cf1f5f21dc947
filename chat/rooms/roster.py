"""Who is in one room, as one process knows it, and what its sockets have still to be told of that."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from chat.rooms import protocol
from chat.rooms.presence import Present
from chat.wire import Person

WELCOMED = 200  # people in `welcome`; who wants to know all asks


class Roster:
    """`people` by user, as of `version`. Changes wait until `news` is called, those that undo each other for nothing."""

    def __init__(self) -> None:
        self.version, self.born = 0, 0
        self.people: dict[int, Person] = {}
        self._came: dict[int, Person] = {}
        self._went: dict[int, Person] = {}
        self._before: dict[int, Person] = {}  # those with another name now
        self._members: bytes | None = None

    # --- What happens ---

    def begin(self, present: Present) -> None:
        """These are here, and nobody has to be told."""
        self.become(present)
        self.news()

    @property
    def has_begun(self) -> bool:
        """Whether it is known who is here; what is published before is in what will be read then."""
        return self.born != 0

    def is_newer(self, present: Present) -> bool:
        """Whether this was read after the last change that was heard."""
        return present.born != self.born or present.version >= self.version

    def follows(self, event: dict[str, Any]) -> bool:
        """Whether a published change is the next one, or known; else everything has to be read anew."""
        return bool(event["born"] == self.born and event["version"] <= self.version + 1)

    def hear(self, event: dict[str, Any]) -> None:
        """Take a published change that follows."""
        if event["version"] <= self.version:
            return
        self.version = event["version"]
        for user, username, name in (*event.get("entered", ()), *event.get("renamed", ())):
            self._put(user, Person(username, name))
        for user in event.get("exited", ()):
            self._take(user)

    def become(self, present: Present) -> None:
        """This is what Redis says now."""
        self.version, self.born = present.version, present.born
        for user in self.people.keys() - {user for user, _, _ in present.people}:
            self._take(user)
        for user, username, name in present.people:
            self._put(user, Person(username, name))

    def _put(self, user: int, person: Person) -> None:
        before = self.people.get(user)
        if before == person:
            return
        self._members = None
        self.people[user] = person
        if before is None and user not in self._went:
            self._came[user] = person
            return
        before = before or self._went.pop(user)  # back before anybody was told
        if before != person and user not in self._came:
            self._before.setdefault(user, before)

    def _take(self, user: int) -> None:
        person = self.people.pop(user, None)
        if person is None:
            return
        self._members = None
        self._before.pop(user, None)
        if self._came.pop(user, None) is None:
            self._went[user] = person

    # --- What is told ---

    def news(self) -> list[protocol.ServerFrame]:
        """Return what has changed since the last call."""
        came, went, before = self._came, self._went, self._before
        self._came, self._went, self._before = {}, {}, {}
        frames: list[protocol.ServerFrame] = []
        if came:
            frames.append(protocol.Entered([self.people[user] for user in came], len(self.people)))
        if went:
            frames.append(protocol.Exited(list(went.values()), len(self.people)))
        frames += [
            protocol.Renamed(old.username, self.people[user].name, old.name)
            for user, old in before.items()
            if user not in came and self.people[user].name != old.name
        ]
        return frames

    def some(self, but_surely: Person | None) -> list[Person]:
        """Return at most `WELCOMED` of them, by user name; one of them surely."""
        found = list(islice(self.people.values(), WELCOMED))
        if but_surely is not None and but_surely not in found:
            found = [*found[: WELCOMED - 1], but_surely]
        return _by_name(found)

    def members(self) -> bytes:
        """Return the encoded frame that lists everybody."""
        if self._members is None:
            self._members = protocol.encode(protocol.Members(len(self.people), _by_name(self.people.values())))
        return self._members


def _by_name(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda person: person.username)
