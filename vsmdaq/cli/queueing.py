"""`vsmdaq queue`: the procedures of a queue file on one bench, each into its own run folder; given again, it goes on."""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import typer

from vsmdaq.campaigns import Outcome, Session, run_job
from vsmdaq.campaigns.estimate import estimate
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.queue import Item, QueueRecord, items_of
from vsmdaq.campaigns.readiness import check_balance
from vsmdaq.campaigns.run import check_limits
from vsmdaq.cli.console import Console, summary
from vsmdaq.cli.errors import code_and_message
from vsmdaq.cli.resuming import ResumeOptions, go_on
from vsmdaq.cli.running import check_dry, load_bench, placed, volt_per_moment_in
from vsmdaq.formats.inputs import BenchSpec, read_text
from vsmdaq.formats.inputs.queue_file import Queue, parse_queue
from vsmdaq.record import load_result, next_run_id, result_to_json
from vsmdaq.terms import InputError, Problem, Result
from vsmdaq_drivers.contracts import BenchError, MagnetStillOnError, OperatorStep
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["QueueOptions", "run_queue"]

PROMPT = "prompt"
"""Address of an operator who is a person at the terminal."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """Options of the command, as typed."""

    queue: Path
    bench: Path | None
    out: Path
    seed: int | None
    yes: bool
    dry_run: bool
    strict: bool
    as_json: bool


def run_queue(options: QueueOptions, console: Console) -> int:
    """Run what of a queue is not done yet; returns the exit code: that of the first run that failed, where one did.

    Raises
    ------
    InputError
        Before anything moves: everything that is wrong with the queue and its files.
    BenchError, Interrupted
        As for a run whose failure ends the queue.
    """
    queue = parse_queue(read_text(options.queue, "queue file"), options.queue)
    spec, bench_text = load_bench(_bench_file(queue, options))

    def checks(job: Job) -> None:
        check_balance(job.procedure.kind, spec)
        check_dry(job, spec)

    items = items_of(queue, options.queue, checks)
    if options.dry_run:
        _show(items, spec, options, console)
        return 0
    with QueueRecord(options.out / f"{queue.name}.queue.jsonl", items, spec, SystemClock()) as record:
        line = _Line(options, console, spec, bench_text, items, record)
        line.run()
        results = line.results()
    if options.as_json:
        typer.echo(json.dumps([result_to_json(result) for result in results], indent=2))
    if line.failed_with:
        return line.failed_with
    return 5 if options.strict and any(result.flags for result in results) else 0


def _bench_file(queue: Queue, options: QueueOptions) -> Path:
    path = options.bench or queue.bench
    if path is None:
        advice = "Name it in the queue, or with --bench."
        raise InputError(str(options.queue), (Problem("bench", "nothing", "a bench file", advice),))
    return path


class _Line:
    """The runs of a queue, one after the other; the bench is opened anew after a failure."""

    def __init__(
        self,
        options: QueueOptions,
        console: Console,
        spec: BenchSpec,
        bench_text: str,
        items: tuple[Item, ...],
        record: QueueRecord,
    ) -> None:
        self._options = options
        self._console = console
        self._spec = spec
        self._bench_text = bench_text
        self._items = items
        self._record = record
        self.failed_with = 0

    def run(self) -> None:
        """Run all that is not done."""
        pending = [item for item in self._items if self._record.ended(item) is None]
        done = len(self._items) - len(pending)
        if done:
            self._console.tell(f"{done} of {len(self._items)} runs were done before")
        if not pending:
            self._console.tell(
                f"nothing is left to do; to begin anew, give another --out or remove {self._record.path}"
            )
            return
        self._tell_time(pending)
        with ExitStack() as stack:
            place: Session | None = None
            for item in pending:
                begun = self._record.begun(item)
                if begun is not None:  # a run that goes on opens the bench itself
                    stack.close()
                    place = None
                elif place is None:
                    place = self._opened(stack, pending, item)
                if not self._one(item, begun, place):
                    stack.close()
                    place = None

    def _opened(self, stack: ExitStack, pending: list[Item], first: Item) -> Session:
        """Open the bench, which asks every instrument who it is, and compare all plans with its limits."""
        options = self._options
        coming = [item.job for item in pending if item.number >= first.number]
        place = stack.enter_context(
            placed(
                self._spec,
                coming,
                next_run_id(options.out, first.job.procedure.name),
                out=options.out,
                seed=options.seed,
                yes=options.yes,
                console=self._console,
            )
        )
        for job in coming:
            check_limits(place.bench, job)
        return place

    def _one(self, item: Item, begun: Path | None, place: Session | None) -> bool:
        """Run one item; False where it failed and the queue goes on all the same."""
        console = self._console
        console.tell(f"run {item.number + 1} of {len(self._items)}: {item.job.procedure.name}")
        known = len(console.runs)
        console.on_begin = lambda folder: self._record.note("begun", item, folder)
        try:
            if place is None or begun is not None:
                outcome = self._resumed(begun or Path())
            else:
                self._pause(item, place)
                outcome = self._measured(item, place)
        except MagnetStillOnError:
            raise
        except (BenchError, InputError) as error:
            code, message = code_and_message(error)
            folder = console.runs[-1] if len(console.runs) > known else Path()
            self._record.note("failed", item, folder, error=message, exit_code=code)
            if item.entry.on_failure == "stop":
                raise
            console.tell(f"{message}\nthe magnet is at zero; the queue goes on, as it says")
            self.failed_with = self.failed_with or code
            return False
        finally:
            console.on_begin = lambda _folder: None
        self._record.note("ended", item, outcome.folder.path, flags=len(outcome.reduced.result.flags))
        if not self._options.as_json:
            typer.echo(summary(outcome))
        return True

    def _measured(self, item: Item, place: Session) -> Outcome:
        job = item.job
        texts, sources = {**job.texts, "bench": self._bench_text}, {**job.sources, "bench": self._spec.source}
        outcome = run_job(place, replace(job, texts=texts, sources=sources))
        self._console.end(outcome)
        return outcome

    def _resumed(self, folder: Path) -> Outcome:
        options = ResumeOptions(folder, yes=self._options.yes)
        return go_on(options, self._console)

    def _pause(self, item: Item, place: Session) -> None:
        text = item.entry.pause_before
        if not text:
            return
        if self._options.yes or self._spec.operator.address != PROMPT:
            self._console.tell(f"{text}\n(nobody is asked)")
            return
        with place.interrupts.waiting():
            place.bench.operator.perform(OperatorStep("pause", "", text))

    def _tell_time(self, pending: list[Item]) -> None:
        total_s = _total_s(pending, self._spec, self._options)
        end = SystemClock().utc().astimezone() + timedelta(seconds=total_s / self._spec.clock_speed)
        self._console.tell(
            f"{len(pending)} runs, about {total_s:.0f} s of bench time beside the operator's; on a real bench until "
            f"{end:%Y-%m-%d %H:%M:%S}"
        )

    def results(self) -> list[Result]:
        """Results of all runs that are done, in order; also those of an earlier process."""
        folders = [self._record.ended(item) for item in self._items]
        return [load_result(folder / "result.json") for folder in folders if folder is not None]


def _total_s(items: list[Item] | tuple[Item, ...], spec: BenchSpec, options: QueueOptions) -> float:
    signal = volt_per_moment_in(spec.calibrations or options.out / "calibrations")
    return math.fsum(estimate(item.job, spec, signal).total_s for item in items)


def _show(items: tuple[Item, ...], spec: BenchSpec, options: QueueOptions, console: Console) -> None:
    console.tell("nothing is moved (--dry-run)")
    for item in items:
        procedure, one_s = item.job.procedure, _total_s((item,), spec, options)
        typer.echo(f"{item.number + 1:>4}  {procedure.name:<24} {procedure.kind:<12} {one_s:8.0f} s")
    typer.echo(f"      {'together':<37} {_total_s(items, spec, options):8.0f} s")
