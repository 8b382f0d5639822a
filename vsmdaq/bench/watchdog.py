"""Whether what a magnet does is what was asked of it, and what its bench allows. Pure: readings in, errors out.

* Faults and interlocks that the supply reports.
* The current against the ramp that was asked for: not beyond the way from its beginning to its end, not faster than its rate,
  and at the set-point once the supply has said that it is there.
* The field against the current: field constant times current, within the uncertainties of the bench file, the yoke's remanence,
  the lag, and a share for what a constant cannot say (`WatchSpec.field_tolerance`). It finds a probe that fell out of the gap or sits
  the wrong way round. One reading is not believed alone: it is flagged; so many in a row are an error.
* Temperature and voltage of the magnet, where the bench file limits them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vsmdaq.formats.inputs import BenchSpec, InstrumentSpec
from vsmdaq_drivers.contracts import (
    FieldReading,
    InstrumentFaultError,
    SupplyReading,
    TemperatureReading,
    VoltageReading,
    WatchdogError,
)

__all__ = ["IMPLAUSIBLE", "Watchdog"]

CURRENT_SHARE = 0.01
"""Share of the largest current by which it may differ from what is expected: an arrived ramp of any driver is far nearer."""

RATE_SHARE = 0.05
"""A ramp may be ahead of its rate by this share of the way."""

BELIEVED = 3
"""So many readings in a row that contradict the current are an error; fewer are flagged."""

LAGS = 10.0
"""After so many time constants of its lag, and a second, the field has followed the current."""

IMPLAUSIBLE = "implausible"
"""Flag of a field reading that contradicts the current; it is left out."""


@dataclass(frozen=True, slots=True)
class _Ramp:
    """A ramp that was asked for: between which currents it began, where it ends (A), how fast (A/s), since when (s).

    `done_s` is when it was first seen to be done (s).
    """

    low_a: float
    high_a: float
    to_a: float
    rate_a_per_s: float
    since_s: float
    done_s: float | None = None


class Watchdog:
    """Judges the readings of one bench, one after the other.

    Parameters
    ----------
    spec : BenchSpec
        The bench file: limits, field constant, uncertainties.
    """

    def __init__(self, spec: BenchSpec) -> None:
        self._spec = spec
        self._tolerance_a = CURRENT_SHARE * spec.magnet.max_current_a
        self._ramp: _Ramp | None = None
        self._last_a: float | None = None
        self._implausible = 0
        self._flags: list[str] = []
        self.looked_s = -math.inf
        self.probe_away = False
        """The gaussmeter's probe is not in the gap: what it reads says nothing of the magnet."""

    @property
    def watches_temperature(self) -> bool:
        """Whether the bench file limits the temperature of the magnet."""
        return self._spec.watch.max_temperature_k is not None

    @property
    def watches_voltage(self) -> bool:
        """Whether the bench file limits the voltage at the magnet."""
        return self._spec.watch.max_voltage_v is not None

    def forget(self) -> None:
        """Expect nothing: somebody else has moved the magnet, or will."""
        self._ramp = None
        self._last_a = None
        self._implausible = 0

    def note(self, flag: str) -> None:
        """Keep a flag for the next point."""
        self._flags.append(flag)

    def noted(self) -> tuple[str, ...]:
        """Give the flags since the last point, each once, and forget them."""
        flags = tuple(dict.fromkeys(self._flags))
        self._flags.clear()
        return flags

    def ramp_asked(self, to_a: float, rate_a_per_s: float, now_s: float) -> None:
        """Expect a ramp to `to_a` (A) at `rate_a_per_s` (A/s) from where the current was last seen."""
        self._implausible = 0
        if self._last_a is None:
            self._ramp = None  # where it begins is not known
            return
        low_a = high_a = self._last_a
        if self._ramp is not None:  # the one before may not have been seen to its end
            before = self._reached_a(self._ramp, now_s)
            low_a, high_a = min(low_a, *before), max(high_a, *before)
        self._ramp = _Ramp(low_a, high_a, to_a, rate_a_per_s, now_s)

    def look_at_supply(self, reading: SupplyReading) -> None:
        """Judge a look at the supply.

        Raises
        ------
        InstrumentFaultError
            It reports a fault or an interlock.
        WatchdogError
            The current is not where it should be, or the supply's set-point is another one.
        """
        self.looked_s = reading.time_s
        self._last_a = reading.current_a
        if reading.faults:
            raise InstrumentFaultError(reading.faults, instrument=_named(self._spec.supply))
        ramp = self._ramp
        if ramp is None:
            return
        if not reading.ramping and ramp.done_s is None:
            ramp = self._ramp = replace(ramp, done_s=reading.time_s)
        low_a, high_a = self._reached_a(ramp, reading.time_s)
        low_a, high_a = low_a - self._tolerance_a, high_a + self._tolerance_a
        if not low_a <= reading.current_a <= high_a:
            raise WatchdogError(
                f"current on the way to {ramp.to_a:+.3f} A",
                reading.current_a,
                (low_a, high_a),
                "A",
                instrument=_named(self._spec.supply),
            )

    def look_at_field(self, reading: FieldReading) -> FieldReading:
        """Judge a reading of the gaussmeter; returns it, or one without value and a flag where it contradicts the current.

        Raises
        ------
        WatchdogError
            Several in a row contradict it.
        """
        field = reading.field_a_per_m
        ramp = self._ramp
        if field is None or ramp is None or self.probe_away:
            return reading
        low, high = self._allowed_field(ramp, reading.time_s)
        if low <= field <= high:
            self._implausible = 0
            return reading
        self._implausible += 1
        if self._implausible < BELIEVED:
            return replace(reading, field_a_per_m=None, flags=(*reading.flags, IMPLAUSIBLE))
        raise WatchdogError(
            f"field at {ramp.to_a:+.3f} A",
            field,
            (low, high),
            "A/m",
            instrument=_named(self._spec.gaussmeter),
            advice="Is the probe in the gap, and the right way round? See field_constant and [watch] in the bench file.",
        )

    def look_at_temperature(self, reading: TemperatureReading) -> None:
        """Judge the magnet's temperature. Raises WatchdogError where it is too hot, or cannot be read."""
        highest_k = self._spec.watch.max_temperature_k
        if highest_k is not None:
            who = self._spec.beside.get("thermometer", self._spec.supply)
            self._below(reading.temperature_k, highest_k, "temperature", "K", reading.flags, _named(who))

    def look_at_voltage(self, reading: VoltageReading) -> None:
        """Judge the voltage at the magnet. Raises WatchdogError where it is too high, or cannot be read."""
        highest_v = self._spec.watch.max_voltage_v
        if highest_v is not None:
            value = None if reading.voltage_v is None else abs(reading.voltage_v)
            self._below(value, highest_v, "voltage", "V", reading.flags, _named(self._spec.supply))

    def _below(
        self, value: float | None, highest: float, quantity: str, unit: str, flags: tuple[str, ...], who: str
    ) -> None:
        if value is None:
            unknown = f"{quantity} (no valid reading: {', '.join(flags) or 'no reason given'})"
            raise WatchdogError(unknown, math.nan, (0.0, highest), unit, instrument=who)
        if value > highest:
            raise WatchdogError(quantity, value, (0.0, highest), unit, instrument=who)

    @staticmethod
    def _reached_a(ramp: _Ramp, now_s: float) -> tuple[float, float]:
        """Lowest and highest current (A) that a ramp can have reached at a time."""
        if ramp.done_s is not None:
            return ramp.to_a, ramp.to_a
        gone_a = (1.0 + RATE_SHARE) * ramp.rate_a_per_s * max(now_s - ramp.since_s, 0.0)
        lowest_a = min(ramp.low_a, max(ramp.to_a, ramp.low_a - gone_a))
        highest_a = max(ramp.high_a, min(ramp.to_a, ramp.high_a + gone_a))
        return lowest_a, highest_a

    def _allowed_field(self, ramp: _Ramp, now_s: float) -> tuple[float, float]:
        """Lowest and highest reading of the field (A/m) that current, remanence, lag and uncertainties allow."""
        spec = self._spec
        lag_s = spec.magnet.lag_s
        followed_s = LAGS * (lag_s.value + 2.0 * lag_s.u) + 1.0
        ends_a = [ramp.to_a]
        if ramp.done_s is None or now_s < ramp.done_s + followed_s:
            ends_a += [ramp.low_a, ramp.high_a]
        constant, gain = spec.magnet.field_constant_per_m, spec.gaussmeter_gain
        fields = [constant.value * current_a for current_a in ends_a]
        largest = max(map(abs, fields))
        share = spec.watch.field_tolerance + 4.0 * math.hypot(constant.u / constant.value, gain.u / gain.value)
        offset = spec.gaussmeter_offset
        room = (
            share * largest + constant.value * self._tolerance_a + 2.0 * spec.magnet.remanence_a_per_m + 4.0 * offset.u
        )
        return (
            gain.value * min(fields) + offset.value - room,
            gain.value * max(fields) + offset.value + room,
        )


def _named(instrument: InstrumentSpec) -> str:
    """Driver and address, as in the messages of the driver itself."""
    return f"{instrument.driver} at {instrument.address}"
