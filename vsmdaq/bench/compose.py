"""From a bench file to open, identified, prepared instruments. Nothing above here knows a driver."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from urllib.parse import quote

from vsmdaq.bench.addresses import SIMULATED
from vsmdaq.bench.bench import Bench
from vsmdaq.bench.unattended import UnattendedOperator
from vsmdaq.formats.inputs import BenchSpec, DriverFacts, InstrumentSpec, OptionFacts
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import BenchError, Clock, CurrentLimits, FieldSupply, Instrument, Link
from vsmdaq_drivers.gaussmeters.table_gaussmeter import TableGaussmeter
from vsmdaq_drivers.links.addresses import is_visa_address
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.others.operators import PromptOperator
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["NotReadyError", "known_drivers", "library_for", "open_bench"]

PROMPT = "prompt"
"""Address of an operator who sits at the terminal."""


class NotReadyError(BenchError):
    """Instruments that are absent, wrong or failing: all of them at once.

    Attributes
    ----------
    failures : mapping of str to BenchError
        Role to what is wrong with it.
    """

    def __init__(self, failures: Mapping[str, BenchError]) -> None:
        self.failures = dict(failures)
        lines = [f"  {role}: {error}" for role, error in failures.items()]
        count = "1 instrument is" if len(lines) == 1 else f"{len(lines)} instruments are"
        super().__init__("\n".join([f"{count} not ready; no set-point was sent.", *lines]))


def known_drivers() -> dict[str, DriverFacts]:
    """Names of the drivers that a bench file may use, their roles and their own limits."""
    return {
        name: DriverFacts(
            role=entry.role,
            max_current_a=None if entry.own_limits is None else entry.own_limits.max_current_a,
            max_rate_a_per_s=None if entry.own_limits is None else entry.own_limits.max_rate_a_per_s,
            options={
                key: OptionFacts(option.dimension, option.choices, option.required)
                for key, option in entry.options.items()
            },
            wired=bool(entry.interfaces),
        )
        for name, entry in DRIVERS.items()
    }


def library_for(spec: BenchSpec, *, seed: int | None, session: str) -> str:
    """The VISA library as PyVISA takes it; a simulated one is told seed and session, so that no two runs share noise."""
    library = spec.visa_library
    if not library.endswith(SIMULATED):
        return library
    options = [f"seed={seed}"] if seed is not None else []
    options += [f"session={quote(session, safe='')}"] if session else []
    query = f"?{'&'.join(options)}" if options else ""
    return f"{library.removesuffix(SIMULATED)}{query}{SIMULATED}"


@contextmanager
def open_bench(
    spec: BenchSpec,
    roles: frozenset[str],
    *,
    seed: int | None = None,
    session: str = "",
    unattended: bool = False,
) -> Generator[Bench]:
    """Open the instruments of a bench, ask each who it is, prepare it; close them all at the end.

    Parameters
    ----------
    spec : BenchSpec
        The bench file.
    roles : frozenset of str
        Which of ``"lockin"``, ``"balance"`` and those of `BenchSpec.beside` are needed; supply, gaussmeter and operator always
        are.
    seed, session
        Seed and noise session of a simulated bench; without effect on a real one.
    unattended : bool
        Nobody is prompted; steps of an operator at the terminal are taken as done.

    Raises
    ------
    NotReadyError
        Naming every instrument that is absent, wrong or failing.
    """
    library = library_for(spec, seed=seed, session=session)
    with ExitStack() as stack:
        visa = VisaSession(library, clock=SystemClock(spec.clock_speed))
        stack.callback(visa.close)
        open_link = _opener(visa, library, stack)
        failures: dict[str, BenchError] = {}
        identities: dict[str, str] = {}

        def ready(role: str, make: Callable[[], Instrument]) -> Any:
            try:
                instrument = make()
                identities[role] = instrument.identify()
                instrument.prepare()
            except BenchError as error:
                failures[role] = error
                return None
            return instrument

        magnet = CurrentLimits(spec.magnet.max_current_a, spec.magnet.max_rate_a_per_s)
        supply: Any = ready("supply", lambda: _driver(spec.supply)(open_link(spec.supply), magnet))
        gaussmeter: Any = None
        if DRIVERS[spec.gaussmeter.driver].interfaces:
            gaussmeter = ready("gaussmeter", lambda: _driver(spec.gaussmeter)(open_link(spec.gaussmeter)))
        elif supply is not None:
            gaussmeter = ready("gaussmeter", lambda: _table(spec, supply, visa.clock))
            supply = supply if gaussmeter is None else gaussmeter.supply
        operator = ready("operator", lambda: _operator(spec.operator, open_link, visa.clock, unattended))
        lockin = ready("lockin", lambda: _driver(spec.lockin)(open_link(spec.lockin))) if "lockin" in roles else None
        weighs = spec.balance
        balance = None
        if "balance" in roles and weighs is not None:
            balance = ready("balance", lambda: _driver(weighs)(open_link(weighs)))
        beside = {role: ready(role, _opened(each, open_link)) for role, each in spec.beside.items() if role in roles}
        if failures or supply is None or gaussmeter is None:
            raise NotReadyError(failures)
        yield Bench(spec, visa.clock, supply, gaussmeter, lockin, balance, operator, identities, beside)


def _opener(visa: VisaSession, library: str, stack: ExitStack) -> Callable[[InstrumentSpec], Link]:
    """A function that opens the wire to an instrument, through VISA or a serial port as its address says."""

    def open_link(instrument: InstrumentSpec) -> Link:
        entry = DRIVERS[instrument.driver]
        if is_visa_address(instrument.address):
            return visa.open(
                instrument.address, instrument.driver, entry.terminators(instrument.address), serial=entry.serial
            )
        address = instrument.address
        if address.startswith("vsmsim://") and "?" not in address:
            # the same world as the rest of the bench: the port is told which one
            address = f"{address}?world={quote(library, safe='')}"
        link = SerialLink(address, instrument.driver, entry.serial_line, settings=entry.serial, clock=visa.clock)
        stack.callback(link.close)
        return link

    return open_link


def _driver(instrument: InstrumentSpec) -> Callable[..., Any]:
    entry = DRIVERS[instrument.driver]
    options = {entry.options[key].argument: value for key, value in instrument.options.items()}
    return partial(entry.make, **options)


def _opened(instrument: InstrumentSpec, open_link: Callable[[InstrumentSpec], Link]) -> Callable[[], Instrument]:
    return lambda: _driver(instrument)(open_link(instrument))


def _table(spec: BenchSpec, supply: FieldSupply, clock: Clock) -> Instrument:
    """A table of the magnet in place of a gaussmeter, refused where the bench file states less than its uncertainty."""
    made: TableGaussmeter = _driver(spec.gaussmeter)(supply, clock)
    made.identify()
    offset, gain = spec.gaussmeter_offset, spec.gaussmeter_gain
    made.require((offset.value, offset.u), (gain.value, gain.u))
    return made


def _operator(
    instrument: InstrumentSpec,
    open_link: Callable[[InstrumentSpec], Link],
    clock: Clock,
    unattended: bool,  # noqa: FBT001 - passed on as it came
) -> Instrument:
    if instrument.address == PROMPT:
        return UnattendedOperator() if unattended else PromptOperator(clock)
    made: Instrument = _driver(instrument)(open_link(instrument))
    return made
