"""The tables of docs/faults.md, made from measured outcomes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from fault_matrix.harness import Matrix, Outcome
from fault_matrix.variants import BROKEN, LOOKS_VALID, Variant
from fault_matrix.worlds import addresses_of

__all__ = ["BROKEN_HEAD", "VALID_HEAD", "broken_row", "outcomes", "valid_rows"]

_WORDS: Mapping[str, str] = {
    "recovers": "recovers",
    "flag": "flag",
    "LinkTimeoutError": "time-out",
    "LinkLostError": "lost",
    "ReplyError": "reply",
    "RefusedError": "refused",
    "IdentityError": "identity",
    "InstrumentFaultError": "fault",
    "SettlingError": "settling",
    "LimitError": "limit",
    "OperatorError": "operator",
    "MagnetStillOnError": "still on",
    "WRONG": "**passes**",
}
BROKEN_HEAD = ("driver", *(variant.name for variant in BROKEN))
VALID_HEAD = ("driver", "caught by", "what may pass, and how far it may be off", "what it rests on")
_SIZES = ((1e-3, "0.1 %"), (1e-2, "1 %"), (1e-1, "10 %"))

_READ_BACK = "settings are read back"
_RESTS_ON: Mapping[str, str] = {
    "supply": f"{_READ_BACK}; a ramp has arrived when the measured current is at the set-point; status bits",
    "sr830": f"{_READ_BACK}; R against X and Y; a new frequency asked for twice; points of the buffer within the range",
    "sr860": f"{_READ_BACK}; R against X and Y; a new frequency asked for twice",
    "lockin": f"{_READ_BACK}, sensitivity and time constant twice over; a new frequency asked for twice; nothing for X and Y",
    "gaussmeter": f"{_READ_BACK}; a jump of more than 40 kA/m + 5 % within 2 s read twice; status bits; unit every 5 s",
    "balance": "tare and zero read afterwards; form of the line; nothing for the digits of a weight",
    "thermometer": "status of the reading; nothing for its digits",
    "voltmeter": f"{_READ_BACK}; nothing for the digits of a voltage",
    "lcr_meter": f"{_READ_BACK}; status of the reading; nothing for its digits",
    "vibrator": f"{_READ_BACK}; unit before each amplitude; nothing for a value that is only asked for",
    "stage": "angle against goal; error queue; soft limits",
    "positioner": "position against goal; error queue; soft limits",
    "operator": "OK, ERR, 0 and 1 are the only answers",
}


def outcomes(folder: Path, name: str, variants: Sequence[Variant]) -> list[Outcome]:
    """All cases of a driver, on each kind of wire that it has."""
    found: list[Outcome] = []
    for address in addresses_of(name):
        matrix = Matrix(folder, name, address)
        for variant in variants:
            cases = (matrix.run(variant, place) for place in matrix.places(variant))
            found += [outcome for outcome in cases if outcome is not None]
        matrix.close()
    return found


def broken_row(folder: Path, name: str) -> tuple[str, ...]:
    """What came of each fault that does not look valid: the words of all messages that it struck."""
    found = outcomes(folder, name, BROKEN)
    return (f"`{name}`", *(_cell([one for one in found if one.variant == variant.name]) for variant in BROKEN))


def _cell(found: Sequence[Outcome]) -> str:
    words = {one.word for one in found}
    cleared = " (cleared)" if any(one.afterwards == "cleared" for one in found) else ""
    return ", ".join(text for word, text in _WORDS.items() if word in words) + cleared


def valid_rows(folder: Path, name: str, role: str) -> list[tuple[str, ...]]:
    """What came of each fault that leaves something valid: who noticed it, and what passed unnoticed."""
    found = outcomes(folder, name, LOOKS_VALID)
    caught = Counter(_WORDS[one.word] for one in found if one.word not in {"recovers", "WRONG"})
    sizes: dict[str, float] = {}
    for one in found:
        for quantity, deviation in one.passed:
            sizes[quantity] = max(sizes.get(quantity, 0.0), deviation)
    passing = "; ".join(f"{quantity} {_size(size)}" for quantity, size in sorted(sizes.items())) or "nothing found"
    total = f"{sum(caught.values())} of {len(found)}: " if caught else ""
    rests_on = _RESTS_ON.get(name, _RESTS_ON[role])
    return [(f"`{name}`", total + ", ".join(word for word, _ in caught.most_common()), passing, rests_on)]


def _size(deviation: float) -> str:
    if math.isinf(deviation):
        return "(another one)"
    return next((f"≤ {text}" for limit, text in _SIZES if deviation <= limit), "(any digit)")
