"""Danfysik System 8500 magnet supply, and its like (8000, 9100) by configuration: unipolar with a polarity switch inside.

Settings are not answered at all; what was wrong with one arrives later as a line ``?BEL text``, before the answer to the next
question. Every setting is therefore followed by a question, and such a line is taken for what it is.

The current is walked by `SoftwareRamp`, one step a poll: the slew and ramp commands differ between the models and their programs. The
polarity is switched as `Reversal` says, with the main power off (``F``), since the manual excerpts ask for zero current and no more;
the main contactor moves with it twice for each change of sign.

How the current is written and read differs from model to model; the option ``dialect`` chooses, see `danfysik_dialogue`.

What the sources leave open, and what is done about it:

* Units differ even within a dialect (one 8800 answers in mA where its manual says ppm): ``readback`` and ``readback_count`` put
  it right. Compare the current measured with a meter once, before you trust it.
* ``UNLOCK`` is for emergencies (manual): it takes the supply from somebody at its panel. It is sent only where the bench file
  says ``unlock = true``; some supplies are said to stay silent without it.
* Replies end with LF CR or CR alone, and may begin with the channel or the command: all of these are read.
* A value marked ``E`` is the last one before an error (manual): it is asked once more, then it is an error.
* "Not ready" (character 22 of ``S1``) is a flag: whether it is set during a ramp, or only with the power off, is not agreed.
* A 16-bit converter rounds the set-point to 15 ppm: so much may it differ when it is read back.

Sources: System 8500 software manual (command summary); SYS8X00 command reference of INFN; ISIS EPICS-ioc DFKPS_8500_status and its
emulators; pymeasure danfysik8500; exopy_hqc_legacy danfysik; Tango Danfysik_9100.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import (
    BenchError,
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    Link,
    RefusedError,
    SupplyHandling,
    SupplyReading,
)
from vsmdaq_drivers.entry import CR, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.supplies.danfysik_dialogue import DIALECTS, DanfysikDialogue, SwitchedDanfysik
from vsmdaq_drivers.supplies.danfysik_status import DanfysikStatus
from vsmdaq_drivers.supplies.reversal import Reversal
from vsmdaq_drivers.supplies.reversal_parts import REVERSAL_OPTIONS, Look, ReversalTimes
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp

__all__ = ["ENTRIES", "IDENTITY", "Danfysik8500"]

_STEP_S = 0.1  # a step of the software ramp at least so often

IDENTITY = r"SYSTEM\s*8[05]00\b"

_SLOW_LOOK_S = 0.5
_HIGHEST_COUNT = 999_999  # six digits
_CONVERTER = 1 / 65536


class Danfysik8500:
    """Driver of the 8500, 8000 and 9100; satisfies the role `FieldSupply`.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        What the magnet allows; narrowed by the full scale.
    full_scale_a : float
        Nominal current In of the unit, A.
    dialect : str
        ``"8500"``, ``"8000"`` or ``"9100"``.
    address : int, optional
        Address on a shared line, 0 to 255; None sends none.
    unlock : bool
        Send ``UNLOCK``.
    readback : str
        Question for the measured current.
    readback_count_a : float, optional
        What one count of its answer is worth, A; None as the dialect says.
    zero_current_a : float
        The polarity may be switched when the measured current is at most this, A.
    dwell_s, settle_s, patience_s : float
        See `ReversalTimes`.
    accuracy_a : float, optional
        Accuracies of setting and of reading together, A; None: two counts and 0.05 % of full scale.

    Notes
    -----
    `poll` costs three questions (current, ``S1``, set-point), while ramping two messages more, and ``CMD`` every 0.5 s.
    """

    def __init__(
        self,
        link: Link,
        limits: CurrentLimits,
        *,
        full_scale_a: float,
        dialect: str = "8500",
        address: int | None = None,
        unlock: bool = False,
        readback: str = "AD 8",
        readback_count_a: float | None = None,
        zero_current_a: float = 0.1,
        dwell_s: float = 1.0,
        settle_s: float = 0.3,
        patience_s: float = 10.0,
        accuracy_a: float | None = None,
    ) -> None:
        self._link = link
        for quantity, value, highest, unit in (
            ("full scale", full_scale_a, 1e4, "A"),
            ("accuracy", 1.0 if accuracy_a is None else accuracy_a, 10.0, "A"),
            ("count of the readback", 1.0 if readback_count_a is None else readback_count_a, 10.0, "A"),
        ):
            if not 0.0 < value <= highest:
                raise LimitError(quantity, value, 0.0, highest, unit, instrument=link.name)
        if address is not None and not 0 <= address <= 255:
            raise LimitError("address", address, 0, 255, "", instrument=link.name)
        if dialect not in DIALECTS:
            raise BenchError(
                f"dialect {dialect!r} is not known; allowed are {', '.join(DIALECTS)}.", instrument=link.name
            )
        self._dialect_name = dialect
        counts = DIALECTS[dialect].counts or round(1000.0 * full_scale_a)
        self._step_a = full_scale_a / counts
        self._limits = CurrentLimits(
            min(limits.max_current_a, min(_HIGHEST_COUNT, counts) * self._step_a), limits.max_rate_a_per_s
        )
        self._address = address
        self._unlock = unlock
        self._readback = readback
        own_count_a = full_scale_a / 1e5 if dialect == "8000" else 0.01
        self._count_a = own_count_a if readback_count_a is None else readback_count_a
        accuracy = 2 * self._count_a + 5e-4 * full_scale_a if accuracy_a is None else accuracy_a
        self._dialogue = DanfysikDialogue(link)
        self._switched = SwitchedDanfysik(self._dialogue, dialect, self._step_a)
        self._local = False
        self._slow_look_s: float | None = None
        ramp = SoftwareRamp(
            resolution_a=self._step_a,
            accuracy_a=accuracy,
            readback_a=max(0.5 * self._step_a, full_scale_a * _CONVERTER),
        )
        self._reversal = Reversal(self._switched, ramp, ReversalTimes(zero_current_a, dwell_s, settle_s, patience_s))
        self._handling = SupplyHandling(_STEP_S, dwell_s + patience_s, max(0.02, accuracy))

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s)."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A): a millionth of full scale, or 1 mA."""
        return self._step_a

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._handling

    def identify(self) -> str:
        """Ask for the status, by whose form such a supply is known, and for what it prints of itself.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        self._open_line()
        status = self._dialogue.ask("S1")
        if not re.fullmatch(r"[.!]{24}", status):
            raise IdentityError(
                f"a Danfysik System {self._dialect_name} with 24 status characters", status, instrument=self.name
            )
        return self._dialogue.printed() or f"S1 {status}"

    def prepare(self) -> None:
        """Take remote control, find polarity and set-point, and have no fault. The current stays.

        Raises
        ------
        RefusedError
            The supply stays in local control.
        InstrumentFaultError
            It reports a fault, or the polarity switch is in neither position; nothing is reset.
        """
        self._open_line()
        self._dialogue.send("NASW")
        self._dialogue.send("REM")
        if (found := self._dialogue.ask("CMD")) != "REM":
            raise RefusedError("REM", f"it stays {found}; see LOCK at its panel", instrument=self.name)
        self._local = False
        look, status = self._look()
        position = self._switched.read_polarity()
        faults = status.faults + (("polarity switch in neither position",) if position == 0 else ())
        if faults:
            raise InstrumentFaultError(faults, instrument=self.name)
        self._reversal.found(look, position)
        self._slow_look_s = look.time_s

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp and return at once; the polls take its steps, through zero and the switch where the sign changes.

        Parameters
        ----------
        current_a : float
            New set-point, A; taken to the supply's step.
        rate_a_per_s : float
            Size of dI/dt, A/s.

        Raises
        ------
        LimitError
            Beyond what magnet or supply allow; nothing was sent.
        InstrumentFaultError
            The supply has a fault, or the switch is in neither position. A ramp to zero is possible all the same.
        """
        self._limits.check_current(current_a, instrument=self.name)
        self._limits.check_rate(rate_a_per_s, instrument=self.name)
        look, status = self._look()
        faults = status.faults + self._panel_faults()
        if faults and current_a != 0.0:
            raise InstrumentFaultError(faults, instrument=self.name)
        self._reversal.start(current_a, rate_a_per_s, look)

    def poll(self) -> SupplyReading:
        """Look at the supply and take the next step; see the notes of the class for what it costs."""
        look, status = self._look()
        if self._slow_look_s is None or look.time_s - self._slow_look_s >= _SLOW_LOOK_S:
            self._local = self._dialogue.ask("CMD") != "REM"
            self._slow_look_s = look.time_s
        self._reversal.position_seen(status.polarity)
        self._reversal.advance(look)
        return SupplyReading(
            self._reversal.sign * look.size_a + 0.0,
            self._reversal.sign * self._reversal.size_set_point_a + 0.0,
            self._reversal.ramping(look.size_a),
            status.faults + self._panel_faults() + self._reversal.faults,
            status.flags,
            look.time_s,
        )

    def stop(self) -> None:
        """Stop a ramp where it is: the current stays; zero while the polarity is switched, which is let come to its end."""
        self._reversal.hold()

    def close(self) -> None:
        """Release the link; the supply stays as it is, current and polarity included."""
        self._link.close()

    # --- words -----------------------------------------------------------------------------------------------------

    def _open_line(self) -> None:
        if self._address is not None:
            self._dialogue.send(f"ADR {self._address:03d}")
        self._dialogue.send("ERRT")
        if self._unlock:
            self._dialogue.send("UNLOCK")

    def _look(self) -> tuple[Look, DanfysikStatus]:
        size_a = round(self._dialogue.ask_count(self._readback) * self._count_a, 9)
        time_s = self._link.clock.now()
        status = self._switched.status()
        set_point_a = self._switched.read_set_point()
        healthy = not status.faults and not self._local
        return Look(size_a, set_point_a, status.power_on, healthy, time_s), status

    def _panel_faults(self) -> tuple[str, ...]:
        return ("front panel has taken control",) if self._local else ()


