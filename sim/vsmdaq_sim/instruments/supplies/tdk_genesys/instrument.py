"""TDK-Lambda Genesys on its serial port ("GEN" language), with a relay that reverses the magnet's leads.

Silent until ``ADR n`` names its address; then every setting is answered by ``OK`` or a code, every question by its text. CR ends a
line both ways. Upper and lower case, the repeat character, backspace and the optional checksum (sum of the characters, modulo
256, after ``$``) are as in the manual; ``OK`` to an empty line is not simulated, since the wire drops empty lines.

The relay hangs on the same wire; its commands are whatever the world file says. Moved under current or with the output on, its contacts are
damaged (`relay.damage`) and the supply trips (over voltage). Down-programming drives the current actively, which a real supply leaves
to L/R; at a set-point of 0 A and with the output off it runs down with L/R. Fold-back trips without its delay.

What the manuals leave open is an option of the world file: blanks in the reply to ``STT?``, the time that the status needs to show the
output, and whether a diode at the magnet hides its current from the supply (``freewheel_diode``).

Assumed: a fault leaves ``OUT?`` at OFF; settings by wire take control from the front panel.

Source: Genesys user's manuals, chapter 7.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.failures import magnet_off, supply_failures
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import MagnetPart, SimClock, WorldPort
from vsmdaq_sim.instruments.supplies.polarity_relay import PolarityRelay
from vsmdaq_sim.instruments.supplies.tdk_genesys.output import GenesysOutput
from vsmdaq_sim.instruments.supplies.tdk_genesys.settings import GenesysSettings
from vsmdaq_sim.instruments.supplies.tdk_genesys.words import (
    RefusedSettingError,
    checksum,
    digits,
    parse_hexadecimal,
    parse_one_of,
    parse_switch,
    without_backspaces,
)

__all__ = ["KINDS", "TdkGenesys"]

_RELAY_WORDS = {
    "relay_normal": "RELAY OFF",
    "relay_reversed": "RELAY ON",
    "relay_query": "RELAY?",
    "relay_normal_reply": "OFF",
    "relay_reversed_reply": "ON",
    "relay_reply": "OK",
}
_ADDRESS = re.compile(r"[0-9]{1,9}")
_OPTIONS = (
    "model",
    "address",
    *_RELAY_WORDS,
    "relay_travel_s",
    "relay_endures_a",
    "output_delay_s",
    "stt_blanks",
    "freewheel_diode",
)
_MODEL = re.compile(r"G(?:EN)?[A-Z]*([0-9.]+)-([0-9.]+)")
_REMOTE_MODES = {"0": "LOC", "1": "REM", "2": "LLO", "LOC": "LOC", "REM": "REM", "LLO": "LLO"}
_CV, _CC, _NO_FAULT, _FAULT, _AUTO_RESTART, _FOLD_ENABLED, _LOCAL = (1 << bit for bit in (0, 1, 2, 3, 4, 5, 7))
_FOLD = 1 << 3
_OVER_TEMPERATURE, _ENABLE_OPEN = 1 << 2, 1 << 7  # fault register


class TdkGenesys:
    """The supply's front end and the relay behind it, before the world's magnet.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``model`` (``"GEN40-38"``: its rating in V and A), ``address`` (6), the relay's words (``"RELAY OFF"``, ``"RELAY ON"``, ``"RELAY?"``,
        answered ``"OFF"`` and ``"ON"``, acknowledged ``"OK"``), ``relay_travel_s`` (0.05), ``relay_endures_a`` (0.1), ``output_delay_s``
        (0.02), ``stt_blanks`` and ``freewheel_diode`` (false).

    Attributes
    ----------
    relay : PolarityRelay
        The contacts; `relay.damage` tells what was done to them.
    output : GenesysOutput
        The output stage; `output.fail` breaks the supply.
    """

    def __init__(self, magnet: MagnetPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r"
        self._clock = clock
        self._model = str(options.get("model", "GEN40-38"))
        self._address = int(options.get("address", 6))
        rating = _MODEL.fullmatch(self._model)
        if rating is None or not 0 <= self._address <= 30:
            raise ValueError(
                f"tdk_genesys: model {self._model!r} at address {self._address}; allowed are models such as GEN40-38, 0 to 30"
            )
        self._rated_v, self._rated_a = float(rating[1]), float(rating[2])
        self._words = {key: str(options.get(key, word)) for key, word in _RELAY_WORDS.items()}
        self.relay = PolarityRelay(
            clock,
            travel_s=float(options.get("relay_travel_s", 0.05)),
            endures_a=float(options.get("relay_endures_a", 0.1)),
        )
        self.output = GenesysOutput(
            magnet,
            clock,
            self.relay,
            delay_s=float(options.get("output_delay_s", 0.02)),
            freewheel_diode=bool(options.get("freewheel_diode", False)),
        )
        self.output.on_fault = self._note_fault
        self._blank = " " if options.get("stt_blanks", False) else ""
        self._addressed = False
        self._last = ""
        self._remote = "LOC"
        self._registers = {"FENA": 0, "SENA": 0, "FEVE": 0, "SEVE": 0}
        self._requests = 0
        self._settings = GenesysSettings(self._rated_v, self._rated_a)
        self._queries = self._query_table()
        self._commands = self._command_table()

    def _query_table(self) -> dict[str, Callable[[], str]]:
        return {
            "IDN?": lambda: f"LAMBDA,{self._model}",
            "REV?": lambda: "1U2K:4.2",
            "SN?": lambda: "10A-0001234",
            "DATE?": lambda: "2019/05/14",
            "RMT?": lambda: self._remote,
            "MDAV?": lambda: "0",
            "MS?": lambda: "1",
            "MV?": lambda: digits(self.output.voltage_v(), self._rated_v),
            "MC?": lambda: digits(self.output.current_a(), self._rated_a),
            "MODE?": self.output.mode,
            "DVC?": lambda: ",".join(self._shown(name) for name in ("MV", "PV", "MC", "PC", "OVP", "UVL")),
            "STT?": lambda: f",{self._blank}".join(
                f"{name}({self._shown(name)})" for name in ("MV", "PV", "MC", "PC", "SR", "FR")
            ),
            "OUT?": lambda: "ON" if self.output.enabled else "OFF",
            "STAT?": lambda: f"{self._status():02X}",
            "FLT?": lambda: f"{self.output.faults:02X}",
            **{f"{name}?": partial(self._query_register, name) for name in self._registers},
            **{f"{name}?": partial(self._settings.texts.__getitem__, name) for name in self._settings.texts},
        }

    def _command_table(self) -> dict[str, Callable[[str], None]]:
        return {
            **self._settings.rules,
            **{name: partial(self._set_and_drive, self._settings.rules[name]) for name in ("PV", "PC")},
            "OUT": self._set_output,
            "RMT": self._set_remote,
            "FENA": lambda text: self._registers.update(FENA=parse_hexadecimal(text)),
            "SENA": lambda text: self._registers.update(SENA=parse_hexadecimal(text)),
            "OVM": lambda text: _plain(text, self._settings.open_over_voltage),
            "FBDRST": lambda text: _plain(text, lambda: self._settings.set_fold_delay("0")),
            "CLS": lambda text: _plain(text, lambda: self._registers.update(FEVE=0, SEVE=0)),
            "RST": lambda text: _plain(text, self._reset),
            "SAV": lambda text: _plain(text, self._settings.save),
            "RCL": lambda text: _plain(text, self._recall),
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one line."""
        text = without_backspaces(message).strip()
        self._last = text = self._last if text == "\\" else text
        body, dollar, given = text.partition("$")
        if dollar and given.upper() != checksum(body):
            reply: str | None = "C04" if self._addressed else None
        else:
            reply = self._answer(body.strip())
        if not reply:
            return []
        return [f"{reply}${checksum(reply)}" if dollar else reply]

    def _answer(self, text: str) -> str | None:
        name, _, argument = text.partition(" ")
        name, argument = name.upper(), argument.strip()
        if name == "ADR":
            self._addressed = bool(_ADDRESS.fullmatch(argument)) and int(argument) == self._address
        if not self._addressed:
            return None
        if name == "ADR":
            return "OK"
        if self._settings.texts["FLD"] == "ON" and self.output.mode() == "CV":
            self.output.fail(_FOLD)  # looked at when the supply is asked something
        return self._relay_answer(text) if text in self._words.values() else self._command_answer(name, argument, text)

    def _relay_answer(self, text: str) -> str:
        words = self._words
        if text == words["relay_query"]:
            return {1: words["relay_normal_reply"], -1: words["relay_reversed_reply"], 0: "MOVING"}[self.relay.position]
        if text not in {words["relay_normal"], words["relay_reversed"]}:
            return "C01"
        self.output.move_relay(1 if text == words["relay_normal"] else -1)
        return words["relay_reply"]

    def _command_answer(self, name: str, argument: str, text: str) -> str:
        if name in self._queries and not argument:
            return self._queries[name]()
        if name not in self._commands:
            self.unknown.append(text)
            return "C01"
        try:
            self._commands[name](argument)
            if name == "FBD":
                self.unmodelled.append(text)
        except RefusedSettingError as refusal:
            return refusal.code
        return "OK"

    def poll(self) -> list[Reply]:
        """Send the service requests that are due."""
        requests, self._requests = self._requests, 0
        self.next_event_s = math.inf
        return [f"!{self._address:02d}"] * requests

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """A serial instrument has none; MAV for interfaces that ask."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - by wire only, as a message
        """Its service requests are messages."""
        return False

    def device_clear(self) -> None:
        """Nothing is in progress that it would end."""

    def trigger(self) -> None:
        """No trigger function."""

    # --- settings -----------------------------------------------------------------------------------------------

    def _set_and_drive(self, rule: Callable[[str], None], text: str) -> None:
        rule(text)
        self._drive()

    def _set_output(self, text: str) -> None:
        if not self.output.switch(on=parse_switch(text)):
            raise RefusedSettingError("E07")
        self._drive()

    def _set_remote(self, text: str) -> None:
        self._remote = _REMOTE_MODES[parse_one_of(text, tuple(_REMOTE_MODES))]

    def _drive(self) -> None:
        self._remote = "REM" if self._remote == "LOC" else self._remote
        self.output.set_a, self.output.set_v = self._settings.set_a, self._settings.set_v
        self.output.drive()

    def _reset(self) -> None:
        self._remote = "REM"
        self.output.switch(on=False)
        self._settings.reset()
        self._drive()

    def _recall(self) -> None:
        self._settings.recall()
        self._drive()

    # --- status --------------------------------------------------------------------------------------------------

    def _note_fault(self, news: int) -> None:
        enabled = news & self._registers["FENA"]
        summary = _FAULT & self._registers["SENA"] if news else 0
        self._registers["FEVE"] |= enabled
        self._registers["SEVE"] |= summary
        if enabled or summary:
            self._requests += 1
            self.next_event_s = self._clock.now()

    def _query_register(self, name: str) -> str:
        word = self._registers[name]
        if name in {"FEVE", "SEVE"}:
            self._registers[name] = 0
        return f"{word:02X}"

    def _status(self) -> int:
        word = {"OFF": 0, "CV": _CV, "CC": _CC}[self.output.mode()]
        word |= _FAULT if self.output.faults else _NO_FAULT
        word |= _AUTO_RESTART if self._settings.texts["AST"] == "ON" else 0
        word |= _FOLD_ENABLED if self._settings.texts["FLD"] == "ON" else 0
        return word | (_LOCAL if self._remote == "LOC" else 0)

    def _shown(self, name: str) -> str:
        return self._queries[{"SR": "STAT?", "FR": "FLT?"}.get(name, f"{name}?")]()


def _plain(argument: str, action: Callable[[], object]) -> None:
    if argument:
        raise RefusedSettingError("C03")
    action()


def _weld(_: WorldPort, supply: TdkGenesys) -> None:
    supply.relay.stuck = True


KINDS = (
    Kind(
        "tdk_genesys",
        lambda world, line, _: TdkGenesys(world.magnet, world.clock, line.options),
        _OPTIONS,
        power_off=magnet_off,
        failures=supply_failures(
            trip=lambda _, supply: supply.output.fail(_OVER_TEMPERATURE),
            interlock=lambda _, supply: supply.output.fail(_ENABLE_OPEN),
            relay_stuck=_weld,
        ),
    ),
)
