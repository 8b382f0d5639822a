"""Information and settings of an MT-SICS balance: ``I``, ``M``, ``D``, ``K`` and the clock. They hold what they are told.

``M21`` sets the units (0 host, 1 display, 2 info); what the others set has no effect in the world and is listed as unmodelled.
Source: MT-SICS reference manual; numbers of the units remembered.
"""

from __future__ import annotations

import re
from typing import Final

from vsmdaq_sim.instruments.balances.mt_sics.scale import SicsScale
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["SERIAL_NUMBER", "Settings"]

SERIAL_NUMBER = "1114350697"

_UNIT_NUMBERS: Final = {0: "g", 1: "kg", 3: "mg", 4: "µg", 5: "ct", 7: "lb", 8: "oz", 9: "ozt", 10: "GN", 11: "dwt"}
_NOT_MASSES: Final = {20: "PCS", 21: "%"}
# highest value, and the factory's: weighing mode, environment, automatic zero
_CHOICES: Final = {"M01": (4, 0), "M02": (4, 2), "M03": (1, 1)}
_LONGEST_TEXT = 20
_NUMBER = re.compile(r"[0-9]{1,9}")
_QUOTED = re.compile(r'"([^"]*)"')


class Settings:
    """Answers the commands that neither weigh nor adjust.

    Parameters
    ----------
    sics : SicsScale
        Of the balance; has the units.
    clock : SimClock
        The bench's clock.

    Attributes
    ----------
    unmodelled : list of str
        Settings without effect.
    key_mode : int
        As ``K`` set it.
    display_text : str
        As ``D`` set it; empty while the weight is shown.
    """

    def __init__(self, sics: SicsScale, clock: SimClock) -> None:
        self.unmodelled: list[str] = []
        self.key_mode = 1
        self.display_text = ""
        self._sics = sics
        self._clock = clock
        self._identification = ""
        self._info_unit = sics.scale.unit
        self._values = {name: first for name, (_, first) in _CHOICES.items()}

    def information(self, name: str) -> list[Reply]:
        """``I1`` to ``I5`` and ``I11``."""
        texts = {
            "I1": '"0123" "2.30" "2.22" "2.33" "2.20"',
            "I2": f'"XS SIMULATED {self._sics.capacity_text()}"',
            "I3": '"0.10 00.0.0.0.0"',
            "I4": f'"{SERIAL_NUMBER}"',
            "I5": '"00000000A"',
            "I11": '"XS204S"',
        }
        return [f"{name} A {texts[name]}"]

    def identification(self, arguments: list[str]) -> list[Reply]:
        """``I10``: the user's name of the balance."""
        if not arguments:
            return [f'I10 A "{self._identification}"']
        match = _QUOTED.fullmatch(" ".join(arguments))
        if match is None or len(match[1]) > _LONGEST_TEXT:
            return ["I10 L"]
        self._identification = match[1]
        return ["I10 A"]

    def display(self, arguments: list[str]) -> list[Reply]:
        """``D "text"``: R where only the end of it fits."""
        match = _QUOTED.fullmatch(" ".join(arguments))
        if match is None:
            return ["D L"]
        self.display_text = match[1]
        return ["D R" if len(match[1]) > _LONGEST_TEXT else "D A"]

    def display_weight(self) -> list[Reply]:
        """``DW``: show the weight again."""
        self.display_text = ""
        return ["DW A"]

    def keys(self, arguments: list[str]) -> list[Reply]:
        """``K``: what keys do, 1 to 4."""
        if len(arguments) != 1 or arguments[0] not in {"1", "2", "3", "4"}:
            return ["K L"]
        self.key_mode = int(arguments[0])
        self.unmodelled.append(f"K {arguments[0]}")
        return ["K A"]

    def choice(self, name: str, arguments: list[str]) -> list[Reply]:
        """``M01``, ``M02``, ``M03``."""
        if not arguments:
            return [f"{name} A {self._values[name]}"]
        highest, _ = _CHOICES[name]
        if len(arguments) != 1 or not _NUMBER.fullmatch(arguments[0]) or int(arguments[0]) > highest:
            return [f"{name} L"]
        self._values[name] = int(arguments[0])
        self.unmodelled.append(f"{name} {arguments[0]}")
        return [f"{name} A"]

    def units(self, arguments: list[str]) -> list[Reply]:
        """``M21``: ask for all three units, or set one."""
        names = {unit: number for number, unit in (_UNIT_NUMBERS | _NOT_MASSES).items()}
        if not arguments:
            units = (self._sics.scale.unit, self._sics.display_unit, self._info_unit)
            return [f"M21 {'A' if channel == 2 else 'B'} {channel} {names[unit]}" for channel, unit in enumerate(units)]
        if len(arguments) != 2 or not all(map(_NUMBER.fullmatch, arguments)):
            return ["M21 L"]
        channel, number = (int(argument) for argument in arguments)
        unit = (_UNIT_NUMBERS | _NOT_MASSES).get(number)
        if channel > 2 or unit is None:
            return ["M21 L"]
        if channel == 0:
            self._sics.scale.unit = unit
        elif channel == 1:
            self._sics.display_unit = unit
        else:
            self._info_unit = unit
        return ["M21 A"]

    def temperatures(self) -> list[Reply]:
        """``M28``: of the cell, degree Celsius."""
        return ["M28 A 1 23.0"]

    def date(self) -> list[Reply]:
        """``DAT``."""
        return [f"DAT A {self._clock.utc():%d %m %Y}"]

    def time_of_day(self) -> list[Reply]:
        """``TIM``."""
        return [f"TIM A {self._clock.utc():%H %M %S}"]
