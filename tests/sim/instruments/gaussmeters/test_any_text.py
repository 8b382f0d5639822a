"""Whatever is sent: no exception comes out, and the meter still says who it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.instruments import KINDS

HEADS = {
    "lakeshore_421": "FIELD FIELDM MAXR MAXC RELR RELS RELSM UNIT RANGE AUTO ACDC FAST FILT ALMH ALML ZCAL BRIGT BAUD TYPE *RST",
    "lakeshore_425": "RDGFIELD RDGREL RDGMX RDGMNMX UNIT RANGE AUTO RDGMODE ZPROBE ZCLEAR REL RELSP OPST OPSTR OPSTE ALARM RELAY ?",
    "lakeshore_455": "RDGFIELD RDGPEAK UNIT RANGE AUTO RDGMODE REL RELSP ANALOG MODE OPST OPSTE DFLT *ESE *SRE *STB TYPE",
    "lakeshore_475": "RDGFIELD RDGTEMP UNIT RANGE AUTO RDGMODE REL RELSP CMODE CPARAM CSETP TUNIT OPST OPSTE DFLT *ESR",
    "lakeshore_f71": "FETC:DC FETC:MAX FETC:REL FETC:BUFF:DC SENS:MODE SENS:RANG SENS:RANG:AUTO SENS:AVER:COUN SENS:REL:BAS "
    "SENS:REL:TARE UNIT:FIEL STAT:OPER STAT:OPER:ENAB STAT:QUES:COND SYST:ERR:ALL SOUR:AOUT SYST:PRES *STB",
}
ARGUMENTS = st.one_of(
    st.integers(-3, 300).map(str),
    st.floats().map(str),
    st.sampled_from(["1e308", "-1e308", "1e999", "nan", "", "x", "T", "TESLA", "ALL", "MAG", "1_0", "٣"]),
)


class Probe:
    value = 0.0

    def read_a_per_m(self) -> float:
        return self.value


def lines(heads: str) -> st.SearchStrategy[str]:
    command = st.builds(
        lambda head, mark, arguments: f"{head}{mark} {','.join(arguments)}",
        st.sampled_from(heads.split()),
        st.sampled_from(["", "?"]),
        st.lists(ARGUMENTS, max_size=7),
    )
    return st.one_of(command, st.lists(command, max_size=3).map(";".join), st.text(max_size=12))


@pytest.mark.parametrize("kind", list(HEADS))
@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_no_exception_comes_out(kind: str, data: Any):
    probe, clock = Probe(), VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    world: Any = SimpleNamespace(gaussmeter=probe, clock=clock)
    line: Any = SimpleNamespace(options={})
    meter = KINDS[kind].build(world, line, False)
    for text in data.draw(st.lists(lines(HEADS[kind]), max_size=8)):
        probe.value = data.draw(st.sampled_from([0.0, -3e4, 8e5, 4e7]))
        for reply in meter.execute(text, message_available=False):
            assert isinstance(reply, str)
            assert reply.isascii()
            assert not re.search(r"\b(inf|nan)\b", reply)
        clock.sleep(0.3)
        meter.poll()
        meter.status_byte(message_available=False)
    clock.sleep(30.0)
    meter.poll()
    (identity,) = meter.execute("*IDN?", message_available=False)
    assert str(identity).startswith("LSCI,")
