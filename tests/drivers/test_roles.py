"""Every driver of the catalogue has the shape of its role, and says what it controls in which unit."""

from __future__ import annotations

import inspect
import re
import types

import pytest

from vsmdaq_drivers import contracts
from vsmdaq_drivers.balances.mt_sics import MtSics
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.gaussmeters.lakeshore_475 import LakeShore475
from vsmdaq_drivers.links.scripted import ScriptedClock, ScriptedLink
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaLink
from vsmdaq_drivers.lockins.sr830 import SR830
from vsmdaq_drivers.others.operators import PromptOperator, WireOperator
from vsmdaq_drivers.supplies.lakeshore_643 import LakeShore643
from vsmdaq_drivers.system_clock import SystemClock

ROLES = {
    "supply": contracts.FieldSupply,
    "lock_in": contracts.LockIn,
    "gaussmeter": contracts.Gaussmeter,
    "balance": contracts.Balance,
    "operator": contracts.Operator,
}
# a type checker reads these as a proof
SUPPLIES: tuple[type[contracts.FieldSupply], ...] = (LakeShore643,)
LOCK_INS: tuple[type[contracts.LockIn], ...] = (SR830,)
GAUSSMETERS: tuple[type[contracts.Gaussmeter], ...] = (LakeShore475,)
BALANCES: tuple[type[contracts.Balance], ...] = (MtSics,)
OPERATORS: tuple[type[contracts.Operator], ...] = (WireOperator, PromptOperator)
LINKS: tuple[type[contracts.Link], ...] = (VisaLink, SerialLink, ScriptedLink)
CLOCKS: tuple[type[contracts.Clock], ...] = (SystemClock, ScriptedClock)

SHAPES = [
    *((driver, contracts.FieldSupply) for driver in SUPPLIES),
    *((driver, contracts.LockIn) for driver in LOCK_INS),
    *((driver, contracts.Gaussmeter) for driver in GAUSSMETERS),
    *((driver, contracts.Balance) for driver in BALANCES),
    *((driver, contracts.Operator) for driver in OPERATORS),
    *((link, contracts.Link) for link in LINKS),
    *((clock, contracts.Clock) for clock in CLOCKS),
]
DRIVER_CLASSES = [*SUPPLIES, *LOCK_INS, *GAUSSMETERS, *BALANCES, *OPERATORS]
IDENTITIES = {
    "lakeshore_643": "LSCI,MODEL643,6430001,1.0/1.0",
    "sr830": "Stanford_Research_Systems,SR830,s/n86025,ver1.07",
    "lakeshore_475": "LSCI,MODEL475,4750001,1.0",
    "mt_sics": 'I2 A "XPR205 Excellence 220.00000 g"',
    "operator": "VSMSIM,OPERATOR,0,1",
}


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
                assert re.search(r"\([^)]*(A|V rms|s|kg|degree)\b[^)]*\)", text), f"{name} without unit: {text!r}"


@pytest.mark.parametrize("driver", DRIVER_CLASSES, ids=lambda driver: driver.__name__)
def test_public_methods_say_what_they_do(driver):
    for name, value in vars(driver).items():
        if inspect.isfunction(value) and not name.startswith("_"):
            assert inspect.getdoc(value), f"{driver.__name__}.{name}"


def test_the_catalogue_names_every_driver_and_its_role():
    assert set(DRIVERS) == set(IDENTITIES)
    for name, entry in DRIVERS.items():
        assert (entry.driver, ROLES[entry.role]) in SHAPES
        assert re.match(entry.identity, IDENTITIES[name], re.IGNORECASE)
    with pytest.raises(TypeError):
        DRIVERS["mine"] = DRIVERS["sr830"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("address", "end"),
    [("GPIB0::8::INSTR", "\n"), ("ASRL3::INSTR", "\r"), ("COM3", "\r"), ("/dev/ttyUSB0", "\r")],
)
def test_the_lock_in_ends_its_lines_by_port(address, end):
    assert DRIVERS["sr830"].terminators(address) == Terminators(end, end)


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_no_driver_takes_the_identity_of_another(name):
    others = [identity for other, identity in IDENTITIES.items() if other != name]
    assert not [identity for identity in others if re.match(DRIVERS[name].identity, identity, re.IGNORECASE)]


@pytest.mark.parametrize("name", ["sr830", "lakeshore_475", "mt_sics", "operator"])
def test_closing_a_driver_closes_its_link(name):
    link = ScriptedLink()
    driver = DRIVERS[name].driver(link)  # type: ignore[call-arg]
    assert driver.name == link.name
    driver.close()
    assert link.closed
