"""Kill runs at random instants on two served worlds, one with noise and one without; see what is lost, wrong or unsafe.

    python benchmarks/kill_campaign.py                       # 200 kills, the same draws each time
    python benchmarks/kill_campaign.py --kills 40 --seed 7   # fewer, others

The worlds run at 20 and 40 times real time, each in a process of its own, and live through all of it. The exit code is 1 where
anything was lost, wrong or unsafe. With --keep the folders of all runs and the worlds' logs stay in a folder.
"""

import argparse
import itertools
import signal
import sys
import tempfile
import threading
import time  # noqa: TID251 - real time is what is reported
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from kills.bench import NOISY, POINTS, STILL, Bench
from kills.phases import stretches
from kills.records import Reference
from kills.tables import failures, tables
from kills.trial import Trials

from vsmdaq.record import read_journal
from vsmdaq.terms import MomentPoint


@contextmanager
def world(folder, kind, seed):
    """A served world with calibrations and an uninterrupted run; gives the trials on it."""
    folder.mkdir(parents=True)
    with Bench(folder, kind) as bench:
        bench.calibrate()
        begun_s = bench.mark("reference")
        options = ("--bench", bench.bench_file, "--out", "reference", "--yes", "--json")
        code, _, err = bench.run("run", "procedures/kill.toml", *options)
        assert code == 0, err
        ended_s = bench.mark("reference ended")
        bench.settle()
        commands = [one for one in bench.log.commands if one.time_s > begun_s]
        points = read_journal(folder / "reference" / "kill" / "raw.csv", MomentPoint).points
        assert len(points) == POINTS, err
        found = stretches(commands, kind.speed, begun_s, ended_s)
        yield Trials(bench, Reference(points, exact=kind is STILL), found, seed)


class Count:
    """Trial numbers and kills of both worlds."""

    def __init__(self, wanted, told):
        self.trials = []
        self._wanted = wanted
        self._told = told
        self._lock = threading.Lock()

    def add(self, trial):
        """Take in a trial; tell of it."""
        with self._lock:
            self.trials.append(trial)
            done = sum(len(one.kills) for one in self.trials)
            if self._told:
                kills = "; ".join(f"{kill.command} {kill.signal} while {kill.phase}" for kill in trial.kills)
                after = f", then {trial.followed_by}" if trial.followed_by else ""
                print(
                    f"{done} kills; trial {trial.number}: {kills}{after}; {trial.resumed}", file=sys.stderr, flush=True
                )
                for line in failures([trial]):
                    print(f"    {line}", file=sys.stderr, flush=True)

    @property
    def enough(self):
        """Whether there were as many kills as wanted."""
        with self._lock:
            return sum(len(one.kills) for one in self.trials) >= self._wanted


def campaign(folder, kills, seed, *, told=True):
    """Make trials until there were enough kills; returns them with the two references."""
    for number in (signal.SIGINT, signal.SIGHUP):  # what is ignored here would be ignored by every run
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    count = Count(kills, told)

    def work(kind, first):
        with world(folder / kind.name.replace(" ", "-"), kind, seed) as trials:
            for number in itertools.count(first, 2):
                if count.enough:
                    return trials.reference
                count.add(trials.trial(number))
        return None

    with ThreadPoolExecutor(2) as pool:
        references = list(pool.map(work, (NOISY, STILL), (0, 1)))
    return sorted(count.trials, key=lambda trial: trial.number), references


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        trials, references = campaign((arguments.keep or Path(scratch)).resolve(), arguments.kills, arguments.seed)
    speeds = {kind.name: kind.speed for kind in (NOISY, STILL)}
    print(tables(trials, references, speeds, time.monotonic() - begun))
    found = failures(trials)
    print(f"\n{len(found)} faults" + "".join(f"\n- {line}" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
