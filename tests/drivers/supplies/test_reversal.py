"""Supplies with a polarity switch on the simulated bench: whatever is asked of them, the contacts never move under current.

Oracles: the world's own current, and the list of what was done to the contacts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import BenchError, CurrentLimits, InstrumentFaultError
from vsmdaq_drivers.links.visa import VisaSession

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
ADDRESS = "ASRL5::INSTR"
MAGNET = CurrentLimits(max_current_a=30.0, max_rate_a_per_s=10.0)
TDK = {"relay_normal": "RELAY OFF", "relay_reversed": "RELAY ON", "relay_query": "RELAY?", "voltage_v": 38.0}
FULL_A = 60.0


@dataclass(frozen=True)
class Variant:
    """A driver with options, and what the simulated supply is like."""

    driver: str
    options: dict[str, Any]
    world: str = ""


VARIANTS = {
    "tdk": Variant("tdk_genesys", TDK),
    "tdk blanks in STT?": Variant("tdk_genesys", TDK, "stt_blanks = true"),
    "tdk slow relay and output": Variant("tdk_genesys", TDK, "relay_travel_s = 1.5, output_delay_s = 0.6"),
    # the coil keeps its current through a diode that the supply does not see: L/R = 0.22 s, five of it are 1.1 s
    "tdk diode at the magnet": Variant("tdk_genesys", {**TDK, "dwell_s": 2.0}, "freewheel_diode = true"),
    "tdk dwell too short": Variant("tdk_genesys", {**TDK, "dwell_s": 0.1}, "freewheel_diode = true"),
    "tdk silent relay": Variant(
        "tdk_genesys",
        {**TDK, "relay_normal": "#1L", "relay_reversed": "#1H", "relay_query": "#1?", "relay_reply": ""},
        'relay_normal = "#1L", relay_reversed = "#1H", relay_query = "#1?", relay_reply = ""',
    ),
    "tdk other address": Variant("tdk_genesys", {**TDK, "address": 30}, 'address = 30, model = "GEN80-42"'),
    "danfysik 8500": Variant("danfysik_8500", {"full_scale_a": FULL_A}),
    "danfysik 8000": Variant(
        "danfysik_8500", {"full_scale_a": FULL_A, "dialect": "8000"}, 'dialect = "8000", reply_end = "cr"'
    ),
    "danfysik 9100": Variant(
        "danfysik_8500", {"full_scale_a": FULL_A, "dialect": "9100"}, 'dialect = "9100", reply_end = "crlf"'
    ),
    "danfysik with prefixes": Variant(
        "danfysik_8500", {"full_scale_a": FULL_A}, "channel_prefix = true, print_lines = 3"
    ),
    "danfysik addressed": Variant(
        "danfysik_8500", {"full_scale_a": FULL_A, "address": 75}, 'address = 75, silent_until = "address"'
    ),
    "danfysik locked": Variant(
        "danfysik_8500", {"full_scale_a": FULL_A, "unlock": True}, 'silent_until = "unlock", power_on_s = 1.2'
    ),
    "danfysik with its own slew": Variant("danfysik_8500", {"full_scale_a": FULL_A}, "slew_a_per_s = 4.0"),
    "danfysik in mA": Variant("danfysik_8500", {"full_scale_a": FULL_A, "readback": "ADCV", "readback_count_a": 0.001}),
}


@dataclass
class Setup:
    """A supply, and the truth behind it."""

    driver: Any
    simulated: Any
    world: Any
    clock: Any

    def truth_a(self) -> float:
        return float(self.world.magnet.current_a())

    def until_done(self, every_s: float = 0.1, longest_s: float = 120.0) -> Any:
        """Poll until the ramp is over."""
        deadline_s = self.clock.now() + longest_s
        while True:
            self.clock.sleep(every_s)
            reading = self.driver.poll()
            if not reading.ramping:
                return reading
            assert self.clock.now() < deadline_s, f"no end: {reading}, {self.driver._reversal.stage}"


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Setup]:
    variant = VARIANTS[name]
    table = [f"full_scale_a = {FULL_A}"] if variant.driver == "danfysik_8500" else []
    table += [variant.world] if variant.world else []
    path = folder / f"{name.replace(' ', '-').replace('?', '')}.toml"
    if not path.exists():
        path.write_text(
            f'base = "{REFERENCE}"\n[instruments.supply]\nkind = "{variant.driver}"\naddress = "{ADDRESS}"\n'
            f"reply_s = 0.005\noptions = {{ {', '.join(table)} }}\n"
        )
    session = VisaSession(f"{path}@vsmsim")
    try:
        entry = DRIVERS[variant.driver]
        link = session.open(ADDRESS, variant.driver, entry.terminators(ADDRESS), serial=entry.serial)
        driver = entry.make(link, MAGNET, **variant.options)
        driver.identify()
        driver.prepare()
        bench = session._manager.visalib.bench
        yield Setup(driver, bench.endpoints[ADDRESS].instrument, bench.world, session.clock)
    finally:
        session.close()


@pytest.fixture
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("worlds")


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "tdk dwell too short"])
def test_a_loop_through_zero(folder, name):
    with opened(folder, name) as setup:
        for target in (20.0, -20.0, -3.0, 2.0, -0.5, 0.0, -1.0, 0.0):
            setup.driver.ramp_to(target, 10.0)
            assert setup.driver.poll().ramping or abs(setup.truth_a() - target) < 0.15
            reading = setup.until_done()
            assert reading.faults == ()
            setup.clock.sleep(1.0)
            assert setup.truth_a() == pytest.approx(target, abs=0.02)
            assert setup.driver.poll().current_a == pytest.approx(target, abs=0.02)
            assert reading.set_point_a == pytest.approx(target, abs=1e-3)
        assert setup.simulated.relay.damage == []
        assert setup.simulated.unknown == []


@pytest.mark.parametrize("name", ["tdk", "danfysik 8500"])
def test_the_current_goes_one_way_and_the_field_with_it(folder, name):
    with opened(folder, name) as setup:
        setup.driver.ramp_to(10.0, 10.0)
        setup.until_done()
        setup.driver.ramp_to(-10.0, 10.0)
        true, read = [setup.truth_a()], []
        while len(read) < 2 or read[-1].ramping:
            setup.clock.sleep(0.1)
            read.append(setup.driver.poll())
            true.append(setup.truth_a())
        assert true == sorted(true, reverse=True)
        # what was read lies between the truth before and after the poll
        for before, reading, after in zip(true, read, true[1:], strict=False):
            assert after - 0.02 <= reading.current_a <= before + 0.02
        setup.clock.sleep(3.0)
        assert setup.world.magnet.field_a_per_m() == pytest.approx(-10.0 * 800e3 / 60.0, rel=0.02)


@pytest.mark.parametrize("name", ["tdk", "danfysik 8500"])
def test_a_program_that_takes_over_finds_the_sign(folder, name):
    with opened(folder, name) as setup:
        setup.driver.ramp_to(-12.0, 10.0)
        setup.until_done()
        variant = VARIANTS[name]
        second = DRIVERS[variant.driver].make(setup.driver._link, MAGNET, **variant.options)
        second.identify()
        second.prepare()
        reading = second.poll()
        assert (reading.current_a, reading.ramping) == (pytest.approx(-12.0, abs=0.02), False)
        assert setup.truth_a() == pytest.approx(-12.0, abs=0.02)


@pytest.mark.parametrize("name", ["tdk", "danfysik 8500"])
def test_stuck_contacts_are_a_named_fault_with_the_output_off(folder, name):
    with opened(folder, name) as setup:
        setup.driver.ramp_to(5.0, 10.0)
        setup.until_done()
        setup.simulated.relay.stuck = True
        setup.driver.ramp_to(-5.0, 10.0)
        reading = setup.until_done()
        assert reading.faults == ("polarity switch does not arrive",)
        assert setup.truth_a() == pytest.approx(0.0, abs=1e-3)
        setup.driver.ramp_to(0.0, 10.0)  # what makes the bench safe
        assert setup.until_done().faults == ()
        assert setup.simulated.relay.damage == []


@pytest.mark.parametrize(
    ("name", "break_it", "fault"),
    [
        ("tdk", lambda simulated: simulated.output.fail(1 << 2), "over temperature"),
        ("danfysik 8500", lambda simulated: simulated.output.trip(20), "magnet water flow"),
    ],
)
def test_a_trip_on_the_way_can_be_brought_to_zero(folder, name, break_it, fault):
    with opened(folder, name) as setup:
        setup.driver.ramp_to(-20.0, 10.0)
        setup.clock.sleep(4.0)
        for _ in range(60):
            setup.clock.sleep(0.1)
            setup.driver.poll()
        break_it(setup.simulated)
        assert setup.driver.poll().faults == (fault,)
        with pytest.raises(InstrumentFaultError, match=fault):
            setup.driver.ramp_to(5.0, 10.0)
        setup.driver.ramp_to(0.0, 10.0)
        setup.until_done()
        setup.clock.sleep(2.0)
        assert abs(setup.driver.poll().current_a) < 0.02
        assert setup.simulated.relay.damage == []


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("ramp"), st.sampled_from([-30.0, -20.0, -1.0, -0.01, 0.0, 0.05, 1.0, 20.0, 30.0])),
        st.tuples(st.just("ramp"), st.floats(-30.0, 30.0)),
        st.tuples(st.just("poll"), st.sampled_from([0.0, 0.05, 0.3, 1.0, 2.5, 30.0])),
        st.tuples(st.just("polls"), st.integers(1, 40)),
        st.tuples(st.just("stop"), st.just(0)),
    ),
    max_size=25,
)


def carry_out(setup, action, value):
    if action == "ramp":
        setup.driver.ramp_to(value, 10.0)
    elif action == "stop":
        setup.driver.stop()
    else:
        for _ in range(value if action == "polls" else 1):
            setup.clock.sleep(0.1 if action == "polls" else value)
            assert setup.driver.poll().faults == ()
    assert setup.simulated.relay.damage == []
    assert abs(setup.truth_a()) <= 30.05


@pytest.mark.parametrize(
    "name",
    ["tdk", "tdk slow relay and output", "tdk diode at the magnet", "danfysik 8500", "danfysik with its own slew"],
)
@given(actions=ACTIONS, last=st.floats(-30.0, 30.0))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_whatever_is_asked_the_contacts_are_spared_and_the_end_is_reached(folder, name, actions, last):
    with opened(folder, name) as setup:
        for action, value in actions:
            carry_out(setup, action, value)
        setup.driver.stop()
        setup.until_done()
        setup.driver.ramp_to(last, 10.0)
        reading = setup.until_done()
        setup.clock.sleep(2.0)
        assert reading.faults == ()
        assert setup.truth_a() == pytest.approx(last, abs=0.02)
        assert setup.simulated.relay.damage == []


def test_the_simulated_contacts_are_not_forgiving(folder):
    """What the driver never does is seen when somebody else does it."""
    with opened(folder, "tdk") as setup:
        setup.driver.ramp_to(5.0, 10.0)
        setup.until_done()
        assert setup.driver._dialogue.ask("RELAY ON") == "OK"
        assert len(setup.simulated.relay.damage) == 1
        assert "over voltage" in setup.driver.poll().faults


@pytest.mark.parametrize(("name", "harmed"), [("tdk dwell too short", True), ("tdk diode at the magnet", False)])
def test_behind_a_diode_only_the_dwell_protects_the_contacts(folder, name, harmed):
    """5 A in a coil of L/R = 0.22 s leave 2 A after 0.2 s and 0.5 mA after 2 s, and the supply sees none of it."""
    with opened(folder, name) as setup:
        setup.driver.ramp_to(5.0, 10.0)
        setup.until_done()
        setup.driver.ramp_to(-5.0, 10.0)
        setup.clock.sleep(1.0)  # a late poll: the set-point goes to zero in one step
        for _ in range(60):
            setup.driver.poll()
            setup.clock.sleep(0.05)
        assert bool(setup.simulated.relay.damage) == harmed


def attempt(setup, target_a):
    """Ramp and poll like a program that does not give up at the first error."""
    for step in range(120):
        try:
            if step == 0:
                setup.driver.ramp_to(target_a, 10.0)
            elif not setup.driver.poll().ramping:
                return
        except BenchError:
            continue
        finally:
            setup.clock.sleep(0.1)


@pytest.mark.parametrize("name", ["tdk", "danfysik 8500"])
def test_each_answer_of_a_reversal_may_be_lost(folder, name):
    """The supply has carried the message out, the driver does not know: the contacts are spared, the next attempt gets there."""
    lost, was_lost = 0, True
    while was_lost:
        with opened(folder, name) as setup:
            setup.driver.ramp_to(1.0, 10.0)
            setup.until_done()
            link = FlakyLink(setup.driver._link, lost)
            setup.driver._link = setup.driver._dialogue._link = link
            attempt(setup, -1.0)
            was_lost = link.left < 0
            assert setup.simulated.relay.damage == []
            link.left = -1
            setup.driver.ramp_to(-1.0, 10.0)
            reading = setup.until_done()
            assert (reading.faults, setup.simulated.relay.damage) == ((), [])
            assert setup.truth_a() == pytest.approx(-1.0, abs=0.1)
        lost += 1
    assert lost > 30


class FlakyLink:
    """Loses the answer to one message: the supply has carried it out, the driver does not know."""

    def __init__(self, link, lost):
        self._inner = link
        self.left = lost
        self.name, self.clock = link.name, link.clock

    def query(self, command, *, timeout_s=None):
        return self._unless_lost(command, self._inner.query(command, timeout_s=timeout_s))

    def read(self, command="", *, timeout_s=None):
        return self._unless_lost(command, self._inner.read(command, timeout_s=timeout_s))

    def clear(self):
        self._inner.clear()

    def _unless_lost(self, command, reply):
        self.left -= 1
        if self.left == -1:
            raise BenchError(f"answer to {command} lost", instrument=self.name)
        return reply

    def write(self, command):
        self._inner.write(command)
