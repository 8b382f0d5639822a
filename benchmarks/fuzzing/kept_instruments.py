"""Commands that once brought a simulated instrument down, or kept it busy for ever; by kind, each with a name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzzing.session import Session

__all__ = ["KEPT"]

_DIGITS = b"9" * 5000


def _line(data: bytes) -> Session:
    return Session(0, True, (data + b"\r\n",))


_THERMOMETER = (
    ("a curve is asked for without its number", _line(b"CRVHDR?")),
    ("an output is set without a value", _line(b"MOUT")),
)
_LONG_NUMBER = ("a number of 20,000 digits with a letter behind", _line(b"VOLT:RANG " + b"9" * 20_000 + b"\xff"))

KEPT: Mapping[str, tuple[tuple[str, Session], ...]] = {
    "danfysik_8500": (("an address of 5000 digits", _line(b"ADR " + _DIGITS)),),
    "keithley_2000": (_LONG_NUMBER,),
    "keithley_2182a": (_LONG_NUMBER,),
    "keysight_33220a": (("a channel of 5000 digits", _line(b"OUTP" + _DIGITS + b"?")),),
    "keysight_33500": (("a channel of 5000 digits", _line(b"OUTP" + _DIGITS + b"?")),),
    "keysight_34461a": (_LONG_NUMBER,),
    "lakeshore_335": _THERMOMETER,
    "lakeshore_336": _THERMOMETER,
    "mt_sics": (
        ("a mode of 5000 digits", _line(b"M01 " + _DIGITS)),
        ("a unit of 5000 digits", _line(b"M21 0 " + _DIGITS)),
    ),
    "newport_esp301": (
        ("an axis of 5000 digits", _line(_DIGITS + b"PA1")),
        ("20,000 blanks and then a byte", _line(b"1PA" + b" " * 20_000 + b"\xff\x00")),
    ),
    "signal_recovery_7265": (("a phase that is infinite in millidegrees", _line(b"REFP. 1e308")),),
    "signal_recovery_7270": (("a phase that is infinite in millidegrees", _line(b"REFP. 1e308")),),
    "tdk_genesys": (("an address of 5000 digits", _line(b"ADR " + _DIGITS)),),
}
