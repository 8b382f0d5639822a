"""The field that stays when the current is zero."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_drivers.contracts import BenchError, Clock, Gaussmeter

__all__ = ["check_field"]

POLL_S = 0.5

PATIENCE_S = 5.0
"""The field lags the current; after this it is the yoke's."""


def check_field(
    clock: Clock, gaussmeter: Gaussmeter | None, remanence_a_per_m: float | None, report: Callable[[str], None]
) -> None:
    """Say what field stays; it gets a while to follow the current down.

    Parameters
    ----------
    clock : Clock
        Bench time.
    gaussmeter, remanence_a_per_m
        What reads it, and the largest field (A/m) that the yoke is expected to keep; nothing is said without either.
    report : callable
        Takes a line about what was found; a field that cannot be read is told of, not raised.
    """
    if gaussmeter is None or remanence_a_per_m is None:
        return
    deadline_s = clock.now() + PATIENCE_S
    while True:
        try:
            field = gaussmeter.read().field_a_per_m
        except BenchError as error:
            report(f"the remaining field could not be read: {error}")
            return
        if (field is not None and abs(field) <= remanence_a_per_m) or clock.now() > deadline_s:
            break
        clock.sleep(POLL_S)
    if field is None:
        report("the remaining field could not be read: no valid reading")
    elif abs(field) > remanence_a_per_m:
        report(f"field of {field / 1e3:+.2f} kA/m stays at zero current, more than {remanence_a_per_m / 1e3:.2f} kA/m")
    else:
        report(f"remaining field {field / 1e3:+.2f} kA/m, within the yoke's remanence")
