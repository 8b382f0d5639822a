"""Any bipolar current source with text commands and no ramp of its own: the bench file says what it is told and asked.

The driver guesses nothing. Limits, voltage limit, accuracy, step and readback are required; texts come from a preset, and
each may be replaced; an empty text means that the supply has no such command. A supply with a ramp of its own, or one that
needs a relay for the other polarity, wants its own driver.

What is checked whatever the preset: each set-point is read back within `readback`, not earlier than `readback_delay` after it was
sent; the output is on; the bits of the status word, where there is one.

Source: SCPI-99 vol. 2; Kepco BOP-MG operator manual, appendix B.
"""

from __future__ import annotations

import math
import re

from vsmdaq_drivers.contracts import CurrentLimits, IdentityError, LimitError, Link, SupplyHandling, SupplyReading
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.supplies.scpi_texts import PRESETS, TEXTS, commands_from, preset_bits
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp
from vsmdaq_drivers.supplies.stepped import SteppedSupply

__all__ = ["ENTRIES", "ScpiBipolar"]

_STEP_S = 0.1  # a step of the software ramp at least so often


class ScpiBipolar:
    """Driver of a bipolar supply by configuration; satisfies the role `FieldSupply`.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        What the magnet allows; narrowed by the supply's own.
    preset : str
        ``"scpi"``, ``"kepco_bop_mg"`` or ``"none"``.
    identity : str
        Regular expression that the beginning of the reply to ``*IDN?`` matches; ``""`` where the supply cannot say who it is.
    own_current_a, own_rate_a_per_s : float
        The supply's own limits, A and A/s.
    compliance_v : float
        Voltage limit that is set, V.
    compliance_readback_v : float
        Largest difference between the voltage limit sent and read back, V.
    resolution_a : float
        Step of the set-point, A.
    accuracy_a : float
        The current has arrived within this of the set-point, A: accuracies of setting and reading together.
    readback_a, readback_delay_s : float
        Largest difference between a set-point sent and read back (A), and the time before which it may not be asked (s).
    max_step_a : float
        Largest step of the set-point, A. Polled every 0.5 s, a ramp is no faster than twice this a second.
    limiting_bits, ignored_bits : int
        Bits of the status word that tell the voltage limit, and those that mean nothing. Every other one is a fault.
    set_current, set_voltage, ... error : str
        Texts that replace those of the preset; see `scpi_texts`.

    Raises
    ------
    LimitError
        A number is not positive, or not finite.
    BenchError
        A text is missing, or has not one ``{}`` where a number is sent.
    """

    def __init__(
        self,
        link: Link,
        limits: CurrentLimits,
        *,
        preset: str,
        identity: str,
        own_current_a: float,
        own_rate_a_per_s: float,
        compliance_v: float,
        compliance_readback_v: float,
        resolution_a: float,
        accuracy_a: float,
        readback_a: float,
        readback_delay_s: float,
        max_step_a: float = math.inf,
        limiting_bits: int | None = None,
        ignored_bits: int | None = None,
        set_current: str | None = None,
        set_voltage: str | None = None,
        current: str | None = None,
        voltage: str | None = None,
        measured_current: str | None = None,
        measured_voltage: str | None = None,
        output_on: str | None = None,
        output_off: str | None = None,
        output: str | None = None,
        clear: str | None = None,
        set_mode: str | None = None,
        mode: str | None = None,
        mode_reply: str | None = None,
        status: str | None = None,
        error: str | None = None,
    ) -> None:
        given = {
            "set_current": set_current,
            "set_voltage": set_voltage,
            "current": current,
            "voltage": voltage,
            "measured_current": measured_current,
            "measured_voltage": measured_voltage,
            "output_on": output_on,
            "output_off": output_off,
            "output": output,
            "clear": clear,
            "set_mode": set_mode,
            "mode": mode,
            "mode_reply": mode_reply,
            "status": status,
            "error": error,
        }
        self._link = link
        self._identity = identity
        self._check_numbers(
            ("current limit", own_current_a, "A"),
            ("rate limit", own_rate_a_per_s, "A/s"),
            ("compliance", compliance_v, "V"),
            ("compliance readback", compliance_readback_v, "V"),
            ("resolution", resolution_a, "A"),
            ("accuracy", accuracy_a, "A"),
            ("readback", readback_a, "A"),
        )
        self._check_numbers(("largest step", max_step_a, "A"), highest=math.inf)
        if not 0.0 <= readback_delay_s <= 2.0:
            raise LimitError("readback delay", readback_delay_s, 0.0, 2.0, "s", instrument=link.name)
        self._limits = limits.narrower(CurrentLimits(own_current_a, own_rate_a_per_s))
        self._resolution_a = resolution_a
        commands = commands_from(
            {**PRESETS[preset], **{name: text for name, text in given.items() if text is not None}},
            resolution_a=resolution_a,
            bits=preset_bits(preset, limiting=limiting_bits, ignored=ignored_bits),
            instrument=link.name,
        )
        ramp = SoftwareRamp(
            resolution_a=resolution_a,
            accuracy_a=accuracy_a,
            readback_a=readback_a,
            readback_delay_s=readback_delay_s,
            max_step_a=max_step_a,
        )
        self._supply = SteppedSupply(
            link,
            self._limits,
            commands,
            ramp,
            compliance_v=compliance_v,
            compliance_readback_v=compliance_readback_v,
            zero_a=accuracy_a,
        )
        self._handling = SupplyHandling(
            min(_STEP_S, max_step_a / self._limits.max_rate_a_per_s), 0.0, max(0.02, accuracy_a)
        )

    def _check_numbers(self, *numbers: tuple[str, float, str], highest: float = math.nextafter(math.inf, 0.0)) -> None:
        for quantity, value, unit in numbers:
            if not 0.0 < value <= highest:
                raise LimitError(quantity, value, 0.0, math.inf, unit, instrument=self._link.name)

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s; as the bench file says)."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A, as the bench file says)."""
        return self._resolution_a

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._handling

    def identify(self) -> str:
        """Ask for the identity; a supply that has none is not asked.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        if not self._identity:
            return ""
        found = self._link.query("*IDN?")
        if not re.match(self._identity, found.strip(), re.IGNORECASE):
            raise IdentityError(f"an identity like {self._identity!r}", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Current mode, known voltage limit, output on; a current that flows goes on flowing.

        Raises
        ------
        RefusedError
            A setting reads back as something else, or a current flows in another mode.
        InstrumentFaultError
            The supply reports a fault.
        """
        self._supply.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp from the measured current and return at once; `poll` makes its steps.

        Parameters
        ----------
        current_a : float
            New set-point, A; sent with as many digits as the resolution has.
        rate_a_per_s : float
            Size of dI/dt, A/s, as a mean over each step.

        Raises
        ------
        LimitError
            Beyond what magnet or supply allow; nothing was sent.
        InstrumentFaultError
            The supply reports a fault, and another current than zero was asked for.
        RefusedError
            A set-point reads back as something else.
        """
        self._supply.ramp_to(current_a, rate_a_per_s)

    def poll(self) -> SupplyReading:
        """Look at the supply and take the next step of the ramp; see `stepped` for what it costs."""
        return self._supply.poll()

    def stop(self) -> None:
        """Stop a ramp where it is; the current stays."""
        self._supply.stop()

    def close(self) -> None:
        """Release the link; the supply stays as it is, current included."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="scpi_bipolar",
        role="supply",
        title="Bipolar supply by configuration (SCPI)",
        driver=ScpiBipolar,
        identity="",
        example="",
        simulator="scpi_bipolar",
        interfaces=("GPIB", "RS-232", "USB", "LAN"),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(9600, pause_s=0.01),
        limits="as its options say; steps by the driver",
        options={
            "preset": Option("preset", "text", "where the texts come from", choices=tuple(PRESETS), required=True),
            "identity": Option(
                "identity", "text", "regular expression for the reply to *IDN?; empty for none", required=True
            ),
            "max_current": Option("own_current_a", "current", "the supply's own limit", required=True),
            "max_rate": Option("own_rate_a_per_s", "current rate", "the supply's own limit", required=True),
            "compliance": Option("compliance_v", "voltage", "voltage limit that is set", required=True),
            "compliance_readback": Option(
                "compliance_readback_v", "voltage", "it may read back this much off", required=True
            ),
            "resolution": Option("resolution_a", "current", "step of the set-point", required=True),
            "accuracy": Option("accuracy_a", "current", "the current has arrived within this", required=True),
            "readback": Option("readback_a", "current", "a set-point may read back this much off", required=True),
            "readback_delay": Option(
                "readback_delay_s", "time", "a set-point is not read back before this time is over", required=True
            ),
            "max_step": Option(
                "max_step_a", "current", "largest step; with two polls a second, twice this is the most A/s"
            ),
            "limiting_bits": Option("limiting_bits", "integer", "status bits that tell the voltage limit, as a sum"),
            "ignored_bits": Option("ignored_bits", "integer", "status bits that mean nothing, as a sum"),
            **{name: Option(name, "text", about) for name, about in TEXTS.items()},
        },
        facts=(
            Fact(
                "CURR, VOLT, OUTP, MEAS, SYST:ERR? of the preset scpi",
                "manual",
                "SCPI-99 vol. 2; each supply's own differ",
            ),
            Fact(
                "STAT:QUES:COND? bits 0 and 1 of the preset kepco_bop_mg", "manual", "Kepco BOP-MG, B.118 and table B-4"
            ),
            Fact("FUNC:MODE? answers 1 in current mode (preset kepco_bop_mg)", "other driver", "ISIS EPICS-kepco"),
            Fact("everything else", "assumed", "the bench file says it"),
        ),
    ),
)
