"""Kepco BOP with the digital card BIT 4886 (or 4882): bipolar, no ramp of its own; the driver steps it.

What the manual leaves open, and what is done about it:

* There is no ramp command: the set-point is stepped, see `software_ramp`. Between two steps the supply moves as fast
  as its voltage limit drives the magnet, so that `max_step` also bounds the jumps of the field.
* A set-point read back earlier than about 60 ms after it was sent is the old one (ISIS EPICS driver): it is read back
  with the first poll after 60 ms, and before the next step.
* What is read back is the calibrated value, ``1.39997E1`` for 14 (manual B.2): it may differ by 1.5 steps of the 16-bit converter
  and 1e-5.
* `FUNC:MODE?` answers 0 or 1, not the words that set it (manual; ISIS).
* Autoranging puts a spike on the output at a quarter of full scale (manual 4.1.1.2): full scale is fixed with ``CURR:RANG 1``,
  at zero current only, since a change of range may put one there as well.
* Which bits of ``STAT:QUES:COND?`` tell the voltage limit is not settled for this card: bits 0 (voltage error) and 1 (current
  error) both count as "compliance" in current mode. Both are also set for an instant after each step. The other
  names are those of the sister card BIT 232.
* ``OUTP OFF`` programs zero and remembers the set-point, ``OUTP ON`` brings it back at once (manual B.20): it is sent
  only after a set-point of 0 A has been read back, with no current flowing.
* The parser takes four digits before the point, and no error comes for what it does not take: numbers are sent as
  ``-12.3456``.
* ``DIAG:TST?`` drives the output to its maximum. It is never sent.
* RS-232 needs ``SYST:REM 1`` (manual B.87). It is sent where the link has no status byte, so not on GPIB.
* Accuracies of setting and reading are taken as 0.1 % of the rated current each (remembered): option `accuracy`.

Source: Kepco BIT 4886 operator manual (pages of revisions 2010, 2013 and 2022, as far as they were found), BIT 232 manual,
ISIS EPICS-kepco, pymeasure KepcoBOP3612.
"""

from __future__ import annotations

import math
import re

from vsmdaq_drivers.contracts import (
    BenchError,
    CurrentLimits,
    IdentityError,
    LimitError,
    Link,
    SupplyHandling,
    SupplyReading,
)
from vsmdaq_drivers.entry import CR_LF, LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp
from vsmdaq_drivers.supplies.stepped import SteppedSupply
from vsmdaq_drivers.supplies.supply_commands import Setting, SupplyCommands

__all__ = ["ENTRIES", "IDENTITY", "KepcoBop"]

_STEP_S = 0.1  # a step of the software ramp at least so often

IDENTITY = r"KEPCO\s*,"

_READBACK_DELAY_S = 0.06
_STEPS = 32768  # 16 bits, both polarities: steps of a rated value
_GRIDS_A = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2)
_DEFAULT_ACCURACY = 0.002  # of the rated current: 0.1 % for setting, 0.1 % for reading
_FAULT_BITS = ((3, "over temperature"), (9, "relay error"), (10, "overload"), (11, "power loss"))


_COMMANDS = SupplyCommands(
    set_current=lambda current_a: f"CURR {current_a:.4f}",
    set_voltage=lambda voltage_v: f"VOLT {voltage_v:.4f}",
    current="CURR?",
    voltage="VOLT?",
    measured_current="MEAS:CURR?",
    measured_voltage="MEAS:VOLT?",
    output_on="OUTP ON",
    output_off="OUTP OFF",
    output="OUTP?",
    on_replies=("1",),
    off_replies=("0",),
    first=("*CLS",),
    mode=Setting("FUNC:MODE CURR", "FUNC:MODE?", ("1",)),
    at_zero=(Setting("CURR:RANG 1", "CURR:RANG?", ("1",)),),
    status="STAT:QUES:COND?",
    limiting_bits=0b11,
    ignored_bits=0b110_0000_0000_0000,  # command warnings
    fault_bits=_FAULT_BITS,
    error="SYST:ERR?",
)


def _ratings(model: str, instrument: str) -> tuple[float, float]:
    """Rated voltage (V) and current (A) of a model, ``"36-12"``."""
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3}(?:\.\d)?)", model.strip())
    if not found or not float(found[1]) or not float(found[2]):
        raise BenchError(
            f"the option model is {model!r}; allowed are volts and amperes as on the front panel, such as '36-12'.",
            instrument=instrument,
        )
    return float(found[1]), float(found[2])