ENTRIES = (
    DriverEntry(
        name="danfysik_8500",
        role="supply",
        title="Danfysik System 8500 / 8000 / 9100",
        driver=Danfysik8500,
        identity=IDENTITY,
        example="SYSTEM 8500",
        simulator="danfysik_8500",
        interfaces=("RS-232",),
        bus=CR,
        serial_line=CR,
        serial=SerialSettings(9600, 8, "none", 1),
        limits="as the unit says (unipolar; ± by its polarity switch), software ramp",
        options={
            "full_scale": Option("full_scale_a", "current", "nominal current In of the unit", required=True),
            "dialect": Option("dialect", "text", "how set-points are written (8500)", choices=tuple(DIALECTS)),
            "address": Option("address", "integer", "address on a shared line; none is sent where missing"),
            "unlock": Option("unlock", "boolean", "send UNLOCK, which takes the supply from its panel (false)"),
            "readback": Option("readback", "text", "question for the measured current (AD 8)"),
            "readback_count": Option("readback_count_a", "current", "what one count of its answer is worth"),
            **REVERSAL_OPTIONS,
            "accuracy": Option("accuracy_a", "current", "accuracy of setting and reading together"),
        },
        facts=(
            Fact(
                "no answer to settings; ?BEL before an error; N, F, PO, S1, RA, WA, AD, CMD",
                "manual",
                "SYS8X00 reference",
            ),
            Fact("24 characters of S1", "other driver", "pymeasure and ISIS agree, both from the 8500 appendix"),
            Fact("characters of S1 of the 9100", "other driver", "Tango Danfysik_9100 and ISIS agree"),
            Fact("DA 0,ppm and DA 0 on the 8500, AD 8 in 10 mA", "other driver", "pymeasure danfysik8500"),
            Fact("DA 0 and RA of the 9100 in mA", "other driver", "exopy_hqc_legacy, Tango Danfysik_9100"),
            Fact("error texts", "other driver", "traces in infn-epics/danfysik_sys8x00"),
            Fact("the polarity is switched with the main power off", "other driver", "infn-epics UNIMAG sequence"),
            Fact("set-points survive F, and N does not change them", "assumed", "zero is read back before N"),
        ),
    ),
)
