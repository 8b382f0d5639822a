"""Published and worked numbers of the field, reproduced to their printed digits by the toolkit's own functions.

Each line is named by its place in the project's metrology notes and by its source. The numbers were worked out apart from this
code, or stand in print.
"""

import math

import pytest

from vsmdaq.physics import (
    MATERIALS,
    MU0,
    MU_EFF_CGS_PREFACTOR,
    MU_EFF_PREFACTOR,
    air_susceptibility,
    apparent_mass_from_force,
    cutoff_hz,
    cylinder_axial,
    cylinder_transverse,
    effective_moment_bohr,
    ellipsoid,
    force,
    from_cgs,
    msb_calibration,
    noise_bandwidth,
    prism,
    settling_time,
    signal_per_moment_v_rms,
    spheroid,
    susceptibility_from_slope,
    to_cgs,
)
from vsmdaq.physics.coil_saddle import saddle_of_coils
from vsmdaq.physics.coils import FourCoils, coupling_at_centre, curvatures, effective_coupling
from vsmdaq.physics.extent import extent
from vsmdaq.terms import Cylinder, Film, Quantity, Sphere
from vsmdaq.uncertainty import propagate, rectangular

OERSTED = 1e3 / (4.0 * math.pi)  # A/m
COILS = FourCoils(10e-3, 1500.0, 15e-3, 12e-3)
POINTLIKE = saddle_of_coils(COILS, 1e-6)
MILLIGRAM, GOUY_AREA, TESLA = 1e-6, 0.5e-4, 1.0 / MU0


def mm(length):
    return Quantity(length * 1e-3, 0.0, "m")


def over(shape):
    """Signal of a sample over that of a sphere of the same moment, less 1, in percent."""
    return 100.0 * (POINTLIKE.over(extent(shape)) - 1.0)


def value_of(material, temperature_k, field_a_per_m=1e5):
    return MATERIALS[material].value(field_a_per_m, temperature_k)


def milligrams(susceptibility, tesla=1.0):
    newton = force(susceptibility, GOUY_AREA, tesla * TESLA, air=air_susceptibility())
    return apparent_mass_from_force(newton) / MILLIGRAM


# 2.4 (SR844 manual, 3-11, for the -3 dB points): poles: (time constants to 10, 5, 1, 0.1, 0.01 %), ENBW tau, 2 pi tau f_-3dB
FILTERS = {
    1: ((2.30, 3.00, 4.61, 6.91, 9.21), 0.25, 1.000),
    2: ((3.89, 4.74, 6.64, 9.23, 11.76), 0.125, 0.644),
    3: ((5.32, 6.30, 8.41, 11.23, 13.93), 0.09375, 0.510),
    4: ((6.68, 7.75, 10.05, 13.06, 15.91), 0.078125, 0.435),
}
RESIDUALS = (0.1, 0.05, 0.01, 1e-3, 1e-4)


@pytest.mark.parametrize(
    ("poles", "residual", "expected"),
    [
        pytest.param(n, residual, tau, id=f"2.4, RC cascade: {6 * n} dB/oct to {100 * residual:g} %")
        for n, (times, _, _) in FILTERS.items()
        for residual, tau in zip(RESIDUALS, times, strict=True)
    ],
)
def test_settling_of_lock_in_filters(poles, residual, expected):
    assert settling_time(residual, poles) == pytest.approx(expected, abs=0.005 + 1e-9)


@pytest.mark.parametrize(
    ("poles", "noise", "cutoff"),
    [pytest.param(n, e, f, id=f"2.4, RC cascade: {6 * n} dB/oct") for n, (_, e, f) in FILTERS.items()],
)
def test_bandwidths_of_lock_in_filters(poles, noise, cutoff):
    assert noise_bandwidth(poles) == pytest.approx(noise, rel=1e-9)
    assert 2.0 * math.pi * 0.3 * cutoff_hz(0.3, poles) == pytest.approx(cutoff, abs=5e-4)


