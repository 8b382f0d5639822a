"""Temperature controllers Lake Shore 335 and 336: temperature at the sample, and its control.

What the manuals leave open, and what is done about it:

* ``KRDG?`` answers a number (zero, or an old one) also where there is no reading; ``RDGST?`` says so (manual: "see also RDGST?").
  Both are asked, the status behind the number: a reading that became bad in between is flagged, never taken.
* Bit 1 (2) of the status is not used by the 335 and 336; on the 340 it is "old reading", and so it is named here. Bits that the manuals do
  not explain make the reading unreadable.
* A set-point takes a moment until it reads back (qcodes' driver waits 0.5 s): it is asked again, up to 1 s.
* ``RAMP`` takes effect with the next set-point (manual), so it is sent first; the ramp begins at the old set-point.
* The set-point counts in the preferred unit of the controlling input. `control_to` refuses where that is not kelvin.

Nothing of the control is touched by `prepare`: who only measures leaves heater and set-point alone.

Source: 335 and 336 user's manuals, ch. 6; qcodes' and labmcp's drivers.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import IdentityError, LimitError, Link, RefusedError, TemperatureReading
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import number_or_none, parse_floats, parse_integers, parse_number

__all__ = ["ENTRIES", "IDENTITY_335", "IDENTITY_336", "LakeShore335"]

IDENTITY_335 = r"LSCI\s*,\s*MODEL335\b"
IDENTITY_336 = r"LSCI\s*,\s*MODEL336\b"

_FLAGS = ((1, "unreadable"), (2, "old"), (16, "underload"), (32, "overload"), (64, "no_sensor"), (128, "overload"))
_KNOWN_BITS = 1 | 2 | 16 | 32 | 64 | 128
_KELVIN, _CLOSED_LOOP = 1, 1
_RANGES = ("off", "low", "medium", "high")
_SET_POINT_LOOKS, _SET_POINT_LOOK_S = 10, 0.1
_SET_POINT_STEP_K = 0.001


class LakeShore335:
    """Driver of the 335 and the 336; satisfies the roles `Thermometer` and `TemperatureControl`.

    Parameters
    ----------
    link : Link
        The wire.
    channel : str
        Input of the sensor at the sample: ``"A"`` or ``"B"``, on the 336 also ``"C"`` or ``"D"``.
    output : int
        Output of the sample's heater, 1 or 2.
    max_temperature_k : float
        Highest set-point, K.
    heater : str, optional
        Range that the heater is switched to with a set-point: ``"low"``, ``"medium"`` or ``"high"``; left alone without it.
    """

    def __init__(
        self,
        link: Link,
        *,
        channel: str = "A",
        output: int = 1,
        max_temperature_k: float = 400.0,
        heater: str | None = None,
    ) -> None:
        if channel not in {"A", "B", "C", "D"}:
            raise ValueError(f"channel is {channel!r}; allowed are 'A', 'B', 'C', 'D'")
        if output not in {1, 2}:
            raise ValueError(f"output is {output!r}; allowed are 1 and 2")
        self._link = link
        self._channel = channel
        self._output = output
        self._highest_k = max_temperature_k
        if heater is not None and heater not in _RANGES:
            raise ValueError(f"heater is {heater!r}; allowed are {', '.join(_RANGES)}")
        self._heater = heater

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def heater_range(self) -> str:
        """Control the heater's range (1): ``"off"``, ``"low"``, ``"medium"``, ``"high"``."""
        return _RANGES[self._ask_integers(f"RANGE? {self._output}", 1, highest=3)[0]]

    @heater_range.setter
    def heater_range(self, value: str) -> None:
        if value not in _RANGES:
            raise ValueError(f"{self.name}: heater range {value!r} was asked for, allowed are {', '.join(_RANGES)}")
        command = f"RANGE {self._output},{_RANGES.index(value)}"
        self._link.write(command)
        if (found := self.heater_range) != value:
            raise RefusedError(command, f"it reads back {found}", instrument=self.name)

    @property
    def heater_share(self) -> float:
        """Get the heater's output as a share of its range (1, 0 to 1)."""
        return self._ask_number(f"HTR? {self._output}") / 100.0

    @property
    def set_point_k(self) -> float:
        """Get the set-point of the control (K)."""
        return self._ask_number(f"SETP? {self._output}")

    @property
    def ramping(self) -> bool:
        """Get whether the set-point is on its way (1)."""
        return bool(self._ask_integers(f"RAMPST? {self._output}", 1, highest=1)[0])

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        found = self._link.query("*IDN?")
        if not re.match(f"{IDENTITY_335}|{IDENTITY_336}", found.strip(), re.IGNORECASE):
            raise IdentityError("a Lake Shore 335 or 336", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Check that the input is switched on; changes nothing.

        Raises
        ------
        RefusedError
            Where it is disabled.
        """
        if self._input_setup()[0] == 0:
            reason = f"input {self._channel} is disabled; choose its sensor in the controller's menu"
            raise RefusedError(f"INTYPE? {self._channel}", reason, instrument=self.name)

    def read(self) -> TemperatureReading:
        """Measure the temperature (K); without a valid number its flags say why."""
        reply = self._link.query(f"KRDG? {self._channel}")
        time_s = self._link.clock.now()
        (status,) = self._ask_integers(f"RDGST? {self._channel}", 1, highest=255)
        flags = [flag for bit, flag in _FLAGS if status & bit]
        value = number_or_none(reply)
        if value is None or status & ~_KNOWN_BITS:
            flags.append("unreadable")
        if flags:
            return TemperatureReading(None, tuple(dict.fromkeys(flags)), time_s)
        return TemperatureReading(value, (), time_s)

    def control_to(self, temperature_k: float, rate_k_per_s: float | None = None) -> None:
        """Bring the sample to a temperature by the loop of this input and output; returns at once.

        A ramp begins at the set-point that was there before, which need not be the temperature now. The heater's range
        is left alone, unless the option `heater` names one.

        Parameters
        ----------
        temperature_k : float
            New set-point, K; sent to 1 mK.
        rate_k_per_s : float, optional
            Rate of the set-point, K/s (0.1 to 100 K/min, sent to 0.1 K/min); without it the set-point jumps.

        Raises
        ------
        LimitError
            Set-point beyond 0 K to the limit, or rate beyond what the controller does; nothing was sent.
        RefusedError
            The output does not control this input in kelvin, or a setting does not read back.
        """
        if not 0.0 <= temperature_k <= self._highest_k:
            raise LimitError("set-point", temperature_k, 0.0, self._highest_k, "K", instrument=self.name)
        rate_k_per_min = 0.0 if rate_k_per_s is None else 60.0 * rate_k_per_s
        if rate_k_per_s is not None and not 0.1 <= rate_k_per_min <= 100.0:
            raise LimitError("rate", rate_k_per_s, 0.1 / 60.0, 100.0 / 60.0, "K/s", instrument=self.name)
        self._check_loop()
        self._set_rate(rate_k_per_min)
        self._set_point(temperature_k)
        if self._heater is not None and self.heater_range != self._heater:
            self.heater_range = self._heater

    def close(self) -> None:
        """Release the link; the controller stays as it is, heater included."""
        self._link.close()

    def _input_setup(self) -> tuple[int, ...]:
        # sensor type, autorange, range, compensation, units
        return self._ask_integers(f"INTYPE? {self._channel}", 5, highest=9)

    def _check_loop(self) -> None:
        query = f"OUTMODE? {self._output}"
        mode, channel, _ = self._ask_integers(query, 3, highest=9)
        wanted = "ABCD".index(self._channel) + 1
        if mode != _CLOSED_LOOP or channel != wanted:
            reason = (
                f"output {self._output} is in mode {mode} with input {channel}; wanted are closed loop (1) and {wanted}"
            )
            raise RefusedError(query, reason, instrument=self.name)
        units = self._input_setup()[4]
        if units != _KELVIN:
            reason = f"the preferred unit of input {self._channel} is {units}; wanted is kelvin (1)"
            raise RefusedError(f"INTYPE? {self._channel}", reason, instrument=self.name)

    def _set_rate(self, rate_k_per_min: float) -> None:
        query = f"RAMP? {self._output}"
        if rate_k_per_min:
            command = f"RAMP {self._output},1,{rate_k_per_min:.1f}"
        else:
            found = parse_floats(query, self._link.query(query), 2, instrument=self.name)
            command = f"RAMP {self._output},0,{found[1]:.1f}"
        self._link.write(command)
        on, rate = parse_floats(query, self._link.query(query), 2, instrument=self.name)
        if on != bool(rate_k_per_min) or (rate_k_per_min and abs(rate - round(rate_k_per_min, 1)) > 0.05):
            raise RefusedError(command, f"it reads back {on:g},{rate:g}", instrument=self.name)

    def _set_point(self, temperature_k: float) -> None:
        command = f"SETP {self._output},{temperature_k:.3f}"
        self._link.write(command)
        found_k = self.set_point_k
        for _ in range(_SET_POINT_LOOKS):
            if abs(found_k - temperature_k) <= _SET_POINT_STEP_K:
                return
            self._link.clock.sleep(_SET_POINT_LOOK_S)
            found_k = self.set_point_k
        if abs(found_k - temperature_k) > _SET_POINT_STEP_K:
            raise RefusedError(command, f"the set-point reads back {found_k:.3f} K", instrument=self.name)

    def _ask_number(self, query: str) -> float:
        return parse_number(query, self._link.query(query), instrument=self.name)

    def _ask_integers(self, query: str, count: int, *, highest: int) -> tuple[int, ...]:
        return parse_integers(query, self._link.query(query), count, highest=highest, instrument=self.name)


_FACTS = (
    Fact("commands and formats", "manual", "335 and 336 user's manuals, ch. 6"),
    Fact("bits of RDGST?", "manual", "331, 335, 340 manuals; qcodes has the same"),
    Fact("KRDG? answers zero or an old number without a reading", "other driver", "labmcp; RDGST? is always asked"),
    Fact("a new set-point reads back late", "other driver", "qcodes waits 0.5 s; asked again up to 1 s"),
)
_OPTIONS = {
    "channel": Option("channel", "text", "input of the sensor at the sample", ("A", "B", "C", "D")),
    "output": Option("output", "integer", "output of the sample's heater, 1 or 2"),
    "max_temperature": Option("max_temperature_k", "temperature", "highest set-point"),
    "heater": Option("heater", "text", "range that a set-point switches the heater to", ("low", "medium", "high")),
}
ENTRIES = tuple(
    DriverEntry(
        name=f"lakeshore_{model}",
        role="thermometer",
        title=f"Lake Shore {model}",
        driver=LakeShore335,
        identity=identity,
        example=f"LSCI,MODEL{model},LSA12AB/#######,1.3",
        simulator=f"lakeshore_{model}",
        interfaces=("GPIB", "USB") if model == "335" else ("GPIB", "USB", "LAN"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(57600, 7, "odd", 1, pause_s=0.05),
        limits="by sensor; set-point rate 0.1 to 100 K/min",
        options=_OPTIONS,
        facts=_FACTS,
    )
    for model, identity in (("335", IDENTITY_335), ("336", IDENTITY_336))
)
