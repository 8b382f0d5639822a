"""Settings of a SCPI instrument that are only kept and given back: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.arguments import arguments_of, no_arguments
from vsmdaq_sim.instruments.common.scpi import Handler
from vsmdaq_sim.instruments.common.scpi_values import parse_boolean, parse_value, parse_word, unquoted

__all__ = ["Kept", "KeptSettings"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One setting.

    Attributes
    ----------
    header : str
        Pattern of its header, without ``?``.
    default : str
        What it gives back after a reset, as it is sent.
    words : tuple of str
        Words allowed (``"SINusoid"``); empty for others.
    range : tuple of float or None
        Range of a number, which is given back in the format of `default`.
    text : bool
        It is a text, given back in double quotes.
    """

    header: str
    default: str = "0"
    words: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    text: bool = False

    def read(self, text: str) -> str:
        """What is given back after `text` was set: word, number, text, or boolean (as 0 or 1)."""
        if self.words:
            return parse_word(unquoted(text), self.words)
        if self.range is not None:
            return _like(self.default, parse_value(text, *self.range))
        return f'"{unquoted(text)}"' if self.text else str(int(parse_boolean(text)))


def _like(example: str, value: float) -> str:
    """A number in the format of another one."""
    mantissa, exponent, _ = example.upper().partition("E")
    digits = len(mantissa.partition(".")[2])
    sign = "+" if example.startswith(("+", "-")) else ""
    return f"{value:{sign}.{digits}{'E' if exponent else 'f'}}"


class KeptSettings:
    """A set of them.

    Parameters
    ----------
    settings : tuple of Kept
        What there is.
    noticed : callable
        Called with header and value where one is set to another value than its default.
    """

    def __init__(self, settings: tuple[Kept, ...], noticed: Callable[[str], None]) -> None:
        self._settings = settings
        self._noticed = noticed
        self._values: dict[tuple[str, tuple[str, ...]], str] = {}

    def reset(self) -> None:
        """All back to their defaults."""
        self._values.clear()

    def value(self, header: str, suffixes: tuple[str, ...] = ()) -> str:
        """What a setting is now; `suffixes` are the numeric ones of its header."""
        default = next(setting.default for setting in self._settings if setting.header == header)
        return self._values.get((header, suffixes), default)

    def table(self) -> dict[str, Handler]:
        """The handlers."""
        table: dict[str, Handler] = {}
        for setting in self._settings:
            table[setting.header] = self._setter(setting)
            table[f"{setting.header}?"] = self._getter(setting)
        return table

    def _setter(self, setting: Kept) -> Handler:
        count = setting.header.count("<n>")

        def set_it(arguments: tuple[str, ...]) -> None:
            suffixes, given = arguments[:count], arguments[count:]
            value = setting.read(arguments_of(given, 1)[0])
            self._values[setting.header, suffixes] = value
            if value != setting.default:
                self._noticed(f"{setting.header} {value}")

        return set_it

    def _getter(self, setting: Kept) -> Handler:
        count = setting.header.count("<n>")

        def get_it(arguments: tuple[str, ...]) -> str:
            suffixes, given = arguments[:count], arguments[count:]
            if given and setting.range is not None:  # MIN or MAX of a number
                return _like(setting.default, parse_value(arguments_of(given, 1)[0], *setting.range))
            return no_arguments(given, self.value(setting.header, suffixes))

        return get_it
