"""Commands of a Danfysik: what each of them does and answers. A setting answers nothing, a refusal is a code."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from vsmdaq_sim.instruments.supplies.danfysik_8500.output import DanfysikOutput
from vsmdaq_sim.instruments.supplies.danfysik_8500.ramps import RampList

__all__ = ["COMMAND_ERROR", "DATA_ERROR", "INTERLOCK_ERROR", "LOCAL_ERROR", "DanfysikCommands", "RefusedLineError"]

COMMAND_ERROR, DATA_ERROR, LOCAL_ERROR, INTERLOCK_ERROR = 1, 2, 3, 4
_POWER_OFF, _NORMAL, _REVERSED, _SUM, _NOT_READY = 0, 1, 2, 9, 22
_MODEL_9100_MODE = 5  # I-mode
_QUESTIONS = frozenset(
    {"RA", "RR", "R1", "R2", "R3", "S1", "S1H", "S2", "AD", "ADCV", "CMD", "CMDSTATE", "PRINT", "VER"}
)
_CONTROL = frozenset({"REM", "LOC", "LOCK", "UNLOCK", "RLOCK", "ASW", "NASW"})
_SEQUENCES = frozenset({"WSA", "TS", "SYNC", "MULT", "CSS", "SLOW", "FAST", "STOP", "LALL"})
_ANSWERED = frozenset({"WA", "DA", "PO", "W1", "W2", "W3"})  # in answer mode
Handler = Callable[[str], str | list[str] | None]


class RefusedLineError(Exception):
    """A command is answered by an error line with this code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"error {code}")


