"""The arithmetic of the benchmark: what is counted, where a window ends, what is made of several rounds."""

import os
import time
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from benchmarks import machine, names
from benchmarks.chart import Bar, Curve, bars, curves
from benchmarks.charts import charts
from benchmarks.conversation import Line, Tally
from benchmarks.goals import DAPHNE, SOCKETIO, TUTORIAL, UVICORN, goals
from benchmarks.loads import Flood, Rotation
from benchmarks.page import page
from benchmarks.report import report
from benchmarks.results import Figures, Place, Results
from benchmarks.rooms import Audience
from benchmarks.window import LOOK_SECONDS, QUIET_LOOKS, Look, latency, percentile, quiet_from, spent

SVG = "{http://www.w3.org/2000/svg}"


def parse(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)  # noqa: S314 - our own


# --- the window ---------------------------------------------------------------------------------------------------------


def looks(*steps: tuple[float, float, int]) -> list[Look]:
    """Looks after each of these steps: milliseconds of the server and of the broker, messages delivered."""
    found = [Look(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)]
    for server, broker, delivered in steps:
        last = found[-1]
        found.append(
            Look(
                last.at + LOOK_SECONDS,
                last.server + server / 1000,
                last.broker + broker / 1000,
                0.0,
                0.0,
                0.0,
                last.delivered + delivered,
            )
        )
    return found


QUIET = [(1.0, 1.0, 0)] * QUIET_LOOKS


def test_a_window_ends_when_what_was_postponed_is_done():
    seen = looks((50, 0, 90), (50, 10, 0), (20, 40, 0), *QUIET)
    assert quiet_from(seen) == seen[3]


def test_a_broker_that_is_still_busy_keeps_the_window_open():
    assert quiet_from(looks((50, 0, 90), (1, 30, 0), (1, 30, 0), (1, 30, 0), (1, 30, 0))) is None


def test_a_short_pause_is_not_the_end():
    seen = looks((50, 0, 9), *QUIET[1:], (50, 0, 0), *QUIET)
    assert quiet_from(seen) == seen[1 + len(QUIET)]


def test_a_message_that_arrives_after_a_pause_moves_the_end():
    seen = looks(*QUIET, (1, 0, 1), *QUIET)
    assert quiet_from(seen) == seen[len(QUIET) + 1]


def test_cpu_and_time_after_the_load_count_for_what_was_delivered_during_it():
    begin, *_, end = looks((50, 0, 100), (50, 20, 0))
    figures = spent(begin, end)
    assert figures["server_us"] == pytest.approx(1000)
    assert figures["broker_us"] == pytest.approx(200)
    assert figures["messages_per_s"] == pytest.approx(100 / (2 * LOOK_SECONDS))


def test_where_nothing_was_delivered_there_is_no_cost_of_a_message():
    begin, end = looks((50, 0, 0))
    assert "server_us" not in spent(begin, end)
    assert latency([]) == {}


@pytest.mark.parametrize(("percent", "value"), [(50, 500), (99, 990), (99.9, 999), (100, 1000), (0, 1)])
def test_a_percentile_is_a_value_that_was_measured(percent: float, value: float):
    assert percentile([float(one) for one in range(1, 1001)], percent) == value


def test_the_one_percent_of_a_few_is_the_worst_of_them():
    assert percentile([1.0, 2.0, 30.0], 99) == 30.0


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the benchmark reads /proc")  # noqa: PTH110
def test_cpu_time_is_that_of_the_process_with_all_its_threads():
    before, ours = machine.cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() < ours + 0.05:
        pass
    assert machine.cpu_seconds(os.getpid()) - before == pytest.approx(time.process_time() - ours, abs=0.02)


# --- loads --------------------------------------------------------------------------------------------------------------


class Wire:
    """Two seats; what one sends waits here until the test delivers or drops it."""

    def __init__(self, is_host: bool = True) -> None:
        self.is_host = is_host
        self.hear: Callable[[str], None] = lambda text: None
        self.sent: list[str] = []

    def send(self, text: str) -> None:
        self.sent.append(text)

    def line(self, tally: Tally) -> Line:
        self.partner = Wire(not self.is_host)
        return Line(self, self.partner, tally)

    def deliver(self) -> str:
        text = self.sent.pop(0)
        self.partner.hear(text)
        return text


