"""First-order reversal curves in the text format of the Princeton MicroMag (series 15 and 16.x), read and written.

FORCinel, VARIFORC, pyforc and pmagpy read it. The head says box and units; then, blank lines between: a calibration point at HCal, a
curve from its reversal field up, and so on in turns. Layout: read from measured files of series 15 and 16.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vsmdaq.formats.table import FIELD_UNITS, MOMENT_UNITS, number, read_text, refuse, unit_factor

__all__ = ["ForcData", "parse", "read", "render"]

Array = NDArray[np.float64]
_END = "MicroMag 2900/3900 Data File ends"
_TITLE = re.compile(r"MicroMag 2900/3900 Data File \(Series 0*(?:15|16(?:\.\d+)?)\)\s*")
_ROW = re.compile(r"\s*[+-]?\d[\d.]*(?:E[+-]\d+)?,")
_KEY = re.compile(r"(?P<key>[A-Za-z][\w.]*(?: \w+)*?)\s*(?:[:=]\s*|\s{2,})(?P<value>\S.*?)\s*")
_UNITS = {"Hybrid SI": ("T", "A m2"), "SI": ("A/m", "A m2"), "cgs": ("Oe", "emu")}


@dataclass(frozen=True, slots=True, eq=False)
class ForcData:
    """Curves with their calibration points, SI.

    Attributes
    ----------
    calibration : tuple of (float, float)
        Field (A/m) and moment (A m2) before each curve; one more where the file ends with one. Empty where there are none.
    curves : tuple of (ndarray, ndarray)
        Fields (A/m), rising, and moments (A m2).
    script : mapping of str to float
        Hb1, Hb2, Hc1, Hc2, HCal, HNcr, HSat (A/m), as far as they are known.
    smoothing : int
        Smoothing factor that was asked for.
    """

    calibration: tuple[tuple[float, float], ...]
    curves: tuple[tuple[Array, Array], ...]
    script: Mapping[str, float]
    smoothing: int


def read(path: Path | str) -> ForcData:
    """Read the file at `path`; see `parse`."""
    return parse(read_text(Path(path)), source=str(path))


def parse(text: str, *, source: str = "text") -> ForcData:
    """Read curves from the text of a file.

    Raises
    ------
    InputError
        Not such a file, unknown units, a torn row, or another number of points or curves than announced.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if not _TITLE.fullmatch(lines[0]):
        raise refuse(source, "line 1", repr(lines[0]), "'MicroMag 2900/3900 Data File (Series 0015)' or a series 0016")
    if len(lines) < 2 or "reversal curves" not in lines[1].lower():
        raise refuse(source, "line 2", repr(lines[1:2]), "First-order reversal curves")
    first = next((k for k, line in enumerate(lines) if _ROW.match(line)), None)
    if first is None:
        raise refuse(source, "rows", "none", "a calibration point or a curve")
    head = _head(lines[2:first])
    system = head.get("Units of measure", "")
    if system not in _UNITS:
        raise refuse(source, "Units of measure", repr(system), ", ".join(_UNITS))
    field = unit_factor(_UNITS[system][0], FIELD_UNITS, source, "units")
    moment = unit_factor(_UNITS[system][1], MOMENT_UNITS, source, "units")
    blocks = _blocks(lines, first, (field, moment), source)
    names = ("Hb1", "Hb2", "Hc1", "Hc2", "HCal", "HNcr", "HSat")
    script = {name: number(head[name], source, name) * field for name in names if name in head}
    calibration, curves = _sorted(blocks, calibrated="HCal" in script and "PauseCal" in head)
    _check_counts(head, blocks, len(curves), source)
    smoothing = int(number(head["Smoothing"], source, "Smoothing")) if "Smoothing" in head else 0
    return ForcData(calibration, curves, MappingProxyType(script), smoothing)


