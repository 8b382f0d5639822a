"""Names of the error bits of the Lake Shore 643 and 648, as their manuals explain them (section 5.2.6)."""

from __future__ import annotations

__all__ = ["fault_names"]

_HARDWARE_FAULTS = (
    "output control failure",
    "DAC error",
    "output over current",
    "output over voltage",
    "over temperature",
    "output stage protect",
)
_OPERATIONAL_FAULTS = (
    "calibration error",
    "external current program error",
    "temperature high",
    "low line voltage",
    "high line voltage",
    "magnet water flow",
    "power supply water flow",
    "remote inhibit",
)


def fault_names(hardware: int, operational: int) -> tuple[str, ...]:
    """Names of the faults in both error words."""
    return _named(hardware, _HARDWARE_FAULTS, "hardware") + _named(operational, _OPERATIONAL_FAULTS, "operational")


def _named(word: int, names: tuple[str, ...], kind: str) -> tuple[str, ...]:
    known = tuple(name for bit, name in enumerate(names) if word >> bit & 1)
    # a bit that the manual does not explain is a fault all the same
    return known + tuple(f"{kind} error bit {bit}" for bit in range(len(names), 8) if word >> bit & 1)
