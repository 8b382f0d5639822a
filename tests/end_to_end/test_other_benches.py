"""Benches of other instruments, by editing the bench file alone: the whole campaign gives the truth of the world.

Nothing is drawn: bench file and world agree, but for noise and what the instruments' resolution costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

CAMPAIGN = ("phase", "nickel", "background", "loop", "gouy")
# quantity of the result: (name in the world's truth, sample)
QUANTITIES = {
    "saturation_moment": "reference-sphere",
    "remanent_moment": "reference-sphere",
    "coercive_field_applied": "reference-sphere",
    "volume_susceptibility": "gouy-sample",
}


@dataclass(frozen=True)
class Instrument:
    role: str  # in the bench file
    kind: str  # driver and simulated instrument
    address: str
    options: str = ""  # of the driver
    world: str = ""  # of the simulated one


REFERENCE = {
    "supply": ("lakeshore_643", "GPIB0::12::INSTR"),
    "gaussmeter": ("lakeshore_475", "GPIB0::13::INSTR"),
    "lockin": ("sr830", "GPIB0::8::INSTR"),
    "balance": ("mt_sics", "ASRL3::INSTR"),
}
SCPI = (
    'preset = "scpi", identity = "ACME", max_current = "60 A", max_rate = "20 A/s", compliance = "34 V", '
    'compliance_readback = "0.01 V", resolution = "0.01 A", accuracy = "0.03 A", readback = "0.005 A", readback_delay = "0.1 s"'
)
BENCHES = {
    "kepco": (
        Instrument(
            "supply", "kepco_bop", "GPIB0::12::INSTR", 'model = "36-60", compliance = "34 V"', 'model = "36-60"'
        ),
        Instrument("gaussmeter", "lakeshore_425", "USB0::0x1FB9::0x0401::LSA1::RAW"),
        Instrument("lockin", "sr860", "GPIB0::8::INSTR"),
        Instrument("balance", "sartorius_sbi", "ASRL3::INSTR"),
    ),
    "scpi": (
        Instrument("supply", "scpi_bipolar", "TCPIP0::supply::5025::SOCKET", SCPI, "max_current_a = 60.0"),
        Instrument("gaussmeter", "lakeshore_421", "ASRL5::INSTR"),
        Instrument("lockin", "signal_recovery_7265", "GPIB0::8::INSTR"),
        Instrument("balance", "and_balance", "ASRL3::INSTR"),
    ),
    "genesys": (
        Instrument(
            "supply",
            "tdk_genesys",
            "ASRL6::INSTR",
            'relay_normal = "RELAY OFF", relay_reversed = "RELAY ON", relay_query = "RELAY?", voltage = "40 V"',
            'model = "GEN40-85"',
        ),
        Instrument("gaussmeter", "lakeshore_f71", "TCPIP0::meter::8888::SOCKET"),
        Instrument("lockin", "signal_recovery_7270", "TCPIP0::lockin::50001::SOCKET"),
        Instrument("balance", "ohaus", "ASRL3::INSTR"),
    ),
    "danfysik": (
        Instrument("supply", "danfysik_8500", "ASRL6::INSTR", 'full_scale = "70 A"', "full_scale_a = 70.0"),
        Instrument("gaussmeter", "lakeshore_455", "GPIB0::13::INSTR"),
        Instrument("lockin", "sr830", "ASRL7::INSTR"),
        Instrument("balance", "mt_sics", "TCPIP0::balance::4305::SOCKET"),
    ),
}


def edits(instruments):
    """(old, new) texts of the bench file."""
    for one in instruments:
        driver, address = REFERENCE[one.role]
        options = f"\noptions = {{ {one.options} }}" if one.options else ""
        yield (
            f'[{one.role}]\ndriver = "{driver}"\naddress = "{address}"',
            f'[{one.role}]\ndriver = "{one.kind}"\naddress = "{one.address}"{options}',
        )


def world_lines(instruments):
    for one in instruments:
        yield f'[instruments.{one.role}]\nkind = "{one.kind}"\naddress = "{one.address}"\noptions = {{ {one.world} }}'


@pytest.mark.parametrize("name", BENCHES)
def test_a_campaign_on_another_bench(workplace, name):
    place = workplace()
    place.write_world(*world_lines(BENCHES[name]))
    outcomes = place.measure(CAMPAIGN, edits=tuple(edits(BENCHES[name])))
    found = {key: value for outcome in outcomes for key, value in outcome.reduced.reduction.quantities.items()}
    world = World.load(place.world, seed=1)
    for quantity, sample in QUANTITIES.items():
        true = truth(world, sample)[quantity]["value"]
        result = found[quantity].estimate
        assert abs(result.value - true) < 3.5 * result.u, quantity
