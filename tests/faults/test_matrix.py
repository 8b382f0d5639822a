"""Every driver of the catalogue against every fault: a named error, a flag or the right results; then in sync and safe.

Oracles: the exercise without a fault, and for currents and samples the world itself. The whole table is made by
docs/make_fault_tables.py; here each fault strikes a few messages of each driver, and each distinct command is struck at least once.
"""

from __future__ import annotations

import math

import pytest
from fault_matrix.exercises import EXERCISES
from fault_matrix.harness import Matrix
from fault_matrix.variants import BROKEN, LOOKS_VALID
from fault_matrix.worlds import addresses_of, with_instrument

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_sim.faults import KINDS_OF_FAULTS

WIRES = [(name, address) for name in with_instrument() for address in addresses_of(name)]
FOR_ALL_MESSAGES = [variant for variant in BROKEN if variant.point != "reply"]


def test_every_kind_of_fault_is_in_the_matrix():
    # replaced and fail say what they do by themselves; they have tests of their own
    assert {variant.kind for variant in (*BROKEN, *LOOKS_VALID)} == set(KINDS_OF_FAULTS) - {"replaced", "fail"}


def test_every_role_has_its_exercise():
    assert {entry.role for entry in DRIVERS.values()} <= set(EXERCISES)


@pytest.mark.parametrize(("name", "address"), WIRES, ids=[f"{name} {address[:4]}" for name, address in WIRES])
def test_faults_that_do_not_look_valid(tmp_path, name, address):
    matrix = Matrix(tmp_path, name, address)
    first = address == addresses_of(name)[0]
    most = math.ceil(len(matrix.commands) / len(FOR_ALL_MESSAGES)) if first else 1
    struck: set[str] = set()
    failures = []
    turn = 0
    for variant in BROKEN:
        for place in matrix.places(variant, most, turn=turn):
            outcome = matrix.run(variant, place)
            if outcome is None:
                continue
            struck.add(outcome.command)
            failures += [f"{variant.name} at {place.text!r}: {failure}" for failure in outcome.failures]
        turn += variant in FOR_ALL_MESSAGES
    matrix.close()
    assert failures == []
    if first:
        assert struck == matrix.commands


@pytest.mark.parametrize("name", with_instrument())
def test_faults_that_look_valid_leave_the_driver_in_sync_and_the_supply_safe(tmp_path, name):
    matrix = Matrix(tmp_path, name)
    failures = []
    for turn, variant in enumerate(LOOKS_VALID):
        for place in matrix.places(variant, 2, turn=turn):
            outcome = matrix.run(variant, place)
            failures += [] if outcome is None else [f"{variant.name} at {place.text!r}: {f}" for f in outcome.failures]
    matrix.close()
    assert failures == []


@pytest.mark.parametrize("name", ["lakeshore_643", "sr830", "lakeshore_475", "mt_sics"])
def test_the_harness_sees_a_driver_that_takes_anything(tmp_path, name, monkeypatch):
    # a reading that is wrong although nothing is said must come out as such
    matrix = Matrix(tmp_path, name)
    garbage = next(variant for variant in BROKEN if variant.name == "garbage")
    query = {"lakeshore_643": "RDGI?", "sr830": "SNAP?1,2,3,9", "lakeshore_475": "RDGFIELD?;OPST?", "mt_sics": "SI"}[
        name
    ]
    place = next(place for place in reversed(matrix.clean.places) if place.text == query)
    link, asked = matrix.opened.link, type(matrix.opened.link).read

    def careless(self, command="", *, timeout_s=None):
        text = asked(self, command, timeout_s=timeout_s)
        wrong = {"RDGI?": "+11.0000", query: "S S     99.0000 g"}
        wrong |= {"SNAP?1,2,3,9": "0.3,0.4,0.5,83", "RDGFIELD?;OPST?": "+900.0000E+05;000"}
        return wrong.get(command, text) if matrix.opened.bench.faults.log else text

    monkeypatch.setattr(type(link), "read", careless)
    outcome = matrix.run(garbage, place)
    assert outcome is not None
    assert outcome.failures
    matrix.close()
