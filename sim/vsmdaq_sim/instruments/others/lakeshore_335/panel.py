"""What the Lake Shore 335 and 336 keep beside readings and control: alarms, extremes, curves, relays, display, network.

A setting reads back as it was made; one that the world cannot show is noted. Alarms compare with the temperature of the moment they
are asked for, and extremes are those of the readings that were asked for. Curves 1 to 20 are the standard ones, whose points are not
in here; 21 to 59 are the user's.

Sources: 335 and 336 user's manuals, ch. 6; spellings that Lake Shore's own Python package sends. Assumed: the defaults of settings
that the manuals do not give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.others.lakeshore_335.outputs import signed

__all__ = ["Panel"]

_FIRST_OWN_CURVE, _LAST_CURVE, _POINTS = 21, 59, 200


@dataclass(frozen=True, slots=True)
class _Kept:
    """A setting: what numbers it (ranges, or the letters of the inputs), its default, how many fields may be left out."""

    head: str
    default: str
    keys: tuple[tuple[int, int] | str, ...] = ()
    optional: int = 0


def _settings(letters: str) -> tuple[_Kept, ...]:
    small = len(letters) == 2
    common = (
        _Kept("ALARM", "0,+500.000,+0.0000,+0.0000,0,0,0", (letters,)),
        _Kept("DIOCUR", "0", (letters,)),
        _Kept("DISPFLD", "1,1", ((1, 8),)),
        _Kept("RELAY", "0,A,0", ((1, 2),)),
        _Kept("ZONE", "+0.0000,+0050.0,+0020.0,+000.0,+000.00,0,0,+000.1", ((1, 2 if small else 4), (1, 10))),
        _Kept("LEDS", "1"),
        _Kept("MODE", "0"),
        _Kept("IEEE", "12"),
        _Kept("LOCK", "0,123"),
        _Kept("INTSEL", "0"),
        _Kept("OPSTE", "000"),
    )
    if small:
        return (
            *common,
            _Kept("DISPLAY", "0"),
            _Kept("BRIGT", "3"),
            _Kept("EMUL", "0,0"),
            _Kept("POLARITY", "0", ((2, 2),)),
            _Kept("ANALOG", "0,1,+500.000,+0.0000,0", ((2, 2),)),
            _Kept("WARMUP", "0,+100.0", ((2, 2),)),
        )
    return (
        *common,
        _Kept("DISPLAY", "4,1,1", optional=2),
        _Kept("BRIGT", "28"),
        _Kept("ANALOG", "0,1,+500.000,+0.0000,0", ((3, 4),)),
        _Kept("WARMUP", "0,+100.0", ((3, 4),)),
        _Kept("NET", '0,0,192.168.0.12,255.255.255.0,0.0.0.0,0.0.0.0,0.0.0.0,"LSCI-336","",""'),
        _Kept("WEBLOG", '"",""'),
    )


class Panel:
    """All of this.

    Parameters
    ----------
    letters : str
        Of the inputs: ``"AB"`` (335) or ``"ABCD"`` (336).
    temperature_k : callable
        Temperature of an input by its letter, K; None without a reading.
    note : callable
        Notes a setting that is not modelled.
    """

    def __init__(self, letters: str, temperature_k: Callable[[str], float | None], note: Callable[[str], None]) -> None:
        self._letters = letters
        self._temperature_k = temperature_k
        self._note = note
        self._kinds = {kept.head: kept for kept in _settings(letters)}
        self._headers: dict[int, str] = {}
        self._points: dict[tuple[int, int], str] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the defaults; the user's curves stay."""
        self._values: dict[tuple[str, ...], str] = {}
        self._extremes: dict[str, tuple[float, float]] = {}

    def table(self) -> dict[str, Handler]:
        """Its commands."""
        table: dict[str, Handler] = {
            "ALARMST?": lambda a: ",".join(map(str, self._alarm(self._letter(arguments_of(a, 1)[0])))),
            "ALMRST": lambda a: _nothing(no_arguments(a)),
            "MDAT?": lambda a: ",".join(map(signed, self._extreme(self._letter(arguments_of(a, 1)[0])))),
            "MNMXRST": lambda a: _nothing(no_arguments(a), self._extremes.clear),
            "RELAYST?": lambda a: str(self._relay(parse_index(arguments_of(a, 1)[0], 1, 2))),
            "OPST?": lambda a: no_arguments(a, f"{self._condition():03d}"),
            "OPSTR?": lambda a: no_arguments(a, f"{self._condition():03d}"),
            "TEMP?": lambda a: no_arguments(a, "+296.00"),
            "ATUNE": lambda a: self._note(f"ATUNE {','.join(arguments_of(a, 2))}"),
            "TUNEST?": lambda a: no_arguments(a, "0,1,0,00"),
            "SCAL": lambda a: self._note(f"SCAL {','.join(arguments_of(a, 9))}"),
            "CRVHDR": self._set_header,
            "CRVHDR?": lambda a: self._header(_curve(arguments_of(a, 1)[0], 1)),
            "CRVPT": self._set_point,
            "CRVPT?": self._point,
            "CRVDEL": self._delete,
        }
        for head, kept in self._kinds.items():
            table[head] = partial(self._set, kept)
            table[f"{head}?"] = partial(self._ask, kept)
        if len(self._letters) > 2:
            own = "192.168.0.12,255.255.255.0,0.0.0.0,0.0.0.0,0.0.0.0"
            table["NETID?"] = lambda a: no_arguments(a, f'6,{own},00:1E:C0:00:00:01,"LSCI-336",""')
        return table

    # --- settings that are kept ----------------------------------------------------------------------------------

    def _letter(self, text: str) -> str:
        if text.upper() not in tuple(self._letters):
            raise RefusedCommandError(EXE)
        return text.upper()

    def _key(self, kept: _Kept, arguments: tuple[str, ...]) -> tuple[str, ...]:
        if len(arguments) < len(kept.keys):
            raise RefusedCommandError(CME)
        return (
            kept.head,
            *(
                self._letter(text) if isinstance(key, str) else str(parse_index(text, *key))
                for text, key in zip(arguments, kept.keys, strict=False)
            ),
        )

    def _set(self, kept: _Kept, arguments: tuple[str, ...]) -> None:
        """Take all fields; one that is left empty stays as it is."""
        key, fields = self._key(kept, arguments), arguments[len(kept.keys) :]
        held = self._values.get(key, kept.default).split(",")
        if not len(held) - kept.optional <= len(fields) <= len(held):
            raise RefusedCommandError(EXE if kept.head == "RELAY" else CME)
        held[: len(fields)] = [text or old for text, old in zip(fields, held, strict=False)]
        self._values[key] = ",".join(held)

    def _ask(self, kept: _Kept, arguments: tuple[str, ...]) -> str:
        if kept.head == "POLARITY" and not arguments:
            arguments = ("2",)
        if len(arguments) != len(kept.keys):
            raise RefusedCommandError(CME)
        return self._values.get(self._key(kept, arguments), kept.default)

    # --- alarms, extremes, relays --------------------------------------------------------------------------------

    def _alarm(self, letter: str) -> tuple[int, int]:
        """Whether the high and the low alarm is active now."""
        kept = self._kinds["ALARM"]
        on, high, low = self._values.get(("ALARM", letter), kept.default).split(",")[:3]
        temperature_k = self._temperature_k(letter)
        if not int(parse_float(on)) or temperature_k is None:
            return 0, 0
        return int(temperature_k > parse_float(high)), int(temperature_k < parse_float(low))

    def _extreme(self, letter: str) -> tuple[float, float]:
        now = self._temperature_k(letter) or 0.0
        lowest, highest = self._extremes.get(letter, (now, now))
        self._extremes[letter] = min(lowest, now), max(highest, now)
        return self._extremes[letter]

    def _relay(self, number: int) -> int:
        mode, letter, kind = self._values.get(("RELAY", str(number)), self._kinds["RELAY"].default).split(",")
        if mode != "2":
            return int(mode == "1")
        high, low = self._alarm(self._letter(letter))
        return int((kind in {"1", "2"} and high) or (kind in {"0", "2"} and low))

    def _condition(self) -> int:
        """Alarm (bit 0); the rest of the operation register stays clear."""
        return int(any(any(self._alarm(letter)) for letter in self._letters))

    # --- curves --------------------------------------------------------------------------------------------------

    def _header(self, curve: int) -> str:
        standard = f"{'DT-600':<15},STANDARD C,2,+475.000,1"
        return self._headers.get(
            curve, standard if curve < _FIRST_OWN_CURVE else f"{'User':<15},0000000000,2,+375.000,1"
        )

    def _set_header(self, arguments: tuple[str, ...]) -> None:
        name, serial, form, limit, coefficient = (text.strip('"') for text in arguments_of(arguments, 6)[1:])
        shape = parse_index(form, 1, 4), parse_float(limit), parse_index(coefficient, 1, 2)
        text = f"{name:<15.15},{serial:<10.10}"
        self._headers[_curve(arguments[0], _FIRST_OWN_CURVE)] = f"{text},{shape[0]},{signed(shape[1])},{shape[2]}"

    def _set_point(self, arguments: tuple[str, ...]) -> None:
        if len(arguments) not in {4, 5}:
            raise RefusedCommandError(CME)
        key = _curve(arguments[0], _FIRST_OWN_CURVE), parse_index(arguments[1], 1, _POINTS)
        self._points[key] = ",".join(f"{parse_float(text):+.5f}" for text in arguments[2:4])

    def _point(self, arguments: tuple[str, ...]) -> str:
        curve, index = arguments_of(arguments, 2)
        return self._points.get((_curve(curve, 1), parse_index(index, 1, _POINTS)), "+0.00000,+0.00000")

    def _delete(self, arguments: tuple[str, ...]) -> None:
        curve = _curve(arguments_of(arguments, 1)[0], _FIRST_OWN_CURVE)
        self._headers.pop(curve, None)
        self._points = {key: point for key, point in self._points.items() if key[0] != curve}


def _curve(text: str, lowest: int) -> int:
    return parse_index(text, lowest, _LAST_CURVE)


def _nothing(text: str, then: Callable[[], None] = lambda: None) -> None:
    """For commands that answer nothing."""
    del text
    then()
