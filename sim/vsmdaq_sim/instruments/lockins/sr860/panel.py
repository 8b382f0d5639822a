"""What the SR860 keeps beside measuring: charts and FFT on its screen, scans, streaming, files, clock.

Settings read back as they were made. What would change a measurement (a scan that runs, a stream that is sent) is taken and noted as
not modelled. Screen readouts are answered with zero.

Source: the maker's own srsinst.sr860 (heads, numbers of values, indices); defaults are assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["Panel860"]

Handler = Callable[[tuple[str, ...]], str | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A setting: how many of its kind (0 for one alone), lowest and highest value, default; an index where it is `whole`."""

    head: str
    count: int
    lowest: float
    highest: float
    default: float = 0.0
    whole: bool = True


_KEPT = (
    *(
        _Kept(head, 0, 0, 1)
        for head in ("GLIV", "CURREL", "CURDISP", "FFTL", "SCNLOG", "SCNAMPATTN", "SCNDCATTN", "SDFM")
    ),
    *(_Kept(head, 0, 0, 2) for head in ("CURBUG", "FCRW", "FFTR", "SCNEND", "BLAZEX", "PRMD")),
    _Kept("PCUR", 0, 0, 639),
    _Kept("FFTS", 0, -9, 8),
    _Kept("FFTA", 0, 0, 4),
    _Kept("SCNPAR", 0, 0, 4),
    _Kept("SCNINRVL", 0, 0, 16),
    _Kept("SCNENBL", 0, 0, 1),
    _Kept("STREAMCH", 0, 0, 3),
    _Kept("STREAMRATE", 0, 0, 20),
    _Kept("STREAMFMT", 0, 0, 1),
    _Kept("STREAMPCKT", 0, 0, 3),
    _Kept("STREAMPORT", 0, 1024, 65535, 1865),
    _Kept("STREAMOPTION", 0, 0, 3, 2),
    _Kept("STREAM", 0, 0, 1),
    _Kept("FNUM", 0, 0, 9999),
    _Kept("FFTO", 0, -1e3, 1e3, 0.0, whole=False),
    _Kept("FFTSPAN", 0, 1.0, 1.25e6, 1e5, whole=False),
    _Kept("SCNSEC", 0, 1.0, 1728000.0, 100.0, whole=False),
    _Kept("GSCL", 4, -1e9, 1e9, 1.0, whole=False),
    _Kept("GOFF", 4, -1e9, 1e9, 0.0, whole=False),
    _Kept("SCNFREQ", 2, 1e-3, 4e6, 1e5, whole=False),
    _Kept("SCNAMP", 2, 0.0, 2.0, 0.0, whole=False),
    _Kept("SCNDC", 2, -5.0, 5.0, 0.0, whole=False),
    _Kept("SCNAUX1", 2, -10.5, 10.5, 0.0, whole=False),
    _Kept("SCNAUX2", 2, -10.5, 10.5, 0.0, whole=False),
)
_NOTED = frozenset({"SCNENBL", "STREAM"})
_OFF, _RESET, _RUNNING, _PAUSED = range(4)


class Panel860:
    """All of this.

    Parameters
    ----------
    clock : SimClock
        Bench time: its date is the instrument's.
    note : callable
        Notes what is not modelled.
    """

    def __init__(self, clock: SimClock, note: Callable[[str], None]) -> None:
        self._clock = clock
        self._note = note
        self.reset()

    def reset(self) -> None:
        """Back to the defaults."""
        self._values = {(kept.head, at): kept.default for kept in _KEPT for at in range(max(kept.count, 1))}
        self._scan = _OFF
        self._prefix = "SR860"

    def table(self) -> dict[str, Handler]:
        """Its commands."""
        table: dict[str, Handler] = {
            "SCNRUN": partial(self._scan_to, _RUNNING),
            "SCNPAUSE": partial(self._scan_to, _PAUSED),
            "SCNRST": partial(self._scan_to, _RESET),
            "SCNSTATE?": lambda a: no_arguments(a, str(self._scan)),
            "FFTMAXSPAN?": lambda a: no_arguments(a, "1.25e+06"),
            "STREAMRATEMAX?": lambda a: no_arguments(a, "1.25e+06"),
            "CURDATTIM?": lambda a: no_arguments(a, f"{self._clock.utc():%Y-%m-%d %H:%M:%S}"),
            "CURINTERVAL?": lambda a: no_arguments(a, "0"),
            "FCRX?": lambda a: no_arguments(a, "0"),
            "FCRY?": lambda a: no_arguments(a, "0"),
            "SCRY?": lambda a: no_arguments(a[1:], "0"),
            "FBAS": self._set_prefix,
            "FBAS?": lambda a: no_arguments(a, self._prefix),
            "FNXT?": lambda a: no_arguments(a, f"{self._prefix}{self._values['FNUM', 0]:04.0f}.CSV"),
            "TIME": lambda a: self._note(f"TIME {','.join(arguments_of(a, 2))}"),
            "DATE": lambda a: self._note(f"DATE {','.join(arguments_of(a, 2))}"),
            "TIME?": partial(self._now, ("%S", "%M", "%H")),
            "DATE?": partial(self._now, ("%d", "%m", "%y")),
        }
        for head in ("GACT", "GAUF"):
            table[head] = lambda a: _nothing(parse_index(arguments_of(a, 1)[0], 0, 3))
        for head in ("FAUT", "SVDT"):
            table[head] = lambda a: _nothing(no_arguments(a))
        for kept in _KEPT:
            table[kept.head] = partial(self._set, kept)
            table[f"{kept.head}?"] = partial(self._ask, kept)
        return table

    def _at(self, kept: _Kept, arguments: tuple[str, ...], *, more: int) -> tuple[int, tuple[str, ...]]:
        if len(arguments) != more + (1 if kept.count else 0):
            raise RefusedCommandError(CME)
        return (parse_index(arguments[0], 0, kept.count - 1), arguments[1:]) if kept.count else (0, arguments)

    def _set(self, kept: _Kept, arguments: tuple[str, ...]) -> None:
        at, (text,) = self._at(kept, arguments, more=1)
        name = {"ON": "1", "OFF": "0"}.get(text.upper(), text)
        value = parse_index(name, int(kept.lowest), int(kept.highest)) if kept.whole else parse_float(name)
        if not kept.lowest <= value <= kept.highest:
            raise RefusedCommandError(EXE)
        self._values[kept.head, at] = value
        if kept.head in _NOTED and value:
            self._note(f"{kept.head} {text}")

    def _ask(self, kept: _Kept, arguments: tuple[str, ...]) -> str:
        at, _ = self._at(kept, arguments, more=0)
        value = self._values[kept.head, at]
        return str(int(value)) if kept.whole else f"{value:.6g}"

    def _scan_to(self, state: int, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._scan = state
        self._note(("", "SCNRST", "SCNRUN", "SCNPAUSE")[state])

    def _set_prefix(self, arguments: tuple[str, ...]) -> None:
        self._prefix = arguments_of(arguments, 1)[0][:8]

    def _now(self, forms: tuple[str, ...], arguments: tuple[str, ...]) -> str:
        form = forms[parse_index(arguments_of(arguments, 1)[0], 0, 2)]
        return str(int(self._clock.utc().strftime(form)))


def _nothing(_: object) -> None:
    """For commands that answer nothing."""
