"""The first hour on simulated benches whose truth is known: what differs from the bench file is found and named, the rest agrees.

The oracle is the world file that each test writes; the commissioning never sees it.
"""

from __future__ import annotations

import csv
import json
import signal
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vsmdaq.bench import known_drivers, library_for, open_bench
from vsmdaq.campaigns import Interrupted, Interrupts
from vsmdaq.campaigns.commission import Commissioned, Finding, Place, commission
from vsmdaq.formats.inputs import parse_bench
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import CurrentLimits, FieldSupply, SupplyHandling, SupplyReading

STARTER = Path(str(starter_set()))
FIELD_CONSTANT = 13333.333333333334  # of the reference world, (A/m)/A
NOT_WRONG = {"agree", "found", "doubtful"}  # one comparison in twenty is doubtful on the best of benches
Edit = tuple[str, str]


@dataclass(frozen=True)
class Outcome:
    result: Commissioned
    folder: Path
    told: list[str]

    def __getitem__(self, name: str) -> Finding:
        (found,) = (finding for finding in self.result.findings if finding.name == name)
        return found

    @property
    def judged(self) -> set[str]:
        """Names of all that disagrees or was skipped."""
        return {finding.name for finding in self.result.findings if finding.verdict not in NOT_WRONG}


@dataclass
class Turned:
    """A supply whose leads are exchanged, or whose limits are its own; satisfies `FieldSupply`."""

    inner: FieldSupply
    sign: float = 1.0
    own: CurrentLimits | None = None
    on_ramp: Callable[[float], None] = lambda _current_a: None

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def limits(self) -> CurrentLimits:
        return self.inner.limits if self.own is None else self.own

    @property
    def resolution_a(self) -> float:
        return self.inner.resolution_a

    @property
    def handling(self) -> SupplyHandling:
        return self.inner.handling

    def identify(self) -> str:
        return self.inner.identify()

    def prepare(self) -> None:
        self.inner.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        self.on_ramp(current_a)
        self.inner.ramp_to(self.sign * current_a, rate_a_per_s)

    def poll(self) -> SupplyReading:
        reading = self.inner.poll()
        return replace(reading, current_a=self.sign * reading.current_a, set_point_a=self.sign * reading.set_point_a)

    def stop(self) -> None:
        self.inner.stop()

    def close(self) -> None:
        self.inner.close()


def commissioned(
    folder: Path,
    *lines: str,
    edits: Iterable[Edit] = (),
    seed: int = 1,
    supply: Callable[[Any], Any] = lambda inner: inner,
    before: Callable[[str], None] = lambda _library: None,
) -> Outcome:
    """Commission the starter's simulated bench on a world with other `lines`; its file with `edits`."""
    head = [
        f"base = {json.dumps(str(STARTER / 'worlds' / 'reference.toml'))}",
        'draw."gaussmeter.offset_a_per_m" = { u = 0.0 }',
        'draw."gaussmeter.gain" = { u_relative = 0.0 }',
    ]
    (folder / "world.toml").write_text("\n".join([*head, *lines, ""]), "utf-8")
    text = (STARTER / "benches" / "simulated.toml").read_text("utf-8")
    for old, new in (("../worlds/reference.toml", "world.toml"), *edits):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "bench.toml").write_text(text, "utf-8")
    spec = parse_bench(text, folder / "bench.toml", known_drivers=known_drivers())
    out = folder / "out"
    out.mkdir()
    told: list[str] = []
    with (
        Interrupts() as interrupts,
        open_bench(spec, frozenset({"lockin"}), seed=seed, session=folder.name, unattended=True) as opened,
    ):
        before(library_for(spec, seed=seed, session=folder.name))
        bench = replace(opened, supply=supply(opened.supply))
        result = commission(Place(bench, out, interrupts, {"seed": seed}, told.append, lambda _: None))
    return Outcome(result, out, told)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return commissioned(tmp_path_factory.mktemp("healthy"), seed=5)


def near(finding: Finding, truth: float) -> bool:
    assert finding.value is not None
    assert finding.u is not None
    return abs(finding.value - truth) <= 3.0 * finding.u