async def test_a_flood_goes_on_without_a_message_that_was_lost():
    tally, wire = Tally(), Wire()
    line = wire.line(tally)
    load = Flood([line], each=2)
    load.start()
    lost, _ = wire.sent
    wire.sent.clear()
    line.replace(before=time.monotonic())
    assert len(wire.sent) == 2, "both were overdue, and each is replaced once"
    line.replace(before=min(line.due[3], line.due[4]))
    assert len(wire.sent) == 2
    wire.partner.hear(lost)
    assert len(wire.sent) == 2, "what is late counts, but nothing waited for it any more"
    assert tally.delivered == 1
    wire.deliver()
    assert len(wire.sent) == 2, "what is in time is answered by the next"
    load.stop()
    wire.deliver()
    assert len(wire.sent) == 1
    line.give_up()
    assert (tally.delivered, tally.lost, tally.under_way, tally.duplicates) == (3, 2, 0, 0)


async def test_what_comes_after_it_was_given_up_was_not_lost_and_what_comes_twice_is_counted():
    tally, wire = Tally(), Wire()
    line = wire.line(tally)
    line.say()
    line.give_up()
    assert tally.lost == 1
    text = wire.deliver()
    assert (tally.lost, tally.duplicates) == (0, 0)
    wire.partner.hear(text)
    assert tally.duplicates == 1


async def test_a_rotation_has_as_many_under_way_and_lets_every_line_speak():
    tally = Tally()
    wires = [Wire() for _ in range(6)]
    load = Rotation([wire.line(tally) for wire in wires], together=2)
    load.start()
    spoke = []
    for turn in range(12):
        assert tally.under_way == 2
        number = [number for number, wire in enumerate(wires) if wire.sent][turn % 2]
        assert all(len(wire.sent) <= 1 for wire in wires)
        wires[number].deliver()
        spoke.append(number)
    assert set(spoke) == set(range(6))
    load.stop()


def test_a_message_to_a_room_counts_once_for_each_of_the_others():
    tally, people = Tally(), [Wire(), Wire(), Wire()]
    (voice,) = Audience(people, 1, tally).voices
    voice.say()
    voice.say()
    assert tally.under_way == 4
    first, second = people[0].sent
    for person in people:
        person.hear(first)
    assert (tally.delivered, tally.under_way, tally.duplicates) == (2, 2, 0), "some servers send it to its author too"
    people[1].hear(second)
    people[1].hear(second)
    voice.give_up()
    assert (tally.delivered, tally.under_way, tally.duplicates, tally.lost) == (3, 0, 1, 1)
    people[2].hear(second)
    assert (tally.duplicates, tally.lost) == (1, 0), "what comes after it was given up was not lost"


# --- several rounds -----------------------------------------------------------------------------------------------------


def results(rounds: int = 1) -> Results:
    machine_ = {"cores": "2", "processor": "P & Q <R>", "system": "Linux 6", "python": "3.11", "node": "20"}
    return Results("python -m benchmarks", 5, rounds, machine_)


def everything() -> Results:
    """A run in which every peer had figures for everything: 1, 2, 3 … in the order of the peers."""
    found = results()
    for value, peer in enumerate([UVICORN, DAPHNE, SOCKETIO, TUTORIAL], 1):
        found.figures[peer] = {}
        measured = ["server_us", "broker_us", "messages_per_s", "p50_ms", "p99_ms", "p99.9_ms", "kb_per_connection"]
        measured += ["calm_p50_ms", "calm_p99_ms", "calm_server_us", "pairs_per_s", "lost", "others_busy", "stolen"]
        figures: Figures = dict.fromkeys(measured, float(value))
        workloads = ["idle", "flood", "fixed rate", "churn", "database trouble"]
        workloads += [names.growth(pairs, processes) for processes, counts in names.GROWTH.items() for pairs in counts]
        workloads += [names.CROWD, *map(names.rooms, names.ROOMS), *map(names.flood, names.FLOODS)]
        for workload in workloads:
            found.add(peer, workload, 0, figures)
    return found


def test_of_several_rounds_the_median_is_told():
    found = results(3)
    found.figures[UVICORN] = {}
    for number, value in enumerate([10.0, 90.0, 20.0]):
        found.add(UVICORN, "flood", number, {"server_us": value})
    assert found.figure(UVICORN, "flood", "server_us") == 20
    assert found.figure(UVICORN, "flood", "p99_ms") is None
    assert found.figure(SOCKETIO, "flood", "server_us") is None


