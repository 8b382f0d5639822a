"""One trial: a run is killed, perhaps what comes after it too; then the bench is made safe and the run resumed to its end."""

import random
import re
import signal
import time  # noqa: TID251 - real time is what processes live in
from contextlib import suppress
from dataclasses import dataclass, field

from kills.bench import LIMIT_A_PER_S, POINTS
from kills.phases import draw, phase_of
from kills.records import look, wrong_points

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LATEST_S = 2.0
"""Bench time from a signal to the first ramp command."""

ANNOUNCED = re.compile(r"point (\d+)/(\d+)")
FOUND = re.compile(r"died on this bench|ended without making|could not make this bench safe")


@dataclass
class Kill:
    """One kill and what was seen of it; `wrong` names everything that must not be."""

    trial: int
    world: str
    signal: str
    command: str
    phase: str
    announced: int = 0
    lost: int = 0
    torn: bool = False
    latency_s: float | None = None
    steepest_a_per_s: float = 0.0
    code: int | None = None
    wrong_points: list = field(default_factory=list)
    unsafe: list = field(default_factory=list)
    other: list = field(default_factory=list)


@dataclass
class Trial:
    """A trial's kills, and what became of the run."""

    number: int
    kills: list = field(default_factory=list)
    followed_by: str = ""
    resumed: str = ""
    points_resumed: int = 0
    wrong: list = field(default_factory=list)