def test_on_a_healthy_bench_all_agrees_and_the_magnet_is_off(healthy: Outcome):
    assert healthy.judged == set()
    assert healthy.result.ended == "done"
    for name, truth in {
        "field_constant": FIELD_CONSTANT,
        "lag": 0.1,
        "gaussmeter_offset": 0.0,
        "remanence": 1200.0,
        "noise_30ms": 7.25e-9,
        "noise_100ms": 7.25e-9,
        "filter_memory_30ms": 0.03,
        "filter_memory_100ms": 0.1,
        "frequency": 83.0,
        "reading_interval": 0.1,
        "signal_phase": 37.0,
        "crosstalk": 2e-6,
        "settling": 0.1,
    }.items():
        assert near(healthy[name], truth), name
    assert abs(healthy["ramp_rate"].value - 10.0) < 0.05
    assert any(line.startswith("current +0.000 A, verified") for line in healthy.told[-2:])


def test_uncertainties_are_small_enough_to_mean_something(healthy: Outcome):
    allowed = {
        "field_constant": 0.003 * FIELD_CONSTANT,  # the gain of the gaussmeter is stated to 0.2 %
        "lag": 0.005,
        "gaussmeter_offset": 10.0,
        "noise_30ms": 0.7e-9,
        "noise_100ms": 0.7e-9,
        "settling": 0.003,
    }
    for name, largest in allowed.items():
        assert 0.0 < (healthy[name].u or 0.0) < largest, name


@pytest.mark.parametrize(
    ("lines", "name", "truth", "others"),
    [
        (["magnet.field_constant_per_m = 13733.333"], "field_constant", 13733.333, set()),
        (["magnet.lag_s = 0.25"], "lag", 0.25, set()),
        (["magnet.remanence_a_per_m = 3000.0"], "remanence", 3000.0, set()),
        (["signal.noise_v_per_sqrt_hz = 14.5e-9"], "noise_100ms", 14.5e-9, {"noise_30ms"}),
        (["gaussmeter.offset_a_per_m = 300.0"], "gaussmeter_offset", 300.0, {"unevenness"}),
    ],
)
def test_what_differs_is_found_within_its_uncertainty_and_nothing_else(
    tmp_path: Path, lines: list[str], name: str, truth: float, others: set[str]
):
    found = commissioned(tmp_path, *lines)
    assert found[name].verdict == "disagree"
    assert near(found[name], truth)
    assert found.judged == {name} | others


def test_another_frequency_is_found(tmp_path: Path):
    found = commissioned(tmp_path, "vibration.frequency_hz = 87.0")
    assert found.judged == {"frequency"}
    assert found["frequency"].value == pytest.approx(87.0, abs=1e-3)
    assert found["frequency"].line == 'frequency = "87 Hz"'


def test_a_lag_too_short_to_be_seen_is_bounded(tmp_path: Path):
    found = commissioned(tmp_path, "magnet.lag_s = 0.005")
    assert found.judged == {"lag"}
    lag = found["lag"]
    assert lag.value is not None
    assert lag.value + (lag.u or 0.0) < 0.05
    assert lag.value + (lag.u or 0.0) > 0.005
    assert "less than" in lag.text


def test_exchanged_leads_are_named_and_everything_still_measured(tmp_path: Path):
    found = commissioned(tmp_path, supply=lambda inner: Turned(inner, sign=-1.0))
    assert found.judged == {"sign_of_field", "field_constant"}
    assert "exchange the leads" in found["sign_of_field"].text
    assert near(found["field_constant"], -FIELD_CONSTANT)
    assert found["field_constant"].line == ""  # a bench file takes none that is negative
    assert near(found["remanence"], 1200.0)
    assert near(found["signal_phase"], 37.0)  # it goes by the field, not by the current


def test_a_supply_with_a_smaller_limit_is_named_and_not_exceeded(tmp_path: Path):
    asked: list[float] = []
    own = CurrentLimits(20.0, 8.0)
    found = commissioned(tmp_path, supply=lambda inner: Turned(inner, own=own, on_ramp=asked.append))
    assert found.judged == {"current_limit", "rate_limit"}
    assert found["current_limit"].line == 'max_current = "20 A"'
    assert max(map(abs, asked)) == pytest.approx(6.0)  # three tenths of it
    assert near(found["field_constant"], FIELD_CONSTANT)


def test_a_limit_in_the_menu_of_the_supply_is_named_by_the_refusal(tmp_path: Path):
    def lower_the_limit(library: str) -> None:
        import pyvisa

        pyvisa.ResourceManager(library).visalib.bench.world  # noqa: B018 - the same bench, or this raises
        pyvisa.ResourceManager(library).open_resource("GPIB0::12::INSTR").write("LIMIT 5.0,10.0")

    found = commissioned(tmp_path, before=lower_the_limit)
    assert {"constant_failed", "reversal_failed", "dynamics_failed", "stop_failed"} <= found.judged
    assert "see LIMIT in the supply's menu" in found["constant_failed"].text
    assert found["noise_100ms"].verdict == "agree"
    assert found.result.ended == "done"


