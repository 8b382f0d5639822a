"""Power is lost at any moment of a real run: what was announced is there, nothing else is read, and everything says why it refuses.

What a run asks of the operating system is traced at its boundary (each call of the file functions, what it changed, what was
made durable) and replayed up to every moment. What was not made durable by then may be there, be missing, be cut, come in
another order or be zeros; so may the names in a folder. Not modelled: disks that lie about fsync, and sectors that are
torn in themselves.
"""

from __future__ import annotations

import io
import itertools
import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vsmdaq.campaigns import load_job
from vsmdaq.campaigns.replay import load_run
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.record import (
    EventLog,
    Journal,
    RunFolder,
    SampleLog,
    find_artefacts,
    load_result,
    next_run_id,
    read_events,
    read_journal,
    read_mh_csv,
    read_samples,
)
from vsmdaq.terms import InputError, MomentPoint
from vsmdaq_configs import starter_set
from vsmdaq_drivers.system_clock import SystemClock

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open folders are found in /proc")

ROOT = -1
"""The folder that was there before; its own name is durable."""


@dataclass(frozen=True)
class Named:
    """A folder got, changed or lost a name; `node` is None for lost."""

    folder: int
    name: str
    node: int | None


@dataclass(frozen=True)
class Wrote:
    """A file's content behind `at` became `data`; what was there before is replaced."""

    node: int
    at: int
    data: bytes


@dataclass(frozen=True)
class Synced:
    """A file or folder was made durable."""

    node: int