NUMBERS = [
    # 2.3 demagnetising factors
    ("2.3, symmetry: sphere", lambda: spheroid(1.0), 1.0 / 3.0, 1e-12),
    ("2.3, Osborn 1945: prolate 2", lambda: spheroid(2.0), 0.17356, 5e-6),
    ("2.3, Osborn 1945: prolate 5", lambda: spheroid(5.0), 0.05582, 5e-6),
    ("2.3, Osborn 1945: prolate 10", lambda: spheroid(10.0), 0.02029, 5e-6),
    ("2.3, Osborn 1945: oblate 0.5", lambda: spheroid(0.5), 0.5272, 5e-5),
    ("2.3, Osborn 1945: oblate 0.1", lambda: spheroid(0.1), 0.8608, 5e-5),
    ("2.3, Osborn 1945: prolate 2 as a general ellipsoid", lambda: ellipsoid(2.0, 1.0, 1.0), 0.17356, 5e-6),
    *(
        (f"2.3, integral of J1: cylinder {aspect:g} axial", lambda g=aspect: cylinder_axial(g), n, 5e-6)
        for aspect, n in {
            0.01: 0.96504, 0.1: 0.79668, 0.2: 0.68017, 0.5: 0.47449, 0.9065: 0.33333, 1.0: 0.31158, 2.0: 0.18186,
            4.0: 0.09835, 10.0: 0.04119,
        }.items()
    ),
    ("2.3, trace: cylinder 1 transverse", lambda: cylinder_transverse(1.0), (1.0 - 0.31158) / 2.0, 5e-6),
    ("2.3, Aharoni 1998: cube", lambda: prism(1.0, 1.0, 1.0), 0.33333, 5e-6),
    ("2.3, Aharoni 1998: 1x1x2 along", lambda: prism(2.0, 1.0, 1.0), 0.19832, 5e-6),
    ("2.3, Aharoni 1998: 1x1x10 along", lambda: prism(10.0, 1.0, 1.0), 0.04573, 5e-6),
    ("2.3, Aharoni 1998: 5x5x1 across", lambda: prism(1.0, 5.0, 5.0), 0.69419, 5e-6),
    ("2.3, Aharoni 1998: 10x10x1 across", lambda: prism(1.0, 10.0, 10.0), 0.80508, 5e-6),
    # 1.1, 1.2, 1.3 references
    (
        "1.1, Shull 2000: nickel at 5 kOe, 298 K, A m2/kg",
        lambda: value_of("nickel", 298.0, 5000.0 * OERSTED), 54.94, 0.05,
    ),
    (
        "1.2, plotpy, Quantum Design: palladium, 0.26867 g at 10 kOe, emu",
        lambda: to_cgs(value_of("palladium", 298.0) * 0.26867e-3 * 1e4 * OERSTED, "A m2")[0], 1.4105e-2, 5e-7,
    ),
    (
        "1.2, Chen, Skumryev, Bozzo 2011: dysprosia at 298.15 K, m3/kg",
        lambda: value_of("dysprosia", 298.15), 3.003e-6, 5e-10,
    ),
    ("1.3, O2, N2 and Ar at 20 °C, 1 atm: air", air_susceptibility, 0.372e-6, 5e-10),
    (
        "1.3, Figgis and Nyholm 1958: Hg[Co(NCS)4] at 293.15 K, 1e-6 cm3/g",
        lambda: to_cgs(value_of("mercury-cobalt", 293.15), "m3/kg")[0] * 1e6, 16.43, 0.005,
    ),
    (
        "1.3, Figgis and Nyholm 1958: Hg[Co(NCS)4] at 298.15 K, 1e-6 cm3/g",
        lambda: to_cgs(value_of("mercury-cobalt", 298.15), "m3/kg")[0] * 1e6, 16.16, 0.005,
    ),
    ("1.3: Hg[Co(NCS)4] at 293.15 K, m3/kg", lambda: value_of("mercury-cobalt", 293.15), 2.066e-7, 3e-10),
    # 0.2, 0.3, 2.1 signal of the model coils: 4 x 1500 turns, R = 10 mm, x = ±15 mm, z = ±12 mm
    ("2.1, Biot-Savart: C, H/m3", lambda: coupling_at_centre(COILS), 4.24, 0.005),
    (
        "2.1: V rms of 3.47 mA m2 at 82 Hz, 1 mm, mV",
        lambda: 3.47 * signal_per_moment_v_rms(82.0, coupling_at_centre(COILS), 1e-3), 5.354, 1e-3,
    ),
    (
        "2.1: V peak of the same, mV",
        lambda: math.sqrt(2.0) * 3.47 * signal_per_moment_v_rms(82.0, coupling_at_centre(COILS), 1e-3), 7.57, 5e-3,
    ),
    ("0.2, Laplace: sum of the curvatures, 1/m2", lambda: sum(curvatures(COILS)), 0.0, 1e-3),
    ("0.2: sphere of 2.383 mm, %", lambda: over(Sphere(mm(2.383))), 0.0, 1e-6),
    ("0.2: sphere of 6 mm, %", lambda: over(Sphere(mm(6.0))), 0.0, 1e-6),
    (
        "0.2, Davis: cylinder with L/D = 0.866 along the vibration, %",
        lambda: over(Cylinder(mm(3.0), mm(3.0 * 0.866), "transverse", "axial")), 0.0, 0.01,
    ),
    (
        "0.2, Davis: cylinder with L/D = 0.866 along the field, %",
        lambda: over(Cylinder(mm(3.0), mm(3.0 * 0.866), "axial", "transverse")), 0.0, 0.01,
    ),
    (
        "0.2: film of 5 x 5 mm in the plane of field and vibration, %",
        lambda: over(Film(mm(5.0), mm(5.0), mm(1e-3), "length", "width")), 1.2, 0.05,
    ),
    (
        "0.2: film of 5 x 5 mm across the vibration, %",
        lambda: over(Film(mm(5.0), mm(5.0), mm(1e-3), "length", "thickness")), 2.0, 0.05,
    ),
    (
        "0.2: rod of 5 x 3 mm along the vibration, %",
        lambda: over(Cylinder(mm(3.0), mm(5.0), "transverse", "axial")), -1.5, 0.05,
    ),
    (
        "0.3: first harmonic at 1 mm, %",
        lambda: 100.0 * (effective_coupling(COILS, 1e-3) / coupling_at_centre(COILS) - 1.0), -0.25, 0.005,
    ),
    (
        "0.3: first harmonic at 2 mm, %",
        lambda: 100.0 * (effective_coupling(COILS, 2e-3) / coupling_at_centre(COILS) - 1.0), -1.0, 0.05,
    ),
    (
        "0.3: kappa_z a²/8 at 1 mm, %",
        lambda: 100.0 * curvatures(COILS)[2] * 1e-6 / 8.0, -0.25, 0.005,
    ),
    # 3.1, 3.2 Gouy's family
    ("3.1, CODATA 2018: mu_eff from CGS", lambda: MU_EFF_CGS_PREFACTOR, 2.8279, 5e-5),
    ("3.1, CODATA 2018: mu_eff from SI", lambda: MU_EFF_PREFACTOR, 797.73, 5e-3),
    (
        "3.1: mu_eff of chi T = 1 cm3 K/mol",
        lambda: effective_moment_bohr(from_cgs(1.0, "cm3/mol")[0] / 300.0, 300.0), 2.8279, 5e-5,
    ),
    ("3.1, Sherwood's manual: C_Bal", lambda: msb_calibration(1.005, 1019.0, 1025.0), 0.999, 5e-4),
    ("3.2: water, 0.5 cm2, 1 T, mg", lambda: milligrams(-9.04e-6), -19.1, 0.05),
    ("3.2, McRobbie: copper rod, mg", lambda: milligrams(-9.63e-6), -20.3, 0.05),
    ("3.2: aluminium rod, mg", lambda: milligrams(20.7e-6), 41.2, 0.05),
    (
        "3.2: Hg[Co(NCS)4] powder of 1.9 g/cm3, mg",
        lambda: milligrams(value_of("mercury-cobalt", 293.15) * 1900.0), 796.0, 1.0,
    ),
    ("3.2: the same at 0.5 T is a quarter", lambda: milligrams(20.7e-6, 0.5) / milligrams(20.7e-6), 0.25, 1e-12),
    (
        "3.1: top field of a tenth, relative",
        lambda: 1.0 - force(1e-5, 1e-4, 8e5, low_field_a_per_m=8e4) / force(1e-5, 1e-4, 8e5), 0.01, 1e-9,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected", "digits"), [pytest.param(*rest, id=name) for name, *rest in NUMBERS])
def test_number(found, expected, digits):
    assert found() == pytest.approx(expected, abs=digits)


# 4.1: the factors of m = m_ref (X/X_ref)..., as relative quantities about 1; half-widths are rectangular
def factor(u):
    return Quantity(1.0, u, "1")


KAPPA, OFF_CENTRE = 3.2e4, 0.3e-3
MOMENT = {
    "image": rectangular(1.0, 0.005),
    "geometry": rectangular(1.0, 0.02 * 0.20),
    "remount": factor(0.0020),
    "reference.moment": factor(0.5 * 0.01 / 3.47),
    "range_ratio": rectangular(1.0, 0.002),
    "noise": factor(0.0010),
    "background": factor(0.0010),
    "position.reference": rectangular(1.0, 0.5 * KAPPA * OFF_CENTRE**2),
    "position.sample": rectangular(1.0, 0.5 * KAPPA * OFF_CENTRE**2),
    "amplitude": rectangular(1.0, 0.001),
    "phase": rectangular(1.0, 1.0 - math.cos(math.radians(1.0))),
    "reference.temperature": rectangular(298.0, 1.0, "K"),
    "reference.field": rectangular(398e3, 0.01 * 398e3, "A/m"),
}
PRINTED_PERCENT = {
    "image": 0.289, "geometry": 0.231, "remount": 0.20, "reference.moment": 0.144, "range_ratio": 0.115, "noise": 0.10,
    "background": 0.10, "position.reference": 0.083, "position.sample": 0.083, "amplitude": 0.058,
    "reference.temperature": 0.027, "phase": 0.009,
}  # fmt: skip


def moment(x):
    """The reference's law at its field and temperature, times every other factor."""
    others = math.prod(value for name, value in x.items() if name not in ("reference.temperature", "reference.field"))
    law = MATERIALS["nickel-sphere"].value(x["reference.field"], x["reference.temperature"])
    return float(law) / 3.47e-3 * others


@pytest.mark.parametrize("name", PRINTED_PERCENT, ids=lambda name: f"4.1, model budget: {name}")
def test_line_of_the_moment_budget(name):
    lines = {c.name: abs(c.contribution) for c in propagate(moment, MOMENT).components}
    assert 100.0 * lines[name] == pytest.approx(PRINTED_PERCENT[name], abs=0.0006)


def test_moment_budget_4_1():
    found = propagate(moment, MOMENT)
    assert 100.0 * found.u == pytest.approx(0.50, abs=0.005)
    assert 200.0 * found.u == pytest.approx(1.0, abs=0.05)


def test_susceptibility_budget_4_1():
    # + volume (or mass) 0.5 % + field 0.5 %
    inputs = {**MOMENT, "volume": factor(0.005), "field": factor(0.005)}
    found = propagate(lambda x: moment({n: x[n] for n in MOMENT}) / x["volume"] / x["field"], inputs)
    assert 200.0 * found.u == pytest.approx(1.7, abs=0.05)


def test_absolute_gouy_budget_4_2():
    # water, 19 mg: field 0.5 %, bore 0.3 %, balance and blank 0.1 mg each, air 3 %, top field
    diameter = math.sqrt(4.0 * GOUY_AREA / math.pi)
    inputs = {
        "field": Quantity(TESLA, 0.005 * TESLA, "A/m"),
        "bore": Quantity(diameter, 0.003 * diameter, "m"),
        "balance": rectangular(-19.1 * MILLIGRAM, 0.1 * MILLIGRAM, "kg"),
        "blank": rectangular(0.0, 0.1 * MILLIGRAM, "kg"),
        "air": Quantity(air_susceptibility(), 0.03 * air_susceptibility()),
        "top": factor(0.0005),
    }

    def chi(x):
        slope = (x["balance"] - x["blank"]) * 9.80665 / (x["field"] ** 2 * x["top"])
        return susceptibility_from_slope(slope, math.pi / 4.0 * x["bore"] ** 2, air=x["air"])

    found = propagate(chi, inputs)
    difference = abs(found.value - air_susceptibility())
    lines = {c.name: 100.0 * abs(c.contribution) / difference for c in found.components}
    assert lines == pytest.approx(
        {"field": 1.0, "bore": 0.6, "balance": 0.30, "blank": 0.30, "air": 0.12, "top": 0.05}, abs=0.006
    )
    assert 200.0 * found.u / difference == pytest.approx(2.5, abs=0.05)


def test_relative_gouy_budget_4_2():
    # powder against Hg[Co(NCS)4]: two fills, 1.4 % together, fill height, calibrant, purity, repositioning, temperature
    inputs = {
        "fill": factor(0.014 / math.sqrt(2.0)), "fill.calibrant": factor(0.014 / math.sqrt(2.0)), "height": factor(0.0071), "calibrant": factor(0.005),
        "purity": factor(0.005), "repositioning": factor(0.003), "temperature": factor(0.0024),
    }  # fmt: skip
    found = propagate(lambda x: math.prod(x.values()) / x["fill.calibrant"] ** 2, inputs)
    assert 200.0 * found.u == pytest.approx(3.5, abs=0.05)