def test_a_lost_reference_is_named_and_what_needs_it_is_left_out(tmp_path: Path):
    fault = ["[[faults]]", 'instrument = "lockin"', 'kind = "fail"', 'what = "reference_lost"', "at_s = 0.0"]
    found = commissioned(tmp_path, *fault)
    assert found["reference"].verdict == "disagree"
    left_out = {"frequency", "noise", "filter_memory", "signal_phase", "crosstalk", "settling"}
    assert {name for name in found.judged if found[name].verdict == "skipped"} == left_out
    assert near(found["lag"], 0.1)


def test_without_a_sample_the_empty_holder_is_not_taken_for_one(tmp_path: Path):
    wired = 'driver = "operator"\naddress = "TCPIP0::operator::5025::SOCKET"'
    found = commissioned(tmp_path, edits=[(wired, 'driver = "operator"\naddress = "prompt"')])
    assert found.judged == {"signal_phase", "crosstalk", "settling"}
    assert found["signal_phase"].verdict == "skipped"
    assert "empty holder" in found["signal_phase"].text


def test_an_operator_who_cannot_mount_skips_the_step_alone(tmp_path: Path):
    world = (STARTER / "worlds" / "reference.toml").read_text("utf-8")
    assert "[samples.nickel-sphere]" in world
    (tmp_path / "no-nickel.toml").write_text(world.replace("samples.nickel-sphere", "samples.other"), "utf-8")
    found = commissioned(tmp_path, edits=[("world.toml", "no-nickel.toml")])
    assert found.judged == {"signal_phase", "crosstalk", "settling"}
    assert "there is no sample 'nickel-sphere'" in found["signal_phase"].text
    assert found["stop_current"].verdict == "agree"


def test_a_table_in_place_of_a_gaussmeter_leaves_out_what_needs_one(tmp_path: Path):
    rows = [
        f"{current}, {FIELD_CONSTANT * current}, {FIELD_CONSTANT * current}, 30.0" for current in range(-60, 61, 10)
    ]
    head = "current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m"
    (tmp_path / "magnet.csv").write_text("\n".join([head, *rows]), "utf-8")
    wired = 'driver = "lakeshore_475"\naddress = "GPIB0::13::INSTR"'
    table = 'driver = "field_table"\naddress = "none"\noptions = { file = "magnet.csv" }'
    found = commissioned(tmp_path, edits=[(wired, table)])
    assert found.judged == {"field_as_found", "sign_of_field", "constant", "reversal", "dynamics"}
    assert all(found[name].verdict == "skipped" for name in found.judged)
    assert near(found["noise_100ms"], 7.25e-9)
    assert near(found["signal_phase"], 37.0)
    assert found["stop_current"].verdict == "agree"


def test_no_field_at_all_ends_the_steps_that_need_one(tmp_path: Path):
    found = commissioned(tmp_path, "magnet.field_constant_per_m = 1e-3", "magnet.remanence_a_per_m = 0.0")
    assert found["sign_of_field"].verdict == "disagree"
    assert "no field" in found["sign_of_field"].text
    assert {"constant", "reversal", "dynamics"} <= found.judged


def test_the_stop_test_finds_the_way_of_every_run(healthy: Outcome):
    assert healthy["stop_noticed"].verdict == "agree"
    assert 0.0 < healthy["stop_command"].value < 0.2
    assert abs(healthy["stop_current"].value) <= 0.02
    assert 9.0 < healthy["stop_rate"].value <= 10.5  # safe_rate = 10 A/s
    # 13.5 A at 10 A/s, and the looks at it
    assert 1.35 < healthy["stop_time"].value < 3.0


