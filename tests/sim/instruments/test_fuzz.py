"""Whatever is sent: no exception comes out, nothing hangs, and the instrument still answers afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.spec import LibrarySpec

_REFERENCE = Path(__file__).resolve().parents[3] / "configs" / "vsmdaq_configs" / "worlds" / "reference.toml"
_HEADS = {
    "GPIB0::8::INSTR": "SENS OFLT OFSL SYNC RMOD FREQ HARM PHAS SLVL APHS AGAN ARSV AOFF OEXP DDEF FPOP OAUX AUXV OUTP OUTR "
    "SNAP OUTX *IDN *RST *CLS *ESE *ESR *SRE *STB LIAS ERRS LIAE ERRE FMOD ISRC TRCA TRCB TRCL SPTS SRAT SEND TSTR "
    "STRT STRD PAUS REST TRIG FAST SSET RSET *PSC OFSL ILIN",
    "GPIB0::12::INSTR": "SETI RDGI RDGV RATE LIMIT RSEG RSEGS STOP XPGM LOCK MODE DFLT OPST OPSTR ERST ERCL *ESR *STB *RST",
    "GPIB0::13::INSTR": "RDGFIELD UNIT RANGE AUTO RDGMODE RDGTEMP ZPROBE REL RDGREL TYPE OPST OPSTR *IDN *RST",
    "ASRL3::INSTR": "S SI SIR SR T TI TA TAC Z ZI @ I0 I1 I2 I3 I4 I5 C3 M28",
    "TCPIP0::operator::5025::SOCKET": "MOUNT UNMOUNT HANG UNHANG DONE *IDN",
}
_IDENTITY = {"ASRL3::INSTR": b"@\n"}
_ARGUMENT = st.one_of(
    st.integers(-3, 30).map(str),
    st.floats(-1e3, 1e3).map(str),
    st.sampled_from(
        ["1e999", "-1e999", "nan", "inf", "1_0", "", "x", "g", "1 g", "reference-sphere", "gouy-sample", "٣"]
    ),
)


def _command(heads: str) -> st.SearchStrategy[str]:
    return st.builds(
        lambda head, mark, blank, arguments, end: head + mark + blank + ",".join(arguments) + end,
        st.sampled_from(heads.split()),
        st.sampled_from(["", "?", " ?"]),
        st.sampled_from(["", " ", "  "]),
        st.lists(_ARGUMENT, max_size=4),
        st.sampled_from(["", ";", ";*STB?"]),
    )


@pytest.mark.parametrize("address", list(_HEADS))
@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_escapes_and_nothing_hangs(address: str, data: st.DataObject):
    bench = _BENCHES.setdefault(address, SimBench.load(LibrarySpec(_REFERENCE)))
    endpoint = bench.endpoints[address]
    lines = data.draw(st.lists(st.one_of(_command(_HEADS[address]), st.text(max_size=12)), max_size=4))
    endpoint.write("\n".join(lines).encode("utf-8") + data.draw(st.binary(max_size=4)))
    start_s = bench.clock.now()
    endpoint.read(100_000, 0.5, stop_at_end=False)
    assert bench.clock.now() - start_s <= 0.6 + 0.003 * 100
    endpoint.status_byte()
    endpoint.device_clear()
    bench.clock.sleep(61.0)
    endpoint.write(_IDENTITY.get(address, b"\nOUTX 1\n*IDN?\n" if "::8::" in address else b"\n*IDN?\n"))
    reply, _ = endpoint.read(2000, 1.0, stop_at_end=False)
    assert b"SR830" in reply or b"LSCI" in reply or b"I4 A" in reply or b"SIMULATED OPERATOR" in reply


_BENCHES: dict[str, SimBench] = {}
