"""What is still to come after a linear ramp has passed a lag and a lock-in filter.

The set-point ramps by 1 in `ramp_s` and then stands. The field follows it with a first-order lag `tau_lag_s`, the lock-in
with `poles` RC stages of `tau_s` each. With e_k(t) what is left of a *step* behind the lag and k stages,

    e_k(t) = Q_k(t/tau) + exp(-t/tau_lag) (t/tau)^k phi_k(d t),    d = 1/tau - 1/tau_lag,
    phi_k(x) = integral_0^1 u^(k-1) exp(-x u) du/(k-1)!,           Q_k(y) = exp(-y) sum_{j<k} y^j/j!,

and its integral from t on, E_n = tau_lag e_0 + tau (e_1 + ... + e_n), the residual after a ramp is
(E_n(t) - E_n(t + ramp))/ramp. All terms are positive, so nothing cancels where the two time constants are (nearly) equal.
"""

from __future__ import annotations

import math
from functools import lru_cache

from vsmdaq.physics.lockin import check_poles

__all__ = ["ramp_residual", "settle_time_s"]

_STEP_LIKE = 1e-6  # a ramp this much shorter than the filter is taken as a step: an upper bound, off by < 1e-5


def ramp_residual(t_s: float, ramp_s: float, tau_lag_s: float, tau_s: float, poles: int) -> float:
    """Fraction of a ramp's total change that the filtered output still lacks.

    Parameters
    ----------
    t_s : float
        Time since the end of the ramp, s, >= 0.
    ramp_s : float
        Duration of the ramp, s; 0 for a step.
    tau_lag_s : float
        First-order lag of the field behind the current, s; 0 for none.
    tau_s : float
        Time constant of one stage of the lock-in, s; 0 for none.
    poles : int
        Number of stages; 0 for the field itself.

    Returns
    -------
    float
        Between 1 and 0, falling with `t_s`. Before the ramp everything is taken as settled.

    Raises
    ------
    ValueError
        A time is negative or not finite, or `poles` out of range.
    """
    _check(t_s, ramp_s, tau_lag_s, tau_s, poles)
    return _residual_and_slope(t_s, ramp_s, tau_lag_s, tau_s, poles)[0]


@lru_cache(maxsize=4096)
def settle_time_s(relative: float, ramp_s: float, tau_lag_s: float, tau_s: float, poles: int) -> float:
    """Time (s) after the end of a ramp until no more than `relative` of its change is left.

    Newton's method on the logarithm: the residual is log-concave, so every step lands on the longer side.

    Parameters
    ----------
    relative : float
        Fraction of the ramp's total change, >= 1e-12; 1 or more needs no wait.
    ramp_s, tau_lag_s, tau_s, poles
        As in `ramp_residual`.

    Returns
    -------
    float
        At least the exact time, by less than 1e-9 of it.

    Raises
    ------
    ValueError
        `relative` or a time out of range.
    """
    _check(0.0, ramp_s, tau_lag_s, tau_s, poles)
    if not relative >= 1e-12:
        raise ValueError(f"settling to {relative} of a ramp was asked for; allowed: 1e-12 or more")
    scale = tau_lag_s + poles * tau_s
    if scale == 0.0 or ramp_residual(0.0, ramp_s, tau_lag_s, tau_s, poles) <= relative:
        return 0.0
    time = scale
    for _ in range(100):
        left, slope = _residual_and_slope(time, ramp_s, tau_lag_s, tau_s, poles)
        step = math.log(left / relative) * left / slope
        time += step
        if abs(step) <= 1e-10 * time:
            break
    return time * (1.0 + 5e-10)  # rounding may have left it a hair short


def _check(t_s: float, ramp_s: float, tau_lag_s: float, tau_s: float, poles: int) -> None:
    check_poles(poles, smallest=0)
    for name, value in (("t_s", t_s), ("ramp_s", ramp_s), ("tau_lag_s", tau_lag_s), ("tau_s", tau_s)):
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{name} = {value} s was asked for; allowed: 0 or more, finite")


def _residual_and_slope(t_s: float, ramp_s: float, tau_lag_s: float, tau_s: float, poles: int) -> tuple[float, float]:
    """Residual and minus its time derivative (1/s)."""
    if tau_s == 0.0:
        poles = 0
    start = _step_residuals(t_s, tau_lag_s, tau_s, poles)
    scale = tau_lag_s + poles * tau_s
    if ramp_s <= _STEP_LIKE * scale or scale == 0.0:
        return start[-1], _step_slope(start, tau_lag_s, tau_s)
    end = _step_residuals(t_s + ramp_s, tau_lag_s, tau_s, poles)
    lag = tau_lag_s * (start[0] - end[0])
    filtered = tau_s * (sum(start[1:]) - sum(end[1:]))
    return (lag + filtered) / ramp_s, (start[-1] - end[-1]) / ramp_s


def _step_slope(residuals: list[float], tau_lag_s: float, tau_s: float) -> float:
    """Minus the derivative of the last residual: each stage falls as (e_k - e_{k-1})/tau."""
    if len(residuals) > 1:
        return (residuals[-1] - residuals[-2]) / tau_s
    return residuals[0] / tau_lag_s if tau_lag_s > 0.0 else math.inf


def _step_residuals(t_s: float, tau_lag_s: float, tau_s: float, poles: int) -> list[float]:
    """e_0 ... e_poles at t: what is left of a step behind the lag and k stages."""
    lag = math.exp(-t_s / tau_lag_s) if tau_lag_s > 0.0 else 0.0
    residuals = [lag]
    if poles == 0:
        return residuals
    y = t_s / tau_s
    stage = math.exp(-y)
    phis = _phi(y - t_s / tau_lag_s, lag, stage, poles) if tau_lag_s > 0.0 else [0.0] * poles
    term, total, scaled = stage, 0.0, 1.0
    for k in range(1, poles + 1):
        total += term
        term *= y / k
        scaled *= y
        residuals.append(total + scaled * phis[k - 1])
    return residuals


def _phi(x: float, lag: float, stage: float, poles: int) -> list[float]:
    """Values of exp(-t/tau_lag) phi_k(x) for k = 1 ... poles; `lag` = exp(-t/tau_lag), `stage` = exp(-t/tau) = lag exp(-x)."""
    if abs(x) > 4.0:  # upward: phi_{k+1} = (phi_k - exp(-x)/k!)/x
        values = [(lag - stage) / x]
        factorial = 1.0
        for k in range(1, poles):
            factorial *= k
            values.append((values[-1] - stage / factorial) / x)
        return values
    if x >= 0.0:  # exp(-x) sum_j x^j/(n+j)!
        term = stage / math.factorial(poles)
        top = term
        for j in range(1, 40):
            term *= x / (poles + j)
            top += term
            if term < 1e-17 * top:
                break
    else:  # sum_j |x|^j/(j! (n+j) (n-1)!)
        term = lag / math.factorial(poles - 1)
        top = term / poles
        for j in range(1, 40):
            term *= -x / j
            top += term / (poles + j)
            if term < 1e-17 * top:
                break
    values = [top]
    factorial = float(math.factorial(poles - 1))
    for k in range(poles - 1, 0, -1):  # downward: phi_k = x phi_{k+1} + exp(-x)/k!
        values.append(x * values[-1] + stage / factorial)
        factorial /= k
    values.reverse()
    return values