class Trials:
    """Trials on one served world.

    Parameters
    ----------
    bench : Bench
        Calibrated.
    reference : Reference
        Its uninterrupted run.
    stretches : list of Stretch
        When that did what.
    seed : int
        Of everything drawn.
    """

    def __init__(self, bench, reference, stretches, seed):
        self.bench = bench
        self.reference = reference
        self.stretches = stretches
        self.seed = seed

    def trial(self, number):
        """Make one."""
        chances = random.Random(f"{self.seed}-{number}")
        self.bench.log.read()
        self.bench.log.forget_before(self.bench.now_s() - 1.0)
        out = self.bench.folder / f"trial-{number:04d}"
        trial = Trial(number)
        first = SIGNALS[number // 2 % len(SIGNALS)]
        run = ("run", "procedures/kill.toml", "--bench", self.bench.bench_file, "--out", out, "--yes", "--json")
        folder = out / "kill"
        trial.kills.append(self._killed(trial, run, folder, first, chances))
        if chances.random() < 0.25 and (folder / "run.json").exists() and not (folder / "result.json").exists():
            resume = ("resume", folder, "--bench", self.bench.bench_file, "--yes", "--json")
            kills = [self._killed(trial, resume, folder, chances.choice(SIGNALS), chances)]
            trial.kills.extend(kills)
        if trial.kills[-1].signal == "SIGKILL":
            trial.followed_by = chances.choice(("safe", "run", "resume"))
            if trial.followed_by != "resume":
                self._follow(trial, out)
        self._resume(trial, folder)
        if not self.bench.still_there():
            trial.wrong.append("the world died")
        return trial

    def _killed(self, trial, command, folder, number, chances):
        """Start a command, kill it at a random instant, look at what is left."""
        bench = self.bench
        before = look(folder / "raw.csv")
        begun_s = bench.mark(f"trial {trial.number}: {command[0]}")
        errors = folder.parent / f"{command[0]}-{len(trial.kills)}.err"
        errors.parent.mkdir(exist_ok=True)
        stretch, instant_s = draw(chances, self.stretches)
        with errors.open("wb") as err, (errors.with_suffix(".out")).open("wb") as out:
            process = bench.start(*command, stdout=out, stderr=err)
            self._wait_for(process, stretch, instant_s, begun_s)
            announced = ANNOUNCED.findall(errors.read_text("utf-8", "replace"))
            seen = look(folder / "raw.csv")
            alive = process.poll() is None
            killed_s = bench.mark(f"trial {trial.number}: {signal.Signals(number).name}")
            with suppress(ProcessLookupError):
                process.send_signal(number)
            if number != signal.SIGKILL and chances.random() < 0.3:  # somebody impatient
                time.sleep(chances.uniform(0.0, 0.1))
                process.send_signal(chances.choice(SIGNALS[1:]))
            code = process.wait(timeout=60)
        bench.settle()
        ended_s = bench.now_s()
        bench.log.read()
        commands = [one for one in bench.log.commands if one.time_s > begun_s]
        current = bench.log.current
        phase = phase_of(commands, current, killed_s, alive=alive)
        kill = Kill(trial.number, bench.kind.name, signal.Signals(number).name, command[0], phase, code=code)
        kill.steepest_a_per_s = current.steepest_a_per_s(begun_s, ended_s)
        if kill.steepest_a_per_s > LIMIT_A_PER_S * (1.0 + 1e-9):
            kill.unsafe.append(f"dI/dt = {kill.steepest_a_per_s:g} A/s")
        told = errors.read_text("utf-8", "replace")
        announced = announced + ANNOUNCED.findall(told)
        self._look_at_points(kill, folder, announced, [before, seen])
        if number == signal.SIGKILL:
            self._look_at_note(kill, current, ended_s)
        else:
            self._look_at_end(kill, number, folder, (begun_s, killed_s, ended_s), commands, current, told)
        return kill

    def _wait_for(self, process, stretch, instant_s, begun_s):
        """Come back at the instant, or when the process has ended."""
        deadline_s = time.monotonic() + instant_s
        if stretch.anchor != "start":
            while process.poll() is None:
                self.bench.log.read()
                if any(one.time_s > begun_s for one in self.bench.log.commands):
                    break
                time.sleep(0.005)
            deadline_s = time.monotonic() + instant_s
        while process.poll() is None and (left_s := deadline_s - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.05))

    def _look_at_points(self, kill, folder, announced, earlier):
        """Whether everything announced is on disk, and nothing wrong is read."""
        journal = look(folder / "raw.csv")
        lines = () if journal is None else journal.lines
        kill.announced = max((int(done) for done, _ in announced), default=0)
        kill.lost = max(kill.announced - len(lines), 0)
        kill.torn = journal is not None and bool(journal.torn)
        for before in earlier:
            if before is not None and (journal is None or not journal.good.startswith(before.good)):
                kill.wrong_points.append("a line that was there has changed")
        kill.wrong_points += wrong_points(folder / "raw.csv", self.reference)[0]

    def _look_at_note(self, kill, current, ended_s):
        """After SIGKILL: where the magnet is on, somebody must be told."""
        notes = list(self.bench.state.glob("**/*.holder.json"))
        if not notes and not current.is_zero_from(ended_s, ended_s + 0.1):
            kill.unsafe.append(f"I = {current.at(ended_s):+.3f} A and no note of the holder")

    def _look_at_end(self, kill, number, folder, times, commands, current, told):
        """After a signal that can be caught: code, the way to zero, and zero."""
        begun_s, killed_s, ended_s = times
        if not current.is_zero_from(ended_s, ended_s + 0.1):
            kill.unsafe.append(f"I = {current.at(ended_s):+.4f} A at the end")
        ramps = [one for one in commands if one.set_point_a is not None]
        down = [one.time_s for one in ramps if one.time_s > killed_s and one.set_point_a == 0.0]
        if down:
            kill.latency_s = down[0] - killed_s
        on = not current.is_zero_from(killed_s, killed_s)
        toward_zero = [one.set_point_a for one in ramps if one.time_s <= killed_s][-1:] == [0.0]  # it was on its way
        if on and not down and not toward_zero:
            kill.unsafe.append("no ramp command to zero after the signal")
        if kill.latency_s is not None and kill.latency_s > LATEST_S and not toward_zero:
            kill.unsafe.append(f"first ramp command after {kill.latency_s:.2f} s")
        if list(self.bench.state.glob("**/*.holder.json")):
            kill.other.append("a note of the holder stays")
        touched = any(begun_s < one.time_s <= killed_s for one in commands)
        allowed = {128 + number}
        if (folder / "result.json").exists() or kill.phase in {"reducing", "ended"}:
            allowed |= {0, -number}  # it was through, or on its way out
        if not touched:
            allowed.add(-number)  # before it had opened anything; a shell sees 128 + n as well
        if kill.code not in allowed:
            kill.other.append(f"exit code {kill.code}, allowed: {sorted(allowed)}")
        if "Traceback" in told and kill.code != -number:
            kill.other.append("a traceback")

    def _follow(self, trial, out):
        """After SIGKILL: the next command makes safe first, and says why."""
        bench = self.bench
        notes = bool(list(bench.state.glob("**/*.holder.json")))
        begun_s = bench.mark(f"trial {trial.number}: {trial.followed_by}")
        if trial.followed_by == "safe":
            code, told, err = bench.run("safe", bench.bench_file)
        else:
            options = ("--bench", bench.bench_file, "--out", out / "next", "--yes", "--json")
            code, told, err = bench.run("run", "procedures/kill.toml", *options)
            wrong, points = wrong_points(out / "next" / "kill" / "raw.csv", self.reference)
            trial.wrong += wrong
            if len(points) != POINTS:
                trial.wrong.append(f"the next run has {len(points)} points: {err[-300:]}")
        self._check_follower(trial, begun_s, code, told + err, notes=notes)

    def _check_follower(self, trial, begun_s, code, told, *, notes):
        bench = self.bench
        bench.settle()
        ended_s = bench.now_s()
        current = bench.log.current
        kill = trial.kills[-1]
        if code != 0:
            trial.wrong.append(f"{trial.followed_by}: exit code {code}: {told[-300:]}")
        if notes and not FOUND.search(told):
            kill.unsafe.append(f"{trial.followed_by} does not say that somebody died on the bench")
        moves = [
            one
            for one in bench.log.commands
            if one.time_s > begun_s and (one.set_point_a is not None or one.text.startswith("MOUNT"))
        ]
        if notes and (not moves or moves[0].set_point_a != 0.0):
            kill.unsafe.append(f"{trial.followed_by}: the first thing that moved was not the ramp to zero: {moves[:1]}")
        for one in moves[1:]:
            if one.set_point_a != 0.0:
                if current.at(one.time_s - 1e-6) != 0.0:
                    kill.unsafe.append(f"{trial.followed_by}: moved on at I = {current.at(one.time_s):+.3f} A")
                break
        kill.steepest_a_per_s = max(kill.steepest_a_per_s, current.steepest_a_per_s(begun_s, ended_s))
        if kill.steepest_a_per_s > LIMIT_A_PER_S * (1.0 + 1e-9):
            kill.unsafe.append(f"{trial.followed_by}: dI/dt = {kill.steepest_a_per_s:g} A/s")
        if not current.is_zero_from(ended_s, ended_s + 0.1):
            kill.unsafe.append(f"I = {current.at(ended_s):+.4f} A after {trial.followed_by}")

    def _resume(self, trial, folder):
        """Bring the run to its end, and compare it with the uninterrupted one."""
        if (folder / "result.json").exists():
            trial.resumed = "through"
            return
        bench = self.bench
        before = look(folder / "raw.csv")
        done = 0 if before is None else len(before.lines)
        notes = bool(list(bench.state.glob("**/*.holder.json")))
        begun_s = bench.mark(f"trial {trial.number}: resume")
        code, out, err = bench.run("resume", folder, "--bench", bench.bench_file, "--yes", "--json")
        if not (folder / "run.json").exists():
            trial.resumed = "refused"  # it was killed before its folder said what it is
            if code != 2 or "Traceback" in err:
                trial.wrong.append(f"resume of nothing: exit code {code}: {err[-300:]}")
            if trial.followed_by == "resume":
                trial.followed_by = "safe"
                self._follow(trial, folder.parent)
            return
        if trial.followed_by == "resume":
            self._check_follower(trial, begun_s, code, out + err, notes=notes)
        after = look(folder / "raw.csv")
        if code != 0 or after is None:
            trial.resumed = "failed"
            trial.wrong.append(f"resume: exit code {code}: {err[-500:]}")
            return
        if before is not None and not after.good.startswith(before.good):
            trial.wrong.append("resume has changed a line that was there")
        wrong, points = wrong_points(folder / "raw.csv", self.reference)
        trial.wrong += wrong
        trial.points_resumed = len(points) - done
        if len(points) != POINTS:
            trial.wrong.append(f"{len(points)} points after resume")
        trial.resumed = "equal" if not wrong and len(points) == POINTS else "differs"
