"""A simulated bench: one world, and its instruments by canonical VISA address.

Benches that are open are found again by their spec, so that a PyVISA library and any number of serial ports of one
program share one world and one clock. A bench lives as long as somebody holds it: after the last `release` the same spec gives a
fresh world. The table of open benches is the simulator's only state beside the benches themselves; it holds them weakly.
"""

from __future__ import annotations

from typing import Final
from weakref import WeakValueDictionary

from pyvisa import rname

from vsmdaq_sim.faults import Fault, Injection, Injector, WireFaults
from vsmdaq_sim.instruments.common.ports import BenchClock, WorldPort
from vsmdaq_sim.instruments.kinds import KINDS, build_instrument
from vsmdaq_sim.link import Endpoint
from vsmdaq_sim.locks import Locks
from vsmdaq_sim.spec import LibrarySpec
from vsmdaq_sim.world import World, WorldFileError

__all__ = ["SimBench", "acquire_bench", "canonical_address", "release_bench"]


class SimBench:
    """World and endpoints.

    Parameters
    ----------
    world : WorldPort
        The simulated truth.

    Attributes
    ----------
    world : WorldPort
        As given.
    clock : BenchClock
        The world's clock.
    endpoints : dict of str to Endpoint
        By canonical address.
    faults : Injector
        Arms faults, and has the log of those that struck.
    locks : Locks
        Who has locked which instrument.

    Raises
    ------
    ValueError
        An address that VISA cannot read or that stands twice, or an unknown kind or option.
    """

    def __init__(self, world: WorldPort) -> None:
        self.world = world
        self.clock: BenchClock = world.clock
        self.endpoints: dict[str, Endpoint] = {}
        self.holders = 0
        self.locks = Locks()
        self._lines = {line.role: line for line in world.spec.instruments}
        self._wires: dict[str, WireFaults] = {}
        log: list[Injection] = []
        for line in world.spec.instruments:
            address = canonical_address(line.address)
            if address in self.endpoints:
                raise ValueError(f"instruments.{line.role}.address: {address} is taken by another instrument")
            serial = address.startswith("ASRL")
            self.endpoints[address] = Endpoint(
                build_instrument(world, line, serial=serial),
                world.clock,
                address=address,
                message_s=world.bus_message_s,
                reply_s=line.reply_s,
                end_signal=not serial and not address.endswith("::SOCKET"),
            )
            self._wires[line.role] = WireFaults(
                line.role,
                now=world.clock.now,
                next_s=world.next_alarm_s,
                advance=world.advance,
                strike=self._strike,
                log=log,
            )
        self.faults = Injector(
            self._wires,
            self._attach,
            can_fail=lambda role: tuple(KINDS[self._lines[role].kind].failures),
            at=world.at,
            strike=self._strike,
            log=log,
            seed=world.spec.seed,
        )
        for fault in world.spec.faults:
            self.faults.arm(Fault(**fault))

    def endpoint_of(self, role: str) -> Endpoint:
        """The wire of the instrument that plays a role in the world file."""
        return self.endpoints[canonical_address(self._lines[role].address)]

    def _attach(self, role: str) -> None:
        self.endpoint_of(role).faults = self._wires[role]

    def _strike(self, fault: Fault) -> str:
        """Carry out a fault of time; returns what became of it."""
        line, endpoint, now_s = self._lines[fault.instrument], self.endpoint_of(fault.instrument), self.clock.now()
        kind = KINDS[line.kind]
        if fault.kind == "unsolicited":
            endpoint.say(fault.text or "")
            return repr(fault.text)
        if fault.kind == "disconnect":
            endpoint.disconnect(now_s + fault.duration_s)
            return f"gone for {fault.duration_s:g} s"
        if fault.kind == "power_cycle":
            kind.power_off(self.world)
            serial = endpoint.address.startswith("ASRL")
            endpoint.power_cycle(build_instrument(self.world, line, serial=serial), now_s + fault.duration_s)
            return f"off for {fault.duration_s:g} s"
        kind.failures[fault.what](self.world, endpoint.instrument)
        return fault.what

    @classmethod
    def load(cls, spec: LibrarySpec) -> SimBench:
        """Make a fresh bench.

        Raises
        ------
        ValueError
            The world file cannot be used; the message names file, key, what was given and what is allowed.
        """
        try:
            return cls(World.load(spec.path, seed=spec.seed, session=spec.session))
        except ArithmeticError as error:
            raise ValueError(f"{spec.path}: numbers that are far too large or too small: {error}") from error
        except (WorldFileError, ValueError) as error:
            text = str(error)
            where = "" if str(spec.path) in text else f"{spec.path}: "
            raise ValueError(f"{where}{text}") from error


def canonical_address(address: str) -> str:
    """Write a VISA resource name the one way, e.g. ``GPIB0::8::INSTR`` for ``gpib::8``.

    Raises
    ------
    ValueError
        It is no VISA resource name.
    """
    try:
        return str(rname.ResourceName.from_string(address))
    except rname.InvalidResourceName as error:
        raise ValueError(f"{address!r} is no VISA resource name: {error}") from error


_OPEN: Final[WeakValueDictionary[LibrarySpec, SimBench]] = WeakValueDictionary()


def acquire_bench(spec: LibrarySpec) -> SimBench:
    """Get the open bench of this spec, or a fresh one; give it back with `release_bench`."""
    bench = _OPEN.get(spec)
    if bench is None:
        bench = SimBench.load(spec)
        _OPEN[spec] = bench
    bench.holders += 1
    return bench


def release_bench(spec: LibrarySpec, bench: SimBench) -> None:
    """Let go of a bench; after the last holder the spec is free for a fresh one."""
    bench.holders -= 1
    if bench.holders <= 0 and _OPEN.get(spec) is bench:
        del _OPEN[spec]
