"""Windows of X and Y: on the simulated bench against the world's truth, and with a lock-in written by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from vsmdaq.measure import Arrival, Detector, FieldSampler, MeasurePolicy
from vsmdaq_drivers.contracts import (
    FieldReading,
    LockInFilter,
    LockInReading,
    LockInStatus,
    SettlingError,
)

LOCKIN = "GPIB0::8::INSTR"
NOISE = 7.25e-9  # V/sqrt(Hz), of the world
OUTPUT_OVERLOAD, TIME_CONSTANT_CHANGED = 2, 5  # bits of LIAS, SR830 manual


def z_of(window, truth):
    return (window.x_v_rms - truth.real) / window.u_v_rms


def honest(z):
    """Mean 0 and spread 1 within 3.3 standard errors of each (1 in 1000), for independent normal z."""
    n = len(z)
    assert abs(np.mean(z)) < 3.3 / math.sqrt(n)
    assert np.std(z, ddof=1) == pytest.approx(1.0, abs=3.3 / math.sqrt(2 * n))


# --- is the standard error true? --------------------------------------------------------------------------------


def test_standard_errors_of_x_are_honest(opened):
    """240 windows at two saturated fields; cross-talk and holder belong to the signal."""
    bench = opened()
    bench.mount("reference-sphere")
    bench.bench.lockin.phase_deg = 37.0
    control = bench.control()
    detector = bench.detector(u_signal_v_rms=8e-9)
    z, flags = [], []
    for index in range(250):
        window = detector.measure(control.go_to(300e3 if index % 2 else 330e3))
        if index >= 10:  # by then the pool has 20 degrees of freedom from the bench file and about 60 of its own
            z.append(z_of(window, bench.true_signal_v_rms()))
        flags += window.flags
        assert window.u_v_rms <= 1.15 * 8e-9
    honest(z)
    assert flags == []
    # about 240 windows of some 6 effective samples in two quadratures: the density is known to 2 %
    assert detector.noise_density_v_per_sqrt_hz == pytest.approx(NOISE, rel=0.06)


@pytest.mark.parametrize("factor", [0.2, 5.0])
def test_a_wrong_expectation_of_the_noise_is_found_out(opened, factor):
    """The bench file expects `factor` times the noise that there is: after some points u is the true one."""
    bench = opened()
    arrival = bench.here()
    detector = bench.detector(u_signal_v_rms=NOISE * 2.0, noise=factor * NOISE)
    bench.bench.clock.sleep(2.0)
    for _ in range(60):
        detector.measure(arrival := replace(arrival, time_s=bench.bench.clock.now()))
    z = []
    for _ in range(150):
        window = detector.measure(arrival := replace(arrival, time_s=bench.bench.clock.now()))
        z.append(z_of(window, bench.true_signal_v_rms()))
    # the expectation is worth 20 degrees of freedom against at least 500 (210 windows, two quadratures)
    upper = math.sqrt((20 * max(factor, 1.0) ** 2 + 500) / 520)
    assert 0.93 < detector.noise_density_v_per_sqrt_hz / NOISE < 1.06 * upper
    assert 0.5 < np.std(z) < 1.25
    assert abs(np.mean(z)) < 0.4  # windows a second apart share a little noise


def test_noise_is_right_from_windows_of_few_correlated_samples(opened):
    """Samples two time constants apart scatter by less about their own mean than about the true one."""
    bench = opened()
    clock = bench.bench.clock
    clock.sleep(2.0)
    detector = bench.detector(u_signal_v_rms=1e-7)
    sizes = []
    for _ in range(500):
        window = detector.measure(Arrival(clock.now(), 0.0))
        sizes.append(window.n)
        detector._sampler.finish()  # as a run does: two readings of the field are enough from then on
    assert np.median(sizes) == 4
    # four samples are worth some 1.7 independent ones: 1.4 degrees of freedom in two quadratures, 700 in all
    assert detector.noise_density_v_per_sqrt_hz == pytest.approx(NOISE, rel=3.3 / math.sqrt(2 * 700))


def rho(lag, poles):
    """Autocorrelation of white noise behind `poles` RC stages, by integrating the impulse response with itself."""

    def overlap(shift):
        product = lambda t: t ** (poles - 1) * math.exp(-t) * (t + shift) ** (poles - 1) * math.exp(-t - shift)  # noqa: E731
        return quad(product, 0.0, 60.0)[0]

    return overlap(lag) / overlap(0.0)


@pytest.mark.parametrize("n", [4, 5, 7, 8, 11])
def test_standard_error_of_the_difference_of_halves(n):
    """For an odd number of samples as well."""
    detector, _ = by_hand(lambda _: 0.0, noise=NOISE)
    samples = [LockInReading(float(k), 0.0, 83.0, 0.06 * k) for k in range(n)]
    difference, sigma = detector._statistics.halves(samples)
    half = n // 2
    correlation = np.array([[rho(2.0 * abs(i - j), 4) for i in range(2 * half)] for j in range(2 * half)])
    weights = np.repeat([-1.0 / half, 1.0 / half], half)
    # one sample's sigma: density times the root of 5/64 per time constant
    expected = NOISE * math.sqrt(5.0 / 64.0 / 0.03 * weights @ correlation @ weights)
    assert sigma == pytest.approx(expected, rel=1e-6)
    assert difference == pytest.approx(half)  # centres of halves of samples 0, 1, 2 ... are `half` apart


# --- ranges --------------------------------------------------------------------------------------------------------


def test_range_goes_up_through_many_and_the_stale_overload_does_not_count(opened):
    bench = opened()
    bench.mount("nickel-sphere")
    lockin = bench.bench.lockin
    lockin.sensitivity_v_rms = 2e-9
    arrival = bench.control().go_to(600e3)
    lockin.read()  # 22 mV on 2 nV full scale: the output overload is latched from here on
    detector = bench.detector(u_signal_v_rms=8e-9)
    window = detector.measure(arrival)
    truth = bench.true_signal_v_rms()
    assert abs(truth) > 1e-3
    assert window.flags == ()
    assert 0.3 < max(abs(truth.real), abs(truth.imag)) / window.sensitivity_v_rms < 1.09
    assert lockin.sensitivity_v_rms == window.sensitivity_v_rms
    # 6 digits of SNAP? are 1e-6 of the signal: far above this noise
    assert window.x_v_rms == pytest.approx(truth.real, abs=6 * window.u_v_rms + 2e-6 * abs(truth))


def test_range_comes_down_for_a_small_signal(opened):
    bench = opened()
    lockin = bench.bench.lockin
    lockin.sensitivity_v_rms = 1.0
    bench.bench.clock.sleep(2.0)
    window = bench.detector(u_signal_v_rms=8e-9).measure(bench.here())
    assert window.sensitivity_v_rms == 5e-6  # for a cross-talk of 2 µV; 2 µV full scale would overload by noise
    assert window.flags == ()
    assert z_of(window, bench.true_signal_v_rms()) == pytest.approx(0.0, abs=4)


def test_ranges_follow_a_loop_without_losing_a_point(opened):
    """From saturation through zero to the other side: the range follows, no window is disturbed."""
    bench = opened()
    bench.mount("nickel-sphere")
    bench.bench.lockin.phase_deg = 37.0
    control = bench.control()
    detector = bench.detector(u_signal_v_rms=10e-9)
    used, z, signs = set(), [], set()
    for field in (800e3, 100e3, 30e3, 4e3, 0.0, -4e3, -30e3, -100e3, -800e3):
        window = detector.measure(control.go_to(field))
        used.add(window.sensitivity_v_rms)
        truth = bench.true_signal_v_rms()
        signs.add(math.copysign(1.0, window.x_v_rms))
        z.append((window.x_v_rms - truth.real) / (window.u_v_rms + 1e-6 * abs(truth)))
        assert window.flags == ()
    assert len(used) >= 4
    assert signs == {-1.0, 1.0}
    assert max(map(abs, z)) < 4.0


def test_a_window_with_an_overload_is_taken_again_and_says_so(opened):
    bench = opened()
    registers, clock = bench.instrument(LOCKIN)._status, bench.bench.clock
    bench.bench.clock.sleep(2.0)
    detector = bench.detector(u_signal_v_rms=4e-9)  # a dwell of some 2 s
    start_s = clock.now()
    latched: list[float] = []

    def disturb():
        if clock.now() > start_s + 1.5 and not latched:
            latched.append(clock.now())
            registers.latch_lia(OUTPUT_OVERLOAD)

    detector._check = disturb
    window = detector.measure(bench.here())
    assert window.flags == ("retaken_overload_output",)
    assert window.t_start_s > latched[0]
    assert window.sensitivity_v_rms == 10e-6  # one range up from 5 µV
    assert z_of(window, bench.true_signal_v_rms()) == pytest.approx(0.0, abs=4)


# --- exactly nothing ---------------------------------------------------------------------------------------------


NOTHING = "[signal]\ncrosstalk_v_rms = 0.0\nholder_moment_per_field_m3 = 0.0\n"


def test_no_signal_at_no_field_is_a_steady_point(opened):
    bench = opened(NOTHING)
    bench.bench.clock.sleep(2.0)
    detector = bench.detector(u_signal_v_rms=8e-9)
    z = []
    for _ in range(60):
        window = detector.measure(bench.here())
        assert window.flags == ()
        z.append(z_of(window, 0j))
    assert np.std(z) == pytest.approx(1.0, abs=3.3 / math.sqrt(120))
    # never so small a range that its noise overloads: single samples scatter by 12 nV
    assert window.sensitivity_v_rms >= 50e-9


# --- not steady ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lag_s", [0.1, 0.3, 1.0, 3.0])
def test_a_field_slower_than_the_bench_file_says_leaves_the_point_on_its_curve(opened, lag_s):
    """Large steps, the lag up to 30 times the configured one: X and H drift together, X is that of the H beside it."""
    still = '[draw]\n"gaussmeter.offset_a_per_m" = { u = 0.0 }\n"gaussmeter.gain" = { u_relative = 0.0 }\n'
    bench = opened(f"{still}[magnet]\nlag_s = {lag_s}\n")
    bench.mount("palladium-cylinder")
    bench.bench.lockin.phase_deg = 37.0
    control, detector, clock = bench.control(), bench.detector(u_signal_v_rms=8e-9), bench.bench.clock
    z = []
    for index in range(24):
        window = detector.measure(control.go_to(700e3 if index % 2 else -700e3))
        field, u_field, _ = detector._sampler.finish()
        clock.sleep(20 * lag_s + 1.0)
        true, true_field = bench.true_signal_v_rms().real, bench.world.magnet.field_a_per_m()
        crosstalk = 2e-6 * math.cos(math.radians(120.0 - 37.0))
        slope = (true - crosstalk) / true_field  # palladium and holder are linear
        u = math.hypot(window.u_v_rms, slope * u_field)
        z.append((window.x_v_rms - crosstalk - slope * field) / u)
        assert window.flags == ()
    assert max(map(abs, z)) < 4.5


def test_a_wish_that_cannot_be_met_is_flagged_in_time(opened):
    bench = opened()
    bench.bench.clock.sleep(2.0)
    detector = bench.detector(u_signal_v_rms=1e-18, max_dwell_s=3.0)
    start_s = bench.bench.clock.now()
    window = detector.measure(bench.here())
    assert "u_not_reached" in window.flags
    assert window.u_v_rms > 1e-10
    assert 3.0 < bench.bench.clock.now() - start_s < 3.5


def test_or_stops_the_run(opened):
    bench = opened()
    bench.bench.clock.sleep(2.0)
    detector = bench.detector(u_signal_v_rms=1e-12, max_dwell_s=3.0, stop_on_timeout=True)
    with pytest.raises(SettlingError) as caught:
        detector.measure(bench.here())
    assert str(caught.value) == "sr830 at GPIB0::8::INSTR: no steady point within 3 s (u_not_reached)."
    assert caught.value.timeout_s == 3.0


# --- with a lock-in written by hand ------------------------------------------------------------------------------


class SteppedClock:
    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def sleep(self, duration_s):
        self.now_s += duration_s


class QuietGaussmeter:
    name = "quiet gaussmeter"
    reading_interval_s = 0.1

    def __init__(self, clock):
        self._clock = clock

    def read(self):
        return FieldReading(0.0, (), self._clock.now())


class WrittenLockIn:
    """X is a function of time, each message takes 5 ms, the status is what `report` says once it is asked."""

    name = "written lock-in"
    sensitivities_v_rms = (1e-6, 1e-3, 1.0)
    time_constants_s = (0.03, 0.1)
    phase_deg = 0.0

    def __init__(self, clock, signal, report):
        self._clock = clock
        self._signal = signal
        self._report = report
        self.sensitivity_v_rms = 1.0
        self.now = LockInFilter("rc", 4, 0.03, synchronous=False)
        self.frequency_hz = 83.0

    def set_filter(self, time_constant_s, poles, *, synchronous=False):
        self.now = LockInFilter("rc", poles, time_constant_s, synchronous)

    def filter(self):
        return self.now

    def read(self):
        self._clock.sleep(0.005)
        return LockInReading(self._signal(self._clock.now()), 0.0, self.frequency_hz, self._clock.now())

    def status(self):
        self._clock.sleep(0.005)
        return self._report(self)


def quiet(_):
    return LockInStatus((), reference_unlocked=False, settings_changed=False)


def by_hand(signal, *, report=quiet, noise=1e-6, u=1e-7, check=lambda: None, **changes):
    clock = SteppedClock()
    options = {"settling_fraction": 0.05, "lag_s": 0.1, "max_dwell_s": 20.0, "stop_on_timeout": False} | changes
    detector = Detector(
        WrittenLockIn(clock, signal, report),
        FieldSampler(QuietGaussmeter(clock), clock),
        clock,
        MeasurePolicy(u, **options),
        noise_density_v_per_sqrt_hz=noise,
        check=check,
    )
    return detector, clock


def test_a_steady_drift_is_flagged_with_its_rate():
    detector, clock = by_hand(lambda t: 0.1 + 2e-4 * t, noise=1e-6, u=1e-6, max_dwell_s=10.0)
    window = detector.measure(Arrival(0.0, 0.0))
    assert clock.now() < 5.0, "it is not waited for what does not end"
    (flag,) = window.flags
    rate = float(flag.removeprefix("not_steady(").removesuffix("V/s)"))
    assert rate == pytest.approx(2e-4, rel=0.02)


def test_a_steady_drift_stops_the_run_where_that_is_wanted():
    detector, _ = by_hand(lambda t: 0.1 + 2e-4 * t, u=1e-6, max_dwell_s=10.0, stop_on_timeout=True)
    with pytest.raises(
        SettlingError, match=r"^written lock-in: no steady point within [0-9.]+ s \(not_steady\(\+2\.00e-04V/s\)\)\.$"
    ):
        detector.measure(Arrival(0.0, 0.0))


def test_an_overload_that_stays_at_the_largest_range_ends_with_the_dwell():
    def overloaded(_):
        return LockInStatus(("input",), reference_unlocked=False, settings_changed=False)

    detector, clock = by_hand(lambda _: 1.09, report=overloaded, max_dwell_s=10.0, u=1e-6)
    window = detector.measure(Arrival(0.0, 0.0))
    assert window.sensitivity_v_rms == 1.0
    assert "overload_input" in window.flags, "the window that is kept is itself overloaded"
    assert 10.0 < clock.now() < 13.0


def test_a_lost_reference_is_flagged():
    def unlocked(_):
        return LockInStatus((), reference_unlocked=True, settings_changed=False)

    detector, clock = by_hand(lambda _: 0.5, report=unlocked, max_dwell_s=5.0, u=1e-6)
    assert "reference_unlocked" in detector.measure(Arrival(0.0, 0.0)).flags
    assert clock.now() < 8.0


@pytest.mark.parametrize("when_s", [0.0, 1.2, 3.0])
def test_a_filter_that_changed_by_itself_is_noticed_whenever_it_happens(when_s):
    """On the way, while the range is looked for, or within the window: dwell and u follow the new filter."""
    told: list[float] = []

    def slower_once(lockin):
        changed = not told and lockin._clock.now() >= when_s
        if changed:
            told.append(lockin._clock.now())
            lockin.set_filter(0.1, 4)
        return LockInStatus((), reference_unlocked=False, settings_changed=changed)

    detector, _ = by_hand(lambda _: 0.5, report=slower_once, u=3e-7)
    window = detector.measure(Arrival(0.0, 0.0))
    assert told
    assert window.filter.time_constant_s == 0.1
    assert "time_constant_changed" in window.flags
    spacing_s = np.diff([sample.time_s for sample in window.samples])
    assert spacing_s.min() >= 2 * 0.1, "samples keep two of the new time constants apart"
    assert window.t_start_s - told[0] > 4 * 0.1, "and the new filter had time to settle"


def test_a_retaken_window_is_no_reason_to_stop():
    """The disturbed window ended after the time-out; the window after it is good."""
    calls: list[float] = []

    def second(lockin):
        calls.append(lockin._clock.now())
        overloads = ("output",) if len(calls) == 2 else ()
        return LockInStatus(overloads, reference_unlocked=False, settings_changed=False)

    options = {"report": second, "u": 1e-5, "stop_on_timeout": True}
    by_hand(lambda _: 0.5, **options)[0].measure(Arrival(0.0, 0.0))
    disturbed_s, calls[:] = calls[1], []
    detector, clock = by_hand(lambda _: 0.5, max_dwell_s=disturbed_s + 0.1, **options)
    window = detector.measure(Arrival(0.0, 0.0))
    assert window.flags == ("retaken_overload_output",)
    assert clock.now() > disturbed_s + 0.1


def test_interruptions_are_seen_between_samples_however_fast_the_filter():
    class StopHere(Exception):  # noqa: N818 - as a signal would come
        pass

    ready: list[Detector] = []

    def stop():
        if ready and ready[0]._clock.now() > 3.0:
            raise StopHere

    detector, clock = by_hand(lambda _: 0.5, u=1e-12, max_dwell_s=1000.0, check=stop)
    detector._lockin.set_filter(0.0003, 4)  # samples would be closer than the messages take
    detector._lockin.frequency_hz = 5000.0
    detector._filter = detector._lockin.filter()
    ready.append(detector)
    with pytest.raises(StopHere):
        detector.measure(Arrival(0.0, 0.0))
    assert clock.now() < 3.0 + 0.6
