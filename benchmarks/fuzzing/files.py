"""Every file and text that a user writes, damaged: refused with the error that is promised, or read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from serial import SerialException, protocol_handler_packages, serial_for_url

import vsmdaq_configs
from fuzzing.choices import Choices
from fuzzing.kept_files import KEPT
from fuzzing.session import Text
from fuzzing.target import Target
from fuzzing.texts import NUMBERS, WORDS, damaged
from vsmdaq.bench import known_drivers
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import (
    DIMENSIONS,
    QuantityTextError,
    parse_bench,
    parse_procedure,
    parse_quantity,
    parse_sample,
    parse_tube,
)
from vsmdaq.terms import InputError
from vsmdaq_drivers.contracts import BenchError
from vsmdaq_drivers.gaussmeters.field_table import FieldTableError, parse_table
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_sim.bench import SimBench, canonical_address
from vsmdaq_sim.instruments.kinds import KINDS
from vsmdaq_sim.spec import LibrarySpec, parse_library_string

__all__ = ["TARGETS"]

protocol_handler_packages.append("vsmdaq_sim.serial_handlers")
_CONFIGS = Path(vsmdaq_configs.__file__).parent
_FOLDER = tempfile.TemporaryDirectory(prefix="vsmdaq-fuzzing-")
_LINES = (
    *(
        "x",
        "[x]",
        "[[faults]]",
        '[[faults]]\ninstrument = "lockin"\nkind = "late"\ntimes = 1',
        "= 1",
        "[effects]",
        "[draw]",
        "\x00",
    ),
    *(
        "[effects.mains]\namplitude_v_rms = 1e-6",
        '[samples.a]\nmaterial = "linear"',
        '[vibrator]\namplitude_m_per_v_rms = "x"',
    ),
    *(
        "[thermometer]\nlag_s = -1.0",
        '"signal.phase_deg" = { u = 1.0 }',
        '"" = { u = 1.0 }',
        "a.b.c = 1",
        "base = 1",
        '"""',
    ),
    *(
        'base = "reference.toml"',
        'instruments.lockin.kind = "operator"',
        "instruments.lockin.options = { x = 1 }",
        "ü = 1",
    ),
)
_VALUES = (
    *(
        "nan",
        "-inf",
        "inf",
        "{}",
        "[]",
        "[[]]",
        '""',
        "true",
        "1979-05-27",
        "07:32:00",
        "-1",
        "0",
        "0.0",
        "1e308",
        "-1e-300",
    ),
    *(
        '"1 mm"',
        '"1 kA/m"',
        '"(1.0 ± 0.1) A"',
        '"1(1) g"',
        '"1 ± nan A"',
        '"1e999 A"',
        '"٣ A"',
        '"x"',
        "{ u = 1 }",
        "9" * 30,
    ),
    *(
        "[1, 2]",
        '[{ from = "0 A/m", to = "1 A/m", steps = 3 }]',
        '["0 A/m"]',
        "0x10",
        "1_000",
        "'''\n'''",
        '"\\u0000"',
        "9" * 5000,
    ),
    *("[" * 3000, "{a = " * 500, "1" + "0" * 400, "-9223372036854775809", "1e400", "0b1"),
    *(
        "[1e308, 1e-308]",
        "[0.0]",
        "[nan, 1.0]",
        '"ASRL3::INSTR"',
        '"GPIB0::8::INSTR"',
        '"/dev/null"',
        '"."',
        '"C:\\\\x"',
        '"../x.toml"',
    ),
)


def _originals(*folders: str) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for folder in folders for path in sorted((_CONFIGS / folder).glob("*.toml")))


_TABLE = (
    "current_a,descending_a_per_m,ascending_a_per_m,u_a_per_m\n-1,-900,-1100,10\n0,100,-100,10\n# half\n1,1100,900,10\n"
)
_ORIGINALS: Mapping[str, tuple[str, ...]] = {
    "bench": _originals("benches"),
    "sample": _originals("samples"),
    "tube": _originals("samples"),
    "procedure": _originals("procedures"),
    "field table": (_TABLE,),
    "world": _originals("worlds"),
}


def _file(kind: str, choices: Choices) -> Text:
    text = choices.pick(_ORIGINALS[kind])
    for _ in range(1 + choices.below(3)):
        text = _changed(text, choices)
    return Text(kind, text)


def _changed(text: str, choices: Choices) -> str:
    lines = text.splitlines()
    how, at = choices.below(8), choices.below(max(1, len(lines)))
    if how < 4:  # another value
        key, mark, _ = lines[at].partition(" = ") if lines else ("", "", "")
        if mark:
            lines[at] = key + mark + choices.pick(_VALUES)
    elif how == 4 and lines:
        del lines[at]
    elif how == 5:
        lines.insert(at, choices.pick(_LINES))
    elif how == 6 and lines:
        lines.insert(choices.below(len(lines)), lines[at])
    else:
        return damaged(text.encode(), choices).decode("utf-8", "replace")
    return "\n".join(lines) + "\n"


