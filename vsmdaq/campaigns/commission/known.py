"""How far the steps go, and what a step leaves for the next ones."""

from __future__ import annotations

from dataclasses import dataclass

from vsmdaq.bench import Bench

__all__ = ["Known", "Sizes"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Currents (A) and rates (A/s) of the steps, all well within the limits of magnet and supply.

    Attributes
    ----------
    first_a : float
        The first current: 1 A, or a twentieth of the limit where that is less.
    cycle_a : float
        Largest current of all: three tenths of the limit.
    slow_a_per_s : float
        Rate of the first ramps: a tenth of the limit.
    rate_a_per_s : float
        Rate of the later ones: the smaller of the limit and the rate on the way to zero.
    """

    first_a: float
    cycle_a: float
    slow_a_per_s: float
    rate_a_per_s: float

    @classmethod
    def of(cls, bench: Bench) -> Sizes:
        """Sizes for a bench."""
        limits = bench.supply.limits
        rate = min(limits.max_rate_a_per_s, bench.spec.magnet.safe_rate_a_per_s)
        return cls(
            first_a=min(1.0, 0.05 * limits.max_current_a),
            cycle_a=0.3 * limits.max_current_a,
            slow_a_per_s=0.1 * rate,
            rate_a_per_s=rate,
        )


@dataclass(slots=True)
class Known:
    """What was found so far and later steps need.

    Attributes
    ----------
    sigma_field_a_per_m : float
        Standard deviation of one reading of the field, A/m.
    field_sign : int
        +1 where a positive current gives a positive reading, -1 where a negative one, 0 where none was seen.
    lag_s, u_lag_s : float
        Lag of the field and its standard uncertainty, s: the bench file's until it is found.
    density_v_per_sqrt_hz : float
        Noise density: the bench file's until it is found.
    reference_locked : bool
        The lock-in has its reference.
    has_gaussmeter : bool
        The field is measured, not taken from a table of the current.
    """

    sigma_field_a_per_m: float
    field_sign: int
    lag_s: float
    u_lag_s: float
    density_v_per_sqrt_hz: float
    reference_locked: bool = True
    has_gaussmeter: bool = True
