"""Other people's drivers on the simulated bench: a world with the instruments they drive, and what is known about that world.

A package that is missing skips its tests; with ``VSMDAQ_CONFORMANCE=required`` in the environment it fails them.
"""

from __future__ import annotations

import asyncio
import cmath
import importlib
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import pyvisa

import vsmdaq_configs
from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.servers import serve
from vsmdaq_sim.spec import LibrarySpec

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"

# What the reference world says (configs/vsmdaq_configs/worlds/reference.toml).
FIELD_PER_CURRENT_PER_M = 40000.0 / 3.0
REMANENCE_A_PER_M = 1200.0
RESISTANCE_OHM = 0.45
FREQUENCY_HZ = 83.0
VIBRATION_PEAK_M = 1.0e-3
SIGNAL_PHASE_DEG = 37.0
CROSSTALK_V_RMS, CROSSTALK_PHASE_DEG = 2.0e-6, 120.0
HOLDER_M3 = -2.0e-13
SPHERE_MOMENT_A_M2, SPHERE_COERCIVE_A_PER_M, SPHERE_WIDTH_A_PER_M = 2.0e-6, 20.0e3, 30.0e3
HALL_OFFSET_U_A_PER_M, HALL_GAIN_U, HALL_NOISE_A_PER_M = 40.0, 0.002, 20.0
MU_0 = 4e-7 * math.pi


# The packages' own warnings, which are no errors here; each says where it comes from.
_WARNINGS = (
    "default:'xdrlib' is deprecated:DeprecationWarning",  # python-vxi11, below srsinst.sr860
    "default:Parameter .* does not correctly pass kwargs",  # qcodes' SR830
    "default:.*read string doesn't end with termination characters:UserWarning",  # qcodes-contrib-drivers' 7270, "IDN?"
    "default:pkg_resources is deprecated:UserWarning",  # mettler_toledo_device, serial_interface
    "default:It is not known whether this device support SCPI:FutureWarning",  # pymeasure's older drivers
    "default:.*depreciated in a future version:PendingDeprecationWarning",  # lakeshore
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder these filters."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for one in _WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(one))


@pytest.fixture
def foreign() -> Callable[[str], ModuleType]:
    """Import a module of another project: skip where it is not installed, fail where it must be."""
    return _import


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("VSMDAQ_CONFORMANCE") == "required":
            pytest.fail(f"{name} is required here: {error}")
        pytest.skip(f"{name}: {error}")


@dataclass
class Bench:
    """A world with the instruments of a test.

    Attributes
    ----------
    library : str
        What a driver gives PyVISA's resource manager.
    addresses : dict of str to str
        VISA resource names by role.
    """

    library: str
    addresses: Mapping[str, str]
    manager: pyvisa.ResourceManager
    _raw: dict[str, Any] = field(default_factory=dict)

    @property
    def sim(self) -> Any:
        """The bench behind the wires."""
        return self.manager.visalib.bench

    @property
    def clock(self) -> Any:
        """The bench's clock."""
        return self.sim.clock

    def unknown(self, role: str) -> list[str]:
        """Commands that the simulated instrument did not know."""
        return list(self.sim.endpoint_of(role).instrument.unknown)

    def ask(self, role: str, question: str) -> str:
        """Ask through a second session, which knows nothing of the driver under test."""
        return str(self._session(role).query(question)).rstrip("\r\n\0")

    def tell(self, role: str, command: str) -> None:
        """Command through the second session."""
        self._session(role).write(command)

    def _session(self, role: str) -> Any:
        if role not in self._raw:
            end = self.sim.endpoint_of(role).instrument.reply_terminator.decode()
            self._raw[role] = self.manager.open_resource(
                self.addresses[role],
                read_termination=end,
                write_termination="\r" if end == "\r" else "\n",
                timeout=60000,
            )
        return self._raw[role]

    def mount(self, sample: str) -> None:
        """Have the operator mount a sample, and wait for it."""
        self.sim.world.operator.mount(sample)
        self.clock.sleep(61.0)

    def drive(self, current_a: float) -> None:
        """Bring the magnet to a current by the reference world's own supply, and wait until the field has followed."""
        self.tell("supply", f"RATE 10.0;SETI {current_a:.4f}")
        self.clock.sleep(abs(current_a) / 10.0 * 2.0 + 15.0)


def write_world(path: Path, instruments: Mapping[str, tuple[Any, ...]], extra: str = "") -> None:
    """Write a world file: the reference world with these instruments, and what `extra` says."""
    lines = [f'base = "{REFERENCE.as_posix()}"']
    for role, (kind, address, *options) in instruments.items():
        lines += [f"[instruments.{role}]", f'kind = "{kind}"', f'address = "{address}"', "reply_s = 0.001"]
        lines += [
            f"options = {{ {', '.join(f'{key} = {_toml(one)}' for key, one in table.items())} }}" for table in options
        ]
    path.write_text("\n".join([*lines, extra]) + "\n", encoding="utf-8")


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Make a world based on the reference world with instruments: ``role=(kind, address, {options})``."""
    benches: list[Bench] = []

    def make(*, extra: str = "", **instruments: tuple[Any, ...]) -> Bench:
        addresses = {"supply": "GPIB0::12::INSTR", "gaussmeter": "GPIB0::13::INSTR", "lockin": "GPIB0::8::INSTR"}
        addresses |= {"balance": "ASRL3::INSTR"} | {role: line[1] for role, line in instruments.items()}
        path = tmp_path / f"world{len(benches)}.toml"
        write_world(path, instruments, extra)
        library = f"{path}?seed=3@vsmsim"
        benches.append(Bench(library, addresses, pyvisa.ResourceManager(library)))
        return benches[-1]

    yield make
    for bench in benches:
        bench.manager.close()


class Served:
    """A world in a thread of its own, its instruments on sockets and terminals, at a multiple of real time.

    Attributes
    ----------
    instruments : dict of str to ServedInstrument
        Where each one is.
    """

    speed = 50.0

    def __init__(self, path: Path) -> None:
        self._bench = SimBench.load(LibrarySpec(path, 3))
        self.instruments: dict[str, Any] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(10.0)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        clock = self._bench.world.clock
        await serve(self._bench, clock, speed=self.speed, host="127.0.0.1", ready=self._on_ready, stop=self._stop)

    def _on_ready(self, served: list[Any], _control_port: int) -> None:
        self.instruments = {one.role: one for one in served}
        self._ready.set()

    @property
    def world(self) -> Any:
        """The world itself."""
        return self._bench.world

    def wait(self, bench_s: float) -> None:
        """Let bench time pass."""
        threading.Event().wait(bench_s / self.speed)

    def unknown(self, role: str) -> list[str]:
        """Commands that the simulated instrument did not know."""
        return list(self._bench.endpoint_of(role).instrument.unknown)

    def stop(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10.0)
        assert not self._thread.is_alive()


@pytest.fixture
def serve_world(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serve a world with instruments: ``role=(kind, address, {options})``."""
    running: list[Served] = []

    def make(**instruments: tuple[Any, ...]) -> Served:
        path = tmp_path / f"served{len(running)}.toml"
        write_world(path, instruments)
        running.append(Served(path))
        return running[-1]

    yield make
    for served in running:
        served.stop()


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | float | int) else f'"{value}"'


