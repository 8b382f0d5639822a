"""Runs whose points follow from formulas written here, reduced, as sources of reports in the shape of a standard."""

import dataclasses
import functools
import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.reduce.second_quadrant import reduce_second_quadrant
from vsmdaq.report.standard import STANDARDS, Source, standard_report
from vsmdaq.terms import Artefact, Component, Estimate, MomentPoint, Result

PER_VOLT = 0.64  # A m2 per V rms

BENCH = """
schema = 1
name = "bench one"
visa_library = "@py"
[supply]
driver = "lakeshore_643"
address = "GPIB0::12::INSTR"
[magnet]
max_current = "60 A"
max_rate = "10 A/s"
safe_rate = "10 A/s"
field_constant = "13.33333 kA/m per A ± 0.1 %"
lag = "0.10 s ± 2 %"
remanence = "1.5 kA/m"
[gaussmeter]
driver = "lakeshore_475"
address = "GPIB0::13::INSTR"
offset = "0 A/m ± 40 A/m"
gain = "1 ± 0.2 %"
[lockin]
driver = "sr830"
address = "GPIB0::8::INSTR"
noise = "7.25 nV/√Hz"
[vibration]
frequency = "83 Hz"
amplitude = "1.000 mm ± 0.5 %"
[operator]
driver = "operator"
address = "TCPIP0::operator::5025::SOCKET"
[environment]
temperature = "295.15 K ± 0.5 K"
gravity = "9.81 m/s2 ± 0.0005 m/s2"
air_susceptibility = "0.372e-6 ± 2 %"
[thermometer]
driver = "lakeshore_218"
address = "GPIB0::14::INSTR"
"""

LINEAR = """
kind = "palladium"
sample = "sample.toml"
[field]
rate = "10 A/s"
segments = [{ from = "100 kA/m", to = "-100 kA/m", steps = 20 }]
"""

LOOP = LINEAR.replace("palladium", "loop")

SAMPLE = """
name = "rod"
shape = "sphere"
diameter = "3.000 mm ± 0.2 %"
mass = "100.0 mg ± 0.1 %"
molar_mass = "106.42 g/mol"
"""

CERTIFICATE = "nickel-sphere: certificate 772a-31, traceable, NIST certificate of 1990"
TYPICAL = "nickel-sphere: typical, as remembered"


def volume_m3():
    return math.pi / 6.0 * 27e-9


def point(index, field, moment, temperature_k, flags=()):
    plain = {"float": 0.0, "float | None": None, "int": 1, "tuple[str, ...]": ()}
    point = MomentPoint(**{f.name: plain[f.type] for f in dataclasses.fields(MomentPoint)})
    return dataclasses.replace(
        point, index=index, set_field_a_per_m=field, set_current_a=field / 13333.0, field_a_per_m=field,
        u_field_a_per_m=5.0, x_v_rms=moment / PER_VOLT, u_x_v_rms=2e-9, u_y_v_rms=2e-9, frequency_hz=83.0,
        time_constant_s=0.03, filter_poles=4, temperature_k=temperature_k, t_start_s=float(index),
        t_end_s=index + 0.5, flags=tuple(flags),
    )  # fmt: skip


def artefact(kind, values, reference="", **conditions):
    return Artefact(
        kind,
        "2026-01-01T00:00:00+00:00",
        "bench one",
        conditions,
        values,
        reference,
        ((kind, "ab" * 32),),
        digest="cd" * 32,
    )


def artefacts(reference, *, dof=math.inf):
    moment = {
        "moment_per_volt": Estimate(PER_VOLT, "A m2/V", (Component("nickel.moment", 0.0018, dof=dof),)),
        "signal_angle": Estimate(0.0, "rad"),
    }
    background = {name: Estimate(0.0, "V" if name[1] == "0" else "V m/A") for name in ("x0", "y0", "x1", "y1")}
    fields = {"fields": 2, "field.0_a_per_m": -600e3, "field.1_a_per_m": 600e3}
    return {
        "moment": artefact("moment", moment, reference, frequency_hz=83.0, amplitude_m=1e-3, phase_deg=0.0),
        "background": artefact("background", background, phase_deg=0.0, centre_a_per_m=0.0, **fields),
    }


def linear_fields(largest=90e3, count=19):
    return np.linspace(largest, -largest, count)


def loop_fields(largest=600e3):
    outer, inner = np.linspace(largest, 160e3, 15), np.linspace(160e3, -160e3, 65)
    down = np.concatenate([outer[:-1], inner, -outer[::-1][1:]])
    return np.concatenate([down, -down[1:]])


def hard_moment(field):
    """A sphere of 3 mm: M = 50 kA/m tanh((H_applied ± 100 kA/m)/60 kA/m)."""
    side = np.where(np.diff(field, prepend=field[0] + 1.0) < 0.0, 1.0, -1.0)
    return 5e4 * volume_m3() * np.tanh((field + side * 100e3) / 60e3)


class Maker:
    """Builds sources; each keyword changes one thing of a run without deviations."""

    bench = BENCH

    def source(
        self, kind="palladium", *, chi=0.02, field=None, moment=None, sample=SAMPLE, bench=BENCH, reference=CERTIFICATE,
        temperature_k=296.15, without=(), drop=(), point_flags=None, dof=math.inf,
    ):  # fmt: skip
        field = np.asarray(field if field is not None else linear_fields() if kind == "palladium" else loop_fields())
        if moment is None:
            moment = chi / (1 + chi / 3) * volume_m3() * field if kind == "palladium" else hard_moment(field)
        temperatures = np.broadcast_to(temperature_k, field.shape)
        procedure = parse_procedure(LINEAR if kind == "palladium" else LOOP, Path("p.toml"))
        run = RunData(
            run_id="run-7", bench=parse_bench(bench, Path("bench.toml")), procedure=procedure,
            sample=parse_sample(sample, Path("sample.toml")),
            moment_points=tuple(
                point(i, float(h), float(m), float(t), (point_flags or {}).get(i, ()))
                for i, (h, m, t) in enumerate(zip(field, moment, temperatures, strict=True))
            ),
            artefacts={name: one for name, one in artefacts(reference, dof=dof).items() if name not in drop},
            without=frozenset(without),
        )  # fmt: skip
        reduction = reduce_run(run)
        result = Result(kind, "rod", field.size, 9.0, 0.1, reduction.flags, reduction.quantities)
        more, reasons = reduce_second_quadrant(run) if kind == "loop" else ({}, {})
        description = {
            "run_id": "run-7", "name": "weekly check", "started_utc": "2026-01-02T03:04:05+00:00", "vsmdaq": "0.1.0",
            "identities": {"supply": "LSCI,MODEL643,1,1.0", "lockin": "SRS,SR830,2,1.07"},
            "plan": {"digest": "0c" * 32}, "files": {"sample": sample, "bench": bench},
        }  # fmt: skip
        return Source(run, description, result, more, reasons)

    @functools.cached_property
    def loop(self):
        return self.source("loop")

    def report(self, standard="a342", kind="palladium", *, units="si", flags=(), **changes):
        source = self.loop if kind == "loop" and not changes else self.source(kind, **changes)
        result = dataclasses.replace(source.result, flags=(*source.result.flags, *flags))
        return standard_report(dataclasses.replace(source, result=result), STANDARDS[standard], units)


@pytest.fixture(scope="session")
def make():
    return Maker()


def codes_of(report):
    return [one.code for one in report.deviations]


@pytest.fixture
def codes():
    """Codes of a report's deviations."""
    return codes_of
