"""What to do about instruments that cannot be opened, told beside the error."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

import typer

from vsmdaq.bench import NotReadyError
from vsmdaq.bench.advice import advise, advise_library, seen
from vsmdaq.bench.environment import Environment, collect
from vsmdaq.formats.inputs import BenchSpec, InstrumentSpec
from vsmdaq_drivers.contracts import AddressError, BenchError

__all__ = ["explained", "explanation"]

_SIMULATED = "@vsmsim"


@contextmanager
def explained(spec: BenchSpec, look_round: Callable[[str], Environment] = collect) -> Generator[None]:
    """Where a bench cannot be opened, print what to do; the error goes on its way.

    Parameters
    ----------
    spec : BenchSpec
        The bench file.
    look_round : callable
        Gives the facts about this computer for a VISA library.
    """
    try:
        yield
    except BenchError as error:
        if not spec.visa_library.endswith(_SIMULATED) and isinstance(error, NotReadyError | AddressError):
            for line in explanation(spec, error, look_round(spec.visa_library)):
                typer.echo(line)
        raise


def explanation(spec: BenchSpec, error: BenchError, environment: Environment) -> list[str]:
    """Lines about each instrument that failed, and what can be seen from here."""
    if not isinstance(error, NotReadyError):
        return ["what to do:", *(f"  - {line}" for line in advise_library(spec.visa_library, environment))]
    by_advice: dict[tuple[str, ...], list[str]] = {}
    for role, failure in error.failures.items():
        instrument = _instrument(spec, role)
        if instrument is None:
            continue
        found = advise(instrument.address, failure, spec.visa_library, environment)
        if found:
            by_advice.setdefault(found, []).append(f"{role} at {instrument.address}")
    if not by_advice:
        return []
    lines = ["what to do:"]
    for found, who in by_advice.items():
        lines += [f"  {', '.join(who)}:", *(f"    - {line}" for line in found)]
    return [*lines, f"  {seen(environment)}"]


def _instrument(spec: BenchSpec, role: str) -> InstrumentSpec | None:
    core: dict[str, InstrumentSpec | None] = {
        "supply": spec.supply,
        "gaussmeter": spec.gaussmeter,
        "lockin": spec.lockin,
        "operator": spec.operator,
        "balance": spec.balance,
    }
    return core[role] if role in core else spec.beside.get(role)
