"""Every way out of a run: the code, the last word, the magnet, the record.

The oracle is the world behind the bench: its current at the end, and every piece of its way (dI/dt) until then.
"""

import errno
import io
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from standing_world import LOOP, MIDDLE_S, POINTS, Stand, run, standing

from vsmdaq.record import read_events, read_journal
from vsmdaq.terms import MomentPoint

MAX_RATE_A_PER_S = 10.0

Wish = Callable[[Stand], None]


# --- what happens in the middle of a run -------------------------------------------------------------------------


def nothing(_stand: Stand) -> None:
    """A run as it should be."""


def comes(name: str, *later: str) -> Wish:
    """A signal, and others a tenth of a second apart while the current goes down."""

    def wish(stand: Stand) -> None:
        for at, each in enumerate((name, *later)):
            number = getattr(signal, each)
            stand.at(MIDDLE_S + 0.1 * at, lambda number=number: signal.raise_signal(number))

    return wish


def fault(instrument: str, kind: str, **more: object) -> Wish:
    return lambda stand: stand.fault(instrument, kind, **more)


def stop_file(stand: Stand) -> None:
    stand.at(MIDDLE_S, lambda: (stand.run / "STOP").write_text("", "utf-8"))


def mistake_of_ours(stand: Stand) -> None:
    def stumble(done: int) -> None:
        if done == 3:
            raise ZeroDivisionError("a mistake of ours")

    stand.voice.on_point = stumble


def failing_disk(stand: Stand) -> None:
    calls = count(1)

    def sync(_descriptor: int) -> None:
        if next(calls) >= 7:
            raise OSError(errno.EIO, "Input/output error")

    stand.sync = sync


def broken_pipe(stand: Stand) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    stand.voice.stream = Gone()


def narrowed_limit(stand: Stand) -> None:
    """Somebody turns the supply's own limit at its panel: what is asked for beyond it is clipped."""
    supply = stand.bench.endpoint_of("supply").instrument
    stand.at(MIDDLE_S, lambda: supply.execute("LIMIT 20,50", message_available=False))


NO_STEADY = LOOP + 'max_dwell = "3 s"\non_timeout = "stop"\n'
FALLEN_OUT = "[gaussmeter]\ngain = 0.01\n"
WATCHED = '[watch]\nmax_voltage = "20 V"\n'
HOT = '[thermometer]\ndriver = "lakeshore_335"\naddress = "GPIB0::14::INSTR"\n[watch]\nmax_temperature = "296 K"\n'
OVEN = '[instruments.thermometer]\nkind = "lakeshore_335"\naddress = "GPIB0::14::INSTR"\nreply_s = 0.01\n[thermometer]\noffset_k = 2.0\n'


@dataclass(frozen=True)
class Way:
    """A way out: what to do for it, and how it must end."""

    name: str
    wish: Wish
    code: int | None
    last: str  # regular expression of the last line on stderr; "" where nothing is said
    events: tuple[str, ...] = ("failed", "safe")
    still_on: bool = False
    ran_down: bool = False  # the supply switched its output off by itself: no ramp of ours
    world: str = ""
    bench: str = ""
    loop: str = LOOP
    points: int = 2


