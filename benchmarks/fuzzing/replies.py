"""What a driver may be told: sound replies of all kinds of instruments, and what becomes of a reply on the way."""

from __future__ import annotations

from collections.abc import Callable

from fuzzing.choices import Choices
from fuzzing.session import Plan
from fuzzing.texts import NUMBERS, WORDS, garbage
from vsmdaq_drivers.catalogue import DRIVERS

__all__ = ["plan"]

_SAID = (
    *(
        "0",
        "1",
        "OK",
        "ON",
        "OFF",
        "8",
        "26",
        "255",
        "4096",
        "65535",
        "+1.0000",
        "-0.0001",
        "-70.1",
        "83.0",
        "1.5,2.5,83.0",
    ),
    *(
        "+1.234E-03",
        "-9.900000E+37",
        "9.9E37",
        "+9.91E+37",
        "0.0,0.0,83.0",
        "1,2,3",
        "1,2,3,4,5,6,7,8,9",
        "OL",
        "NO PROBE",
    ),
    *(
        "S S   100.00000 g",
        "S D    -0.00001 g",
        "S I",
        "S +",
        "S -",
        "ES",
        "ET",
        "EL",
        "TI S  0.0 g",
        "T D 1 g",
        "ZI I",
        "C3 A",
    ),
    *(
        'I4 A "123"',
        'I2 A ""',
        "K C 4",
        "ST,+00123.4567  g",
        "US,-00000.0001 kg",
        "OL,+9999999E+19",
        "QT,1 PC",
        "EC,E01",
        "\x06",
    ),
    *(
        "N     +  12.34567 g  ",
        "     Stat   High    ",
        "+   0.0000 g",
        "     OFF",
        "Err 8",
        "     H",
        "12.3456 g ?",
        "-12.3 lb N",
    ),
    *(
        "C01",
        "E07",
        "REM",
        "MV(1.0),PV(2.0),MC(0.1),PC(0.1),SR(30),FR(00)",
        "MV(),PV(),MC(),PC(),SR(),FR()",
        "SR(FFFFFF)",
    ),
    *(
        "........................",
        "!!!!!!!!!!!!!!!!!!!!!!!!",
        "? COMMAND ERROR",
        "?\x07 LOCAL CONTROL",
        "RELAY ON",
        "+",
        "-",
        "N",
    ),
    *(
        '0,"No error"',
        '-222,"Data out of range"',
        "+0",
        '"VOLT:AC"',
        '"VOLT:DC"',
        "CURR",
        "CPD",
        "LSRS",
        "+1.0E+00,+2.0E+00,+0",
    ),
    *(
        "TESLA",
        "GAUSS",
        "T",
        "G",
        "k",
        "m",
        "u",
        "1,+0.0",
        "FFFF",
        "0x00",
        "1;2;3",
        "7265",
        "7270",
        "ESP300 Version 3.04",
        "300, 1, X",
    ),
    *(entry.example for entry in DRIVERS.values() if entry.example),
)


def plan(choices: Choices) -> Plan:
    """What becomes of the replies to come."""
    entries: list[int | tuple[str, bytes]] = []
    for _ in range(1 + choices.below(6)):
        passing = choices.pick((0, 0, 0, 1, 1, 2, 3, 5, 8, 13))
        if passing:
            entries.append(passing)
        entries.append(_change(choices))
    return tuple(entries)


def _change(choices: Choices) -> tuple[str, bytes]:
    return choices.pick(_CHANGES)(choices)


def _said(choices: Choices) -> bytes:
    return choices.pick(_SAID).encode("latin-1")


def _seed(choices: Choices) -> bytes:
    """What `texts.damaged` decides by, once the reply is known."""
    return bytes(choices.byte() for _ in range(4))


_FREQUENT: tuple[Callable[[Choices], tuple[str, bytes]], ...] = (
    lambda choices: ("instead", _said(choices)),
    lambda choices: ("damaged", _seed(choices)),
)
_CHANGES = (
    *(_FREQUENT * 6),
    *((lambda choices: ("instead", choices.pick(choices.pick((NUMBERS, WORDS))).encode()),) * 2),
    lambda choices: ("instead", garbage(choices)),
    lambda choices: ("raw", garbage(choices)),
    lambda choices: (choices.pick(("none", "late", "halves")), b""),
    lambda choices: ("damaged end", _seed(choices)),
    lambda choices: (choices.pick(("before", "behind")), _said(choices)),
    lambda _: ("instead", b""),
)
"""What is done to a reply, the frequent ones several times; see `wire.Tampering`."""
