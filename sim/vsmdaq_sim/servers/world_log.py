"""What was true, written down while it happens: an append-only file that the serving process keeps, one JSON object a line.

A program that is killed takes its own record with it; this one stays. ``what`` says what a line is about:

=============  ====================================================================================================
``serving``    world, seed, session, speed; at the beginning
``command``    instrument and text, as it reached the instrument; also ``open``, ``close``, ``clear``, ``trigger``
``current``    from this time on the supply's true current is ``current_a``, and goes on with ``slope_a_per_s``, or
               (``decay_s`` given) exponentially towards ``end_a``; ``cause`` is the command, or what the supply did by itself
``mark``       a text that somebody asked to be noted
``truth``      field, moment and current at the sample, because somebody asked
``end``        the world ends
=============  ====================================================================================================

Between two lines about it the current is that of the first: I(t) and dI/dt follow exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.world import MaterialRangeError, World
from vsmdaq_sim.world.drive import Motion

__all__ = ["WorldLog"]

_SUPPLY = "supply"


class WorldLog:
    """The log of a served world.

    Parameters
    ----------
    path : Path
        The file; lines are added behind what is there.
    bench : SimBench
        Its instruments are watched from now on.
    speed : float
        Seconds of bench time in a second.
    session : str
        Of the world's noise.

    Raises
    ------
    OSError
        The file cannot be written.
    TypeError
        The bench has no world of ours behind it.
    """

    def __init__(self, path: Path, bench: SimBench, *, speed: float, session: str = "") -> None:
        if not isinstance(bench.world, World):
            raise TypeError(f"the bench's world is a {type(bench.world).__name__}; a World is needed")
        self._world: World = bench.world
        self._clock = bench.clock
        self._ordered = (-1.0, "")  # when the supply was last told something, and what
        self._stream = path.open("ab", buffering=0)  # a line is the system's as soon as it is written
        spec = self._world.spec
        begun = {"world": str(spec.path), "seed": spec.seed, "session": session, "speed": speed}
        self._write("serving", begun)
        magnet = self._world.magnet
        self._on_motion(Motion(None, magnet.current_a(), 0.0, magnet.current_a(), None))
        magnet.watch = self._on_motion
        for line in spec.instruments:
            bench.endpoint_of(line.role).witness = self._witness(line.role)

    def mark(self, text: str) -> float:
        """Note a text; returns the bench time (s) that stands beside it."""
        self._write("mark", {"text": text})
        return self._clock.now()

    def truth(self) -> dict[str, Any]:
        """Note what is true at the sample now, and return it: A/m, A m2, A; a moment of None where its law refuses."""
        world = self._world
        moment: float | None
        try:
            moment = world.true_moment_a_m2()
        except MaterialRangeError:
            moment = None
        found = {
            "sample": world.operator.mounted_name,
            "field_a_per_m": world.magnet.field_a_per_m(),
            "moment_a_m2": moment,
            "current_a": world.magnet.current_a(),
        }
        self._write("truth", found)
        return found

    def close(self) -> None:
        """Write the end; nothing is watched any more."""
        self._world.advance()
        self._write("end", {})
        self._world.magnet.watch = None
        self._stream.close()

    def _witness(self, role: str) -> Callable[[str, str], None]:
        def witness(what: str, text: str) -> None:
            if self._stream.closed:
                return  # a connection that is closed after the end
            if role == _SUPPLY:
                self._world.advance()  # the supply's own turning points come before the command
                self._ordered = (self._clock.now(), text or what)
            self._write(what, {"instrument": role, "text": text} if text else {"instrument": role})

        return witness

    def _on_motion(self, motion: Motion) -> None:
        time_s = self._world.time_s + (motion.after_s or 0.0)
        ordered_s, order = self._ordered
        cause = order if motion.after_s is None and ordered_s == time_s else "by itself"
        found = {
            "current_a": motion.current_a,
            "slope_a_per_s": motion.slope_a_per_s,
            "end_a": motion.end_a,
            "decay_s": motion.decay_s,
            "cause": cause,
        }
        self._write("current", found, time_s)

    def _write(self, what: str, found: Mapping[str, object], time_s: float | None = None) -> None:
        line = {"time_s": self._clock.now() if time_s is None else time_s, "what": what, **found}
        self._stream.write(json.dumps(line).encode() + b"\n")
