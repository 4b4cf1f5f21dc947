"""What is made of a measurement that others disturbed: left out, or measured again, and never told as if nothing had been."""

import time

import pytest

from benchmarks import window
from benchmarks.calm import ENOUGH_SECONDS, SLICE_SECONDS, Slices, calmest
from benchmarks.conversation import Tally
from benchmarks.loads import Load
from benchmarks.results import Figures
from benchmarks.window import Look, measure, measure_undisturbed


@pytest.mark.parametrize(
    ("disturbances", "chosen", "left"),
    [([0.0, 9.0], 0, 1), ([0.4, 0.01, 9.0], 1, 1), ([0.4, 0.2, 0.3, 0.0], 1, 1)],
)
def test_what_is_disturbed_is_measured_again_but_not_for_ever(disturbances: list[float], chosen: int, left: int):
    measured = [
        {"number": number, "stolen": stolen / 2, "others_busy": stolen / 2}
        for number, stolen in enumerate(disturbances)
    ]
    waiting: list[Figures] = list(measured)
    made = calmest(lambda: waiting.pop(0))
    assert (made["number"], made["tries"]) == (chosen, len(measured) - left)
    assert len(waiting) == left


def test_a_second_try_that_breaks_takes_nothing_away_and_losses_count_every_time():
    tries = [{"stolen": 1.0, "lost": 2.0}, {"stolen": 0.5, "lost": 1.0}]

    def measure() -> Figures:
        if not tries:
            raise TimeoutError
        return tries.pop(0)

    assert calmest(measure) == {"stolen": 0.5, "lost": 3.0, "tries": 2}


def test_what_came_while_the_host_took_a_core_or_just_after_does_not_count():
    stolen, arrived = 0.0, list[float]()
    slices = Slices(lambda: stolen, arrived)
    slices.end_slice()
    for latency_, taken in [(1.0, 0.0), (2.0, 0.0), (3.0, 0.01), (4.0, 0.0), (5.0, 0.0)]:
        arrived.append(latency_)
        stolen += taken
        slices.end_slice()
    assert slices.counted == [2.0, 5.0], "of the first slice nobody knows what was before it"
    assert slices.seconds == 2 * SLICE_SECONDS


async def test_slices_are_waited_for_until_enough_were_undisturbed_but_not_for_ever(monkeypatch):
    monkeypatch.setattr("benchmarks.calm.SLICE_SECONDS", 0.001)
    calm = Slices(lambda: 0.0, [])
    await calm.last(0.005)
    assert calm.seconds == pytest.approx(0.005)
    monkeypatch.setattr("benchmarks.calm.LONGEST_SECONDS", 0.02)
    disturbed = Slices(time.monotonic, [])
    await disturbed.last(0.005)
    assert disturbed.seconds == 0


def test_what_was_measured_in_enough_undisturbed_slices_is_not_measured_again():
    once = iter([{"stolen": 1.0, "undisturbed_s": ENOUGH_SECONDS}])
    assert calmest(lambda: next(once))["tries"] == 1
    others = iter([{"others_busy": 1.0, "undisturbed_s": ENOUGH_SECONDS}, {"others_busy": 0.0}])
    assert calmest(lambda: next(others))["tries"] == 2, "a slice does not know of other processes"
    again = iter([{"stolen": 1.0, "undisturbed_s": ENOUGH_SECONDS / 2}, {"stolen": 0.0}])
    assert calmest(lambda: next(again))["tries"] == 2


def test_where_nobody_knows_of_disturbance_once_is_enough():
    waiting: list[Figures] = [{"pairs_per_s": 300.0}, {"pairs_per_s": 400.0}]
    assert calmest(lambda: waiting.pop(0)) == {"pairs_per_s": 300.0, "tries": 1}


class Arrivals(Load):
    """Something arrives whenever it starts."""

    def __init__(self, tally: Tally) -> None:
        super().__init__([])
        self.tally = tally

    def start(self) -> None:
        self.tally.latencies.append(0.001)

    def stop(self) -> None:
        """It has stopped by itself."""


async def test_where_nothing_was_undisturbed_there_is_no_latency(monkeypatch):
    monkeypatch.setattr(window, "WARM_UP_SECONDS", 0)
    monkeypatch.setattr("benchmarks.calm.LONGEST_SECONDS", 0.02)
    tally = Tally()

    def disturbed() -> Look:
        return Look(time.monotonic(), 0.0, 0.0, 0.0, 0.0, stolen=time.monotonic(), delivered=0)

    assert (await measure(disturbed, tally, Arrivals(tally), 0.01))["p99_ms"] == 1
    figures = await measure_undisturbed(disturbed, tally, Arrivals(tally), 0.01)
    assert "p99_ms" not in figures
    assert figures["undisturbed_s"] == 0
