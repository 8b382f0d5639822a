"""Whatever is sent to a balance: no exception comes out, what it plans lies ahead, and it answers afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq_sim.instruments.balances import and_balance, mt_sics, ohaus, sartorius_sbi

MAKERS = {
    "mt_sics": (mt_sics.MtSics, "@", 'I4 A "1114350697"'),
    "sartorius_sbi": (sartorius_sbi.SartoriusSbi, "\x1bx2_", "0031700123    "),
    "and_balance": (and_balance.AndBalance, "?SN", "SN,12345678"),
    "ohaus": (ohaus.Ohaus, "PSN", "B401234567"),
}
HEADS = [
    "S",
    "SI",
    "SIR",
    "SR",
    "SNR",
    "SU",
    "T",
    "TI",
    "TA",
    "TAC",
    "Z",
    "ZI",
    "@",
    "I0",
    "I10",
    "C0",
    "C1",
    "C2",
    "C3",
    "D",
    "DW",
    "K",
    "M01",
    "M19",
    "M21",
    "M28",
    "Q",
    "R",
    "CAL",
    "PT:",
    "?PT",
    "?ID",
    "IP",
    "P",
    "CP",
    "SP",
    "SLP",
    "xP",
    "5P",
    "0P",
    "1U",
    "9T",
    "1RL",
    "IC",
    "AC",
    "\x1bP",
    "\x1bT",
    "\x1bU",
    "\x1bV",
    "\x1bZ",
    "\x1bS",
    "\x1bx1_",
    "\x1bs3_",
]
COMMAND = st.builds(
    lambda head, arguments: " ".join([head, *arguments]),
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(["1", "-1", "g", "1e999", "nan", "9" * 20, '"x"', "kg", "µ"]), max_size=3),
)


@pytest.mark.parametrize("kind", sorted(MAKERS))
@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_escapes(kind: str, data: st.DataObject, balance: Any, clock: Any):
    make, question, answer = MAKERS[kind]
    instrument = make(balance, clock, {})
    for command in data.draw(st.lists(st.one_of(COMMAND, st.sampled_from(HEADS), st.text(max_size=10)), max_size=6)):
        balance.mass_kg = data.draw(st.sampled_from([0.0, 0.001, 0.1, 0.3, -0.3]))
        balance.at_rest = data.draw(st.booleans())
        instrument.execute(command, message_available=False)
        clock.sleep(data.draw(st.sampled_from([0.0, 0.1, 15.0, 70.0])))
        if instrument.next_event_s <= clock.now():
            instrument.poll()
        assert instrument.next_event_s > clock.now() or instrument.busy
    instrument.device_clear()
    assert instrument.execute(question, message_available=False) == [answer]
