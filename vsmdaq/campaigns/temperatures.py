"""Bring the sample to a temperature, by the thermometer's own loop or by the operator, and wait until it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.campaigns.answers import ask
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.record import EventLog
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import OperatorStep, SettlingError, TemperatureControl, Thermometer

if TYPE_CHECKING:
    from typing import Any

    from vsmdaq.campaigns.session import Session

__all__ = ["TemperatureKnob"]

LOOK_S = 1.0
"""Time between two looks at the thermometer."""


class TemperatureKnob:
    """Sets and awaits temperatures.

    Parameters
    ----------
    session, details, events
        Where, how, and the record.

    Raises
    ------
    InputError
        A controlled run on a bench whose thermometer cannot control.
    """

    def __init__(self, session: Session, details: Temperature, events: EventLog) -> None:
        self._session = session
        self._details = details
        self._events = events
        found: Any = session.bench.beside.get("thermometer")
        self._thermometer: Thermometer | None = found
        self._control: TemperatureControl | None = found if isinstance(found, TemperatureControl) else None
        if details.way == "controlled" and self._control is None:
            given = "none" if found is None else found.name
            problem = Problem(
                "thermometer", given, "one with a control loop of its own", 'Or choose way = "operator" or "drift".'
            )
            raise InputError(session.bench.spec.name, (problem,))

    def turn(self, temperature_k: float) -> float:
        """Bring the sample there; returns the last reading (K), or without a thermometer what the operator read.

        Raises
        ------
        SettlingError
            It does not stay within the tolerance for the dwell before the time-out.
        BenchError
            From controller or operator.
        """
        details = self._details
        if details.way == "controlled" and self._control is not None:
            self._control.control_to(temperature_k, details.rate_k_per_s)
        else:
            text = f"Bring the sample to {temperature_k:.2f} K."
            if self._thermometer is None:
                text += " When it is there, type its temperature with its unit (nothing: as asked)."
            step = OperatorStep("heat", f"{temperature_k:.3f} K", text)
            told_k = ask(self._session, step, "temperature", self._events, default=temperature_k)
            if self._thermometer is None:
                return told_k
        return self._await(temperature_k, self._thermometer or self._control)

    def _await(self, target_k: float, thermometer: Thermometer | None) -> float:
        details, bench = self._details, self._session.bench
        if thermometer is None:
            return target_k
        began_s = bench.clock.now()
        inside_s: float | None = None
        last = "no valid reading"
        while True:
            self._session.check()
            reading = thermometer.read()
            kelvin = reading.temperature_k
            if kelvin is None or abs(kelvin - target_k) > details.tolerance_k:
                inside_s = None
            elif inside_s is None:
                inside_s = reading.time_s
            last = ", ".join(reading.flags) if kelvin is None else f"{kelvin:.3f} K"
            if kelvin is not None and inside_s is not None and reading.time_s - inside_s >= details.dwell_s:
                waited_s = reading.time_s - began_s
                self._events.record("temperature", {"asked_k": target_k, "reached_k": kelvin, "after_s": waited_s})
                return kelvin
            if reading.time_s - began_s > details.timeout_s:
                raise SettlingError(
                    f"{target_k:.3f} K was asked for; after {details.timeout_s:g} s it does not stay within "
                    f"{details.tolerance_k:g} K of it, the last reading is {last}. "
                    "Is the heater's range on, and the temperature within its reach?",
                    timeout_s=details.timeout_s,
                    instrument=thermometer.name,
                )
            bench.clock.sleep(LOOK_S)
