"""On real instruments: nothing here moves a current. Skipped where no address is given.

For the driver ``sr830`` set ``VSMDAQ_DEVICE_SR830`` to its address, and ``VSMDAQ_VISA_LIBRARY`` to the VISA library where it
is not the default one: ``VSMDAQ_DEVICE_SR830=GPIB0::8::INSTR pytest tests/drivers/test_with_device.py``. A simulated bench
passes as well (``VSMDAQ_VISA_LIBRARY=world.toml@vsmsim``).
"""

from __future__ import annotations

import math
import os

import pytest

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import CurrentLimits
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.visa import VisaSession


@pytest.fixture
def device():
    """Open the driver of a name at the address that the environment gives."""
    opened = []

    def open_device(name):
        address = os.environ.get(f"VSMDAQ_DEVICE_{name.upper()}")
        if not address:
            pytest.skip(f"VSMDAQ_DEVICE_{name.upper()} is not set")
        entry = DRIVERS[name]
        if is_visa_address(address):
            session = VisaSession(os.environ.get("VSMDAQ_VISA_LIBRARY", ""))
            opened.append(session)
            link = session.open(address, name, entry.terminators(address), serial=entry.serial)
        else:
            link = SerialLink(address, name, entry.terminators(address), settings=entry.serial)
            opened.append(link)
        driver = entry.driver(link, CurrentLimits(0.0, 1.0)) if entry.role == "supply" else entry.driver(link)
        driver.identify()
        driver.prepare()
        return driver

    yield open_device
    for each in opened:
        each.close()


def test_lakeshore_643(device):
    supply = device("lakeshore_643")
    reading = supply.poll()
    assert reading.faults == ()
    assert abs(reading.current_a) <= 70.1
    assert abs(reading.set_point_a) <= 70.1


def test_sr830(device):
    lock_in = device("sr830")
    kept = lock_in.sensitivity_v_rms, lock_in.phase_deg, lock_in.filter()
    for value in lock_in.sensitivities_v_rms[10:]:
        lock_in.sensitivity_v_rms = value
    for time_constant_s in (0.03, 0.1, 0.3):
        for poles in (1, 2, 3, 4):
            lock_in.set_filter(time_constant_s, poles)
            assert lock_in.filter().poles == poles
    lock_in.phase_deg = 12.34
    assert lock_in.read().frequency_hz >= 0
    lock_in.status()
    lock_in.sensitivity_v_rms, lock_in.phase_deg = kept[:2]
    lock_in.set_filter(kept[2].time_constant_s, kept[2].poles, synchronous=kept[2].synchronous)


def test_lakeshore_475(device):
    reading = device("lakeshore_475").read()
    assert reading.flags or math.isfinite(reading.field_a_per_m)


def test_mt_sics(device):
    balance = device("mt_sics")
    assert 0 < balance.readability_kg < 1.0
    reading = balance.read()
    assert reading.flags or abs(reading.mass_kg) < 100


def test_operator(device):
    assert device("operator").name