class KepcoBop:
    """Driver of the BOP; satisfies the role `FieldSupply`.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        What the magnet allows; narrowed by the supply's own rated current.
    model : str
        Rated volts and amperes as on the front panel: ``"36-12"``.
    compliance_v : float
        Voltage limit that is set, V (up to the rated voltage).
    max_step_a : float
        Largest step of the set-point, A. Polled every 0.5 s, a ramp is no faster than twice this a second.
    accuracy_a : float, optional
        The current has arrived within this of the set-point, A; 0.2 % of the rated current by default.

    Raises
    ------
    BenchError
        The model cannot be read.
    LimitError
        The compliance is not within the rated voltage, or step or accuracy are not positive.
    """

    def __init__(
        self,
        link: Link,
        limits: CurrentLimits,
        *,
        model: str,
        compliance_v: float,
        max_step_a: float = math.inf,
        accuracy_a: float | None = None,
    ) -> None:
        rated_v, rated_a = _ratings(model, link.name)
        accuracy_a = _DEFAULT_ACCURACY * rated_a if accuracy_a is None else accuracy_a
        for quantity, value, highest, unit in (
            ("compliance", compliance_v, rated_v, "V"),
            ("largest step", max_step_a, math.inf, "A"),
            ("accuracy", accuracy_a, rated_a, "A"),
        ):
            if not 0.0 < value <= highest:
                raise LimitError(quantity, value, 0.0, highest, unit, instrument=link.name)
        self._link = link
        self._model = model.strip()
        self._limits = limits.narrower(CurrentLimits(rated_a, math.inf))
        step_a = rated_a / _STEPS
        # a step that people write: with 0.0005 A, 12 A is a set-point; with 0.0004 A it is, but 1.1 A is none
        self._resolution_a = next(grid_a for grid_a in _GRIDS_A if grid_a >= step_a)
        ramp = SoftwareRamp(
            resolution_a=self._resolution_a,
            accuracy_a=accuracy_a,
            readback_a=1.5 * step_a + 1e-5 * rated_a,
            readback_delay_s=_READBACK_DELAY_S,
            max_step_a=max_step_a,
        )
        self._supply = SteppedSupply(
            link,
            self._limits,
            _COMMANDS,
            ramp,
            compliance_v=compliance_v,
            compliance_readback_v=1.5 * rated_v / _STEPS + 0.01 * rated_v,  # the limit channel has 8 bits or more
            zero_a=accuracy_a,
        )
        self._handling = SupplyHandling(
            min(_STEP_S, max_step_a / self._limits.max_rate_a_per_s), 0.0, max(0.02, accuracy_a)
        )

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s; at most the rated current)."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A; 16 bits, up to the next of 1, 2, 5)."""
        return self._resolution_a

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._handling

    def identify(self) -> str:
        """Ask for the identity; it holds the model.

        Raises
        ------
        IdentityError
            Where another instrument, or another model, answers.
        """
        found = self._link.query("*IDN?")
        wanted = rf"{IDENTITY}.*(?<![\d-]){re.escape(self._model)}(?![\d.-])"
        if not re.match(wanted, found.strip(), re.IGNORECASE):
            raise IdentityError(f"a Kepco BOP {self._model}", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Current mode, full scale, known voltage limit, output on; a current that flows goes on flowing.

        Raises
        ------
        RefusedError
            A setting reads back as something else, or a current flows in voltage mode.
        InstrumentFaultError
            The supply reports a fault.
        """
        if self._link.serial_poll() is None:
            self._link.write("SYST:REM 1")
        self._supply.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp from the measured current and return at once; `poll` makes its steps.

        Parameters
        ----------
        current_a : float
            New set-point, A; sent to 0.1 mA.
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
        name="kepco_bop",
        role="supply",
        title="Kepco BOP with BIT 4886",
        driver=KepcoBop,
        identity=IDENTITY,
        example="KEPCO,BIT 4886 36-12  08-04-2023,H249977,4.04-1.82",
        simulator="kepco_bop",
        interfaces=("GPIB", "RS-232"),
        bus=LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600, pause_s=0.01),
        limits="rated current and voltage of the model; steps by the driver",
        options={
            "model": Option("model", "text", 'rated volts and amperes as on the front panel: "36-12"', required=True),
            "compliance": Option("compliance_v", "voltage", "voltage limit that is set", required=True),
            "max_step": Option(
                "max_step_a", "current", "largest step; with two polls a second, twice this is the most A/s"
            ),
            "accuracy": Option(
                "accuracy_a", "current", "the current has arrived within this; 0.2 % of the rated current"
            ),
        },
        facts=(
            Fact("CURR, VOLT, OUTP, FUNC:MODE, MEAS, SYST:ERR?", "manual", "BIT 4886, appendix B"),
            Fact("FUNC:MODE? answers 0 (voltage) or 1 (current)", "manual", "BIT 4886 B.23; ISIS EPICS-kepco"),
            Fact("a set-point can be read back 60 ms after it was sent", "other driver", "ISIS EPICS-kepco"),
            Fact("OUTP ON brings back the set-point at once", "manual", "BIT 4886 B.20"),
            Fact("SYST:REM 1 on RS-232 only", "manual", "BIT 4886 B.87; ISIS sends it before each write"),
            Fact("CURR:RANG? answers 1 or 4", "other driver", "ISIS EPICS-kepco reads an integer"),
            Fact(
                "STAT:QUES:COND? bits 0 and 1: voltage and current error", "manual", "BIT 232 and BOP-MG; here assumed"
            ),
            Fact("STAT:QUES:COND? bits 3, 9, 10, 11 are faults", "assumed", "from the BIT 232 manual"),
            Fact("16 bits for the current, 0.1 % of full scale for setting and for reading", "assumed", "remembered"),
        ),
    ),
)
