"""Runs whose points follow from formulas written here, without noise: a reduction must find what was put in.

Z = exp(i (37 deg - set phase)) (m + h H)/k + cross-talk exp(i (120 deg - set phase)),   reading = offset + gain H
"""

import cmath
import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample, parse_tube
from vsmdaq.reduce import RunData
from vsmdaq.terms import Artefact, Component, Estimate, MomentPoint, WeightPoint
from vsmdaq_configs import starter_set

PER_VOLT = 0.64  # A m2 per V rms
HOLDER_M3 = -2.0e-13
U_SIGNAL_V = 4e-9
PHASE_DEG = 37.0


class Made:
    """Builds runs from arrays; one instance stands for one bench."""

    def text(self, kind, name):
        return (Path(str(starter_set())) / kind / f"{name}.toml").read_text("utf-8")

    @property
    def bench(self):
        return parse_bench(self.text("benches", "simulated"), Path("bench.toml"))

    def sample(self, name, *edits):
        text = self.text("samples", name)
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return parse_sample(text, Path(f"{name}.toml"))

    def sample_text(self, text):
        return parse_sample(text, Path("sample.toml"))

    def tube(self, name="gouy-sample"):
        return parse_tube(self.text("samples", name), Path(f"{name}.toml"))

    def tube_text(self, text):
        return parse_tube(text, Path("tube.toml"))

    def procedure(self, kind):
        return parse_procedure(self.text("procedures", kind), Path(f"{kind}.toml"))

    def signal(self, field, moment, phase_deg, holder=HOLDER_M3):
        along = cmath.exp(1j * math.radians(PHASE_DEG - phase_deg))
        stray = 2.0e-6 * cmath.exp(1j * math.radians(120.0 - phase_deg))
        return along * (np.asarray(moment) + holder * np.asarray(field)) / PER_VOLT + stray

    def points(self, field, moment, *, phase_deg=PHASE_DEG, u_field=0.0, u_signal=U_SIGNAL_V, flags=None):
        """Points at applied fields (A/m) with moments (A m2); `flags` by index."""
        signal = self.signal(field, moment, phase_deg)
        return tuple(
            self.point(i, float(h), complex(z), u_field, u_signal, (flags or {}).get(i, ()))
            for i, (h, z) in enumerate(zip(field, signal, strict=True))
        )

    def point(self, index, field, signal, u_field=0.0, u_signal=U_SIGNAL_V, flags=()):
        return MomentPoint(
            index=index, segment=0, set_field_a_per_m=field, set_current_a=0.0, current_a=0.0, field_a_per_m=field,
            u_field_a_per_m=u_field, n_field=4, x_v_rms=signal.real, y_v_rms=signal.imag, var_x_v2=1e-16,
            var_y_v2=1e-16, cov_xy_v2=0.0, n=10, n_effective=8.0, u_x_v_rms=u_signal, u_y_v_rms=u_signal,
            drift_x_v_per_s=0.0, u_drift_x_v_per_s=4.0 * u_signal,
            frequency_hz=83.0, sensitivity_v_rms=1e-2, time_constant_s=0.03, filter_poles=4, temperature_k=295.15,
            setting=None, t_arrived_s=index - 0.5, t_start_s=float(index), t_end_s=index + 0.5, flags=tuple(flags),
        )  # fmt: skip

    def weights(self, field, masses, segment, *, u_mass=1e-9, u_field=0.0, first=0):
        return tuple(
            WeightPoint(
                index=first + i, segment=segment, set_field_a_per_m=h, set_current_a=0.0, current_a=0.0,
                field_a_per_m=h, u_field_a_per_m=u_field, n_field=4, mass_kg=m, var_mass_kg2=1e-16, n=10,
                u_mass_kg=u_mass, temperature_k=295.15, t_start_s=10.0 * (first + i), t_end_s=10.0 * (first + i) + 4.0,
                flags=(),
            )
            for i, (h, m) in enumerate(zip(map(float, field), map(float, masses), strict=True))
        )  # fmt: skip

    def run(self, kind, **data):
        return RunData(
            run_id=kind, bench=self.bench, procedure=self.procedure(kind), **{"phase_deg": PHASE_DEG, **data}
        )

    def artefact(self, kind, values, **conditions):
        return Artefact(kind, "2026-01-01T00:00:00+00:00", "reference", conditions, values, "", ((kind, ""),))

    def calibrations(self, *, u_relative=0.0, u_angle=0.0, phase_deg=PHASE_DEG):
        """Moment and background artefacts that are right, made at `phase_deg`."""
        turned = math.radians(PHASE_DEG - phase_deg)
        moment = {
            "moment_per_volt": Estimate(PER_VOLT, "A m2/V", (Component("nickel.moment", u_relative * PER_VOLT),)),
            "signal_angle": Estimate(turned, "rad", (Component("noise:nickel.angle", u_angle, noise=True),)),
        }
        at_centre = self.signal(0.0, 0.0, phase_deg)
        slope = self.signal(1.0, 0.0, phase_deg) - at_centre
        background = {
            "x0": Estimate(float(at_centre.real), "V"),
            "y0": Estimate(float(at_centre.imag), "V"),
            "x1": Estimate(float(slope.real), "V m/A"),
            "y1": Estimate(float(slope.imag), "V m/A"),
        }
        return {
            "moment": self.artefact("moment", moment, phase_deg=phase_deg),
            "background": self.artefact("background", background, phase_deg=phase_deg, centre_a_per_m=0.0),
        }


@pytest.fixture(scope="session")
def made():
    return Made()


def contributions(estimate):
    return {c.name: c.contribution for c in estimate.components}


@pytest.fixture
def lines():
    """Gives the contributions of an estimate by name."""
    return contributions
