"""Adjustment of an MT-SICS balance: ``C0`` to ``C3`` and ``M19``, with the replies that come while it goes on.

Internal (``C3``): ``C3 B`` at once, ``C3 A`` when done, ``C3 I`` where the pan is loaded. External (``C2``): ``C2 B``, then a prompt
``C2 "200.0000 g"`` for the weight that is to be put on, one with zero for taking it off, and ``C2 A``.
Source: MT-SICS reference manual, level 2 (order and form of the replies remembered).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.instruments.balances.mt_sics.scale import SicsScale
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["Adjustment"]

_LOOK_S = 0.1
_PATIENCE_S = 60.0  # for each handling of the external weight
_ALIKE = 0.01  # of the external weight


class Adjustment:
    """At most one adjustment at a time.

    Parameters
    ----------
    sics : SicsScale
        Of the balance.
    clock : SimClock
        The bench's clock.
    duration_s : float
        How long an internal adjustment takes, s.
    internal : bool
        Whether there is an internal weight.

    Attributes
    ----------
    next_s : float
        Bench time at which `poll` has something to do, s; ``inf`` while none is going on.
    """

    def __init__(self, sics: SicsScale, clock: SimClock, duration_s: float, *, internal: bool) -> None:
        self.next_s = math.inf
        self._sics = sics
        self._clock = clock
        self._duration_s = duration_s
        self._internal = internal
        self._automatic, self._external = 0, 0 if internal else 1
        self._weight_kg = sics.scale.rounded_kg(0.9 * sics.scale.capacity_kg)
        self._name = ""
        self._deadline_s = math.inf
        self._step: Callable[[], list[Reply]] = list

    @property
    def active(self) -> bool:
        """Whether one is going on."""
        return bool(self._name)

    def settings(self, arguments: list[str]) -> list[Reply]:
        """``C0``: automatic or not, internal or external weight."""
        if not arguments:
            return [f'C0 A {self._automatic} {self._external} ""']
        if len(arguments) != 2 or any(argument not in {"0", "1"} for argument in arguments):
            return ["C0 L"]
        automatic, external = (int(argument) for argument in arguments)
        if not external and not self._internal:
            return ["C0 L"]
        self._automatic, self._external = automatic, external
        return ["C0 A"]

    def external_weight(self, arguments: list[str]) -> list[Reply]:
        """``M19``: the weight that ``C2`` asks for."""
        if not arguments:
            return [self._sics.answer("M19 A", self._weight_kg)]
        weight_kg = self._sics.parse(arguments)
        if weight_kg is None or not 0.0 < weight_kg <= self._sics.scale.capacity_kg:
            return ["M19 L"]
        self._weight_kg = weight_kg
        return ["M19 A"]

    def start(self, name: str) -> list[Reply]:
        """Begin ``C1`` (as the settings say), ``C2`` (external) or ``C3`` (internal)."""
        external = name == "C2" or (name == "C1" and bool(self._external))
        if not external and not self._internal:
            return [f"{name} L"]
        self._name = name
        if external:
            self._await(self._loaded)
            return [f"{name} B", self._prompt(self._weight_kg)]
        self.next_s = self._clock.now() + self._duration_s
        self._step = self._adjusted
        return [f"{name} B"]

    def cancel(self) -> None:
        """End it without a reply."""
        self._name, self.next_s = "", math.inf

    def poll(self) -> list[Reply]:
        """Go on, where something is due."""
        return self._step() if self._clock.now() >= self.next_s else []

    def _adjusted(self) -> list[Reply]:
        return self._end("A" if self._sics.scale.adjust() else "I")

    def _loaded(self) -> list[Reply]:
        if not self._lies(self._weight_kg):
            return self._go_on()
        self._sics.scale.adjust_with_load()
        self._await(self._unloaded)
        return [self._prompt(0.0)]

    def _unloaded(self) -> list[Reply]:
        return self._end("A") if self._lies(0.0) else self._go_on()

    def _lies(self, mass_kg: float) -> bool:
        scale = self._sics.scale
        return scale.stable() and abs(scale.gross_kg() - mass_kg) <= _ALIKE * self._weight_kg

    def _await(self, step: Callable[[], list[Reply]]) -> None:
        now_s = self._clock.now()
        self._step, self._deadline_s, self.next_s = step, now_s + _PATIENCE_S, now_s + _LOOK_S

    def _go_on(self) -> list[Reply]:
        now_s = self._clock.now()
        self.next_s = now_s + _LOOK_S
        return self._end("I") if now_s >= self._deadline_s else []

    def _prompt(self, mass_kg: float) -> str:
        scale = self._sics.scale
        return f'{self._name} "{scale.digits(mass_kg):>10} {scale.unit}"'

    def _end(self, state: str) -> list[Reply]:
        name = self._name
        self.cancel()
        return [f"{name} {state}"]
