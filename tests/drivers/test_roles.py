"""Every driver of the catalogue has the shape of its role, and says what it controls in which unit."""

from __future__ import annotations

import inspect
import re
import types

import pytest

from vsmdaq_drivers import contracts
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.links.scripted import ScriptedClock, ScriptedLink
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaLink
from vsmdaq_drivers.others.operators import PromptOperator
from vsmdaq_drivers.system_clock import SystemClock
from vsmdaq_sim.instruments import KINDS

ROLES = {
    "supply": contracts.FieldSupply,
    "lockin": contracts.LockIn,
    "gaussmeter": contracts.Gaussmeter,
    "balance": contracts.Balance,
    "operator": contracts.Operator,
    "thermometer": contracts.Thermometer,
    "vibrator": contracts.VibrationDrive,
    "voltmeter": contracts.Voltmeter,
    "lcr_meter": contracts.InductanceMeter,
    "stage": contracts.RotationStage,
    "positioner": contracts.Positioner,
}
LINKS: tuple[type[contracts.Link], ...] = (VisaLink, SerialLink, ScriptedLink)
CLOCKS: tuple[type[contracts.Clock], ...] = (SystemClock, ScriptedClock)

SHAPES = [
    *((entry.driver, ROLES[entry.role]) for entry in DRIVERS.values()),
    (PromptOperator, contracts.Operator),
    *((link, contracts.Link) for link in LINKS),
    *((clock, contracts.Clock) for clock in CLOCKS),
]
DRIVER_CLASSES = list(dict.fromkeys([*(entry.driver for entry in DRIVERS.values()), PromptOperator]))


def _required(entry):
    return any(option.required for option in entry.options.values())


def members(protocol):
    return {
        name: value
        for base in protocol.__mro__[::-1]
        if base.__module__ == protocol.__module__ or base.__module__.startswith("vsmdaq_drivers.contracts")
        for name, value in vars(base).items()
        if not name.startswith("_")
    }


@pytest.mark.parametrize(("made", "protocol"), SHAPES, ids=lambda value: value.__name__)
def test_shape(made, protocol):
    for name, wanted in members(protocol).items():
        found = inspect.getattr_static(made, name)
        if isinstance(wanted, property):
            assert isinstance(found, property), name
            assert (found.fset is None) == (wanted.fset is None), name
        else:
            assert isinstance(found, types.FunctionType), name
            assert list(inspect.signature(found).parameters) == list(inspect.signature(wanted).parameters), name


@pytest.mark.parametrize("driver", DRIVER_CLASSES, ids=lambda driver: driver.__name__)
def test_properties_say_what_they_control(driver):
    for name, value in vars(driver).items():
        if isinstance(value, property) and not name.startswith("_"):
            text = inspect.getdoc(value) or ""
            assert re.match(r"(Control|Get|Measure|Set) ", text), f"{driver.__name__}.{name}: {text!r}"
            if name != "name":
                assert re.search(r"\([^)]*(A|V|V rms|Hz|s|kg|K|H|ohm|degree|1)\b[^)]*\)", text), (
                    f"{name} without unit: {text!r}"
                )


@pytest.mark.parametrize("driver", DRIVER_CLASSES, ids=lambda driver: driver.__name__)
def test_public_methods_say_what_they_do(driver):
    for name, value in vars(driver).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            assert inspect.getdoc(value), f"{driver.__name__}.{name}"


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_an_entry_of_the_catalogue_is_whole(name):
    entry = DRIVERS[name]
    assert entry.name == name
    assert entry.title
    assert bool(entry.interfaces) == bool(entry.simulator)  # without a wire there is nothing to simulate
    assert re.match(entry.identity, entry.example, re.IGNORECASE)
    assert entry.facts or entry.role == "operator", "say how well each fact is known"
    wanted = inspect.signature(entry.driver).parameters
    assert {option.argument for option in entry.options.values()} <= set(wanted)


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        DRIVERS["mine"] = DRIVERS["sr830"]  # type: ignore[index]


def test_every_driver_has_a_simulated_instrument():
    assert {entry.simulator for entry in DRIVERS.values() if entry.interfaces} <= set(KINDS)


@pytest.mark.parametrize(
    ("address", "end"),
    [("GPIB0::8::INSTR", "\n"), ("ASRL3::INSTR", "\r"), ("COM3", "\r"), ("/dev/ttyUSB0", "\r")],
)
def test_the_lock_in_ends_its_lines_by_port(address, end):
    assert DRIVERS["sr830"].terminators(address) == Terminators(end, end)


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_no_driver_takes_the_identity_of_another(name):
    own, same = DRIVERS[name].identity, DRIVERS[name].simulator  # two drivers may be for what one instrument carries
    others = [entry.example for entry in DRIVERS.values() if entry.example and entry.simulator != same]
    assert not [identity for identity in others if own and re.match(own, identity, re.IGNORECASE)]


@pytest.mark.parametrize("name", sorted(name for name, entry in DRIVERS.items() if not _required(entry)))
def test_closing_a_driver_closes_its_link(name):
    link = ScriptedLink()
    driver = DRIVERS[name].make(link, *([contracts.CurrentLimits(1.0, 1.0)] if DRIVERS[name].role == "supply" else []))
    assert driver.name == link.name
    driver.close()
    assert link.closed
