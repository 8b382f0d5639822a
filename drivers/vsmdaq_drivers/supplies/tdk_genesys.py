"""TDK-Lambda Genesys: a unipolar supply with a polarity relay between it and the magnet, over RS-232 or RS-485.

The language is the one that all Genesys speak on their serial ports ("GEN"): ``ADR n`` first, every setting is acknowledged by
``OK`` or an error code. The supply has no ramp of its own in this language: the set-point is walked by `SoftwareRamp`, one step a
poll. It gives current of one sign; the other sign comes from a relay that reverses the magnet's leads, moved as `Reversal` says.

How the relay is driven is the bench's own wiring, so the bench file says it in words that are sent on the same wire:
``relay_normal``, ``relay_reversed`` and ``relay_query``, with the two replies that tell where it is. On a Genesys+ that is a programmable
signal (open drain, J1-21 or J1-20; the maker's own note shows them reversing a load through relays); its command stands in
the manual of the model. On the older Genesys, which has no such signal, it is an addressable relay module on the RS-485
line. A relay that cannot be asked is not supported. Wire an auxiliary contact to what is asked if you can: the state of a signal
says that the coil is driven, not that the contacts have moved.

What the manuals leave open, and what is done about it:

* ``PC?`` returns the text that was sent (manual), so it proves that the command arrived, and not what the output does. A ramp counts as
  done only when the *measured* current is within `accuracy_a` of the set-point.
* The step of the set-point is taken as 1 mA. The converter inside may be coarser; its width is not in the manual pages read.
* Whether ``MC?`` sees the current of a coil that free-wheels outside of the supply: it does not where the diode sits at the magnet. The relay
  therefore waits for `dwell_s` with the output off; make it longer than five times L/R of the magnet.
* With auto-restart the supply would put its last current back by itself after a mains failure, through a relay that may have
  dropped out meanwhile. `prepare` switches it off, and the service requests, which would come in between replies.
* Fold-back protection stays as it is: it trips when the supply changes to constant voltage, and is then named as a fault.
* The fault register of the Genesys+ has other bits from 7 on (manual); which of the two it is comes from the identity.
* An output that is off has neither CV nor CC set in ``SR`` (manual: ``OUT 0`` clears both).

Sources: Genesys user's manuals 750 W (83-507-013, 83-507-5002), 2400 W (83-517-000), 3300 W (83-503-001), chapter 7; Genesys+ GH and G
manuals, GEN commands and fault register; TDK-Lambda UK, "How to use the GENESYS+ programmable signals"; pymeasure tdk_base.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import (
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    Link,
    RefusedError,
    ReplyError,
    SupplyHandling,
    SupplyReading,
)
from vsmdaq_drivers.entry import CR, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import number_or_none
from vsmdaq_drivers.supplies.reversal import Reversal
from vsmdaq_drivers.supplies.reversal_parts import REVERSAL_OPTIONS, Look, ReversalTimes, Stage
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp
from vsmdaq_drivers.supplies.tdk_genesys_dialogue import RELAY_OPTIONS, GenesysDialogue, RelayWords, SwitchedGenesys
from vsmdaq_drivers.supplies.tdk_genesys_status import GenesysStatus, read_status

__all__ = ["ENTRIES", "IDENTITY", "TdkGenesys"]

_STEP_S = 0.1  # a step of the software ramp at least so often

IDENTITY = r"(?:TDK-)?LAMBDA\s*,\s*G(EN)?[A-Z]*([0-9.]+)-([0-9.]+)"

_RESOLUTION_A = 1e-3
_VOLTAGE_RESOLUTION_V = 1e-3
_SLOW_LOOK_S = 0.5


class TdkGenesys:
    """Driver of a Genesys with polarity relay; satisfies the role `FieldSupply`.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        What the magnet allows; narrowed by the rating in the identity once that was asked.
    relay_normal, relay_reversed : str
        Commands that put the relay where a positive set-point gives a positive current, and where it gives a negative one.
    relay_query : str
        Question where the relay is.
    relay_normal_reply, relay_reversed_reply : str
        Its answers.
    relay_reply : str
        What acknowledges a command to the relay; empty for nothing.
    address : int
        Address set on the supply, 0 to 30 (factory: 6).
    voltage_v : float, optional
        Voltage limit to set, V; None leaves the supply's own.
    zero_current_a : float
        The relay may move when the measured current is at most this, A.
    dwell_s, settle_s, patience_s : float
        See `ReversalTimes`.
    accuracy_a : float
        Accuracies of setting and of reading together, A.

    Notes
    -----
    `poll` costs one message (``STT?``), two more while it ramps (``PC``, ``PC?``), and every 0.5 s two more (relay, ``RMT?``).
    """

    def __init__(
        self,
        link: Link,
        limits: CurrentLimits,
        *,
        relay_normal: str,
        relay_reversed: str,
        relay_query: str,
        relay_normal_reply: str = "OFF",
        relay_reversed_reply: str = "ON",
        relay_reply: str = "OK",
        address: int = 6,
        voltage_v: float | None = None,
        zero_current_a: float = 0.1,
        dwell_s: float = 1.0,
        settle_s: float = 0.3,
        patience_s: float = 10.0,
        accuracy_a: float = 0.1,
    ) -> None:
        self._link = link
        self._limits = limits
        self._dialogue = GenesysDialogue(link)
        relay = RelayWords(
            relay_normal, relay_reversed, relay_query, relay_normal_reply, relay_reversed_reply, relay_reply
        )
        self._switched = SwitchedGenesys(self._dialogue, relay.checked(link.name))
        self._address = address
        self._voltage_v = voltage_v
        self._plus = False
        self._local = False
        self._slow_look_s: float | None = None
        for quantity, value, lowest, highest, unit in (
            ("address", float(address), 0.0, 30.0, ""),
            ("accuracy", accuracy_a, 1e-3, 10.0, "A"),
            ("voltage limit", 1.0 if voltage_v is None else voltage_v, 0.0, 1e3, "V"),
        ):
            if not lowest <= value <= highest:
                raise LimitError(quantity, value, lowest, highest, unit, instrument=link.name)
        ramp = SoftwareRamp(resolution_a=_RESOLUTION_A, accuracy_a=accuracy_a, readback_a=_RESOLUTION_A / 2)
        self._reversal = Reversal(self._switched, ramp, ReversalTimes(zero_current_a, dwell_s, settle_s, patience_s))
        self._handling = SupplyHandling(_STEP_S, dwell_s + patience_s, max(0.02, accuracy_a))

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s); the supply's rating counts once `identify` has found it."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A, 0.001)."""
        return _RESOLUTION_A

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._handling

    def identify(self) -> str:
        """Address the supply and ask for its identity, which carries its rating.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        addressed = self._dialogue.ask(f"ADR {self._address}")
        found = self._dialogue.ask("IDN?") if addressed == "OK" else addressed
        match = re.fullmatch(IDENTITY + r".*", found.strip(), re.IGNORECASE)
        rated_a = number_or_none(match[3]) if match else None
        if match is None or rated_a is None:
            raise IdentityError("a TDK-Lambda Genesys", found, instrument=self.name)
        self._plus = match[1] is None
        self._limits = CurrentLimits(min(self._limits.max_current_a, rated_a), self._limits.max_rate_a_per_s)
        return found

    def prepare(self) -> None:
        """Take control from the front panel, no auto-restart, no service requests; find the polarity. The current stays.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        InstrumentFaultError
            Where the supply reports a fault, or the relay is in neither position; nothing is cleared.
        """
        self._dialogue.set(f"ADR {self._address}")
        if self._dialogue.ask("RMT?").upper() not in {"REM", "LLO"}:
            self._dialogue.set_and_check("RMT REM", "RMT?", "REM")
        self._dialogue.set_and_check("AST OFF", "AST?", "OFF")
        self._dialogue.set_and_check("SENA 00", "SENA?", "00")
        self._dialogue.set_and_check("FENA 00", "FENA?", "00")
        self._local = False
        status = self._status()
        if self._voltage_v is not None:
            self._set_voltage(self._voltage_v, status)
        position = self._switched.read_polarity()
        faults = status.faults + (("polarity relay in neither position",) if position == 0 else ())
        if faults:
            raise InstrumentFaultError(faults, instrument=self.name)
        if self._voltage_v is None and status.voltage_limit_v == 0.0:
            reason = "its voltage limit is 0 V: no current can flow; set it, or options.voltage"
            raise RefusedError("PV", reason, instrument=self.name)
        self._reversal.found(self._look(status), position)
        self._slow_look_s = status.time_s

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp and return at once; the polls take its steps, through zero and the relay where the sign changes.

        Parameters
        ----------
        current_a : float
            New set-point, A; taken to 1 mA.
        rate_a_per_s : float
            Size of dI/dt, A/s.

        Raises
        ------
        LimitError
            Beyond what magnet or supply allow; nothing was sent.
        InstrumentFaultError
            The supply has a fault, or the relay is in neither position. A ramp to zero is possible all the same.
        """
        self._limits.check_current(current_a, instrument=self.name)
        self._limits.check_rate(rate_a_per_s, instrument=self.name)
        status = self._status()
        faults = status.faults + self._panel_faults()
        if faults and current_a != 0.0:
            raise InstrumentFaultError(faults, instrument=self.name)
        self._reversal.start(current_a, rate_a_per_s, self._look(status))

    def poll(self) -> SupplyReading:
        """Look at the supply and take the next step; see the notes of the class for what it costs."""
        status = self._status()
        if self._slow_look_s is None or status.time_s - self._slow_look_s >= _SLOW_LOOK_S:
            self._slow_look()
        self._reversal.advance(self._look(status))
        flags = ("compliance",) if status.limited and status.set_point_a > 0.0 else ()
        return SupplyReading(
            self._reversal.sign * status.size_a + 0.0,
            self._reversal.sign * self._reversal.size_set_point_a + 0.0,
            self._reversal.ramping(status.size_a),
            status.faults + self._panel_faults() + self._reversal.faults,
            flags,
            status.time_s,
        )

    def stop(self) -> None:
        """Stop a ramp where it is: the current stays; zero while the relay is at work, which is let come to its end."""
        self._reversal.hold()

    def close(self) -> None:
        """Release the link; the supply stays as it is, current and relay included."""
        self._link.close()

    # --- words -----------------------------------------------------------------------------------------------------

    def _set_voltage(self, voltage_v: float, status: GenesysStatus) -> None:
        command, found_v = f"PV {voltage_v:.3f}", self._dialogue.ask_number("PV?")
        if abs(found_v - voltage_v) <= _VOLTAGE_RESOLUTION_V:
            return
        if status.output_on and voltage_v < found_v:
            reason = f"not sent, the output is on with {found_v:g} V; a lower limit could change the current"
            raise RefusedError(command, reason, instrument=self.name)
        self._dialogue.set_number(command, "PV?", voltage_v, _VOLTAGE_RESOLUTION_V)

    def _status(self) -> GenesysStatus:
        reply = self._dialogue.ask("STT?")
        status = read_status(reply, self._link.clock.now(), plus=self._plus)
        if status is None:
            expected = "MV(..),PV(..),MC(..),PC(..),SR(hh),FR(hh)"
            raise ReplyError("STT?", reply, expected, instrument=self.name)
        return status

    def _slow_look(self) -> None:
        self._local = self._dialogue.ask("RMT?").upper() == "LOC"
        if self._reversal.stage is not Stage.SWITCHING:
            self._reversal.position_seen(self._switched.read_polarity())
        self._slow_look_s = self._link.clock.now()

    def _panel_faults(self) -> tuple[str, ...]:
        return ("front panel has taken control",) if self._local else ()

    def _look(self, status: GenesysStatus) -> Look:
        healthy = not status.faults and not self._local
        return Look(status.size_a, status.set_point_a, status.output_on, healthy, status.time_s)


