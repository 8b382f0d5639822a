"""What instruments of one role can suffer alike: for `failures` and `power_off` of their kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vsmdaq_sim.instruments.common.ports import WorldPort

__all__ = ["BALANCE_FAILURES", "Failure", "magnet_off", "reference_lost", "supply_failures", "turned"]

Failure = Callable[[WorldPort, Any], None]

_LOOSE_OHM = 10.0  # 3 A at 30 V
_HEAVY_KG = 1e3


def magnet_off(world: WorldPort) -> None:
    """The supply has no power: its output stage is off, the current runs down by itself."""
    world.magnet.switch_off()


def supply_failures(**own: Failure) -> Mapping[str, Failure]:
    """Failures of a supply: its own, a loose contact at the magnet (``compliance``), an output that stays where it is (``frozen``)."""
    return {
        **own,
        "compliance": lambda world, _: world.magnet.loosen(_LOOSE_OHM),
        "frozen": lambda world, _: world.magnet.freeze(),
    }


def turned(*commands: str) -> Failure:
    """Somebody at the front panel does what these commands would do."""

    def turn(_: WorldPort, instrument: Any) -> None:
        for command in commands:
            instrument.execute(command, message_available=False)

    return turn


def reference_lost(world: WorldPort, _: Any) -> None:
    """The cable of the reference comes off."""
    world.vibrator.lose_reference()


BALANCE_FAILURES: Mapping[str, Failure] = {
    "never_stable": lambda world, _: world.balance.shake(),
    "overload": lambda world, _: world.balance.put_on(_HEAVY_KG),
}
"""Draught that does not end; something heavy on the pan."""
