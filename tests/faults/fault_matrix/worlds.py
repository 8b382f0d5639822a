"""One small world for each driver, with its simulated instrument in the place of the role's, and the driver opened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS, DriverEntry
from vsmdaq_drivers.contracts import Clock, CurrentLimits
from vsmdaq_drivers.links.visa import VisaLink, VisaSession
from vsmdaq_sim.bench import SimBench

__all__ = ["Opened", "address_of", "addresses_of", "open_world", "with_instrument"]

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
MAGNET = CurrentLimits(max_current_a=30.0, max_rate_a_per_s=5.0)
REPLY_S = 0.01
_WORLD = """
[operator]
mount_s = 5.0
[sensor]
amplitude_v_rms_per_m = 500.0
hall_v_per_a_per_m = 1.0e-7
[coil_impedance]
inductance_h = 0.2
resistance_ohm = 990.0
"""
_VIBRATOR = """
[vibrator]
amplitude_m_per_v_rms = 2.0e-3
"""
_RELAY = {"relay_normal": "RLY OFF", "relay_reversed": "RLY ON", "relay_query": "RLY?"}


@dataclass(frozen=True, slots=True)
class _Options:
    """What instrument (world file) and driver (keyword arguments) are told beyond their defaults."""

    world: Mapping[str, Any]
    driver: Mapping[str, Any]


# drivers whose bench file has to say something; a new one of that kind has to be entered here
_OPTIONS = {
    "kepco_bop": _Options({"model": "36-60"}, {"model": "36-60", "compliance_v": 30.0}),
    "scpi_bipolar": _Options(
        {"max_current_a": 60.0},
        {
            "preset": "scpi",
            "identity": "ACME",
            "own_current_a": 60.0,
            "own_rate_a_per_s": 20.0,
            "compliance_v": 30.0,
            "compliance_readback_v": 0.01,
            "resolution_a": 0.01,
            "accuracy_a": 0.03,
            "readback_a": 0.005,
            "readback_delay_s": 0.1,
        },
    ),
    "tdk_genesys": _Options(_RELAY, {**_RELAY, "voltage_v": 30.0}),
    "operator": _Options({}, {"patience_s": 60.0}),
    "newport_esp301_linear": _Options({"moves": "position"}, {"x": 1, "y": 0, "z": 0}),
    "danfysik_8500": _Options({"full_scale_a": 160.0}, {"full_scale_a": 160.0}),
}
_PLAIN = _Options({}, {})
# VISA has no other name for what is no message of IEEE 488.2
_OWN_ADDRESSES = {"signal_recovery_7270": "USB0::2605::27::10265128::0::RAW"}


@dataclass(slots=True)
class Opened:
    """A driver in its world."""

    entry: DriverEntry
    address: str
    session: VisaSession
    link: VisaLink
    driver: Any

    @property
    def bench(self) -> SimBench:
        """The simulated bench behind the library."""
        bench: SimBench = self.session._manager.visalib.bench
        return bench

    @property
    def world(self) -> Any:
        """What is true."""
        return self.bench.world

    @property
    def clock(self) -> Clock:
        """Bench time."""
        return self.session.clock

    @property
    def endpoint(self) -> Any:
        """The wire of the instrument."""
        return self.bench.endpoint_of(self.entry.role)

    def close(self) -> None:
        """Close the session and with it the world."""
        self.session.close()


def with_instrument() -> list[str]:
    """Names of all drivers that have a wire."""
    return [name for name, entry in DRIVERS.items() if entry.interfaces]


def addresses_of(name: str) -> list[str]:
    """Addresses of all kinds of wire that a driver has and that behave differently: with END signal, without."""
    interfaces = set(DRIVERS[name].interfaces)
    if name in _OWN_ADDRESSES:
        return [_OWN_ADDRESSES[name]]
    found = ["GPIB0::5::INSTR"] if "GPIB" in interfaces else []
    if "RS-232" in interfaces or interfaces == {"USB"}:
        return [*found, "ASRL25::INSTR"]
    return [*found, f"TCPIP0::{name}::7777::SOCKET"] if "LAN" in interfaces else found


def address_of(name: str) -> str:
    """The first of them."""
    return addresses_of(name)[0]


def open_world(
    folder: Path, name: str, address: str = "", *, extra: str = "", options: Mapping[str, Any] | None = None
) -> Opened:
    """Write the world and open the driver in it; `options` are further ones of the instrument, `extra` ends the world file."""
    entry, address = DRIVERS[name], address or address_of(name)
    told = _OPTIONS.get(name, _PLAIN)
    lines = [
        f'base = "{REFERENCE.as_posix()}"',
        _WORLD,
        _VIBRATOR if entry.role == "vibrator" else "",
        "[positioner]" if entry.role == "positioner" else "",
        f"[instruments.{entry.role}]",
    ]
    lines += [f'kind = "{entry.simulator}"', f'address = "{address}"', f"reply_s = {REPLY_S}"]
    lines += [f"[instruments.{entry.role}.options]"]
    lines += [f"{key} = {value!r}" for key, value in {**told.world, **(options or {})}.items()]
    path = folder / f"{name}-{address.partition(':')[0]}.toml"
    path.write_text("\n".join(lines) + "\n" + extra, encoding="utf-8")
    session = VisaSession(f"{path}@vsmsim")
    link = session.open(address, name, entry.terminators(address), serial=entry.serial)
    limits = [MAGNET] if entry.role == "supply" else []
    return Opened(entry, address, session, link, entry.make(link, *limits, **told.driver))