def _head(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _KEY.fullmatch(line)
        if match:
            found[match["key"].strip()] = match["value"]
    return found


def _blocks(lines: list[str], first: int, units: tuple[float, float], source: str) -> list[Array]:
    blocks: list[Array] = []
    rows: list[tuple[float, float]] = []
    for index, line in enumerate(lines[first:], start=first + 1):
        if line.strip() and not line.startswith(_END):
            cells = line.split(",")
            if len(cells) < 2:
                raise refuse(source, f"line {index}", repr(line), "a field and a moment with a comma between")
            where = f"line {index}"
            rows.append((number(cells[0], source, where) * units[0], number(cells[1], source, where) * units[1]))
        elif rows:
            blocks.append(np.array(rows))
            rows = []
        if line.startswith(_END):
            return blocks
    raise refuse(source, "last line", repr(lines[-1]), repr(_END), "The file is cut off: copy it again.")


def _sorted(
    blocks: list[Array], *, calibrated: bool
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[Array, Array], ...]]:
    if not calibrated:
        return (), tuple((block[:, 0], block[:, 1]) for block in blocks)
    points = tuple((float(block[0, 0]), float(block[0, 1])) for block in blocks[::2])
    return points, tuple((block[:, 0], block[:, 1]) for block in blocks[1::2])


def _check_counts(head: Mapping[str, str], blocks: list[Array], curves: int, source: str) -> None:
    for keys, found in ((("NForc", "NCrv"), curves), (("NData", "Number of data"), sum(map(len, blocks)))):
        for key in keys:
            if key in head and number(head[key], source, key) != found:
                raise refuse(source, key, str(found), f"{head[key]}, as the header announces", "Copy the file again.")


def render(data: ForcData, *, name: str, pauses_s: Mapping[str, float], averaging_s: float) -> str:
    """Text of a file of series 15, in Hybrid SI (T, A m2).

    Parameters
    ----------
    data : ForcData
        At least one curve; as many calibration points as curves, or none. One more at the end has no place in the format.
    name : str
        Of the sample.
    pauses_s : mapping of str to float
        PauseCal, PauseNtl, PauseSat, s.
    averaging_s : float
        Time that a point is averaged over, s.

    Raises
    ------
    ValueError
        No curve, or another number of calibration points.
    """
    if not data.curves or len(data.calibration) not in (0, len(data.curves)):
        raise ValueError(
            f"{len(data.curves)} curves and {len(data.calibration)} calibration points given; "
            "allowed: at least one curve, and a calibration point for each or none"
        )
    tesla = FIELD_UNITS["T"]
    total = sum(field.size for field, _ in data.curves) + len(data.calibration)
    keys = {key: data.script[key] / tesla for key in ("Hb1", "Hb2", "Hc1", "Hc2", "HCal", "HNcr", "HSat")}
    lines = [
        "MicroMag 2900/3900 Data File (Series 0015)",
        "First-order reversal curves",
        "Configuration   :  VSM",
        "Hardware version:  0004",
        "Software version:  vsmdaq",
        "Units of measure:  Hybrid SI",
        "Temperature in  :  Kelvin",
        "",
        f'"{_plain(name)}"',
        "",
        f"Averaging time = {averaging_s:+.6E}",
        *(f"{key:<14} = {value:+.6E}" for key, value in keys.items()),
        f"NCrv           = {len(data.curves)}",
        *(f"{key:<14} = {value:+.6E}" for key, value in pauses_s.items()),
        "SlewRate       = N/A",
        f"Smoothing      = {data.smoothing}",
        "",
        f"Field range    = {max(float(np.max(np.abs(field))) for field, _ in data.curves) / tesla:+.6E}",
        f"Moment range   = {max(float(np.max(np.abs(moment))) for _, moment in data.curves):+.6E}",
        "Temperature    = N/A",
        "Orientation    = N/A",
        "Elapsed time   = N/A",
        "Slope corr.    = N/A",
        "Saturation     = N/A",
        f"NData          = {total}",
        "",
    ]
    for number_of_curve, (field, moment) in enumerate(data.curves):
        if data.calibration:
            lines += [_row(*data.calibration[number_of_curve], tesla), ""]
        lines += [_row(float(h), float(m), tesla) for h, m in zip(field, moment, strict=True)]
        lines.append("")
    return "\r\n".join([*lines, _END, ""])


def _row(field: float, moment: float, tesla: float) -> str:
    return f"{field / tesla:+.8E},{moment:+.8E}"


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() and c != '"' else "_" for c in name)
