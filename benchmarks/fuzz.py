"""Fuzz everything: 20,000 cases for each simulated instrument, driver, link and file format.

    python benchmarks/fuzz.py                          # all targets, the same cases each time
    python benchmarks/fuzz.py --only "driver sr830"    # those with this in their name
    python benchmarks/fuzz.py --seed 7                 # other cases

The exit code is 1 where a case failed. The case is told on the error output as a value that `fuzzing/kept_*.py` takes as it is.
"""

import argparse
import sys
import time  # noqa: TID251 - real time is what is measured
import traceback

from fuzzing.target import run
from fuzzing.targets import TARGETS
from hypothesis import seed, settings


def fuzz(target, examples, start):
    """Run one target; returns how many cases were tried and what went wrong, or nothing."""
    base, chosen = settings(derandomize=start is None), None if start is None else seed(start)
    try:
        return run(target, base, examples=examples, chosen=chosen), ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported, and the next target is run
        own = [line for line in traceback.format_exception(error) if "site-packages/hypothesis" not in line]
        return 0, "".join(own)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    chosen = [target for target in TARGETS if not arguments.only or any(part in target.name for part in arguments.only)]
    if not chosen:
        parser.error(
            f"no target has {' or '.join(arguments.only)} in its name; there are: {', '.join(t.name for t in TARGETS)}"
        )
    failures = []
    print("| target | examples | seconds | failures |\n|---|---:|---:|---:|")
    for target in chosen:
        begun = time.perf_counter()
        tried, failure = fuzz(target, arguments.examples, arguments.seed)
        seconds = time.perf_counter() - begun
        if failure:
            failures.append(target.name)
            print(failure, file=sys.stderr, flush=True)
        print(f"| {target.name} | {tried or '-'} | {seconds:.0f} | {int(bool(failure))} |", flush=True)
    print(f"\n{len(chosen)} targets, {len(failures)} with a failure: {', '.join(failures) or 'none'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