def test_the_record_is_whole_and_the_field_constant_can_be_computed_from_it(healthy: Outcome):
    record = json.loads((healthy.folder / "commission.json").read_text("utf-8"))
    assert record["kind"] == "commission"
    assert record["ended"] == "done"
    assert len(record["findings"]) == len(healthy.result.findings)
    events = [json.loads(line) for line in (healthy.folder / "events.jsonl").read_text("utf-8").splitlines()]
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert kinds.index("safe") > kinds.index("finding")
    with (healthy.folder / "readings.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["step"] == "constant"]
    # numpy alone: last readings of the field before the current moves again, straight lines on both branches by polyfit
    current, points = 0.0, []
    for row in rows:
        if row["instrument"] == "supply":
            current = float(row["current_a"])
        elif row["field_a_per_m"]:
            points.append((current, float(row["field_a_per_m"])))
    slopes = []
    for sign in (1.0, -1.0):
        # far from the turning point: the last twelve readings at each current of one sign, whose branch comes from the other
        at = {c: [h for cc, h in points if cc == c][-12:] for c in {c for c, _ in points if sign * c > 2.0}}
        slopes.append(np.polyfit([c for c, h in at.items() for _ in h], [v for h in at.values() for v in h], 1)[0])
    assert abs(np.mean(slopes) / healthy["field_constant"].value - 1.0) < 0.02


def test_the_suggested_lines_make_the_next_commissioning_agree(tmp_path: Path):
    lines = ["magnet.field_constant_per_m = 13733.333", "magnet.lag_s = 0.25", "signal.noise_v_per_sqrt_hz = 14.5e-9"]
    (tmp_path / "first").mkdir()
    first = commissioned(tmp_path / "first", *lines, "magnet.remanence_a_per_m = 3000.0")
    assert first.judged == {"field_constant", "lag", "noise_30ms", "noise_100ms", "remanence"}
    fragment = (first.folder / "suggested-bench.toml").read_text("utf-8")
    assert tomllib.loads(fragment) == {}, "nothing of it is in force"
    keys = ("field_constant", "lag", "noise", "remanence")
    suggested = {
        line.split(" = ")[0].removeprefix("# "): line.removeprefix("# ")
        for line in fragment.splitlines()
        if line.startswith(tuple(f"# {key} = " for key in keys))
    }
    assert set(suggested) == set(keys)
    text = (STARTER / "benches" / "simulated.toml").read_text("utf-8").splitlines()
    edits = [(next(line for line in text if line.startswith(f"{key} = ")), new) for key, new in suggested.items()]
    (tmp_path / "second").mkdir()
    again = commissioned(tmp_path / "second", *lines, "magnet.remanence_a_per_m = 3000.0", edits=edits, seed=2)
    assert {finding.name for finding in again.result.findings if finding.verdict == "disagree"} == set()


def test_a_signal_in_the_middle_leaves_the_magnet_at_zero_and_what_was_found_on_disk(tmp_path: Path):
    supplies: list[Turned] = []

    def watched(inner: FieldSupply) -> Turned:
        def on_ramp(current_a: float) -> None:
            if current_a > 17.0 and not sent:
                sent.append(current_a)
                signal.raise_signal(signal.SIGTERM)

        sent: list[float] = []
        supplies.append(Turned(inner, on_ramp=on_ramp))
        return supplies[-1]

    with pytest.raises(Interrupted) as caught:
        commissioned(tmp_path, supply=watched)
    assert caught.value.exit_code == 143
    record = json.loads((tmp_path / "out" / "commission.json").read_text("utf-8"))
    assert record["ended"] == "interrupted by SIGTERM"
    assert {finding["step"] for finding in record["findings"]} == {"rest", "sign"}
    with (tmp_path / "out" / "readings.csv").open(newline="", encoding="utf-8") as stream:
        steps = {row["step"] for row in csv.DictReader(stream)}
    assert "constant" in steps
    events = [json.loads(line) for line in (tmp_path / "out" / "events.jsonl").read_text("utf-8").splitlines()]
    verified = [event["text"] for event in events if event["kind"] == "safe"]
    assert verified[0].startswith(("current +0.000 A, verified", "current -0.000 A, verified"))


def test_a_stop_file_in_its_folder_ends_it(tmp_path: Path):
    def drop_the_file(current_a: float) -> None:
        if current_a > 17.0:
            (tmp_path / "out" / "STOP").touch()

    with pytest.raises(Interrupted) as caught:
        commissioned(tmp_path, supply=lambda inner: Turned(inner, on_ramp=drop_the_file))
    assert "stop file" in caught.value.cause
    record = json.loads((tmp_path / "out" / "commission.json").read_text("utf-8"))
    assert {finding["step"] for finding in record["findings"]} == {"rest", "sign"}


def test_a_trip_ends_it_with_the_fault_in_the_record(tmp_path: Path):
    from vsmdaq_drivers.contracts import InstrumentFaultError, MagnetStillOnError

    fault = ["[[faults]]", 'instrument = "supply"', 'kind = "fail"', 'what = "trip"', "at_s = 40.0"]
    with pytest.raises((InstrumentFaultError, MagnetStillOnError)):
        commissioned(tmp_path, *fault)
    record = json.loads((tmp_path / "out" / "commission.json").read_text("utf-8"))
    assert "InstrumentFaultError" in record["ended"]
    assert record["findings"], "what was found before stands there"
