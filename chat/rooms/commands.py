"""What can be typed after a slash. The server reads it, so every client has the same commands with the same answers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.realtime import shutdown
from chat.realtime.lookup import look_up, write_down
from chat.rooms import people, protocol
from chat.rooms.membership import Standing
from chat.rooms.protocol import CommandHelp, Refusal

if TYPE_CHECKING:
    from chat.rooms.consumer import RoomConsumer

LONGEST_NOTICE_SECONDS = 24 * 3600
MOST_DIGITS = 9  # of its seconds; Python refuses to read a number of thousands

Handler = Callable[["RoomConsumer", str, int | None], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """One command: how it is written, what it does, what does it, and who may give it."""

    usage: str
    help: str
    handler: Handler
    is_for: Callable[[Standing], bool] = lambda standing: True


def help_for(standing: Standing) -> list[CommandHelp]:
    """Return the commands that somebody who stands here so may give."""
    mine = ((name, command) for name, command in COMMANDS.items() if command.is_for(standing))
    return [CommandHelp(name, command.usage, command.help) for name, command in mine]


async def obey(socket: RoomConsumer, text: str, n: int | None) -> None:
    """Do what this line says; `unknown_command` also for what this user may not know of."""
    word, _, rest = text.partition(" ")
    command = COMMANDS.get(word.removeprefix("/").lower()) if word.startswith("/") else None
    if command is None or not command.is_for(socket.standing):
        raise Refusal("unknown_command")
    await command.handler(socket, rest.strip(), n)


# --- For everybody ---


async def _users(socket: RoomConsumer, rest: str, n: int | None) -> None:
    await socket.list_members()


async def _help(socket: RoomConsumer, rest: str, n: int | None) -> None:
    await socket.say(protocol.Commands(help_for(socket.standing)))


async def _msg(socket: RoomConsumer, rest: str, n: int | None) -> None:
    name, _, text = rest.partition(" ")
    if not name:
        raise Refusal("bad_command")
    if not text.strip():
        raise Refusal("empty")
    await socket.whisper(name, text.strip())


async def _me(socket: RoomConsumer, rest: str, n: int | None) -> None:
    if not rest:
        raise Refusal("empty")
    if n is None:
        raise Refusal("bad_command")
    await socket.append(n, rest, is_action=True)


async def _name(socket: RoomConsumer, rest: str, n: int | None) -> None:
    if not rest:
        raise Refusal("bad_command")
    await socket.be_called(await write_down(people.rename, socket.user, rest))


async def _leave(socket: RoomConsumer, rest: str, n: int | None) -> None:
    await socket.leave()


# --- For those who invite ---


async def _invite(socket: RoomConsumer, rest: str, n: int | None) -> None:
    if not rest:
        raise Refusal("bad_command")
    socket.process.allowances.invite(socket.user, time.monotonic())
    await socket.say(protocol.Invited(await write_down(people.invite, socket.standing.room.slug, socket.user, rest)))


# --- For the administrator ---


async def _announce(socket: RoomConsumer, rest: str, n: int | None) -> None:
    await _require_staff(socket)
    if not rest:
        raise Refusal("empty")
    await socket.process.announce(rest)


async def _shutdown(socket: RoomConsumer, rest: str, n: int | None) -> None:
    await _require_staff(socket)
    seconds, _, text = rest.partition(" ")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= MOST_DIGITS):
        raise Refusal("bad_command")
    if (notice := int(seconds)) > LONGEST_NOTICE_SECONDS:
        raise Refusal("bad_command")
    await shutdown.order(text.strip(), notice)


async def _require_staff(socket: RoomConsumer) -> None:
    """What this socket knows may be old, and this is for the whole site."""
    if not await look_up(people.is_staff, socket.user):
        raise Refusal("not_allowed")


def _invites(standing: Standing) -> bool:
    return standing.invites


def _is_staff(standing: Standing) -> bool:
    return standing.is_staff


COMMANDS = {
    "users": Command("/users", "Show who is here.", _users),
    "msg": Command("/msg NAME text", "Say something to one person alone.", _msg),
    "me": Command("/me text", "Say what you do.", _me),
    "name": Command("/name NEW", "Be called something else.", _name),
    "invite": Command("/invite NAME", "Invite somebody to this room.", _invite, _invites),
    "leave": Command("/leave", "Go out of this room.", _leave),
    "help": Command("/help", "Show the commands.", _help),
    "announce": Command("/announce text", "Say something to everybody in every room.", _announce, _is_staff),
    "shutdown": Command(
        "/shutdown 60 text", "Stop the site in so many seconds, after telling everybody.", _shutdown, _is_staff
    ),
}