@dataclass
class Trace:
    """What this thread asks of the file system below `root`, as it is asked. A context manager."""

    root: Path
    done: list = field(default_factory=list)
    folders: set = field(default_factory=lambda: {ROOT})

    def __enter__(self):
        self._nodes = {self.root: ROOT}
        self._contents = {}
        self._streams = None
        self._numbers = itertools.count()
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _called(self, _frame, event, function):
        if event != "c_return":
            return
        name = function.__name__
        if name == "fileno":
            self._streams = function.__self__
        elif name == "fsync":
            self._look()
            self.done.append(Synced(self._synced()))
        elif name in {"open", "write", "flush", "close", "truncate", "replace", "rename", "mkdir", "unlink", "rmdir"}:
            if name == "open":
                self._streams = None
            self._look()

    def _synced(self):
        """Whose descriptor fsync was called with: of the stream that was asked for it just before, or of the open folder."""
        if self._streams is not None:
            path = Path(self._streams.name)
        else:
            targets = [entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
            (path,) = [one for one in targets if one.is_relative_to(self.root) and one.is_dir()]
        return self._nodes[path]

    def _look(self):
        """Compare with what was there, and note what has changed."""
        now = {self.root: self.root.stat().st_ino} | {path: path.stat().st_ino for path in sorted(self.root.rglob("*"))}
        inodes = {inode: path for path, inode in getattr(self, "_inodes", {}).items()}
        before, self._nodes = self._nodes, {self.root: ROOT}
        for path, inode in now.items():
            if path == self.root:
                continue
            old = inodes.get(inode)
            node = before[old] if old is not None and (old == path or old not in now) else next(self._numbers)
            self._nodes[path] = node
            if path.is_dir():
                self.folders.add(node)
            if before.get(path) != node:
                self.done.append(Named(self._nodes[path.parent], path.name, node))
        for path in before:
            if path not in now:
                self.done.append(Named(before[path.parent], path.name, None))
        self._inodes = now
        for path, node in self._nodes.items():
            if node not in self.folders:
                self._compare(node, path.read_bytes())

    def _compare(self, node, data):
        was = self._contents.get(node, b"")
        if data != was:
            pairs = enumerate(zip(was, data, strict=False))
            same = next((at for at, (old, new) in pairs if old != new), min(len(was), len(data)))
            self.done.append(Wrote(node, same, data[same:]))
            self._contents[node] = data


def written(content, writes):
    """A file's content after some writes; what lies between them and was not written is zero."""
    for wrote in writes:
        content = content[: wrote.at].ljust(wrote.at, b"\0") + wrote.data
    return content


def files_of(content, pending, chances):
    """What a file may hold: durable `content`, and what was written since and not made durable."""

    states = [content]
    if not pending:
        return states
    whole = written(content, pending)
    states += [written(content, pending[:n]) for n in range(1, len(pending) + 1)]
    states += [
        written(content, [one for one in pending if one is not left_out]) for left_out in pending
    ]  # another order
    cut = chances.randint(min(len(content), len(whole)), max(len(content), len(whole)))
    states += [whole[:cut], content + bytes(max(len(whole) - len(content), 0)), whole[:cut].ljust(len(whole), b"\0")]
    if len(whole) > len(content) + 1:
        hole = chances.randint(len(content), len(whole) - 1)
        states.append(content + bytes(hole - len(content)) + whole[hole:])  # a later page without the one before it
    return list(dict.fromkeys(states))


def crashes(trace, moment, chances, most=8):
    """Some of what a disk may hold when power is lost after `moment` operations: path below the root to content (None: folder)."""
    names, pending_names = {}, {}
    contents, pending = {}, {}
    for operation in trace.done[:moment]:
        if isinstance(operation, Named):
            pending_names.setdefault(operation.folder, []).append(operation)
        elif isinstance(operation, Wrote):
            pending.setdefault(operation.node, []).append(operation)
        elif operation.node in trace.folders:
            for named in pending_names.pop(operation.node, []):
                names[named.folder, named.name] = named.node
        else:
            contents[operation.node] = written(contents.get(operation.node, b""), pending.pop(operation.node, []))
    folders = {folder: [ones[:n] for n in range(len(ones) + 1)] for folder, ones in pending_names.items()}
    files = {node: files_of(contents.get(node, b""), ones, chances) for node, ones in pending.items()}

    def disk(pick):
        found = dict(names)
        for options in folders.values():
            for named in pick(options):
                found[named.folder, named.name] = named.node
        held = contents | {node: pick(options) for node, options in files.items()}
        return tree(found, held, trace.folders, ROOT, Path())

    states = [disk(lambda options: options[0]), disk(lambda options: options[-1])]
    states += [disk(chances.choice) for _ in range(most if folders or files else 0)]
    return {tuple(sorted(state.items(), key=lambda item: str(item[0]))): state for state in states}.values()


def tree(names, contents, folders, folder, place):
    """Files and folders below a folder, as far as their names are there."""
    found = {}
    for (parent, name), node in names.items():
        if parent != folder or node is None:
            continue
        if node in folders:
            found[place / name] = None
            found |= tree(names, contents, folders, node, place / name)
        else:
            found[place / name] = contents.get(node, b"")
    return found


@dataclass(frozen=True)
class Traced:
    """A run that was traced; of each point how many operations there had been when it was announced."""

    trace: Trace
    announced: tuple
    folder: Path

    @property
    def points(self):
        return tuple(point for _, point in self.announced)


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """A run that leaves everything a run can leave: points, samples, events, a calibration, a result."""
    place = tmp_path_factory.mktemp("traced")
    starter = Path(str(starter_set()))
    text = (starter / "procedures" / "phase.toml").read_text("utf-8")
    for old, new in (
        ("../samples/", f"{(starter / 'samples').as_posix()}/"),
        ("steps = 1", "steps = 3"),
        ("poles = 4", "poles = 4\nkeep_samples = true"),
    ):
        assert old in text
        text = text.replace(old, new)
    (place / "phase.toml").write_text(text, "utf-8")
    spec, bench_text = load_bench(starter / "benches" / "simulated.toml")
    root = place / "disk"
    root.mkdir()
    trace, announced = Trace(root), []

    class Told(Console):
        def progress(self, progress):
            announced.append((len(trace.done), progress.point))

    options = RunOptions(place, (), None, root / "bench" / "runs", 1, True, False, False, False)
    with trace:
        measure(
            spec, bench_text, [load_job(place / "phase.toml")], options, Told(io.StringIO(), live=False), session="x"
        )
    assert len(announced) >= 6
    return Traced(trace, tuple(announced), Path("bench/runs/phase"))


def test_the_trace_replayed_to_its_end_is_what_is_on_disk(traced):
    (state,) = (
        tree(
            {(one.folder, one.name): one.node for one in traced.trace.done if isinstance(one, Named)},
            {
                node: written(b"", [one for one in traced.trace.done if isinstance(one, Wrote) and one.node == node])
                for node in {one.node for one in traced.trace.done if isinstance(one, Wrote)}
            },
            traced.trace.folders,
            ROOT,
            Path(),
        ),
    )
    root = traced.trace.root
    there = {path.relative_to(root): None if path.is_dir() else path.read_bytes() for path in root.rglob("*")}
    assert state == there
    assert {path.name for path in there} > {
        "run.json",
        "raw.csv",
        "samples.csv",
        "events.jsonl",
        "result.json",
        "mh.csv",
    }


def test_all_that_was_announced_survives_and_nothing_else_is_read(traced, tmp_path):
    chances, seen, torn, refused = random.Random(1), set(), 0, set()
    full = read_journal(traced.trace.root / traced.folder / "raw.csv", MomentPoint).points
    for moment in range(len(traced.trace.done) + 1):
        known = tuple(point for at, point in traced.announced if at <= moment)
        for state in crashes(traced.trace, moment, chances):
            key = (len(known), tuple(sorted(state.items(), key=lambda item: str(item[0]))))
            if key in seen:
                continue
            seen.add(key)
            disk = tmp_path / "disk"
            for path, content in state.items():
                if content is None:
                    (disk / path).mkdir(parents=True, exist_ok=True)
                else:
                    (disk / path).parent.mkdir(parents=True, exist_ok=True)
                    (disk / path).write_bytes(content)
            torn += look_at(disk / traced.folder, known, full, refused)
            shutil.rmtree(disk, ignore_errors=True)
    assert len(seen) > 300
    assert torn > 20, "some of them have a torn tail"
    assert refused, "some of them are refused, with a reason"


def refusal_of(folder):
    """Why a run cannot be read; None where it can."""
    try:
        read_journal(RunFolder.open(folder).raw_csv, MomentPoint)
    except InputError as error:
        return error
    return None


def look_at(folder, known, full, refused):
    """Everything that reads a run, on what a crash left of one; returns whether its journal was torn."""
    reason = refusal_of(folder)
    if reason is not None:
        assert not known, str(reason)
        assert all(problem.where and problem.given and problem.allowed for problem in reason.problems)
        refused.add(reason.problems[0].where)
        if folder.parent.is_dir():
            name = next_run_id(folder.parent, "phase")  # another run finds a place beside it
            assert RunFolder.create(folder.parent, name, {"kind": "phase"}).path.is_dir()
        return 0
    run = RunFolder.open(folder)
    contents = read_journal(run.raw_csv, MomentPoint)
    assert contents.points == full[: len(contents.points)], "no other point is read"
    assert len(contents.points) >= len(known)
    loaded, problems = load_run(run)
    assert loaded.moment_points == contents.points
    assert problems == contents.problems
    if run.mh_csv.exists():
        read_mh_csv(run.mh_csv)
    if run.result_json.exists():
        assert load_result(run.result_json).points == len(full)
    find_artefacts([folder.parent / "calibrations"], "phase")
    go_on(run, contents.points, full)
    return int(bool(contents.problems))


def no_sync(_descriptor):
    """What is on the disk after a crash is there."""


def go_on(run, points, full):
    """What a resumed run does: each file is opened again, what is torn is cut off, and lines are added."""
    more = full[len(points)] if len(points) < len(full) else full[-1]
    journal, before = Journal.reopen(run.raw_csv, MomentPoint, sync=no_sync)
    with journal:
        assert before.points == points
        journal.append(more)
    assert read_journal(run.raw_csv, MomentPoint).points == (*points, more)
    if run.samples_csv.exists():
        samples, _ = SampleLog.reopen(run.samples_csv, sync=no_sync)
        kept, _ = read_samples(run.samples_csv)
        assert {one.index for one in kept} <= {point.index for point in full}
        samples.append(len(full), (1.0,), (2.0,), (3.0,))
        samples.close()
        assert read_samples(run.samples_csv)[0][-1].x_v_rms == (2.0,)
    with EventLog(run.events_jsonl, SystemClock(), sync=no_sync) as events:
        events.record("resumed", durable=True)
    events_read, _ = read_events(run.events_jsonl)
    assert events_read[-1]["kind"] == "resumed"


def test_states_of_a_file_that_was_not_made_durable():
    durable, pending = b"abc\n", [Wrote(0, 4, b"de\n"), Wrote(0, 7, b"fg\n")]
    states = files_of(durable, pending, random.Random(3))
    assert {b"abc\n", b"abc\nde\n", b"abc\nde\nfg\n", b"abc\n\0\0\0fg\n", b"abc\n" + bytes(6)} <= set(states)
    assert all(state.startswith(durable) for state in states), "what is durable stays"
