"""The magnet alone: opened to be made safe whatever else is wrong, and opened again where its connection was lost."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import partial

from vsmdaq.bench.bench import OpenMagnet
from vsmdaq.bench.wires import driver_of, library_for, opener, supply_of
from vsmdaq.formats.inputs import BenchSpec, InstrumentSpec
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import (
    BenchError,
    Clock,
    FieldSupply,
    Gaussmeter,
    InstrumentFaultError,
    Link,
    LinkError,
    MagnetStillOnError,
    RefusedError,
)
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["open_magnet", "reopened"]

REACH_PATIENCE_S = 10.0
"""A supply that has to be made safe and does not answer is called again for so long."""

REACH_PAUSE_S = 1.0
"""Time between two calls."""


@contextmanager
def open_magnet(spec: BenchSpec, *, seed: int | None = None, session: str = "") -> Generator[OpenMagnet]:
    """Open the supply of a bench in order to make it safe; nothing else has to be well.

    A fault that the supply reports, or a setting that it refuses, does not stand in the way; neither does a gaussmeter that
    is absent. They are named in `OpenMagnet.troubles`. A supply that is silent is called again for a while.

    Parameters
    ----------
    spec : BenchSpec
        The bench file.
    seed, session
        Seed and noise session of a simulated bench; without effect on a real one.

    Raises
    ------
    MagnetStillOnError
        The supply cannot be reached, or another instrument answers: what the magnet does is not known.
    """
    library = library_for(spec, seed=seed, session=session)
    with ExitStack() as stack:
        visa = VisaSession(library, clock=SystemClock(spec.clock_speed))
        stack.callback(visa.close)
        open_link = opener(visa, library, stack)
        supply, troubles = _reached(spec, open_link, visa.clock)
        gaussmeter: Gaussmeter | None = None
        if DRIVERS[spec.gaussmeter.driver].interfaces:
            try:
                made: Gaussmeter = driver_of(spec.gaussmeter)(open_link(spec.gaussmeter))
                made.identify()
                made.prepare()
                gaussmeter = made
            except BenchError as error:
                troubles = (*troubles, f"no field reading: {error}")
        reopen = partial(reopened, spec, open_link, supply)
        yield OpenMagnet(spec, visa.clock, supply, gaussmeter, reopen, troubles)


def _reached(
    spec: BenchSpec, open_link: Callable[[InstrumentSpec], Link], clock: Clock
) -> tuple[FieldSupply, tuple[str, ...]]:
    """The supply, called again for a while where it is silent, and what is not as it should be with it."""
    give_up_s = clock.now() + REACH_PATIENCE_S
    while True:
        try:
            return _answering(supply_of(spec, open_link))
        except BenchError as error:
            if not isinstance(error, LinkError) or clock.now() > give_up_s:
                raise MagnetStillOnError(None, str(error).rstrip(".")) from error
        clock.sleep(REACH_PAUSE_S)


def reopened(spec: BenchSpec, open_link: Callable[[InstrumentSpec], Link], supply: FieldSupply) -> FieldSupply:
    """A new connection to a supply whose old one is lost; raises BenchError where it does not answer."""
    supply.close()
    return _answering(supply_of(spec, open_link))[0]


def _answering(supply: FieldSupply) -> tuple[FieldSupply, tuple[str, ...]]:
    """The supply identified and prepared as far as it lets itself be, and what it said against that."""
    supply.identify()
    try:
        supply.prepare()
    except (InstrumentFaultError, RefusedError) as error:
        return supply, (str(error),)
    return supply, ()
