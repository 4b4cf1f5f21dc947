"""What a run found: the figures of every peer, workload and round, and what is made of several rounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median

Figures = dict[str, float]


@dataclass
class Results:
    """`figures` by peer, workload and round. `left_out` says why something is missing."""

    command: str
    seconds: float
    rounds: int
    machine: dict[str, str]
    figures: dict[str, dict[str, dict[int, Figures]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def peers(self) -> list[str]:
        return list(self.figures)

    def add(self, peer: str, workload: str, number: int, found: Figures) -> None:
        self.figures[peer].setdefault(workload, {})[number] = found

    def of(self, peer: str, workload: str) -> dict[int, Figures]:
        """Return what each round found, by its number."""
        return self.figures.get(peer, {}).get(workload, {})

    def figure(self, peer: str, workload: str, name: str) -> float | None:
        """Return the median of all rounds; None where it was not measured."""
        found = [figures[name] for figures in self.of(peer, workload).values() if name in figures]
        return median(found) if found else None

    def ratio(self, above: Place, below: Place) -> float | None:
        """Return the median of the rounds' ratios: of what was measured one soon after the other."""
        found = []
        for number, figures in self.of(above.peer, above.workload).items():
            other = self.of(below.peer, below.workload).get(number, {})
            divisor = below.value(other)
            if divisor and (dividend := above.value(figures)) is not None:
                found.append(dividend / divisor)
        return median(found) if found else None

    def total(self, peer: str, name: str) -> int:
        """Return how often that happened in all workloads and rounds."""
        rounds = [figures for workload in self.figures[peer].values() for figures in workload.values()]
        return int(sum(figures.get(name, 0) for figures in rounds))

    def everywhere(self, name: str) -> list[float]:
        """Return this figure of every measurement that has it."""
        rounds = [
            figures
            for workloads in self.figures.values()
            for by_round in workloads.values()
            for figures in by_round.values()
        ]
        return [figures[name] for figures in rounds if name in figures]

    def as_json(self) -> dict[str, object]:
        return {
            **asdict(self),
            "median": {
                peer: {
                    workload: {name: self.figure(peer, workload, name) for name in next(iter(rounds.values()))}
                    for workload, rounds in workloads.items()
                }
                for peer, workloads in self.figures.items()
            },
        }


@dataclass(frozen=True)
class Place:
    """Where a figure stands: peer, workload, and the names of what is added up."""

    peer: str
    workload: str
    names: tuple[str, ...]

    def value(self, figures: Figures) -> float | None:
        if any(name not in figures for name in self.names):
            return None
        return sum(figures[name] for name in self.names)
