"""Joint calibration over benches that are drawn here, by formulas and by the simulated world's coils: what was drawn is found.

Z = G exp(i phi) (m + h H) + cross-talk + noise, reading = offset + gain H + noise; G = sqrt(2) pi f C a with C of the drawn coils.
"""

import cmath
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.calibrate.calibrants import calibrant_of, coil_geometry
from vsmdaq.calibrate.joint import joint_calibration
from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample
from vsmdaq.formats.inputs.bench_calibration import PolesSpec
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.terms import Artefact, InputError, MomentPoint, Quantity
from vsmdaq.uncertainty import expanded_uncertainty
from vsmdaq_configs import starter_set
from vsmdaq_sim.world.coils import effective_coupling

STARTER = Path(str(starter_set()))
U_REMOUNT = 0.002
SEEDS = range(3000, 3040)
WAYS = ("nickel-sphere, saturated", "nickel-sphere, slope", "dysprosia, paramagnetic slope", "coil geometry")
DYSPROSIA = """name = "dysprosia"
shape = "sphere"
diameter = "2.500 mm ± 0.3 %"
mass = "60.00 mg ± 0.02 mg"

[reference]
law = "dysprosia"
mass_susceptibility = "3.003e-6 m3/kg ± 0.5 %"
status = "literature"
source = "D.-X. Chen et al. (2011)"
"""


def text_of(kind, name):
    return (STARTER / kind / f"{name}.toml").read_text("utf-8")


def bench_of():
    text = text_of("benches", "population")
    assert text.count('u_position = "0.1 mm" ') == 1
    text = text.replace('u_position = "0.1 mm" ', f'u_remount = "{U_REMOUNT:%}"')
    return parse_bench(text, STARTER / "benches" / "population.toml")


BENCH = bench_of()
NICKEL = parse_sample(text_of("samples", "nickel-sphere"), Path("nickel-sphere.toml"))
POWDER = parse_sample(DYSPROSIA, Path("dysprosia.toml"))


@dataclass
class Drawn:
    """One bench, drawn within what the files state; `nickel` multiplies the moment of the sphere once more."""

    seed: int
    nickel: float = 1.0

    def __post_init__(self):
        self.rng = rng = np.random.default_rng(self.seed)
        self.amplitude = 1e-3 * rng.normal(1.0, 0.005)
        self.coupling = effective_coupling(
            self.amplitude,
            radius_m=rng.normal(10e-3, 0.03e-3),
            turns=1500,
            half_spacing_x_m=rng.normal(15e-3, 0.05e-3),
            half_spacing_z_m=rng.normal(12e-3, 0.05e-3),
        )
        self.per_moment = math.sqrt(2.0) * math.pi * 83.0 * self.coupling * self.amplitude
        self.offset, self.gain = rng.normal(0.0, 40.0), rng.normal(1.0, 0.002)
        self.kelvin = rng.normal(295.15, 0.5)
        self.phase = math.radians(37.0)
        self.moment = self.nickel * rng.normal(3.47e-3, 0.01e-3)
        self.diameter = rng.normal(2.383e-3, 0.005e-3)
        self.chi = rng.uniform(100.0, 300.0)
        self.powder = rng.normal(3.003e-6, 0.5e-2 * 3.003e-6) * 315.15 / (self.kelvin + 17.0)
        self.mass = rng.normal(60e-6, 0.02e-6)

    def run(self, kind, sample, field, moment, number=1, background=None):
        mount = self.rng.normal(1.0, U_REMOUNT)
        along = self.per_moment * cmath.exp(1j * self.phase)
        signal = along * (mount * moment - 2.0e-13 * field) + 2e-6 * cmath.exp(2j)
        signal = signal + 4e-9 * (self.rng.standard_normal(field.size) + 1j * self.rng.standard_normal(field.size))
        reading = self.offset + self.gain * field + 5.0 * self.rng.standard_normal(field.size)
        points = tuple(point(k, h, z) for k, (h, z) in enumerate(zip(reading.tolist(), signal.tolist(), strict=True)))
        return RunData(
            run_id=f"{kind}-{number}",
            bench=BENCH,
            procedure=parse_procedure(text_of("procedures", kind), Path(f"{kind}.toml")),
            sample=sample,
            moment_points=points,
            artefacts={} if background is None else {"background": background},
        )

    def saturated(self, number):
        field = np.concatenate([np.linspace(800e3, 300e3, 6), np.linspace(-300e3, -800e3, 6)])
        law = (1.0 + 0.0026 * np.log(np.abs(field) / 398e3)) * (1.0 - 4.7e-4 * (self.kelvin - 298.0))
        return self.run("nickel", NICKEL, field, self.moment * np.sign(field) * law, number)

    def calibrants(self, remounts=3):
        background = self.background()
        field = np.linspace(-100e3, 100e3, 17)
        volume = math.pi / 6.0 * self.diameter**3
        soft = self.run(
            "nickel-slope", NICKEL, field, 3.0 * volume * field / (1.0 + 3.0 / self.chi), background=background
        )
        field = np.linspace(-700e3, 700e3, 15)
        slope = self.powder * self.mass
        slope /= 1.0 + slope / (math.pi / 6.0 * 2.5e-3**3) / 3.0
        powder = self.run("palladium", POWDER, field, slope * field, background=background)
        runs = [*(self.saturated(k + 1) for k in range(remounts)), soft, powder]
        return [calibrant_of(run) for run in runs]

    def background(self):
        run = self.run("background", None, np.linspace(-800e3, 800e3, 11), np.zeros(11))
        reduction = reduce_run(run)
        return Artefact(
            "background", "2026-01-01T00:00:00+00:00", BENCH.name, reduction.conditions, reduction.artefact_values,
            "", (("background-1", ""),),
        )  # fmt: skip


