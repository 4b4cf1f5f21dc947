"""What Tandem wants to reach, each as one figure of a run: at least `wanted`, better `aim`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks import names
from benchmarks.results import Place, Results

# As in launch.py, which needs the load generator's client to be imported.
UVICORN, DAPHNE = "Tandem, uvicorn", "Tandem, daphne"
SOCKETIO, TUTORIAL = "Socket.IO, Redis adapter", "Channels tutorial, daphne, core layer"

Measure = Callable[[Results], float | None]


@dataclass(frozen=True)
class Goal:
    """`measure` returns the figure, None where it was not measured."""

    name: str
    measure: Measure
    wanted: float
    aim: float
    form: str = ".2f"
    more_is_better: bool = False

    def reached(self, results: Results) -> str:
        """Say whether it is missed, wanted or the aim that was reached."""
        found = self.measure(results)
        if found is None:
            return "not measured"
        sign = -1 if self.more_is_better else 1
        if sign * found <= sign * self.aim:
            return "aim"
        return "wanted" if sign * found <= sign * self.wanted else "missed"

    def as_json(self, results: Results) -> dict[str, object]:
        return {
            "name": self.name,
            "figure": self.measure(results),
            "wanted": self.wanted,
            "aim": self.aim,
            "reached": self.reached(results),
        }


def goals() -> list[Goal]:
    return [
        Goal(
            "Server CPU per stored and delivered message, uvicorn ÷ Socket.IO with its Redis adapter",
            compared(UVICORN, SOCKETIO, "flood", "server_us"),
            0.85,
            0.5,
        ),
        Goal(
            "The same on daphne ÷ Channels tutorial on daphne, core layer",
            compared(DAPHNE, TUTORIAL, "flood", "server_us"),
            1 / 20,
            1 / 40,
            form=".3f",
        ),
        Goal(
            "Messages/s in the flood, uvicorn ÷ Socket.IO",
            compared(UVICORN, SOCKETIO, "flood", "messages_per_s"),
            1.2,
            2,
            more_is_better=True,
        ),
        Goal("p99 at the fixed rate, uvicorn ÷ Socket.IO", compared(UVICORN, SOCKETIO, "fixed rate", "p99_ms"), 1, 0.5),
        Goal("kB of memory per idle logged-in connection, uvicorn", alone("idle", "kb_per_connection"), 30, 20, ".1f"),
        Goal("Pairs made per second, one process, uvicorn", alone("churn", "pairs_per_s"), 300, 800, ".0f", True),
        Goal(
            "CPU (server and broker) per message at 1,000 pairs ÷ at 10 pairs, as many under way in each, uvicorn",
            among(*names.FLOODS, names.flood),
            1.3,
            1.0,
        ),
        Goal(
            "The same with as many under way in all pairs together",
            among(names.GROWTH_PAIRS[0], names.GROWTH_PAIRS[-1], partial(names.growth, processes=1)),
            1.3,
            1.0,
        ),
        Goal(
            "p99 during database trouble ÷ without, uvicorn",
            lambda results: results.ratio(
                Place(UVICORN, "database trouble", ("p99_ms",)), Place(UVICORN, "database trouble", ("calm_p99_ms",))
            ),
            1.5,
            1.0,
        ),
        Goal(
            "p99 ms of a delivery in a room of 1,000, 10 messages/s, two processes, uvicorn",
            alone(names.CROWD, "p99_ms"),
            250,
            100,
            ".0f",
        ),
        Goal(
            "CPU (server and broker) per delivery among 100 rooms ÷ among 10, uvicorn",
            among(names.ROOMS[0], names.ROOMS[-1], names.rooms),
            1.3,
            1.0,
        ),
    ]


def compared(mine: str, other: str, workload: str, name: str) -> Measure:
    return lambda results: results.ratio(Place(mine, workload, (name,)), Place(other, workload, (name,)))


def among(few: int, many: int, name: Callable[[int], str]) -> Measure:
    """Server and broker together among many, divided by those among few."""
    both = ("server_us", "broker_us")
    return lambda results: results.ratio(Place(UVICORN, name(many), both), Place(UVICORN, name(few), both))


def alone(workload: str, name: str) -> Measure:
    return lambda results: results.figure(UVICORN, workload, name)
