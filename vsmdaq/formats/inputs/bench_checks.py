"""What is wrong with a bench file beside the form of its values: drivers, limits, addresses, what belongs together.

The checks read the file as it was parsed, so that they speak up together with the model's own complaints.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vsmdaq.formats.inputs.problems import Fault
from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.formats.inputs.wording import listed, shown

__all__ = ["SIMULATED", "DriverFacts", "OptionFacts", "bench_faults", "option_value"]

SIMULATED = "@vsmsim"
"""What the VISA library of a simulated bench ends with."""

PROMPT = "prompt"
NONE = "none"
ROLES = (
    "supply",
    "gaussmeter",
    "lockin",
    "balance",
    "operator",
    "thermometer",
    "vibrator",
    "voltmeter",
    "lcr_meter",
    "stage",
    "positioner",
)


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """One option of a driver: a quantity's dimension or "text", "integer", "boolean", "file"; allowed texts; whether required."""

    dimension: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class DriverFacts:
    """What the parser needs to know of a driver: role, a supply's own limits (A, A/s), options, whether it has a wire."""

    role: str
    max_current_a: float | None = None
    max_rate_a_per_s: float | None = None
    options: Mapping[str, OptionFacts] = field(default_factory=dict)
    wired: bool = True


def bench_faults(content: Mapping[str, Any], known_drivers: Mapping[str, DriverFacts] | None) -> list[Fault]:
    """Everything that the tables' own rules do not see; drivers and their limits only where they are known."""
    return [
        *_driver_faults(content, known_drivers),
        *_option_faults(content, known_drivers or {}),
        *_limit_faults(content, known_drivers or {}),
        *_address_faults(content, known_drivers or {}),
        *_library_faults(content),
        *_balance_faults(content),
        *_watch_faults(content),
    ]


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table of the file; an empty one where it is missing or is none, which the model tells of."""
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _driver_faults(content: Mapping[str, Any], known: Mapping[str, DriverFacts] | None) -> list[Fault]:
    faults: list[Fault] = []
    for role in ROLES:
        driver = _table(content, role).get("driver")
        if known is None or not isinstance(driver, str):
            continue
        fitting = [name for name, facts in known.items() if facts.role == role]
        if driver not in fitting:
            advice = f"{shown(driver)} is a driver of a {known[driver].role}." if driver in known else ""
            close = difflib.get_close_matches(driver, fitting, n=1)
            advice = f'Did you mean "{close[0]}"?' if close else advice
            faults.append(Fault((role, "driver"), shown(driver), listed(fitting) if fitting else "none", advice))
    return faults


def option_value(value: object, dimension: str) -> float | int | bool | str:
    """Value of an option in SI.

    Raises
    ------
    ValueError
        It is not of this dimension; the message says what is allowed.
    """
    plain: dict[str, tuple[type, str]] = {
        "text": (str, "a text"),
        "file": (str, "the path of a file"),
        "integer": (int, "an integer"),
        "boolean": (bool, "true or false"),
    }
    if dimension not in plain:
        return parse_quantity(value, dimension).value
    kind, allowed = plain[dimension]
    if type(value) is not kind:
        raise ValueError(allowed)
    return value  # type: ignore[return-value]


def _option_faults(content: Mapping[str, Any], known: Mapping[str, DriverFacts]) -> list[Fault]:
    """Options that the driver does not have, lacks or cannot take."""
    faults: list[Fault] = []
    for role in ROLES:
        table = _table(content, role)
        facts = known.get(str(table.get("driver")))
        if facts is None or facts.role != role:
            continue
        given = _table(table, "options")
        allowed = listed(list(facts.options)) if facts.options else "none"
        for key, value in given.items():
            option = facts.options.get(key)
            where = (role, "options", key)
            if option is None:
                faults.append(Fault(where, "an unknown key", allowed))
            else:
                faults += _value_faults(where, value, option)
        faults += [
            Fault((role, "options", key), "nothing", f"a value: {table['driver']} cannot do without", "")
            for key, option in facts.options.items()
            if option.required and key not in given
        ]
    return faults


def _value_faults(where: tuple[str, ...], value: object, option: OptionFacts) -> list[Fault]:
    try:
        read = option_value(value, option.dimension)
    except ValueError as error:
        return [Fault(where, shown(value), str(error))]
    if option.choices and read not in option.choices:
        return [Fault(where, shown(value), listed(list(option.choices)))]
    return []


def _limit_faults(content: Mapping[str, Any], known: Mapping[str, DriverFacts]) -> list[Fault]:
    """Limits above what the supply itself can do are a mistake in the file, not something to be narrowed in silence."""
    magnet = _table(content, "magnet")
    current, rate = _number(magnet, "max_current", "current"), _number(magnet, "max_rate", "current rate")
    safe_rate = _number(magnet, "safe_rate", "current rate")
    driver = str(_table(content, "supply").get("driver"))
    facts = known.get(driver, DriverFacts("supply"))
    own = f"the limit of the {driver} itself"
    faults: list[Fault] = []

    def compare(key: str, value: float, highest: float | None, unit: str, whose: str) -> None:
        if highest is not None and value > highest:
            faults.append(Fault(("magnet", key), shown(magnet[key]), f"up to {highest:g} {unit}, {whose}"))

    compare("max_current", current, facts.max_current_a, "A", own)
    compare("max_rate", rate, facts.max_rate_a_per_s, "A/s", own)
    compare("safe_rate", safe_rate, rate, "A/s", "which is magnet.max_rate")
    return faults


def _number(table: Mapping[str, Any], key: str, dimension: str) -> float:
    """Value in SI; nan, which no limit is compared with, where the model refuses it anyway."""
    try:
        return parse_quantity(table.get(key), dimension).value
    except QuantityTextError:
        return math.nan


def _address_faults(content: Mapping[str, Any], known: Mapping[str, DriverFacts]) -> list[Fault]:
    """A prompt is for people, "none" for drivers without a wire, and no two instruments have one address."""
    faults: list[Fault] = []
    taken: dict[str, str] = {}
    for role in ROLES:
        address = _table(content, role).get("address")
        if not isinstance(address, str):
            continue
        if address == PROMPT:
            if role != "operator":
                allowed, advice = "the address of an instrument", "Only people are prompted."
                faults.append(Fault((role, "address"), shown(address), allowed, advice))
            continue
        driver = str(_table(content, role).get("driver"))
        wired = known[driver].wired if driver in known else address != NONE
        if not wired or address == NONE:
            if wired:
                advice = f"{shown(driver)} is reached through a wire."
                faults.append(Fault((role, "address"), shown(address), "the address of an instrument", advice))
            elif address != NONE:
                faults.append(Fault((role, "address"), shown(address), shown(NONE), f"{shown(driver)} has no wire."))
            continue
        other = taken.setdefault(address.strip().upper(), role)
        if other != role:
            faults.append(Fault((role, "address"), shown(address), f"an address of its own: [{other}] has this one"))
    return faults


def _library_faults(content: Mapping[str, Any]) -> list[Fault]:
    library = content.get("visa_library")
    if not isinstance(library, str):
        return []
    allowed = '"@py", "@ivi", the path of a VISA library, or a world file with @vsmsim behind it'
    if library.endswith(".toml"):
        return [Fault(("visa_library",), shown(library), allowed, f'Did you mean "{library}{SIMULATED}"?')]
    if library.endswith(SIMULATED) and "?" in library:
        return [Fault(("visa_library",), shown(library), allowed, "The seed is an option of the command: --seed.")]
    return []


def _balance_faults(content: Mapping[str, Any]) -> list[Fault]:
    """Where there is a balance the field at the upper end of a tube must be known; it is not made up."""
    if ("balance" in content) == ("gouy" in content):
        return []
    missing, keys, other = "gouy", "low_field_ratio", "balance"
    if "gouy" in content:
        missing, keys, other = "balance", "driver, address, gain", "gouy"
    return [Fault((missing,), "nothing", f"a table with {keys}", f"[{other}] is there: they belong together.")]


def _watch_faults(content: Mapping[str, Any]) -> list[Fault]:
    """A temperature can be watched where something reads it."""
    if "max_temperature" in _table(content, "watch") and "thermometer" not in content:
        return [Fault(("thermometer",), "nothing", "a table with driver, address", "watch.max_temperature needs it.")]
    return []