def _option(kind: str, choices: Choices) -> Text:
    """A world file with an instrument of any kind in it, and with any options."""
    instrument = choices.pick(sorted(KINDS))
    names = (*KINDS[instrument].options, "x")
    lines = [f'base = "{(_CONFIGS / "worlds" / "reference.toml").as_posix()}"', "[instruments.fuzzed]"]
    lines += [
        f'kind = "{instrument}"',
        f"address = {choices.pick(_ADDRESSES)}",
        "reply_s = 0.001",
        "[instruments.fuzzed.options]",
    ]
    for name in dict.fromkeys(choices.pick(names) for _ in range(1 + choices.below(3))):
        lines.append(f"{name} = {choices.pick(_VALUES)}")
    return Text(kind, "\n".join(lines) + "\n")


_ADDRESSES = (
    '"GPIB0::5::INSTR"',
    '"ASRL5::INSTR"',
    '"TCPIP0::x::1::SOCKET"',
    '"gpib::5"',
    '"x"',
    '"GPIB0::8::INSTR"',
    '"::"',
    '""',
    "1",
)


def _name(kind: str, choices: Choices) -> Text:
    sound = choices.pick(_NAMES[kind])
    text = damaged(sound.encode(), choices).decode("latin-1") if choices.often(80) else sound
    return Text(kind, text + choices.pick(("", "", choices.pick(WORDS), choices.pick(NUMBERS))))


_WORLD = str(_CONFIGS / "worlds" / "reference.toml")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "library string": (f"{_WORLD}?seed=3&session=abc", f"{_WORLD}", "x.toml?seed=1", f"{_WORLD}?seed=3&seed=4"),
    "address": (
        "GPIB0::8::INSTR",
        "TCPIP0::localhost::5025::SOCKET",
        "USB0::0x1AB1::0x4CE::DS1::INSTR",
        "ASRL3::INSTR",
        "/dev/ttyS0",
    ),
    "serial url": (
        f"vsmsim://ASRL3::INSTR?world={_WORLD}",
        f"vsmsim://ASRL9::INSTR?world={_WORLD}?seed=2",
        "vsmsim://x",
    ),
    "quantity": ("1.5 kA/m", "(1.50 ± 0.02) mm", "1.234(5)e-3 A m2", "20 deg", "3 % of", "-1 °C", "1 A/s", "5e-3 V"),
}


# --- what must hold --------------------------------------------------------------------------------------------------


def _refused_or_read(read: Callable[[str], Any], allowed: tuple[type[Exception], ...], case: Text) -> None:
    try:
        read(case.text)
    except allowed as error:
        refusal = error
    else:
        return
    assert len(str(refusal)) > 10, f"{refusal!r} says nothing"
    for problem in refusal.problems if isinstance(refusal, InputError) else ():
        assert problem.where, refusal
        assert problem.allowed, refusal


def _world(text: str) -> None:
    path = Path(_FOLDER.name) / "world.toml"
    path.write_text(text, encoding="utf-8")
    bench = SimBench.load(LibrarySpec(path))
    for endpoint in bench.endpoints.values():
        endpoint.write(b"*IDN?\n")
        bench.clock.sleep(0.1)


def _serial_url(text: str) -> None:
    if not text.lower().startswith("vsmsim://"):
        return  # a port of this machine, or of pyserial's own
    serial_for_url(text, timeout=0.1).close()


def _bench(text: str) -> None:
    parse_bench(text, Path("bench.toml"), known_drivers=known_drivers())


def _procedure(text: str) -> None:
    with suppress(NotImplementedError):
        plan_of(parse_procedure(text, Path("procedure.toml")))


def _quantity(text: str) -> None:
    for dimension in DIMENSIONS:
        with suppress(QuantityTextError):
            parse_quantity(text, dimension)


def _address(text: str) -> None:
    is_visa_address(text)
    canonical_address(text)


_READERS: Mapping[str, tuple[Callable[[str], Any], tuple[type[Exception], ...]]] = {
    "bench": (_bench, (InputError,)),
    "sample": (lambda text: parse_sample(text, Path("sample.toml")), (InputError,)),
    "tube": (lambda text: parse_tube(text, Path("tube.toml")), (InputError,)),
    "procedure": (_procedure, (InputError,)),
    "field table": (parse_table, (FieldTableError,)),
    "world": (_world, (ValueError,)),
    "world options": (_world, (ValueError,)),
    "library string": (parse_library_string, (ValueError, FileNotFoundError)),
    "address": (_address, (ValueError,)),
    "serial url": (_serial_url, (SerialException,)),
    "quantity": (_quantity, (BenchError,)),
}


def _decoder(kind: str) -> Callable[[Choices], Text]:
    if kind == "world options":
        return partial(_option, kind)
    return partial(_file if kind in _ORIGINALS else _name, kind)


TARGETS = tuple(
    Target(f"file {kind}", _decoder(kind), partial(_refused_or_read, read, allowed), KEPT.get(kind, ()))
    for kind, (read, allowed) in _READERS.items()
)
