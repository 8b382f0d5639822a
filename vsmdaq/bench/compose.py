"""From a bench file to open, identified, prepared instruments. Nothing above here knows a driver."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from vsmdaq.bench.bench import Bench
from vsmdaq.bench.magnet import reopened
from vsmdaq.bench.unattended import UnattendedOperator
from vsmdaq.bench.watchdog import Watchdog
from vsmdaq.bench.wires import driver_of, library_for, opener, supply_of
from vsmdaq.formats.inputs import BenchSpec, DriverFacts, InstrumentSpec, OptionFacts
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import (
    BenchError,
    Clock,
    FieldSupply,
    Instrument,
    Link,
    ReportsVoltage,
    VoltageReading,
)
from vsmdaq_drivers.gaussmeters.table_gaussmeter import TableGaussmeter
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.others.operators import PromptOperator
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["NotReadyError", "known_drivers", "open_bench"]

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
        open_link = opener(visa, library, stack)
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

        supply: Any = ready("supply", lambda: supply_of(spec, open_link))
        voltage = _voltage_of(supply)
        if supply is not None and voltage is None and spec.watch.max_voltage_v is not None:
            failures["supply"] = BenchError("watch.max_voltage: this driver cannot ask the supply for its voltage.")
        gaussmeter: Any = None
        if DRIVERS[spec.gaussmeter.driver].interfaces:
            gaussmeter = ready("gaussmeter", lambda: driver_of(spec.gaussmeter)(open_link(spec.gaussmeter)))
        elif supply is not None:
            gaussmeter = ready("gaussmeter", lambda: _table(spec, supply, visa.clock))
            supply = supply if gaussmeter is None else gaussmeter.supply
        operator = ready("operator", lambda: _operator(spec.operator, open_link, visa.clock, unattended))
        lockin = ready("lockin", lambda: driver_of(spec.lockin)(open_link(spec.lockin))) if "lockin" in roles else None
        weighs = spec.balance
        balance = None
        if "balance" in roles and weighs is not None:
            balance = ready("balance", lambda: driver_of(weighs)(open_link(weighs)))
        watches_heat = spec.watch.max_temperature_k is not None
        wanted = roles | {"thermometer"} if watches_heat else roles
        beside = {role: ready(role, _opened(each, open_link)) for role, each in spec.beside.items() if role in wanted}
        if failures or supply is None or gaussmeter is None:
            raise NotReadyError(failures)
        reopen = partial(reopened, spec, open_link, supply)
        yield Bench(
            spec,
            visa.clock,
            supply,
            gaussmeter,
            lockin,
            balance,
            operator,
            identities,
            beside,
            reopen,
            Watchdog(spec),
            voltage,
            beside["thermometer"] if watches_heat else None,
        )


def _voltage_of(supply: object) -> Callable[[], VoltageReading] | None:
    """How to ask the supply for its voltage; None where it cannot be asked."""
    return supply.measure_voltage if isinstance(supply, ReportsVoltage) else None


def _opened(instrument: InstrumentSpec, open_link: Callable[[InstrumentSpec], Link]) -> Callable[[], Instrument]:
    return lambda: driver_of(instrument)(open_link(instrument))


def _table(spec: BenchSpec, supply: FieldSupply, clock: Clock) -> Instrument:
    """A table of the magnet in place of a gaussmeter, refused where the bench file states less than its uncertainty."""
    made: TableGaussmeter = driver_of(spec.gaussmeter)(supply, clock)
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
    made: Instrument = driver_of(instrument)(open_link(instrument))
    return made
