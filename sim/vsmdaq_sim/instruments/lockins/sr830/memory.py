"""What the SR830 remembers: nine setups, and the settings while power is off.

Of interface and remote state nothing is kept in a setup (assumed). Points of the buffer are lost with the power (manual p. 5-12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, no_arguments
from vsmdaq_sim.instruments.lockins.sr830.buffer import DataBuffer
from vsmdaq_sim.instruments.lockins.sr830.outputs import one_index
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.status import LockInStatusRegisters

__all__ = ["Memory"]

Handler = Callable[[tuple[str, ...]], str | None]
_BACKUP_ERROR = 1
_NOT_IN_SETUPS = ("OUTX", "OVRM", "LOCL")


class Memory:
    """``*RST``, ``SSET``, ``RSET``, and power.

    Parameters
    ----------
    settings : Settings
        The instrument's.
    status, buffer : LockInStatusRegisters, DataBuffer
        What power-on clears.
    loaded : callable
        Called after all settings were replaced.
    """

    def __init__(
        self, settings: Settings, status: LockInStatusRegisters, buffer: DataBuffer, *, loaded: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._status = status
        self._buffer = buffer
        self._loaded = loaded
        self._setups: dict[int, Settings] = {}

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {"*RST": self._reset, "SSET": self._save, "RSET": self._recall}

    def _load(self, settings: Settings, kept: tuple[str, ...]) -> None:
        keep = {name: self._settings.index[name] for name in kept}
        self._settings.load(settings)
        self._settings.index.update(keep)
        self._loaded()

    def _reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._buffer.power_on()
        self._load(Settings(), ("OUTX",))

    def _save(self, arguments: tuple[str, ...]) -> None:
        self._setups[one_index(arguments, 1, 9)] = self._settings.copy()

    def _recall(self, arguments: tuple[str, ...]) -> None:
        setup = self._setups.get(one_index(arguments, 1, 9))
        if setup is None:
            raise RefusedCommandError(EXE)
        self._load(setup, _NOT_IN_SETUPS)

    def power_on(self, *, kept: bool) -> None:
        """Power was off; `kept` tells whether the battery kept settings and setups."""
        self._buffer.power_on()
        self._status.power_on()
        if not kept:
            self._setups.clear()
            self._status.latch_error(_BACKUP_ERROR)
        self._load(self._settings.copy() if kept else Settings(), ())
        # replies go to GPIB again (as an SR850 was seen to do, ISIS developers' manual)
        self._settings.index["OUTX"] = 1
