"""One line of the journal: what the instruments said at one steady state, before any correction."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HUNG_AGAIN", "MomentPoint", "WeightPoint"]

HUNG_AGAIN = "tube_hung_again"
"""Flag of the first weight after the tube was hung anew, with a zero and a clock of its own."""


@dataclass(frozen=True, slots=True)
class MomentPoint:
    """Readings of a VSM point.

    Field and current are means over the same window as X and Y. (Co)variances are those of single readings; standard
    uncertainties of the means (`u_...`) are from the noise density and the filter's autocorrelation, not var/n. `drift_x`
    is the rate of X within the window. `setting` is
    what else was set, as read back, in the unit of the plan's knob (None for nothing); `t_arrived_s` the end of the ramp.
    """

    index: int
    segment: int
    set_field_a_per_m: float
    set_current_a: float
    current_a: float
    field_a_per_m: float
    u_field_a_per_m: float
    n_field: int
    x_v_rms: float
    y_v_rms: float
    var_x_v2: float
    var_y_v2: float
    cov_xy_v2: float
    n: int
    n_effective: float
    u_x_v_rms: float
    u_y_v_rms: float
    drift_x_v_per_s: float
    u_drift_x_v_per_s: float
    frequency_hz: float
    sensitivity_v_rms: float
    time_constant_s: float
    filter_poles: int
    temperature_k: float
    setting: float | None
    t_arrived_s: float
    t_start_s: float
    t_end_s: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeightPoint:
    """Readings of a Gouy point. `mass_kg` is the mean apparent mass; `u_mass_kg` its type A standard uncertainty."""

    index: int
    segment: int
    set_field_a_per_m: float
    set_current_a: float
    current_a: float
    field_a_per_m: float
    u_field_a_per_m: float
    n_field: int
    mass_kg: float
    var_mass_kg2: float
    n: int
    u_mass_kg: float
    temperature_k: float
    t_start_s: float
    t_end_s: float
    flags: tuple[str, ...]