def test_a_ratio_compares_what_was_measured_in_the_same_round():
    found = results(3)
    mine, other = (Place(peer, "flood", ("server_us", "broker_us")) for peer in (UVICORN, SOCKETIO))
    found.figures = {UVICORN: {}, SOCKETIO: {}}
    for number, (above, below) in enumerate([(10.0, 10.0), (80.0, 40.0), (30.0, 10.0)]):
        found.add(UVICORN, "flood", number, {"server_us": above, "broker_us": above})
        found.add(SOCKETIO, "flood", number, {"server_us": below, "broker_us": below})
    assert found.ratio(mine, other) == 2
    del found.figures[SOCKETIO]["flood"][1]
    assert found.ratio(mine, other) == 2, "of the other two: (1 + 3) / 2"
    del found.figures[SOCKETIO]["flood"]
    assert found.ratio(mine, other) is None


def test_a_goal_is_missed_reached_as_wanted_or_as_aimed_at():
    found = everything()
    cpu, _, rate, *_ = goals()
    reached = []
    for value in (100.0, 85.0, 50.0):
        found.figures[UVICORN]["flood"][0] = {"server_us": value, "messages_per_s": value}
        found.figures[SOCKETIO]["flood"][0] = {"server_us": 100.0, "messages_per_s": 60.0}
        reached.append((cpu.reached(found), rate.reached(found)))
    assert reached == [("missed", "wanted"), ("wanted", "wanted"), ("aim", "missed")]
    assert cpu.reached(results()) == "not measured"


def test_every_goal_has_a_figure_in_a_whole_run():
    assert all(goal.measure(everything()) is not None for goal in goals())


# --- what is written ----------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_what_they_show():
    rows = [Bar("a & <b>", [1.0, 3.0], "4"), Bar("c", [2.0, 0.0], "2")]
    drawn = parse(bars("CPU < all", "µs", ["server", "broker"], rows))
    widths = [float(one.get("width", 0)) for one in drawn.iter(f"{SVG}rect") if one.get("height") == "18.0"]
    assert widths == [pytest.approx(widths[0] * share) for share in (1, 3, 2, 0)]
    words = [one.text for one in drawn.iter(f"{SVG}text")]
    assert {"CPU < all", "µs", "server", "broker", "a & <b>", "4"} <= set(words)


def test_names_of_curves_do_not_lie_on_each_other():
    found = [Curve(f"peer {number}", [(10.0, 40.0), (1000.0, 41.0 + number)], number) for number in range(5)]
    found.append(Curve("", [(10.0, 40.0), (1000.0, 900.0)], 0))
    drawn = parse(curves("growth", "pairs", "µs", found))
    assert len([one for one in drawn.iter(f"{SVG}path") if "curve" in one.get("class", "")]) == len(found)
    places = sorted(float(one.get("y", 0)) for one in drawn.iter(f"{SVG}text") if "peer" in (one.text or ""))
    assert len(places) == 5
    assert all(below - above >= 15 for above, below in pairwise(places))


def test_a_page_has_every_chart_and_no_gap():
    found = everything()
    found.left_out["Socket.IO"] = "there is no node"
    drawn = charts(found)
    for _, drawing in drawn.values():
        assert parse(drawing).tag == f"{SVG}svg"
    written = page(found, "performance")
    assert all(f"](performance/{name})" in written for name in drawn)
    assert len(drawn) == 6
    assert "{" not in written
    assert "- Socket.IO: there is no node." in written
    assert "P & Q <R>, 2 cores" in written


def test_a_part_of_a_run_is_written_too():
    found = results()
    found.figures[UVICORN] = {}
    assert charts(found) == {}
    assert "](performance/" not in page(found, "performance")
    assert "not measured" in report(found)


def test_a_page_says_who_else_wanted_the_cores():
    found = everything()
    words = {
        "others_busy": "Other work took 0.20",
        "stolen": "The host kept 0.20",
    }
    for shared in ([], ["others_busy"], ["stolen"], list(words)):
        for workloads in found.figures.values():
            for rounds in workloads.values():
                rounds[0] |= {name: 0.2 if name in shared else 0.01 for name in words}
        made = page(found, "figures")
        assert [name for name in words if words[name] in made] == shared
        assert ("Nothing else ran." in made) == (not shared)


def test_a_peer_that_got_nothing_through_is_shown_with_that():
    found = everything()
    del found.figures[TUTORIAL]["database trouble"][0]["p99_ms"]
    _, drawing = charts(found)["trouble.svg"]
    assert drawing.count("nothing arrived") == 1
    assert f"| {TUTORIAL} | 4.0 | 4.0 | 4.0 | - |" in page(found, "performance")
