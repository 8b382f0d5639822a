"""Buffers of the SR860 and 7265 on the simulated bench, and that no text brings them down."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vsmdaq_configs
from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.spec import LibrarySpec

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
KINDS = ("sr860", "sr865a", "signal_recovery_7265", "signal_recovery_7270")
CROSSTALK_V_RMS = 2e-6  # what an empty bench gives
SIGMA_V_RMS = 7.25e-9 * (1 / 4 / 0.1) ** 0.5  # density of the world, one stage of 0.1 s


class Wire:
    """Bytes to one instrument of a fresh bench."""

    def __init__(self, folder: Path, kind: str) -> None:
        path = folder / f"{kind}.toml"
        address = "USB0::2605::27::1::0::RAW" if kind.endswith("7270") else "GPIB0::4::INSTR"
        lines = [f'base = "{REFERENCE.as_posix()}"', "[instruments.second]", f'kind = "{kind}"']
        path.write_text("\n".join([*lines, f'address = "{address}"', "reply_s = 0.001"]) + "\n", encoding="utf-8")
        self.bench = SimBench.load(LibrarySpec(path))
        self.endpoint = self.bench.endpoints[address]
        self.instrument: Any = self.endpoint.instrument

    def sleep(self, duration_s: float) -> None:
        self.bench.clock.sleep(duration_s)

    def tell(self, text: str) -> None:
        self.endpoint.write(text.encode() + b"\n")

    def ask_bytes(self, text: str) -> bytes:
        self.tell(text)
        return self.endpoint.read(1_000_000, 2.0)[0]

    def ask(self, text: str) -> str:
        return self.ask_bytes(text).decode().strip("\r\n\0")


@pytest.fixture
def wire(tmp_path: Path) -> Callable[[str], Wire]:
    return lambda kind: Wire(tmp_path, kind)


def quiet(one: Wire, text: str) -> Wire:
    one.tell(text)
    one.sleep(5.0)
    return one


@pytest.fixture
def sr860(wire: Any) -> Wire:
    return quiet(wire("sr860"), "OFLT 10;OFSL 0;SCAL 16")


@pytest.fixture
def dsp(wire: Any) -> Wire:
    return quiet(wire("signal_recovery_7265"), "TC 11;SLOPE 0;SEN 11")


# --- SR860 -------------------------------------------------------------------------------------------------------


def floats(block: bytes) -> tuple[float, ...]:
    """Read an IEEE 488.2 block of little-endian floats (SR860 manual p. 139)."""
    assert block[:1] == b"#"
    digits = int(block[1:2])
    size = int(block[2 : 2 + digits])
    data = block[2 + digits :]
    assert len(data) == size
    return struct.unpack(f"<{size // 4}f", data)


def test_a_capture_takes_its_time_and_holds_what_was_there(sr860: Wire):
    rate_hz = float(sr860.ask("CAPTURERATEMAX?"))
    sr860.tell("CAPTURECFG XY;CAPTURELEN 2;CAPTURERATE 2")
    assert float(sr860.ask("CAPTURERATE?")) == pytest.approx(rate_hz / 4)
    sr860.tell("CAPTURESTART ONE,IMM")
    assert sr860.ask("CAPTURESTAT?") == "3"  # in progress, triggered
    sr860.sleep(100.5 / (rate_hz / 4) - 0.02)
    assert 8 * 95 < int(sr860.ask("CAPTUREBYTES?")) < 8 * 105
    assert sr860.ask("CAPTUREGET? 0,2;*ESR? 4") == "1"  # not before it is stopped
    sr860.sleep(3.0)
    assert sr860.ask("CAPTUREBYTES?;CAPTURESTAT?;LIAS? 12") == "2048;6;1"  # full: triggered, wrapped
    assert sr860.ask("CAPTUREPROG?") == "2"
    values = floats(sr860.ask_bytes("CAPTUREGET? 0,2"))
    now = [float(text) for text in sr860.ask("SNAP? X,Y").split(",")]
    assert len(values) == 512
    for axis in (0, 1):
        mean = sum(values[axis::2]) / 256
        # noise, and the ripple of one stage: 2 uV / (4 pi f tau), a hundredth
        assert mean == pytest.approx(now[axis], abs=6 * SIGMA_V_RMS + 0.01 * CROSSTALK_V_RMS)
    assert [float(text) for text in sr860.ask("CAPTUREVAL? 0").split(",")] == pytest.approx(values[:2], rel=1e-6)


@pytest.mark.parametrize(("kind", "columns"), [("X", 1), ("XY", 2), ("RT", 2), ("XYRT", 4)])
def test_what_a_capture_holds(sr860: Wire, kind: str, columns: int):
    sr860.tell(f"CAPTURECFG {kind};CAPTURELEN 2;CAPTURESTART ONE,IMM")
    sr860.sleep(60.0)
    row = floats(sr860.ask_bytes("CAPTUREGET? 0,2"))[:columns]
    # cross-talk at 120 degree, and a reference phase of 0
    expected = {"X": [-1e-6], "XY": [-1e-6, 1.732e-6], "RT": [2e-6, 120.0], "XYRT": [-1e-6, 1.732e-6, 2e-6, 120.0]}
    assert row == pytest.approx(expected[kind], rel=0.1)


def test_a_continuous_capture_forgets_the_oldest(sr860: Wire):
    sr860.tell("CAPTURECFG X;CAPTURELEN 4;CAPTURESTART CONT,IMM")
    sr860.sleep(10.0)
    assert sr860.ask("CAPTURESTAT?") == "7"
    assert int(sr860.ask("CAPTUREBYTES?")) <= 4096
    sr860.tell("CAPTURESTOP")
    assert sr860.ask("CAPTURESTAT?;CAPTUREPROG?") == "6;4"


def test_captures_by_trigger(sr860: Wire):
    sr860.tell("CAPTURECFG X;CAPTURELEN 2;CAPTURESTART ONE,SAMP")
    for _ in range(3):
        sr860.sleep(0.1)
        sr860.endpoint.trigger()
    assert sr860.ask("CAPTUREBYTES?;LIAS? 7") == "12;1"
    sr860.tell("CAPTURESTOP")
    assert floats(sr860.ask_bytes("CAPTUREGET? 0,2"))[3:] == (0.0,) * 509
    sr860.tell("CAPTURESTART ONE,TRIG")
    sr860.sleep(1.0)
    assert sr860.ask("CAPTUREBYTES?;CAPTURESTAT?") == "0;0"
    sr860.tell("*TRG")
    sr860.sleep(60.0)
    assert sr860.ask("CAPTUREBYTES?") == "2048"


# --- 7265 --------------------------------------------------------------------------------------------------------


def lines_of(one: Wire, text: str, count: int) -> list[str]:
    one.tell(text)
    return [one.endpoint.read(100, 2.0)[0].decode().strip() for _ in range(count)]


def test_a_curve_takes_its_time_and_holds_what_was_there(dsp: Wire):
    dsp.tell("CBD 49171;LEN 20;STR 10;NC;TD")  # X, Y, sensitivity and mode, both halves of the frequency
    dsp.sleep(0.1)
    activity, sweeps, _, points = (int(text) for text in dsp.ask("M").split(","))
    assert (activity, sweeps) == (1, 0)
    assert 10 <= points <= 13
    dsp.sleep(1.0)
    assert dsp.ask("M") == "0,1,1,20"
    x, y = (int(text) for text in dsp.ask("XY").split(","))
    counts = (6 * SIGMA_V_RMS + 0.02 * CROSSTALK_V_RMS) / 5e-6 * 10000
    for curve, now in ((0, x), (1, y)):
        values = [int(text) for text in lines_of(dsp, f"DC {curve}", 20)]
        assert sum(values) / 20 == pytest.approx(now, abs=counts)
    assert lines_of(dsp, "DC 4", 20) == ["11"] * 20
    assert lines_of(dsp, "DCT 49152", 20) == ["17464,1"] * 20  # 83000 mHz = 65536 + 17464


def test_an_endless_curve_and_a_halt(dsp: Wire):
    dsp.tell("CBD 1;LEN 10;STR 5;TDC")
    dsp.sleep(0.2)
    assert dsp.ask("M").split(",")[0] == "2"
    dsp.tell("HC")
    activity, sweeps, _, points = dsp.ask("M").split(",")
    assert (activity, points) == ("6", "10")
    assert int(sweeps) >= 3
    assert lines_of(dsp, "DC 0", 10)


def test_status_polls_lead_through_a_curve(dsp: Wire):
    dsp.tell("CBD 1;LEN 3;STR 5;TD")
    dsp.sleep(0.5)
    dsp.tell("DC 0")
    values: list[str] = []
    for _ in range(100):
        byte = dsp.endpoint.status_byte()
        if byte & 1:
            break
        if byte & 0x80:
            values.append(dsp.endpoint.read(100, 1.0)[0].decode().strip())
    assert len(values) == 3


# --- whatever is sent --------------------------------------------------------------------------------------------

_HEADS = (
    "SCAL OFLT OFSL SYNC ADVFILT IRNG ISRC IVMD RSRC FREQ FREQINT HARM PHAS SLVL SOFF APHS ASCL ARNG COFP COFA CEXP OAUT CDSP OUTP "
    "OUTR SNAP SNAPD AUXV OAUX LIAS LIAE CUROVLDSTAT ERRS *ESR *SRE *RST CAPTURELEN CAPTURECFG CAPTURESTART CAPTURESTOP CAPTUREGET "
    "CAPTUREVAL CAPTUREPROG PSTF SEN SEN. TC TC. SLOPE VMODE IMODE REFP REFP. REFN IE OF. OA. XOF YOF X X. XY. MP. MAG PHA. FRQ. ST N M "
    "CBD LEN STR TD TDC NC HC DC DCT DAC. ADC AS AQN AXO LF DD REFMODE FASTMODE NOISEMODE USBTERM ADF RT LR."
)
_ARGUMENT = st.one_of(
    st.integers(-3, 30).map(str),
    st.floats(-1e3, 1e3).map(str),
    st.sampled_from(["1e999", "nan", "inf", "1_0", "", "x", "ON", "ONE", "IMM", "X", "300M", "٣", "#", "²"]),
)
_COMMAND = st.builds(
    lambda head, mark, blank, arguments, by: head + mark + blank + by.join(arguments),
    st.sampled_from(_HEADS.split()),
    st.sampled_from(["", "?", " ?"]),
    st.sampled_from(["", " "]),
    st.lists(_ARGUMENT, max_size=3),
    st.sampled_from([",", " "]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_escapes_and_it_still_answers(kind: str, tmp_path_factory: Any):
    one = Wire(tmp_path_factory.mktemp("fuzz"), kind)

    @given(st.lists(st.one_of(_COMMAND, st.text(max_size=12)), max_size=4), st.binary(max_size=4))
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def send(lines: list[str], rest: bytes) -> None:
        one.endpoint.write(";".join(lines).encode() + b"\n" + rest)
        one.endpoint.read(100_000, 0.5, stop_at_end=False)
        one.endpoint.status_byte()
        one.endpoint.device_clear()
        one.endpoint.write(b"\n")
        one.sleep(2.0)
        one.endpoint.discard_input()
        question = "*IDN?" if kind.startswith("sr8") else "ID"
        assert kind[-4:].upper() in one.ask(question) or kind.upper() in one.ask(question)

    send()
