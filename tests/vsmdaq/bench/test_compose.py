"""From a bench file to open instruments, on the simulated bench."""

from __future__ import annotations

from pathlib import Path

import pytest

from vsmdaq.bench import NotReadyError, known_drivers, library_for, lock_addresses, open_bench
from vsmdaq.formats.inputs import parse_bench
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import AddressError, IdentityError, OperatorStep

BOTH = frozenset({"lockin", "balance"})


def test_everything_opens_and_says_who_it_is(spec):
    with open_bench(spec(), BOTH, seed=1) as bench:
        assert set(bench.identities) == {"supply", "gaussmeter", "lockin", "balance", "operator"}
        assert bench.identities["supply"].startswith("LSCI,MODEL643")
        assert bench.identities["lockin"].startswith("Stanford_Research_Systems,SR830")
        assert bench.clock.utc().year == 2026, "the world's clock, not the wall's"


def test_roles_that_are_not_needed_are_not_opened(spec):
    with open_bench(spec(), frozenset(), seed=1) as bench:
        assert bench.lockin is None
        assert bench.balance is None
        assert set(bench.identities) == {"supply", "gaussmeter", "operator"}


def test_all_failing_instruments_are_told_at_once(spec):
    """A wrong address, another instrument than expected, and nothing at a third: no set-point is sent."""
    file = spec(
        ("GPIB0::8::INSTR", "GPIB0::9::INSTR"),
        ("GPIB0::13::INSTR", "GPIB0::8::INSTR"),
        ("ASRL3::INSTR", "ASRL7::INSTR"),
    )
    with pytest.raises(NotReadyError) as caught, open_bench(file, BOTH, seed=1):
        pass
    failures = caught.value.failures
    assert {role: type(error) for role, error in failures.items()} == {
        "gaussmeter": IdentityError,
        "lockin": AddressError,
        "balance": AddressError,
    }
    first, *lines = str(caught.value).splitlines()
    assert first == "3 instruments are not ready; no set-point was sent."
    assert [line.split(":")[0] for line in lines] == ["  gaussmeter", "  lockin", "  balance"]
    assert (
        "lakeshore_475 at GPIB0::8::INSTR: expected a Lake Shore 475, but 'Stanford_Research_Systems,SR830" in lines[0]
    )
    assert "'GPIB0::9::INSTR'" in lines[1]
    assert "GPIB0::8::INSTR" in lines[1], "and what there is instead"


def test_a_single_failure_is_one_instrument(spec):
    with (
        pytest.raises(NotReadyError, match=r"^1 instrument is not ready; no set-point was sent\.\n  lockin: sr830 at "),
        open_bench(spec(("GPIB0::8::INSTR", "GPIB0::9::INSTR")), BOTH, seed=1),
    ):
        pass


def test_after_a_failure_the_bench_can_be_opened_again(spec):
    with pytest.raises(NotReadyError), open_bench(spec(("GPIB0::8::INSTR", "GPIB0::9::INSTR")), BOTH, seed=1):
        pass
    with open_bench(spec(), BOTH, seed=1) as bench:
        assert bench.clock.now() < 5.0, "a fresh world"


def test_a_balance_on_a_serial_url_weighs_in_the_same_world(spec):
    """Through pyserial, beside instruments that go through PyVISA; the folder's name has a blank in it."""
    file = spec(("ASRL3::INSTR", "vsmsim://ASRL3::INSTR"))
    with open_bench(file, BOTH, seed=5, session="day 2") as bench:
        assert bench.balance is not None
        assert bench.balance.name.startswith("mt_sics at vsmsim://ASRL3::INSTR")
        bench.operator.perform(OperatorStep("hang", "gouy-blank", "Hang gouy-blank."))  # through PyVISA
        before_s = bench.clock.now()
        bench.clock.sleep(10.0)
        reading = bench.balance.read()
        assert reading.time_s >= before_s + 10.0, "one clock"
        # 6 g of the empty tube; noise 20 µg, drift 2e-11 kg/s over some 100 s
        assert reading.mass_kg == pytest.approx(6.0e-3, abs=1e-7)
        assert reading.stable


def test_a_serial_url_of_a_world_that_is_not_there(spec):
    file = spec(("ASRL3::INSTR", "vsmsim://ASRL3::INSTR?world=no-such.toml"))
    with pytest.raises(NotReadyError, match=r"balance: mt_sics at vsmsim:.*no-such\.toml"), open_bench(file, BOTH):
        pass


def test_library_is_told_seed_and_session(spec):
    file = spec()
    path = file.visa_library.removesuffix("@vsmsim")
    assert library_for(file, seed=None, session="") == f"{path}@vsmsim"
    assert library_for(file, seed=7, session="") == f"{path}?seed=7@vsmsim"
    # whatever stands in a session's name, it is one value
    assert library_for(file, seed=0, session="a&b=c@d?") == f"{path}?seed=0&session=a%26b%3Dc%40d%3F@vsmsim"


def test_a_real_library_is_left_as_it_is():
    text = (Path(str(starter_set())) / "benches" / "real.toml").read_text("utf-8")
    assert library_for(parse_bench(text, Path("bench.toml")), seed=7, session="x") == "@py"


def test_same_seed_and_session_same_noise_another_session_another(spec):
    def readings(**options):
        with open_bench(spec(), BOTH, **options) as bench:
            assert bench.lockin is not None
            return [bench.lockin.read().x_v_rms for _ in range(5)]

    one = readings(seed=3, session="a")
    assert readings(seed=3, session="a") == one
    assert readings(seed=3, session="b") != one
    assert readings(seed=4, session="a") != one


def test_known_drivers_have_the_roles_of_the_bench_file_and_the_supplys_own_limits():
    known = known_drivers()
    core = {"supply", "gaussmeter", "lockin", "balance", "operator"}
    assert {facts.role for facts in known.values()} == core | {
        "thermometer",
        "vibrator",
        "voltmeter",
        "lcr_meter",
        "stage",
        "positioner",
    }
    # Lake Shore 643 manual: ±70.1 A, up to 50 A/s
    assert (known["lakeshore_643"].max_current_a, known["lakeshore_643"].max_rate_a_per_s) == (70.1, 50.0)
    assert known["sr830"].max_current_a is None


def test_locks_are_held_on_real_wires_only(spec):
    assert lock_addresses(spec()) == ()
    text = (Path(str(starter_set())) / "benches" / "real.toml").read_text("utf-8")
    addresses = lock_addresses(parse_bench(text.replace("GPIB0::8::INSTR", "gpib::8"), Path("bench.toml")))
    assert set(addresses) >= {"GPIB0::12::INSTR", "GPIB0::13::INSTR", "GPIB0::8::INSTR"}
    assert len(addresses) == 4, "the balance as well; nobody locks a person at the terminal"


def test_an_operator_at_the_terminal_is_not_asked_where_nobody_is_there(spec):
    file = spec(("TCPIP0::operator::5025::SOCKET", "prompt"))
    with open_bench(file, frozenset(), seed=1, unattended=True) as bench:
        answer = bench.operator.perform(OperatorStep("mount", "nickel-sphere", "Mount nickel-sphere."))
    assert answer == "taken as done without asking (--yes): Mount nickel-sphere."
    assert bench.identities["operator"] == "nobody (--yes)"
