"""Reads the diaries afterwards and says what was broken. It knows the promises, not how they are kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.client import Chapter, Diary


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


def check(diaries: list[Diary], seats: int | None = None) -> Verdict:
    """Compare what everybody sent, had accepted and showed, where at most so many may be together."""
    verdict = Verdict()
    members: dict[str, list[tuple[str, Chapter]]] = defaultdict(list)
    for diary in diaries:
        for chapter in diary.chapters:
            members[chapter.place].append((diary.name, chapter))
        for complaint in diary.complaints:
            _file(verdict, f"{diary.name}: {complaint}")
    for place, those in members.items():
        if seats and len(those) > seats:
            verdict.third.append(f"{place} has {len(those)} members")
        for username, chapter in those:
            others = {name: other for name, other in those if name != username}
            _check_chapter(verdict, username, chapter, others)
    return verdict


def _file(verdict: Verdict, complaint: str) -> None:
    kinds = {"lost": verdict.lost, "twice": verdict.twice, "out of order": verdict.out_of_order}
    for kind, pile in kinds.items():
        if f": {kind}" in complaint:
            pile.append(complaint)
            return
    verdict.crossed.append(complaint)


def _check_chapter(verdict: Verdict, username: str, chapter: Chapter, others: dict[str, Chapter]) -> None:
    seqs = [seq for seq, _, _ in chapter.shown]
    if len(set(seqs)) != len(seqs):
        verdict.twice.append(f"{username} showed a seq twice")
    if seqs != sorted(seqs):
        verdict.out_of_order.append(f"{username} showed {seqs}")
    texts = [text for _, mine, text in chapter.shown if not mine]
    if len(set(texts)) != len(texts):
        verdict.twice.append(f"{username} showed a text twice")
    if others:
        verdict.accepted += len(chapter.accepted)
    for name, other in others.items():
        _compare(verdict, username, chapter, name, other)


def _compare(verdict: Verdict, username: str, chapter: Chapter, name: str, other: Chapter) -> None:
    """What one said, and what one of the others showed of it."""
    theirs = {seq: text for seq, _, text in other.shown}
    for n, seq in chapter.accepted.items():
        if seq in theirs:
            if theirs[seq] != chapter.sent[n]:
                verdict.crossed.append(f"{username} said {chapter.sent[n]!r}, {name} read {theirs[seq]!r}")
        elif chapter.left and seq > chapter.delivered:
            verdict.undelivered += 1
        else:
            verdict.lost.append(f"{username}'s message {n} (seq {seq}) was accepted and never shown to {name}")
    mine = {seq for seq, is_mine, _ in other.shown if is_mine}
    accepted = set(chapter.accepted.values())
    for seq, text in theirs.items():
        if seq in mine or other.author_of.get(seq, username) != username:
            continue
        if text not in chapter.sent.values():
            verdict.crossed.append(f"{name} read {text!r} of {username}, who never said that")
        if chapter.left is None and seq not in accepted:
            verdict.lost.append(f"{username} never learned that {seq} was accepted")
