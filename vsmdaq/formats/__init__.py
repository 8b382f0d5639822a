"""Pure: text ↔ tables. Every file format, ours and other instruments'."""

from __future__ import annotations

from pathlib import Path

from vsmdaq.formats import micromag, quantum_design, two_column
from vsmdaq.formats.table import FIELD_UNITS, MOMENT_UNITS, MeasuredLoop, read_text

__all__ = ["FIELD_UNITS", "MOMENT_UNITS", "MeasuredLoop", "parse_any", "read_any"]


def read_any(path: Path | str, *, field_unit: str | None = None, moment_unit: str | None = None) -> MeasuredLoop:
    """Read the file at `path`, whichever format it is in; see `parse_any`."""
    text = read_text(Path(path))
    return parse_any(text, source=str(path), field_unit=field_unit, moment_unit=moment_unit)


def parse_any(
    text: str, *, source: str = "text", field_unit: str | None = None, moment_unit: str | None = None
) -> MeasuredLoop:
    """Read a loop in any known format, told from its first line.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        What errors and the result call it.
    field_unit, moment_unit : str, optional
        For two-column tables that do not state their units.

    Raises
    ------
    InputError
        No format fits, or the one that does finds something wrong.
    """
    first = text.lstrip().partition("\n")[0]
    if first.startswith("MicroMag"):
        return micromag.parse(text.lstrip(), source=source)
    if first.strip() == "[Header]":
        return quantum_design.parse(text.lstrip(), source=source)
    return two_column.parse(text, source=source, field_unit=field_unit, moment_unit=moment_unit)
