"""The catalogue as tables for people: README, docs and the command line show the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vsmdaq_drivers.entry import DriverEntry, Role

__all__ = ["ROLE_NAMES", "facts_table", "instruments_table", "markdown", "options_table"]

ROLE_NAMES: Mapping[Role, str] = {
    "supply": "magnet supply",
    "lockin": "lock-in amplifier",
    "gaussmeter": "gaussmeter",
    "balance": "balance",
    "thermometer": "thermometer",
    "vibrator": "vibrator drive",
    "voltmeter": "voltmeter",
    "lcr_meter": "LCR meter",
    "stage": "rotation stage",
    "positioner": "straight stages",
    "operator": "operator",
}
"""Roles in the order in which they are shown, and what people call them."""


def instruments_table(drivers: Mapping[str, DriverEntry]) -> list[tuple[str, ...]]:
    """Rows of role, driver, instrument, interfaces, limits, and how its facts are known; the first row is the head."""
    rows: list[tuple[str, ...]] = [("role", "driver", "instrument", "interfaces", "limits", "facts known from")]
    for entry in _in_order(drivers.values()):
        known = ", ".join(dict.fromkeys(fact.known for fact in entry.facts))
        rows.append(
            (ROLE_NAMES[entry.role], f"`{entry.name}`", entry.title, ", ".join(entry.interfaces), entry.limits, known)
        )
    return rows


def facts_table(drivers: Mapping[str, DriverEntry]) -> list[tuple[str, ...]]:
    """Rows of driver, fact, how it is known, source; the first row is the head."""
    rows: list[tuple[str, ...]] = [("driver", "what it relies on", "known from", "source, or what is done about it")]
    for entry in _in_order(drivers.values()):
        rows += [(f"`{entry.name}`", fact.what, fact.known, fact.source) for fact in entry.facts]
    return rows


def options_table(drivers: Mapping[str, DriverEntry]) -> list[tuple[str, ...]]:
    """Rows of driver, key of ``[ROLE.options]``, what it is, what it takes; the first row is the head."""
    rows: list[tuple[str, ...]] = [("driver", "option", "what it is", "takes")]
    for entry in _in_order(drivers.values()):
        for key, option in entry.options.items():
            takes = " or ".join(f'"{choice}"' for choice in option.choices) or option.dimension
            needed = ", needed" if option.required else ""
            rows.append((f"`{entry.name}`", f"`{key}`", option.about, f"{takes}{needed}"))
    return rows


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """Write rows as a Markdown table; the first one is the head."""
    head, *body = rows
    lines = [_line(head), _line(("---",) * len(head)), *(_line(row) for row in body)]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _in_order(entries: Iterable[DriverEntry]) -> list[DriverEntry]:
    order = list(ROLE_NAMES)
    return sorted(entries, key=lambda entry: (order.index(entry.role), entry.name))
