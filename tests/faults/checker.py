"""Reads the diaries afterwards and says what was broken. It knows the promises, not how they are kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.talker import Chapter, Diary


@dataclass
class Verdict:
    """What went wrong, in sentences, and how much was at stake."""

    accepted: int = 0
    undelivered: int = 0  # accepted, not shown by the partner, and reported so to the sender
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    third: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return self.lost + self.twice + self.out_of_order + self.crossed + self.third


def check(diaries: list[Diary]) -> Verdict:
    """Compare what everybody sent, had accepted and showed."""
    verdict = Verdict()
    members: dict[str, list[tuple[str, Chapter]]] = defaultdict(list)
    for diary in diaries:
        for chapter in diary.chapters:
            members[chapter.pair].append((diary.username, chapter))
        for complaint in diary.complaints:
            _file(verdict, f"{diary.username}: {complaint}")
    for pair, seats in members.items():
        if len(seats) > 2:
            verdict.third.append(f"{pair} has {len(seats)} members")
        for username, chapter in seats:
            others = [other for name, other in seats if name != username]
            _check_chapter(verdict, username, chapter, others[0] if others else None)
    return verdict


def _file(verdict: Verdict, complaint: str) -> None:
    kinds = {"lost": verdict.lost, "twice": verdict.twice, "out of order": verdict.out_of_order}
    for kind, pile in kinds.items():
        if f": {kind}" in complaint:
            pile.append(complaint)
            return
    verdict.crossed.append(complaint)


def _check_chapter(verdict: Verdict, username: str, chapter: Chapter, partner: Chapter | None) -> None:
    seqs = [seq for seq, _, _ in chapter.shown]
    if len(set(seqs)) != len(seqs):
        verdict.twice.append(f"{username} showed a seq twice")
    if seqs != sorted(seqs):
        verdict.out_of_order.append(f"{username} showed {seqs}")
    texts = [text for _, mine, text in chapter.shown if not mine]
    if len(set(texts)) != len(texts):
        verdict.twice.append(f"{username} showed a text twice")
    if partner is not None:
        _compare(verdict, username, chapter, partner)


def _compare(verdict: Verdict, username: str, chapter: Chapter, partner: Chapter) -> None:
    theirs = {seq: text for seq, mine, text in partner.shown if not mine}
    for n, seq in chapter.accepted.items():
        verdict.accepted += 1
        if seq in theirs:
            if theirs[seq] != chapter.sent[n]:
                verdict.crossed.append(f"{username} said {chapter.sent[n]!r}, the partner read {theirs[seq]!r}")
        elif chapter.left and seq > chapter.delivered:
            verdict.undelivered += 1
        else:
            verdict.lost.append(f"{username}'s message {n} (seq {seq}) was accepted and never shown")
    for seq, text in theirs.items():
        if text not in chapter.sent.values():
            verdict.crossed.append(f"the partner of {username} read {text!r}, which was never said")
        if chapter.left is None and seq not in chapter.accepted.values():
            verdict.lost.append(f"{username} never learned that {seq} was accepted")
