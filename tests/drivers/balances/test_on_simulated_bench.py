"""Each driver over real links to a simulated balance, in every way that the sources know it; all options, all doors.

Oracles: the world file (load of the tube, gain error, noise) and the options of the simulated instruments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import LinkTimeoutError, OperatorStep, RefusedError, ReplyError, SettlingError
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.others.operators import WireOperator

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
SERIAL, SOCKET = "ASRL21::INSTR", "TCPIP0::balance::4001::SOCKET"
TUBE_KG = 6.0e-3  # load_mass_kg of gouy-blank
GAIN_ERROR = 1e-4
NOISE_KG = 2e-8
WAYS: dict[str, list[dict[str, Any]]] = {
    "mt_sics": [{}, {"cancel_clears_tare": False}, {"unit": "mg"}, {"unit": "µg"}, {"print_key_s": 0.5}],
    "sartorius_sbi": [
        {},
        {"characters": 22},
        {"brackets": True},
        {"characters": 22, "words": "short", "brackets": True},
        {"identity": False},
        {"unit": "ct"},
        {"prints": "automatic"},
        {"prints": "automatic", "characters": 22, "identity": False},
        {"print_key_s": 0.5},
    ],
    "and_balance": [
        {},
        {"ercd": True},
        {"terminator": "cr"},
        {"terminator": "cr", "ercd": True, "identity": "plain"},
        {"format": "csv", "unit": "mg"},
        {"identity": "none"},
        {"identity": "none", "ercd": True, "overload_unit": True},
        {"stream": True},
        {"stream": True, "ercd": True},
        {"print_key_s": 0.5},
    ],
    "ohaus": [
        {},
        {"ok": True},
        {"layout": "padded"},
        {"layout": "navigator", "legend": "N"},
        {"legend": "G", "ok": True},
        {"identity": False},
        {"unit": "ozt", "adjusting": "ES"},
        {"overload": "Error "},
        {"print_key_s": 0.5},
    ],
}
EACH_WAY = [
    pytest.param(kind, options, id=f"{kind} {options}".replace("µ", "u"))
    for kind, ways in WAYS.items()
    for options in ways
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    sessions: list[VisaSession] = []

    def make(kind: str, options: dict[str, Any], address: str = SERIAL) -> VisaSession:
        table = ", ".join(
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for key, value in options.items()
        )
        path = tmp_path / "world.toml"
        path.write_text(
            f"base = '{REFERENCE.as_posix()}'\n[balance]\ngain_error = {GAIN_ERROR}\n"
            f'[instruments.other]\nkind = "{kind}"\naddress = "{address}"\nreply_s = 0.02\noptions = {{ {table} }}\n',
            encoding="utf-8",
        )
        sessions.append(VisaSession(f"{path}@vsmsim"))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def made(session: VisaSession, kind: str, address: str = SERIAL, **options: Any) -> Any:
    entry = DRIVERS[kind]
    link = session.open(address, kind, entry.terminators(address), serial=entry.serial)
    return entry.make(link, **options)


def hang(session: VisaSession) -> None:
    address = "TCPIP0::operator::5025::SOCKET"
    WireOperator(session.open(address, "operator", DRIVERS["operator"].terminators(address))).perform(
        OperatorStep("hang", "gouy-blank", "")
    )


def stable_reading(session: VisaSession, balance: Any) -> Any:
    for _ in range(100):
        reading = balance.read()
        if reading.stable:
            return reading
        assert reading.mass_kg is not None or reading.flags == ("busy",)
        session.clock.sleep(0.2)
    raise AssertionError(f"never stable: {reading}")


@pytest.mark.parametrize(("kind", "options"), EACH_WAY)
def test_a_tube_is_weighed_tared_and_weighed_after_adjustment(bench, kind, options):
    session = bench(kind, options)
    balance = made(session, kind)
    assert balance.identify()
    balance.prepare()
    step_kg = balance.readability_kg
    assert 0.0 < step_kg <= 2e-8
    near = 6 * NOISE_KG
    assert balance.read().mass_kg == pytest.approx(0.0, abs=near)
    balance.adjust(120.0)  # the pan is empty
    hang(session)
    assert stable_reading(session, balance).mass_kg == pytest.approx(TUBE_KG, abs=near)
    balance.tare(30.0)
    assert stable_reading(session, balance).mass_kg == pytest.approx(0.0, abs=near)


@pytest.mark.parametrize(("kind", "options"), EACH_WAY)
def test_without_adjustment_the_gain_error_stays(bench, kind, options):
    session = bench(kind, options)
    balance = made(session, kind)
    balance.identify()
    balance.prepare()
    hang(session)
    assert stable_reading(session, balance).mass_kg == pytest.approx(TUBE_KG * (1.0 + GAIN_ERROR), abs=6 * NOISE_KG)


@pytest.mark.parametrize("kind", sorted(WAYS))
@pytest.mark.parametrize("door", ["ASRL", "SOCKET", "vsmsim ASRL", "vsmsim SOCKET"])
def test_every_door(bench, tmp_path, kind, door):
    address = SOCKET if "SOCKET" in door else SERIAL
    session = bench(kind, {}, address)
    if door.startswith("vsmsim"):
        entry, url = DRIVERS[kind], f"vsmsim://{address}?world={tmp_path / 'world.toml'}"
        balance = entry.make(SerialLink(url, kind, entry.terminators(url), settings=entry.serial))
    else:
        balance = made(session, kind, address)
    balance.identify()
    balance.prepare()
    balance.zero(10.0)
    balance.tare(10.0)
    assert balance.read().mass_kg == pytest.approx(0.0, abs=6 * NOISE_KG)
    balance.close()


@pytest.mark.parametrize("kind", sorted(WAYS))
def test_a_moving_load_is_not_stable_and_not_tared(bench, kind):
    session = bench(kind, {})
    balance = made(session, kind)
    balance.identify()
    balance.prepare()
    hang(session)
    reading = balance.read()
    assert not reading.stable
    assert reading.mass_kg is not None
    with pytest.raises(SettlingError):
        balance.tare(0.1)
    assert stable_reading(session, balance).mass_kg == pytest.approx(TUBE_KG, rel=2 * GAIN_ERROR)


@pytest.mark.parametrize("kind", sorted(WAYS))
@pytest.mark.parametrize("unit", ["PCS", "%"])
def test_what_is_no_mass_is_refused(bench, kind, unit):
    balance = made(bench(kind, {"unit": unit}), kind)
    balance.identify()
    with pytest.raises(ReplyError, match="expected a weight in a unit of mass"):
        balance.prepare()
    assert balance.read().flags == ("unknown_unit",)


OVERLOADS = [
    ("mt_sics", {}),
    *[("sartorius_sbi", {"words": words, "characters": count}) for words in ("long", "short") for count in (16, 22)],
    *[("and_balance", {"overload_unit": with_unit}) for with_unit in (False, True)],
    *[("ohaus", {"overload": text}) for text in ("Err ", "Error ")],
]


@pytest.mark.parametrize(("kind", "options"), OVERLOADS)
def test_overload(bench, kind, options):
    session = bench(kind, {**options, "capacity_kg": 5e-3})
    balance = made(session, kind)
    balance.identify()
    balance.prepare()
    hang(session)
    session.clock.sleep(10.0)
    reading = balance.read()
    assert (reading.mass_kg, reading.stable, reading.flags) == (None, False, ("overload",))
    with pytest.raises((SettlingError, RefusedError)):
        balance.tare(1.0)


@pytest.mark.parametrize("kind", sorted(WAYS))
def test_no_adjustment_under_load(bench, kind):
    session = bench(kind, {"capacity_kg": 20e-3})
    balance = made(session, kind)
    balance.identify()
    balance.prepare()
    hang(session)
    session.clock.sleep(10.0)
    if kind == "ohaus":  # is not known to say anything about it; the gain error stays
        balance.adjust(120.0)
        assert stable_reading(session, balance).mass_kg == pytest.approx(TUBE_KG * (1.0 + GAIN_ERROR), abs=6 * NOISE_KG)
    else:
        # an A&D balance with erCd 0 goes on showing its error
        with pytest.raises(SettlingError if kind == "and_balance" else RefusedError):
            balance.adjust(120.0)


def test_no_adjustment_under_load_is_told_by_an_and_balance_with_ercd(bench):
    session = bench("and_balance", {"capacity_kg": 20e-3, "ercd": True})
    balance = made(session, "and_balance")
    balance.identify()
    hang(session)
    with pytest.raises(RefusedError, match="it reports error_20"):
        balance.adjust(120.0)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("mt_sics", {"internal_weight": False}), ("ohaus", {"internal_weight": False}), ("and_balance", {"ercd": True})],
)
def test_no_internal_weight(bench, kind, options):
    balance = made(bench(kind, {**options, "internal_weight": False}), kind)
    balance.identify()
    with pytest.raises((RefusedError, SettlingError)):
        balance.adjust(20.0)


@pytest.mark.parametrize(("kind", "start"), [("mt_sics", "SIR"), ("and_balance", "SIR"), ("ohaus", "CP")])
def test_a_stream_that_was_left_on_is_ended(bench, kind, start):
    session = bench(kind, {})
    balance = made(session, kind)
    balance._link.write(start)
    session.clock.sleep(3.0)
    balance.identify()
    balance.prepare()
    session.clock.sleep(1.0)
    with pytest.raises(LinkTimeoutError):  # nothing comes by itself any more
        balance._link.read("", timeout_s=1.0)


@pytest.mark.parametrize("kind", sorted(WAYS))
def test_a_line_of_the_print_key_is_never_taken_for_a_later_answer(bench, kind):
    # a reading before the tube hangs must not show up after it
    session = bench(kind, {"print_key_s": 0.7})
    balance = made(session, kind)
    balance.identify()
    balance.prepare()
    session.clock.sleep(5.0)
    hang(session)
    session.clock.sleep(10.0)
    assert balance.read().mass_kg == pytest.approx(TUBE_KG, rel=2 * GAIN_ERROR)


def test_mt_sics_that_waits_is_woken_and_keeps_the_tare_if_it_can(bench):
    session = bench("mt_sics", {"stable_timeout_s": 300.0, "cancel_clears_tare": False})
    balance = made(session, "mt_sics")
    balance.identify()
    hang(session)
    stable_reading(session, balance)
    balance.tare(30.0)
    supply_address = "GPIB0::12::INSTR"
    supply = session.open(supply_address, "supply", DRIVERS["lakeshore_643"].terminators(supply_address))
    supply.write("RATE 0.01")
    supply.write("SETI +60")  # a force that grows for minutes
    session.clock.sleep(300.0)
    balance._link.write("S")
    balance.identify()
    assert abs(balance.read().mass_kg) < TUBE_KG / 10


@pytest.mark.parametrize("characters", [16, 22])
def test_sbi_that_prints_only_at_rest(bench, characters):
    session = bench("sartorius_sbi", {"prints": "stable", "characters": characters})
    balance = made(session, "sartorius_sbi", prints="stable")
    balance.identify()
    balance.prepare()
    hang(session)
    assert balance.read().flags == ("busy",)
    assert stable_reading(session, balance).mass_kg == pytest.approx(TUBE_KG, rel=2 * GAIN_ERROR)
    balance.tare(30.0)
    assert balance.read().mass_kg == pytest.approx(0.0, abs=6 * NOISE_KG)


def test_sbi_that_prints_only_at_rest_says_what_to_set(bench):
    session = bench("sartorius_sbi", {"prints": "stable"})
    balance = made(session, "sartorius_sbi")
    balance.identify()
    balance.prepare()
    hang(session)
    with pytest.raises(LinkTimeoutError, match=r'prints = "stable" in \[balance.options\]'):
        balance.read()


def test_an_old_sbi_balance_tares_but_does_not_zero(bench):
    session = bench("sartorius_sbi", {"old": True, "capacity_kg": 1.0})
    balance = made(session, "sartorius_sbi")
    balance.identify()
    balance.prepare()
    hang(session)
    stable_reading(session, balance)
    with pytest.raises(RefusedError, match="afterwards it shows"):
        balance.zero(2.0)
    balance.tare(10.0)
