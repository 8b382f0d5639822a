"""Every driver against whatever its instrument may answer.

The driver talks to its simulated instrument through the real `VisaLink`; on the wire between, replies are cut, changed, lost, doubled, late, or
those of another instrument. Every public method and property is called, after an undisturbed start or a disturbed one.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any

from fuzzing.choices import Choices
from fuzzing.kept_drivers import KEPT
from fuzzing.makes import AS_IT_IS, MAKES
from fuzzing.promises import MOST_TRANSFERS, expect_in_time, expect_sound, expect_told, promised
from fuzzing.replies import plan
from fuzzing.rig import Rig
from fuzzing.session import Call, Conversation
from fuzzing.target import Target
from fuzzing.wire import Tampering, WireResource
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import BenchError, CurrentLimits, InstrumentFaultError, OperatorStep, RefusedError
from vsmdaq_drivers.links.visa import VisaLink

__all__ = ["TARGETS"]

_LIMITS = CurrentLimits(max_current_a=40.0, max_rate_a_per_s=5.0)
_GIVEN: Mapping[str, tuple[Any, ...]] = {
    "current_a": (0.0, 1.0, -1.0, 0.001, 30.0, -40.0),
    "rate_a_per_s": (1.0, 0.1, 5.0),
    "timeout_s": (0.5, 5.0, 30.0),
    "time_constant_s": (0.1, 1e-3, 1.0, 10.0),
    "poles": (1, 2, 4),
    "synchronous": (False, True),
    "rate_hz": (1.0, 64.0),
    "loop": (False, True),
    "start": (0, 1, 100),
    "count": (None, 1, 10),
    "temperature_k": (300.0, 4.2),
    "axis": ("x", "y", "z"),
    "position_m": (0.0, 1e-3, -2.5e-3),
    "rate_k_per_s": (None, 0.1),
    "angle_deg": (0.0, 90.0, -45.5),
    "step": (
        OperatorStep("mount", "reference-sphere", "Mount it."),
        OperatorStep("unmount", "", "Take it off."),
        OperatorStep("hang", "gouy-blank", "Hang it."),
        OperatorStep("unhang", "", "Take it off."),
    ),
    "sensitivity_v_rms": (1e-3, 1.0, 1e-6),
    "phase_deg": (0.0, 90.0, -179.5),
    "frequency_hz": (83.0, 1000.0),
    "amplitude_v_rms": (0.1, 1.0),
    "output_on": (True, False),
    "heater_range": ("off", "low", "high"),
    "harmonic": (1, 2, 3),
}
"""Sound arguments by the name of the parameter or property."""
_CALM_S = 5.0  # what was late has come by then
_ADJUSTED_S = 45.0  # and the balance has adjusted itself, which nothing may be able to break off
_SILENT = {"close", "handling", "limits", "name", "reading_interval_s", "resolution_a", "sample_rates_hz"}
_SILENT |= {"sensitivities_v_rms", "time_constants_s"}
"""Members that send nothing; `close` ends every conversation."""
_OPENINGS: Mapping[str, tuple[Call, ...]] = {
    "supply": (Call("ramp_to", (30.0, 5.0)), Call("poll", wait_s=1.0)),
    "stage": (Call("move_to", (90.0,)),),
    "sr830": (Call("start_scan", (64.0, False)), Call("stop_scan", wait_s=0.5)),
    "thermometer": (Call("control_to", (310.0, 0.1)),),
}
"""By driver or role: done undisturbed before the calls of every second conversation, so that something is going on."""


# --- what is called --------------------------------------------------------------------------------------------------


@cache
def _members(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Public methods and properties of a driver, each with the names of its parameters."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for member, value in inspect.getmembers(DRIVERS[name].driver):
        if member.startswith("_") or member in _SILENT:
            continue
        if isinstance(value, property):
            found.append((member, ()))
            if value.fset is not None:
                found.append((f"{member}=", (member,)))
        else:
            found.append((member, tuple(inspect.signature(value).parameters)[1:]))
    reading_first = sorted(found, key=lambda entry: (entry[0] not in {"read", "poll"}, entry[0]))
    return tuple(reading_first)


def _call(name: str, choices: Choices) -> Call:
    member, parameters = choices.pick(_members(name))
    unknown = set(parameters) - set(_GIVEN)
    assert not unknown, f"{name}.{member}: write down sound values of {', '.join(unknown)} in _GIVEN"
    given = tuple(choices.pick(_GIVEN[parameter]) for parameter in parameters)
    return Call(member, given, plan(choices), choices.pick((0.0, 0.0, 0.1, 1.0)))


def _conversation(name: str, choices: Choices) -> Conversation:
    entry = DRIVERS[name]
    make = choices.below(len(MAKES.get(name, AS_IT_IS)))
    serial = "RS-232" in entry.interfaces and (len(entry.interfaces) == 1 or choices.often(50))
    start: list[Call] = []
    for member in ("identify", "prepare"):
        how = choices.below(8)
        if how < 7:
            start.append(Call(member, (), plan(choices) if how >= 5 else ()))
    if choices.often(50):
        start += _OPENINGS.get(name, _OPENINGS.get(entry.role, ()))
    calls = [_call(name, choices) for _ in range(1 + choices.below(2))]
    return Conversation(make, serial, (*start, *calls))


# --- what must hold --------------------------------------------------------------------------------------------------


def _check(name: str, rig: Rig, conversation: Conversation) -> None:
    entry = DRIVERS[name]
    options, switches = MAKES.get(name, AS_IT_IS)[conversation.make]
    endpoint, world = rig.endpoint(switches, serial=conversation.serial)
    if name == "newport_esp301":
        endpoint.write(b"1MO;2MO;3MO\r")  # somebody switched the motors on
    endpoint.transcript = []
    terminators = entry.terminators(endpoint.address)
    resource = WireResource(endpoint, ord(terminators.read[-1]), world.clock, most=MOST_TRANSFERS)
    link: Any = VisaLink(resource, f"{name} at {endpoint.address}", terminators, world.clock, timeout_s=2.0)  # type: ignore[arg-type]
    driver = entry.make(link, *((_LIMITS,) if entry.role == "supply" else ()), **options)
    for call in conversation.calls:
        tampering = Tampering(call.plan)
        tampering.active = bool(call.plan)
        endpoint.faults = tampering  # type: ignore[assignment]  # has the shape of the simulator's own faults
        world.clock.sleep(call.wait_s)
        resource.restart()
        start_s = world.clock.now()
        try:
            found = _done(driver, call)
        except BenchError as error:
            expect_told(call, error, link.name, resource.sent)
        except Exception as error:
            error.add_note(f"{call}\nwire: {endpoint.transcript[-12:]}")
            raise
        else:
            expect_sound(call, found, promised(type(driver), call.name))
        expect_in_time(call, world.clock.now() - start_s)
    endpoint.faults = None
    world.clock.sleep(_ADJUSTED_S if entry.role == "balance" else _CALM_S)
    link.clear()
    _expect_recovered(driver, operator=entry.role == "operator")
    driver.close()


def _expect_recovered(driver: Any, *, operator: bool) -> None:
    """On a sound wire again, every reply is understood; what a wrong reply made of the instrument may be refused."""
    assert driver.identify(), "it is not known again"
    again = Call("poll" if hasattr(driver, "poll") else "read")
    with suppress(RefusedError, InstrumentFaultError):
        driver.prepare()
        if not operator and hasattr(driver, again.name):
            expect_sound(again, _done(driver, again), promised(type(driver), again.name))


def _done(driver: Any, call: Call) -> Any:
    if call.name.endswith("="):
        return setattr(driver, call.name[:-1], call.arguments[0])
    member = inspect.getattr_static(type(driver), call.name)
    if isinstance(member, property):
        return getattr(driver, call.name)
    parameters = list(inspect.signature(member).parameters.values())[1:]
    placed = [
        value for value, given in zip(call.arguments, parameters, strict=True) if given.kind is not given.KEYWORD_ONLY
    ]
    named = {
        given.name: value
        for value, given in zip(call.arguments, parameters, strict=True)
        if given.kind is given.KEYWORD_ONLY
    }
    return getattr(driver, call.name)(*placed, **named)


TARGETS = tuple(
    Target(
        f"driver {name}", partial(_conversation, name), partial(_check, name, Rig(entry.simulator)), KEPT.get(name, ())
    )
    for name, entry in sorted(DRIVERS.items())
    if entry.simulator
)
