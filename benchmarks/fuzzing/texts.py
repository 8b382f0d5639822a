"""What instruments, hosts and files should not say: edge numbers, odd words, and bytes with something wrong in them."""

from __future__ import annotations

from collections.abc import Callable

from fuzzing.choices import Choices

__all__ = ["NUMBERS", "WORDS", "argument", "damaged", "garbage"]

NUMBERS = (
    *("0", "1", "2", "3", "5", "10", "20", "100", "-1", "0.5", "1.0", "+5", ".5", "5.", "1e3", "1E-3", "-0", "83.5"),
    *(
        "7",
        "8",
        "15",
        "16",
        "17",
        "19",
        "25",
        "26",
        "27",
        "29",
        "30",
        "127",
        "128",
        "255",
        "256",
        "999",
        "1000",
        "16383",
    ),
    *("16384", "32767", "32768", "65535", "65536", "2147483648", "18446744073709551616", "-32769", "1e-12", "1e-320"),
    *("1e38", "9.9e37", "9.91E37", "-9.9E37", "1e308", "-1e308", "1e309", "1e999", "-1e999", "1e99999", "nan", "inf"),
    *(
        "-inf",
        "infinity",
        "1_0",
        "0x10",
        "#HFF",
        "#B101",
        "1e",
        "e5",
        "--1",
        "+-1",
        "1.2.3",
        "1,2",
        "٣",
        "１２",
        "²",
        "½",
    ),
    *("9" * 30, "9" * 400, "9" * 5000, "0" * 5000 + "1", "0." + "3" * 5000, "1e-99999", "-", "+", ".", "1 2"),
)
WORDS = (
    *(
        "",
        "ON",
        "OFF",
        "MIN",
        "MAX",
        "DEF",
        "INF",
        "MINIMUM",
        "NONE",
        "ALL",
        "X",
        "Y",
        "R",
        "T",
        "A",
        "B",
        "V",
        "g",
        "kg",
    ),
    *("mV", "Hz", "KHZ", "VPP", "VRMS", "DBM", "OHM", "TESLA", "GAUSS", "REM", "LOC", "CURR", "VOLT:AC", "IMM", "BUS"),
    *(
        '"text"',
        "'text'",
        '"unfinished',
        "'",
        '"',
        '""',
        '"VOLT:DC"',
        "(@1)",
        "(@1,2:3)",
        "µg",
        "°",
        "\x7f",
        "\x1b",
        "\t",
    ),
    *(
        "reference-sphere",
        "gouy-sample",
        "?",
        "*",
        ":",
        "::",
        "#15hello",
        "#0",
        "#9999999999",
        "%s%n",
        "{}",
        "\\",
        "$",
        "x" * 300,
    ),
)


def argument(choices: Choices) -> str:
    """One argument: mostly a number, also a word, a number with a unit, or anything."""
    kind = choices.below(8)
    if kind < 4:
        return choices.pick(NUMBERS)
    if kind == 4:
        return str(choices.below(65536) - 300)
    if kind == 5:
        return choices.pick(NUMBERS) + choices.pick((" ", "")) + choices.pick(WORDS)
    return choices.pick(WORDS) if kind == 6 else choices.raw(6).decode("latin-1")


def garbage(choices: Choices) -> bytes:
    """Bytes that nobody would send, or not here."""
    kind = choices.below(6)
    if kind == 0:
        return choices.pick(NUMBERS).encode()
    if kind == 1:
        return choices.pick(WORDS).encode()
    if kind == 2:
        return choices.raw(24)
    if kind == 3:
        return choices.pick(
            (b"1,", b"x", b"\0", b"\xff", b"+1.0E+0,", b"S S 1 g ", b"\x1b", b";", b" ")
        ) * choices.below(3000)
    if kind == 4:
        return b",".join(choices.pick(NUMBERS).encode() for _ in range(choices.below(9)))
    return bytes(choices.byte() for _ in range(1 + choices.below(4)))


def _cut(data: bytes, choices: Choices) -> bytes:
    return data[: choices.below(len(data) + 1)]


def _without_beginning(data: bytes, choices: Choices) -> bytes:
    return data[choices.below(len(data) + 1) :]


def _flipped(data: bytes, choices: Choices) -> bytes:
    at = choices.below(len(data))
    return data[:at] + bytes((data[at] ^ 1 << choices.below(8),)) + data[at + 1 :]


def _digit_changed(data: bytes, choices: Choices) -> bytes:
    places = [at for at, byte in enumerate(data) if 0x30 <= byte <= 0x39]
    if not places:
        return data + b"1"
    at = choices.pick(places)
    return data[:at] + b"%d" % choices.below(10) + data[at + 1 :]


def _number_replaced(data: bytes, choices: Choices) -> bytes:
    fields = data.split(b",")
    fields[choices.below(len(fields))] = choices.pick(NUMBERS).encode()
    return b",".join(fields)


def _doubled(data: bytes, choices: Choices) -> bytes:
    return choices.pick((b"", b",", b"\n", b"\r\n", b" ", b";")).join((data, data))


def _put_into(data: bytes, choices: Choices) -> bytes:
    at = choices.below(len(data) + 1)
    return (
        data[:at]
        + choices.pick((b" ", b"-", b"\0", b"\xff", b",", b".", b"e", b"9", b"\r", b"\n", b"\xc2\xb5", b"\a"))
        + data[at:]
    )


def _field_lost(data: bytes, choices: Choices) -> bytes:
    fields = data.split(b",")
    del fields[choices.below(len(fields))]
    return b",".join(fields)


def _cases_swapped(data: bytes, _: Choices) -> bytes:
    return data.swapcase()


def _in_blanks(data: bytes, choices: Choices) -> bytes:
    return choices.pick((b" ", b"  ", b"\t", b"")) + data + choices.pick((b" ", b"\t", b"\x0b", b""))


_DAMAGES: tuple[Callable[[bytes, Choices], bytes], ...] = (
    _cut,
    _without_beginning,
    _flipped,
    _digit_changed,
    _number_replaced,
    _doubled,
    _put_into,
    _field_lost,
    _cases_swapped,
    _in_blanks,
)


def damaged(data: bytes, choices: Choices) -> bytes:
    """Sound bytes with one thing wrong in them."""
    return choices.pick(_DAMAGES)(data, choices) if data else garbage(choices)
