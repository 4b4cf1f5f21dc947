"""What the database says about the seat beside somebody: whose it is, and how they want it to be taken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """The way to the seat beside `owner` (a user's id) for whoever has a token that leads there."""

    owner: int
    asks_first: bool = False
    is_closed: bool = False  # to everybody, or to this one: the two are answered alike
    invitation: int | None = None  # the one-time invitation by whose token somebody comes
    invitation_ms: int = 0  # until it expires; 0 for one that was used