def point(index, field, signal):
    return MomentPoint(
        index=index, segment=0, set_field_a_per_m=field, set_current_a=float(index), current_a=0.0, field_a_per_m=field,
        u_field_a_per_m=5.0, n_field=4, x_v_rms=signal.real, y_v_rms=signal.imag, var_x_v2=1e-16, var_y_v2=1e-16,
        cov_xy_v2=0.0, n=10, n_effective=8.0, u_x_v_rms=4e-9, u_y_v_rms=4e-9, drift_x_v_per_s=0.0,
        u_drift_x_v_per_s=1e-7, frequency_hz=83.0, sensitivity_v_rms=1e-2, time_constant_s=0.03, filter_poles=4,
        temperature_k=295.15, setting=None, t_arrived_s=index - 0.5, t_start_s=float(index), t_end_s=index + 0.5,
        flags=(),
    )  # fmt: skip


def test_what_was_drawn_is_found_and_all_agree():
    """40 benches with seeds fixed in advance. Of 40 intervals at 95 % fewer than 34 hold by chance in 0.3 % of all cases."""
    z, inside, agreeing = [], 0, 0
    for seed in SEEDS:
        drawn = Drawn(seed)
        made = joint_calibration(BENCH, drawn.calibrants())
        constant, per_volt = made.values["coupling_constant"], made.values["moment_per_volt"]
        inside += abs(constant.value - drawn.coupling) < expanded_uncertainty(constant)
        z += [(constant.value - drawn.coupling) / constant.u, (per_volt.value - 1.0 / drawn.per_moment) / per_volt.u]
        agreeing += all(member.verdict == "agrees" for member in made.joint.members)
        assert [member.name for member in made.joint.members] == list(WAYS)
        assert made.values["signal_angle"].value == pytest.approx(drawn.phase, abs=1e-4)
        assert per_volt.u < 0.003 * per_volt.value, "better than nickel alone, with its 0.29 %"
    assert inside >= 34
    # mean of z^2 over 40 benches: 1 with a spread of about sqrt(2/40), the two quantities of a bench being half one
    assert np.mean(np.square(z)) == pytest.approx(1.0, abs=0.8)
    assert abs(float(np.mean(z))) < 0.6
    assert agreeing >= 26  # all four agree in 0.955^4 = 83 % of all cases, were they independent: 33 ± 2.4 of 40


def test_an_impure_sphere_is_named_and_stays_in():
    """A moment 3 % low against slope, dysprosia and dimensions, which share next to nothing."""
    named = 0
    for seed in SEEDS[:8]:
        made = joint_calibration(BENCH, Drawn(seed, nickel=0.97).calibrants())
        verdicts = {member.name: member.verdict for member in made.joint.members}
        named += verdicts == dict.fromkeys(WAYS, "agrees") | {WAYS[0]: "outlier"}
        if verdicts[WAYS[0]] == "outlier":
            assert any(flag.startswith("outlier: nickel-sphere, saturated") for flag in made.flags)
            assert made.joint.members[0].weight > 0.3
    assert named >= 6


