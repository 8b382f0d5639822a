"""The simulated operator: mounts samples on the rod and hangs tubes on the balance; each step takes time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.errors import WorldOperatorError

__all__ = ["BenchHand"]


class BenchHand:
    """Somebody at the bench. A sample taken off is gone at once; one put on is there when the step is done.

    Parameters
    ----------
    samples, tubes : iterable of str
        What lies on the table.
    step_s : float
        Bench time of one step.
    clock : VirtualClock
        Of the world.
    advance : callable
        Brings the world to the present.
    changed : callable
        Called after anything was put on or taken off.
    """

    def __init__(
        self,
        *,
        samples: Iterable[str],
        tubes: Iterable[str],
        step_s: float,
        clock: VirtualClock,
        advance: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._available = {"sample": tuple(sorted(samples)), "tube": tuple(sorted(tubes))}
        self._on: dict[str, str | None] = {"sample": None, "tube": None}
        self._pending: tuple[str, str] | None = None
        self._step_s = step_s
        self._clock = clock
        self._advance = advance
        self._changed = changed
        self.busy_until_s = 0.0
        """Bench time at which the last step is, or was, done."""

    @property
    def mounted_name(self) -> str | None:
        """The sample on the rod now; None for the bare holder."""
        self._advance()
        return self._on["sample"]

    @property
    def hung_name(self) -> str | None:
        """The tube on the balance now."""
        self._advance()
        return self._on["tube"]

    def mount(self, name: str) -> None:
        """Put a sample on the rod; one that is there is taken off first (in the same step).

        Raises
        ------
        WorldOperatorError
            Where there is no such sample, or the last step is not done yet.
        """
        self._put("sample", name)

    def unmount(self) -> None:
        """Take the sample off the rod."""
        self._take("sample")

    def hang(self, name: str) -> None:
        """Hang a tube on the balance; one that is there is taken off first. Errors as for `mount`."""
        self._put("tube", name)

    def unhang(self) -> None:
        """Take the tube off the balance."""
        self._take("tube")

    def do(self, what: str, action: Callable[[], None]) -> None:
        """Do something else that takes a step's time; it is done at once, and the hands are busy after it.

        Raises
        ------
        WorldOperatorError
            The last step is not done yet, or the action refuses.
        """
        self._advance()
        if self._clock.now() < self.busy_until_s:
            self._begin(what)
        action()
        self._begin(what)

    # Below: for the world.

    @property
    def due_s(self) -> float | None:
        """When something will be put on; None where nothing is under way."""
        return None if self._pending is None else self.busy_until_s

    def finish(self) -> None:
        """Put on what is under way."""
        if self._pending is not None:
            kind, name = self._pending
            self._pending = None
            self._on[kind] = name
            self._changed()

    @property
    def sample_now(self) -> str | None:
        """As `mounted_name`, at the world's own time."""
        return self._on["sample"]

    @property
    def tube_now(self) -> str | None:
        """As `hung_name`, at the world's own time."""
        return self._on["tube"]

    def _put(self, kind: str, name: str) -> None:
        if name not in self._available[kind]:
            names = ", ".join(self._available[kind]) or "none"
            raise WorldOperatorError(f"there is no {kind} {name!r}; available: {names}")
        self._begin(f"put on {name}")
        self._on[kind] = None
        self._pending = (kind, name)
        self._changed()

    def _take(self, kind: str) -> None:
        self._begin(f"take off the {kind}")
        self._on[kind] = None
        self._changed()

    def _begin(self, what: str) -> None:
        self._advance()
        now = self._clock.now()
        if now < self.busy_until_s:
            raise WorldOperatorError(f"cannot {what}: busy until {self.busy_until_s:g} s, it is {now:g} s")
        self.busy_until_s = now + self._step_s