ENTRIES = (
    DriverEntry(
        name="tdk_genesys",
        role="supply",
        title="TDK-Lambda Genesys with polarity relay",
        driver=TdkGenesys,
        identity=IDENTITY,
        example="LAMBDA,GEN40-38",
        simulator="tdk_genesys",
        interfaces=("RS-232",),
        bus=CR,
        serial_line=CR,
        serial=SerialSettings(9600, 8, "none", 1, pause_s=0.005),
        limits="as its model says (unipolar; ± by the relay), software ramp",
        options={
            **RELAY_OPTIONS,
            "address": Option("address", "integer", "address set on the supply, 0 to 30 (6)"),
            "voltage": Option("voltage_v", "voltage", "voltage limit to set; left as it is where missing"),
            **REVERSAL_OPTIONS,
            "accuracy": Option("accuracy_a", "current", "accuracy of setting and reading together (0.1 A)"),
        },
        facts=(
            Fact("commands, acknowledgement, error codes, STT? and both registers", "manual", "Genesys, ch. 7"),
            Fact("identity LAMBDA,GENX-Y with the rating", "manual", "Genesys 750 W to 3300 W, 7.7.4"),
            Fact("OUT 0 clears the CV and CC bits", "manual", "Genesys 750 W, table 7-3 (GOUT)"),
            Fact("fault bits of the Genesys+ from 7 on", "manual", "G and GH manuals, questionable group register"),
            Fact("5 ms between commands", "manual", "Genesys+ G30-170, 5.9"),
            Fact(
                "programmable signals reverse a load through relays", "manual", "TDK-Lambda UK, application note, 2018"
            ),
            Fact("RMT, AST, OUT answer LOC/REM/LLO and ON/OFF", "other driver", "pymeasure tdk_base"),
            Fact(
                "SR and FR of the Genesys+ in STT? are laid out as its fault register",
                "assumed",
                "not read in a manual",
            ),
            Fact("SENA? and FENA? answer two hexadecimal digits", "manual", "Genesys 3300 W, 7.10"),
        ),
    ),
)
