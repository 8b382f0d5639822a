"""Waveform generators Keysight (Agilent) 33220A and 33500 series as drive of the vibrator: a sine on channel 1.

What the manuals leave open, and what is done about it:

* ``OUTP:LOAD`` only tells the generator what it drives. Told of 50 ohm (so after a reset) and connected to an amplifier's
  input of high resistance, it puts out twice the voltage that ``VOLT?`` says (manual). The option ``load`` says what is connected;
  `prepare` sets it and reads it back. It does not change what comes out, only what the numbers mean.
* Changing the load may change the unit of the amplitude to Vpp (manual of the 33500 series; the 33220A's is silent). So the load is
  set before the unit, and the unit is read back each time that an amplitude is set.
* A frequency or amplitude out of range is clipped and noted in the error queue (manual). Both are checked here before a
  byte is sent, and read back.
* `prepare` leaves output, frequency and amplitude as they are, so that a vibration that runs goes on.

Source: 33220A and 33500 series user's guides, remote interface chapters.
"""

from __future__ import annotations

import math
from typing import Literal

from vsmdaq_drivers.contracts import LimitError, Link, RefusedError
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.others.scpi import ask_word, identify, infinite, refusal, set_number, set_word
from vsmdaq_drivers.replies import parse_integers, parse_number

__all__ = ["ENTRIES", "IDENTITY_33220A", "IDENTITY_33500", "Keysight33220A"]

IDENTITY_33220A = r"(Agilent|Keysight)[^,]*,\s*33220A\b"
IDENTITY_33500 = r"(Agilent|Keysight)[^,]*,\s*335\d\d[AB]\b"

_LOWEST_HZ = 1e-6
_VPP_PER_V_RMS = 2.0 * math.sqrt(2.0)  # of a sine
_OFF_SWITCHES = ("BURS:STAT", "SWE:STAT", "AM:STAT", "FM:STAT")


class Keysight33220A:
    """Driver of the 33220A, and of channel 1 of the 33500 series; satisfies the role `VibrationDrive`.

    Parameters
    ----------
    link : Link
        The wire.
    load : str
        What is connected: ``"high"`` (an amplifier's input) or ``"50"`` (ohm).
    max_amplitude_v_rms : float, optional
        What amplifier and vibrator allow at the load, V rms; without it the generator's own limit.
    """

    def __init__(
        self, link: Link, *, load: Literal["high", "50"] = "high", max_amplitude_v_rms: float = math.inf
    ) -> None:
        self._link = link
        self._load = load
        # 20 Vpp without load, half of it into 50 ohm; 20 mVpp is the smallest of the 33220A
        share = 1.0 if load == "high" else 0.5
        self._lowest_v_rms = 0.020 * share / _VPP_PER_V_RMS
        self._highest_v_rms = min(20.0 * share / _VPP_PER_V_RMS, max_amplitude_v_rms)
        self._highest_hz = 20e6

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def frequency_hz(self) -> float:
        """Control the frequency (Hz, 1e-6 to 20e6)."""
        return parse_number("FREQ?", self._link.query("FREQ?"), instrument=self.name)

    @frequency_hz.setter
    def frequency_hz(self, value: float) -> None:
        if not _LOWEST_HZ <= value <= self._highest_hz:
            raise LimitError("frequency", value, _LOWEST_HZ, self._highest_hz, "Hz", instrument=self.name)
        set_number(self._link, "FREQ", f"{value:.6f}", unit="Hz", tolerance=1e-6 * max(1.0, value * 1e-3))

    @property
    def amplitude_v_rms(self) -> float:
        """Control the voltage at the load that was told (V rms, 7.1e-3 to 7.07 into a high resistance, half into 50 ohm)."""
        self._check_unit()
        return parse_number("VOLT?", self._link.query("VOLT?"), instrument=self.name)

    @amplitude_v_rms.setter
    def amplitude_v_rms(self, value: float) -> None:
        if not self._lowest_v_rms <= value <= self._highest_v_rms:
            raise LimitError("amplitude", value, self._lowest_v_rms, self._highest_v_rms, "V rms", instrument=self.name)
        self._check_unit()
        # four digits on display
        set_number(self._link, "VOLT", f"{value:.6f}", unit="V rms", tolerance=1e-3 * value)

    @property
    def output_on(self) -> bool:
        """Control whether the output is on (1)."""
        (found,) = parse_integers("OUTP?", self._link.query("OUTP?"), 1, highest=1, instrument=self.name)
        return bool(found)

    @output_on.setter
    def output_on(self, value: bool) -> None:
        set_number(self._link, "OUTP", str(int(value)), unit="", tolerance=0.0)

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identify(self._link, f"{IDENTITY_33220A}|{IDENTITY_33500}", "a Keysight 33220A or 33500")

    def prepare(self) -> None:
        """Tell it the load; sine without offset, burst, sweep or modulation, amplitude in V rms; verified. The output stays.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        self._set_load()
        set_word(self._link, "FUNC", "SIN")
        set_word(self._link, "VOLT:UNIT", "VRMS")
        set_number(self._link, "VOLT:OFFS", "0", unit="V", tolerance=1e-4)
        for switch in _OFF_SWITCHES:
            set_number(self._link, switch, "0", unit="", tolerance=0.0)

    def close(self) -> None:
        """Release the link; the generator stays as it is, output included."""
        self._link.close()

    def _set_load(self) -> None:
        command = "OUTP:LOAD INF" if self._load == "high" else "OUTP:LOAD 50"
        self._link.write(command)
        found = parse_number("OUTP:LOAD?", self._link.query("OUTP:LOAD?"), instrument=self.name)
        if not (infinite(found) if self._load == "high" else found == 50.0):
            raise refusal(self._link, command, f"it reads back {found:g} ohm")

    def _check_unit(self) -> None:
        unit = ask_word(self._link, "VOLT:UNIT?")
        if unit != "VRMS":
            reason = f"the amplitude is now in {unit}; was it changed at the front panel?"
            raise RefusedError("VOLT:UNIT VRMS", reason, instrument=self.name)


_FACTS = (
    Fact(
        "the load setting doubles or halves what VOLT means, not what comes out",
        "manual",
        "33500 series, output termination",
    ),
    Fact("OUTP:LOAD? answers 9.9E+37 for high resistance", "manual", "33120A and U2761A reference; same family"),
    Fact("changing the load may change the unit", "manual", "33500 series; load is set first, unit read back"),
    Fact("lowest amplitude 10 mVpp into 50 ohm", "assumed", "data sheet, remembered; read back after each setting"),
)
_OPTIONS = {
    "load": Option("load", "text", "what is connected: an input of high resistance, or 50 ohm", ("high", "50")),
    "max_amplitude": Option("max_amplitude_v_rms", "voltage", "what amplifier and vibrator allow, V rms"),
}
ENTRIES = tuple(
    DriverEntry(
        name=name,
        role="vibrator",
        title=title,
        driver=Keysight33220A,
        identity=identity,
        example=example,
        simulator=name,
        interfaces=("GPIB", "USB", "LAN"),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(),
        limits="1 µHz to 20 MHz, 20 mVpp to 20 Vpp without load",
        options=_OPTIONS,
        facts=_FACTS,
    )
    for name, title, identity, example in (
        (
            "keysight_33220a",
            "Keysight 33220A",
            IDENTITY_33220A,
            "Agilent Technologies,33220A,MY44012345,2.07-2.06-22-2",
        ),
        (
            "keysight_33500",
            "Keysight 33500 series",
            IDENTITY_33500,
            "Agilent Technologies,33511B,MY52101234,3.05-1.19-2.00-52-00",
        ),
    )
)