@pytest.fixture
def bench_time(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have a foreign package wait on the bench's clock: what it calls ``time.sleep`` and the like passes bench time."""

    def bind(clock: Any, *packages: str) -> None:
        real = sys.modules["time"]
        ours = {
            "sleep": clock.sleep,
            "time": lambda: clock.utc().timestamp(),
            "monotonic": clock.now,
            "perf_counter": clock.now,
        }
        originals = {name: getattr(real, name) for name in ours}
        for name, replacement in ours.items():
            monkeypatch.setattr(real, name, replacement)
        for module_name, module in list(sys.modules.items()):
            if module_name.split(".")[0] not in packages:
                continue
            for name, original in originals.items():
                if getattr(module, "__dict__", {}).get(name) is original:
                    monkeypatch.setattr(module, name, ours[name])

    return bind


class Truth:
    """What is true in the reference world, from its file and closed formulas; nothing here comes from the simulator."""

    field_per_current_per_m = FIELD_PER_CURRENT_PER_M
    remanence_a_per_m = REMANENCE_A_PER_M
    resistance_ohm = RESISTANCE_OHM
    frequency_hz = FREQUENCY_HZ
    crosstalk_v_rms = CROSSTALK_V_RMS

    def __init__(self) -> None:
        self._signal_per_moment: float | None = None

    def signal_per_moment_v_rms(self) -> float:
        """Voltage (V rms) of the four coils per moment (A m2), by reciprocity: the slope of the coils' own field."""
        if self._signal_per_moment is None:
            step_m = 1e-5
            slope = (_field_x_per_a(step_m) - _field_x_per_a(-step_m)) / (2.0 * step_m)
            self._signal_per_moment = abs(slope) * VIBRATION_PEAK_M * 2.0 * math.pi * FREQUENCY_HZ / math.sqrt(2.0)
        return self._signal_per_moment

    def saturated_v_rms(self, current_a: float) -> complex:
        """What a lock-in at phase 0 shows (X + iY) with the reference sphere at a current that has saturated it."""
        field_a_per_m = current_a * FIELD_PER_CURRENT_PER_M
        play = field_a_per_m - math.copysign(SPHERE_COERCIVE_A_PER_M, field_a_per_m)
        moment = SPHERE_MOMENT_A_M2 * math.tanh(play / SPHERE_WIDTH_A_PER_M) + HOLDER_M3 * field_a_per_m
        signal = moment * self.signal_per_moment_v_rms() * cmath.exp(1j * math.radians(SIGNAL_PHASE_DEG))
        return signal + CROSSTALK_V_RMS * cmath.exp(1j * math.radians(CROSSTALK_PHASE_DEG))

    def field_tolerance_a_per_m(self, field_a_per_m: float) -> float:
        """Three standard uncertainties of the Hall probe, and the yoke's remanence, whichever way it points."""
        u = HALL_OFFSET_U_A_PER_M + HALL_GAIN_U * abs(field_a_per_m) + HALL_NOISE_A_PER_M
        return REMANENCE_A_PER_M + 3.0 * u

    def gouy_force_n(self, current_a: float) -> float:
        """Downward force on the tube ``gouy-sample``: (chi - chi_air) mu_0 A (H1^2 - H2^2) / 2, and the tube's own."""
        field = current_a * FIELD_PER_CURRENT_PER_M
        area_m2 = math.pi * (8.0e-3 / 2.0) ** 2
        column = (1.2e-4 - 0.372e-6) * MU_0 * area_m2 * field**2 * (1.0 - 0.05**2) / 2.0
        return column - 4.0e-17 * field**2


def _field_x_per_a(z_m: float) -> float:
    """Field of the coils along x per current at (0, 0, z), by Biot-Savart, summed over the turns of four loops, T/A."""
    radius_m, turns, pieces = 0.010, 1500, 2000
    angle = (np.arange(pieces) + 0.5) * 2.0 * math.pi / pieces
    total = 0.0
    for x_m in (-0.015, 0.015):
        for z_0_m, sense in ((0.012, 1.0), (-0.012, -1.0)):
            source = np.array([np.full(pieces, x_m), radius_m * np.cos(angle), z_0_m + radius_m * np.sin(angle)])
            along = np.array([np.zeros(pieces), -np.sin(angle), np.cos(angle)]) * radius_m * 2.0 * math.pi / pieces
            away = np.array([[0.0], [0.0], [z_m]]) - source
            cross_x = along[1] * away[2] - along[2] * away[1]
            total += sense * float(np.sum(cross_x / np.linalg.norm(away, axis=0) ** 3))
    return MU_0 * turns / (4.0 * math.pi) * total


def keeps(
    instrument: object,
    settings: Mapping[str, Iterable[Any]],
    *,
    after: Callable[[], None] = lambda: None,
    **tolerance: float,
) -> None:
    """Set every value of every property, and read it back (`after` something, e.g. a wait)."""
    for name, values in settings.items():
        for value in values:
            setattr(instrument, name, value)
            after()
            back = getattr(instrument, name)
            expected = pytest.approx(value, **(tolerance or {"rel": 1e-4})) if _is_number(value) else value
            assert back == expected, f"{name} = {value!r} reads back {back!r}"


def reads_everything(instrument: object, *, but: Iterable[str] = ()) -> dict[str, Any]:
    """Read every public property of an instrument; returns what they gave."""
    names = {
        name
        for kind in type(instrument).__mro__
        for name, member in vars(kind).items()
        if isinstance(member, property) and not name.startswith("_")
    }
    return {name: getattr(instrument, name) for name in sorted(names - set(but))}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.fixture(scope="session")
def check() -> SimpleNamespace:
    """What all tests of foreign drivers do: ``check.keeps`` and ``check.reads_everything``."""
    return SimpleNamespace(keeps=keeps, reads_everything=reads_everything)


@pytest.fixture(scope="session")
def truth() -> Truth:
    """What is true in the reference world."""
    return Truth()