def test_one_mount_is_told_where_nothing_is_stated_of_mounting():
    drawn = Drawn(1)
    bench = replace(BENCH, mounting=replace(BENCH.mounting, u_remount=0.0))
    flags = joint_calibration(bench, drawn.calibrants(remounts=1)).flags
    assert [flag.partition(":")[0] for flag in flags if "one mount" in flag] == list(WAYS[:3])
    assert not any("one mount" in flag for flag in joint_calibration(BENCH, drawn.calibrants(remounts=1)).flags)


def test_the_amplitude_is_not_in_what_measures_moments():
    """moment per volt: from samples without the amplitude, from the dimensions with it; C the other way round."""
    made = joint_calibration(BENCH, Drawn(2).calibrants())

    def share(estimate):
        parts = {c.name: c.contribution / estimate.value for c in estimate.components}
        return abs(parts.get("vibration.amplitude", 0.0))

    by_name = {item.name: (item, member) for item, member in zip(made.inputs, made.joint.members, strict=True)}
    for name in WAYS[:3]:
        item, member = by_name[name]
        assert share(member.estimate) == 0.0
        assert share(item.coupling_constant) == pytest.approx(0.005, rel=1e-3)
    item, member = by_name["coil geometry"]
    assert share(member.estimate) == pytest.approx(0.005, rel=0.02)
    # C changes by kappa_z a^2/4 = -0.5 % of a relative change of a (metrology.md 0.3): nothing beside the dimensions
    assert share(item.coupling_constant) == pytest.approx(0.005 * 0.005, rel=0.05)


def test_another_reference_phase_is_turned_back():
    drawn = Drawn(3)
    calibrants = drawn.calibrants()
    first = calibrants[0]
    assert first.signal_angle is not None
    turned = replace(
        first,
        phase_deg=200.0,
        signal_angle=replace(first.signal_angle, value=drawn.phase - math.radians(200.0) + math.tau),
    )
    made = joint_calibration(BENCH, [turned, *calibrants[1:]])
    assert made.values["signal_angle"].value == pytest.approx(drawn.phase, abs=1e-4)
    assert made.conditions["phase_deg"] == 0.0


def test_poles_make_the_dimensions_a_rough_check():
    """With soft poles 40 mm apart C is 24 % more (docs/simulated-bench.md), with saturated ones it is not; both are covered."""
    bench = replace(BENCH, poles=PolesSpec(Quantity(0.040, 1e-4, "m")))
    free, between = coil_geometry(BENCH, 83.0), coil_geometry(bench, 83.0)
    assert free is not None
    assert between is not None
    assert between.moment_per_volt.u / between.moment_per_volt.value == pytest.approx(0.06, abs=0.01)
    full = 1.0 / 1.239982  # the world's own sum over images
    for true in (free.moment_per_volt.value, full * free.moment_per_volt.value):
        assert abs(true - between.moment_per_volt.value) < 2.0 * between.moment_per_volt.u
    narrow = replace(BENCH, poles=PolesSpec(Quantity(0.020, 1e-4, "m")))
    with pytest.raises(InputError, match=r"gap of 0.02 m"):
        coil_geometry(narrow, 83.0)


def test_nothing_to_compare_is_told_with_what_to_do():
    with pytest.raises(InputError, match=r"nothing; allowed: at least two.*nickel-slope.toml"):
        joint_calibration(BENCH, [])
    alone = replace(BENCH, coils=replace(BENCH.coils, geometry=None))
    with pytest.raises(InputError, match=r"nickel-sphere, saturated.*\[coils\]"):
        joint_calibration(alone, Drawn(4).calibrants()[:3])


def test_runs_with_different_image_calibrations_do_not_mix():
    calibrants = Drawn(5).calibrants()
    other = replace(calibrants[0], image={"image_reference_a_per_m": 398e3})
    with pytest.raises(InputError, match=r"run nickel-1: .*image calibration of .*without an image calibration"):
        joint_calibration(BENCH, [other, *calibrants[1:]])


def test_a_run_of_another_kind_is_none():
    run = replace(Drawn(6).saturated(1), procedure=parse_procedure(text_of("procedures", "loop"), Path("loop.toml")))
    with pytest.raises(InputError, match="'nickel', 'nickel-slope', 'palladium'"):
        calibrant_of(run)
