"""Set the amplitude of the vibration by the generator's voltage, and read it by the sensor or by the operator's eye."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vsmdaq.campaigns.answers import ask
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.record import EventLog
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import BenchError, OperatorStep, SettlingError, VibrationDrive, Voltmeter

if TYPE_CHECKING:
    from typing import Any

    from vsmdaq.campaigns.session import Session

__all__ = ["AmplitudeKnob"]

SETTLE_S = 2.0
"""Time that the vibrator is given after a change of its drive."""

READINGS = 5
"""Readings of the sensor that are averaged."""

MOST_TRIES = 4 * READINGS


class AmplitudeKnob:
    """Sets amplitudes.

    Parameters
    ----------
    session, details, events
        Where, how, and the record.

    Raises
    ------
    InputError
        The bench has no generator for the vibrator, or no voltmeter at the sensor that the procedure counts on.
    """

    def __init__(self, session: Session, details: Amplitude, events: EventLog) -> None:
        bench = session.bench
        self._session, self._details, self._events = session, details, events
        drive: Any = bench.beside.get("vibrator")
        meter: Any = bench.beside.get("voltmeter") if details.sensor_v_per_m is not None else None
        lacking = [
            Problem(role, "none", f"a [{role}] table in the bench file")
            for role, found, needed in (
                ("vibrator", drive, True),
                ("voltmeter", meter, details.sensor_v_per_m is not None),
            )
            if needed and found is None
        ]
        if lacking:
            raise InputError(bench.spec.name, tuple(lacking))
        self._drive: VibrationDrive = drive
        self._meter: Voltmeter | None = meter

    def turn(self, amplitude_m: float) -> float:
        """Set an amplitude (m, peak); returns what sensor or operator read.

        Raises
        ------
        LimitError
            The drive is beyond what the generator or the vibrator takes; nothing was sent.
        BenchError
            From generator, meter or operator.
        """
        drive_v = self._set(amplitude_m)
        read_m = self._read(amplitude_m)
        self._events.record("amplitude", {"asked_m": amplitude_m, "drive_v_rms": drive_v, "read_m": read_m})
        return read_m

    def leave(self) -> None:
        """Set the amplitude of the bench file again: what is measured next relies on it."""
        nominal_m = self._session.bench.spec.amplitude_m.value
        try:
            drive_v = self._set(nominal_m)
        except BenchError as error:
            # the run's own outcome goes first; that the vibrator was not set back must still be seen
            text = f"the vibrator could not be set back to {nominal_m * 1e3:g} mm: {error}"
            self._session.tell(text)
            self._events.record("amplitude_left", {"text": text}, durable=True)
            return
        self._events.record("amplitude_left", {"asked_m": nominal_m, "drive_v_rms": drive_v})

    def _set(self, amplitude_m: float) -> float:
        """Frequency of the bench file, voltage in proportion, output on; returns the voltage as read back (V rms)."""
        drive, spec = self._drive, self._session.bench.spec
        drive.amplitude_v_rms = self._details.drive_v_rms * amplitude_m / spec.amplitude_m.value
        if abs(drive.frequency_hz - spec.vibration.frequency_hz.value) > 1e-6 * spec.vibration.frequency_hz.value:
            drive.frequency_hz = spec.vibration.frequency_hz.value
        if not drive.output_on:
            drive.output_on = True
        self._session.bench.clock.sleep(SETTLE_S)
        return drive.amplitude_v_rms

    def _read(self, asked_m: float) -> float:
        sensor = self._details.sensor_v_per_m
        if self._meter is None or sensor is None:
            text = (
                f"The vibration was set to {asked_m * 1e3:.4g} mm (peak). Read its amplitude and type it with its unit."
            )
            return ask(self._session, OperatorStep("read", "amplitude", text), "length", self._events)
        values: list[float] = []
        flags: set[str] = set()
        for _ in range(MOST_TRIES):
            self._session.check()
            reading = self._meter.read()
            flags.update(reading.flags)
            if reading.voltage_v is not None:
                values.append(reading.voltage_v)
            if len(values) == READINGS:
                return math.fsum(values) / READINGS / sensor.value
        raise SettlingError(
            f"{MOST_TRIES} readings of the amplitude sensor gave {len(values)} valid ones ({', '.join(sorted(flags))}).",
            timeout_s=0.0,
            instrument=self._meter.name,
        )
