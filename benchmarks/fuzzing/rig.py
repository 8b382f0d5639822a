"""One simulated world for all cases, and in it a fresh instrument for each."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import vsmdaq_configs
from vsmdaq_sim.instruments.kinds import build_instrument
from vsmdaq_sim.link import Endpoint
from vsmdaq_sim.world import World
from vsmdaq_sim.world.load import InstrumentSpec, WorldSpec, load_spec

__all__ = ["MESSAGE_S", "REPLY_S", "Rig"]

MESSAGE_S = 0.003
REPLY_S = 0.001
_REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
_CASES_OF_A_WORLD = 500  # it grows old: magnet, samples and time are left as cases leave them
_TABLES = """
[operator]
mount_s = 0.5
[vibrator]
amplitude_m_per_v_rms = 2.0e-3
[thermometer]
offset_k = 0.25
lag_s = 20.0
[sensor]
amplitude_v_rms_per_m = 500.0
hall_v_per_a_per_m = 1.0e-7
[coil_impedance]
inductance_h = 0.2
resistance_ohm = 990.0
"""


@cache
def _spec() -> WorldSpec:
    lines = [f'base = "{_REFERENCE.as_posix()}"', _TABLES]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzing.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load_spec(path)


class Rig:
    """Gives a fresh instrument at its end of a wire, in a world that is renewed every 500 cases.

    Parameters
    ----------
    kind : str
        Of the instrument.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._world: World | None = None
        self._endpoint: Endpoint | None = None
        self._cases = 0

    def endpoint(self, options: Mapping[str, Any], *, serial: bool) -> tuple[Endpoint, World]:
        """Make the instrument, with switches of the world file; the wire of a serial line has no END."""
        if self._world is None or self._cases % _CASES_OF_A_WORLD == 0:
            self._world = World(_spec())
        elif self._endpoint is not None:  # that of the case before must not go on in the background
            self._world.clock.wake(self._endpoint._alarm, math.inf)  # noqa: SLF001 - an endpoint is never taken away otherwise
        self._cases += 1
        world = self._world
        address = "ASRL1::INSTR" if serial else "GPIB0::1::INSTR"
        line = InstrumentSpec(self._kind, self._kind, address, REPLY_S, dict(options))
        instrument = build_instrument(world, line, serial=serial)
        self._endpoint = Endpoint(
            instrument, world.clock, address=address, message_s=MESSAGE_S, reply_s=REPLY_S, end_signal=not serial
        )
        return self._endpoint, world