WAYS = (
    Way("normal end", nothing, 0, "", ("safe", "end"), points=POINTS),
    Way("mistake of ours", mistake_of_ours, None, "", points=3),
    Way("SIGINT", comes("SIGINT"), 130, "interrupted by SIGINT", ("interrupted", "safe")),
    Way("SIGTERM", comes("SIGTERM"), 143, "interrupted by SIGTERM", ("interrupted", "safe")),
    *(
        Way(name, comes(name), 128 + getattr(signal, name), f"interrupted by {name}", ("interrupted", "safe"))
        for name in ("SIGHUP", "SIGQUIT", "SIGBREAK")
        if hasattr(signal, name)
    ),
    Way("SIGINT ten times", comes(*["SIGINT"] * 10), 130, "interrupted by SIGINT", ("interrupted", "safe")),
    Way("SIGINT, then SIGTERM", comes("SIGINT", "SIGTERM"), 130, "interrupted by SIGINT", ("interrupted", "safe")),
    Way("stop file", stop_file, 143, r"interrupted by the stop file .*STOP", ("interrupted", "safe")),
    Way("broken pipe", broken_pipe, 0, "", ("safe", "end"), points=POINTS),
    Way("failing disk", failing_disk, 3, r".*raw\.csv: could not be written \(Input/output error\).*"),
    Way("supply lost for a while", fault("supply", "disconnect"), 3, "lakeshore_643 .*the connection was lost.*"),
    Way(
        "supply lost for good",
        fault("supply", "disconnect", duration_s=1e6),
        3,
        ".*MAGNET STILL ON, I = unknown",
        ("failed", "unsafe"),
        still_on=True,
    ),
    Way("supply silent for a while", fault("supply", "no_reply", times=8), 3, "lakeshore_643 .*no complete reply.*"),
    Way("supply without power", fault("supply", "power_cycle", duration_s=8.0), 3, "lakeshore_643 .*", ran_down=True),
    Way("lock-in lost", fault("lockin", "disconnect", duration_s=1e6), 3, "sr830 .*the connection was lost.*"),
    Way(
        "gaussmeter lost", fault("gaussmeter", "disconnect", duration_s=1e6), 3, "lakeshore_475 .*connection was lost.*"
    ),
    Way("trip", fault("supply", "fail", what="trip"), 4, "lakeshore_643 .*reports over temperature.*", ran_down=True),
    Way("interlock", fault("supply", "fail", what="interlock"), 4, "lakeshore_643 .*reports .*", ran_down=True),
    Way(
        "loose contact",
        fault("supply", "fail", what="compliance"),
        4,
        "lakeshore_643 .*current on the way to.*",
        ran_down=True,
    ),
    Way(
        "frozen output",
        fault("supply", "fail", what="frozen"),
        3,
        r".*does not follow its set-point 0 A\. MAGNET STILL ON, I = \+\d+\.\d{3} A",
        ("failed", "unsafe"),
        still_on=True,
    ),
    Way("refused command", narrowed_limit, 3, "lakeshore_643 .*did not accept 'SETI .*see LIMIT.*"),
    Way(
        "operator refuses",
        fault("operator", "replaced", match="MOUNT", text="ERR the holder is broken", at_s=None),
        3,
        "operator .*could not mount empty-holder: the holder is broken.*",
        points=0,
    ),
    Way(
        "time-out with the policy stop",
        fault("lockin", "fail", what="reference_lost"),
        3,
        "sr830 .*no steady point within 3 s.*",
        loop=NO_STEADY,
    ),
    Way("probe fallen out", nothing, 4, "lakeshore_475 .*field at .* A of .*", world=FALLEN_OUT, points=0),
    Way("voltage too high", nothing, 4, "lakeshore_643 .*voltage of .* V, allowed now.*", bench=WATCHED, points=0),
    Way("magnet too hot", nothing, 4, "lakeshore_335 .*temperature of 297.* K.*", world=OVEN, bench=HOT, points=0),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_the_way_out(way: Way, tmp_path: Path, capsys):
    with standing(tmp_path, way.world, way.bench, way.loop) as stand:
        way.wish(stand)
        if way.code is None:
            with pytest.raises(ZeroDivisionError):
                run(stand)
        else:
            assert run(stand) == way.code, capsys.readouterr().err
        said = [line for line in capsys.readouterr().err.splitlines() if line]
        assert [line for line in said[-1:] if "Traceback" in line] == []
        if way.last:
            assert re.fullmatch(f"vsmdaq: {way.last}", said[-1]), said[-1]
        magnet = stand.bench.world.magnet
        assert (abs(magnet.current_a()) > 0.02) == way.still_on
        if not way.ran_down:
            assert stand.fastest_a_per_s() <= MAX_RATE_A_PER_S * (1.0 + 1e-9)
        events, torn = read_events(stand.run / "events.jsonl")
        assert torn == ()
        kinds = [
            event["kind"] for event in events if event["kind"] in {"failed", "interrupted", "safe", "unsafe", "end"}
        ]
        assert [kind for at, kind in enumerate(kinds) if kind not in kinds[:at]] == list(way.events)
        if way.points:
            points = read_journal(stand.run / "raw.csv", MomentPoint).points
            assert [point.index for point in points] == list(range(len(points)))
            assert way.points <= len(points)
            assert len(points) < POINTS or way.code == 0
        assert (stand.run / "result.json").exists() == (way.code == 0)