class DanfysikCommands:
    """The table of commands.

    Parameters
    ----------
    output : DanfysikOutput
        The output stage.
    ramps : RampList
        The ramp list.
    dialect : str
        ``"8500"``, ``"8000"`` or ``"9100"``.
    full_scale_a : float
        Nominal current, A.
    prefixes : bool
        Put the channel before the value of ``AD``.
    print_lines : int
        Lines that ``PRINT`` gives.

    Attributes
    ----------
    control : str
        ``"REM"`` or ``"LOC"``.
    locked : bool
        Locked in local control at the panel.
    stale : int
        So many answers of the ADC are still to be marked ``E``.
    unmodelled : list of str
        Sequences that were accepted and do nothing.
    """

    def __init__(
        self,
        output: DanfysikOutput,
        ramps: RampList,
        *,
        dialect: str,
        full_scale_a: float,
        prefixes: bool,
        print_lines: int,
    ) -> None:
        self.control = "LOC"
        self.locked = False
        self.stale = 0
        self.unmodelled: list[str] = []
        self._output = output
        self._ramps = ramps
        self._dialect = dialect
        self._full_scale_a = full_scale_a
        self._prefixes = prefixes
        self._answers = False
        self._slew = {"W1": 0, "W2": 0, "W3": 0, "WR": 50}
        self._table: dict[str, Handler] = {
            "REM": self._take_remote,
            "LOC": partial(self._set_control, "LOC", locked=False),
            "LOCK": partial(self._set_control, "LOC", locked=True),
            "UNLOCK": self._unlock,
            "RLOCK": partial(self._set_control, "REM", locked=False),
            "CMD": lambda _: self.control,
            "CMDSTATE": lambda _: "LOCK" if self.locked else {"REM": "REMOTE", "LOC": "LOCAL"}[self.control],
            "ASW": partial(self._set_answers, wanted=True),
            "NASW": partial(self._set_answers, wanted=False),
            "PRINT": lambda _: [f"SYSTEM {dialect}", "V1.0A", "SN 1234567"][:print_lines],
            "VER": lambda _: ["", "SCC V1.13 Aug 10 2008"],
            "N": self._power_on,
            "F": self._power_off,
            "GOFF": self._power_off,
            "RS": lambda _: self._output.reset(),
            "PO": self._polarity,
            "DA": self._register,
            "WA": self._write_register,
            "RA": lambda _: f"{self._output.register:06d}",
            "AD": self._adc,
            "ADCV": lambda _: str(round(1000.0 * self._output.current_a())),
            "S1": lambda _: self.status(),
            "S1H": lambda _: f"{int(self.status().replace('!', '1').replace('.', '0'), 2):06X}",
            "S2": lambda _: ".",
            "RR": lambda _: f"RR {self._slew['WR']:03d}",
            "RAMPSET": lambda text: self._demand(accepted=self._ramps.configure(text)),
            "RAMP": self._ramp,
            "R": lambda text: self._demand(accepted=self._ramps.add(text)),
            **{name: partial(self._write_slew, name) for name in self._slew},
            **{f"R{n}": partial(self._read_slew, f"W{n}") for n in (1, 2, 3)},
        }

    def carry_out(self, line: str) -> list[str]:
        """Carry out one command; the lines that it is answered with.

        Raises
        ------
        RefusedLineError
            It is answered by an error line.
        LookupError
            Nobody knows it.
        """
        head, argument = _split(line)
        if head in _SEQUENCES:
            self.unmodelled.append(line)
            return []
        if head not in self._table:
            raise LookupError(line)
        asks = (
            head in _QUESTIONS | _CONTROL or (head == "PO" and not argument) or (head == "DA" and argument in {"0", ""})
        )
        if self.control == "LOC" and not asks:
            raise RefusedLineError(LOCAL_ERROR)
        found = self._table[head](argument)
        if found is None:
            return [line] if self._answers and head in _ANSWERED else []
        return found if isinstance(found, list) else [found]

    def status(self) -> str:
        """The 24 characters of ``S1``."""
        held = set(self._output.interlocks)
        held |= {_SUM} if held else set()
        held |= set() if self._output.powered else {_POWER_OFF, _NOT_READY}
        held |= {1: {_NORMAL}, -1: {_REVERSED}, 0: set[int]()}[self._output.polarity]
        held |= {_MODEL_9100_MODE} if self._dialect == "9100" else set()
        return "".join("!" if index in held else "." for index in range(24))

    # --- control -------------------------------------------------------------------------------------------------

    def _take_remote(self, _: str) -> None:
        if self.locked:
            raise RefusedLineError(LOCAL_ERROR)
        self.control = "REM"

    def _set_control(self, control: str, _: str, *, locked: bool) -> None:
        self.control, self.locked = control, locked

    def _unlock(self, _: str) -> None:
        self.locked = False

    def _set_answers(self, _: str, *, wanted: bool) -> None:
        self._answers = wanted

    def _demand(self, *, accepted: bool) -> None:
        if not accepted:
            raise RefusedLineError(DATA_ERROR)

    # --- output --------------------------------------------------------------------------------------------------

    def _power_on(self, _: str) -> None:
        if not self._output.power(on=True):
            raise RefusedLineError(INTERLOCK_ERROR)

    def _power_off(self, _: str) -> None:
        self._output.power(on=False)

    def _polarity(self, argument: str) -> str | None:
        if not argument:
            return {1: "+", -1: "-", 0: "N"}[self._output.polarity]
        if argument not in {"+", "-"}:
            raise RefusedLineError(DATA_ERROR)
        self._output.reverse(1 if argument == "+" else -1)
        return None

    def _register(self, argument: str) -> str | None:
        """``DA 0`` asks; ``DA 0,n`` and ``DA 0 n`` write."""
        channel, value = [*re.split(r"[ ,]+", argument, maxsplit=1), ""][:2]
        if channel not in {"0", ""}:
            raise RefusedLineError(DATA_ERROR)
        if not value:
            return f"0 {self._output.register}"
        self._write_register(value)
        return None

    def _write_register(self, text: str) -> None:
        self._demand(accepted=self._output.write(_integer(text)))

    def _ramp(self, argument: str) -> str | None:
        if argument == "R":
            self._ramps.start()
            return None
        if argument == "S":
            self._ramps.stop()
            return "STOPPED"
        raise RefusedLineError(DATA_ERROR)

    def _write_slew(self, name: str, text: str) -> None:
        value = _integer(text)
        self._demand(accepted=0 <= value <= 999_999)
        self._slew[name] = value
        self.unmodelled.append(f"{name} {text}")

    def _read_slew(self, name: str, _: str) -> str:
        return str(self._slew[name])

    # --- readings ------------------------------------------------------------------------------------------------

    def _adc(self, argument: str) -> str:
        per_ampere = 1e5 / self._full_scale_a if self._dialect == "8000" else 100.0
        values = {
            "0": 100.0 * self._output.current_a() / self._full_scale_a,
            "2": self._output.voltage_v(),
            "3": 150.0,
            "4": 150.0,
            "5": 50.0,
            "6": 100.0,
            "7": 10.0,
            "8": per_ampere * self._output.current_a(),
        }
        if argument not in values:
            raise RefusedLineError(DATA_ERROR)
        mark = "E" if self.stale > 0 else ""
        self.stale = max(self.stale - 1, 0)
        prefix = f"{argument} " if self._prefixes else ""
        return f"{prefix}{mark}{round(values[argument])}"


def _split(line: str) -> tuple[str, str]:
    """Head and argument; ``PO+`` and a bare ``+`` are ways to write ``PO +``."""
    if line in {"+", "-"}:
        return "PO", line
    match = re.fullmatch(r"([A-Za-z]+[0-9]?[A-Za-z]*)\s*(.*)", line)
    return (match[1].upper(), match[2].strip()) if match else (line, "")


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,7}", text):
        raise RefusedLineError(DATA_ERROR)
    return int(text)
