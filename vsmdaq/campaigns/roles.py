"""Which instruments a procedure needs beside supply, gaussmeter and operator, and whether the bench file names them."""

from __future__ import annotations

from vsmdaq.formats.inputs import BenchSpec, Procedure
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.formats.inputs.kinds.field_calibration import FieldCalibration
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.terms import InputError, Problem

__all__ = ["PROMPT", "check_roles", "roles_of"]

PROMPT = "prompt"
"""Address of an operator who sits at the terminal."""


def roles_of(procedure: Procedure, bench: BenchSpec) -> frozenset[str]:
    """Roles to open: lock-in or balance, what the procedure sets, and the thermometer of a bench that has one."""
    roles = {"balance" if procedure.kind == "gouy" else "lockin", *(role for role, _ in _needed(procedure))}
    if procedure.kind != "gouy" and "thermometer" in bench.beside:
        roles.add("thermometer")
    return frozenset(roles)


def check_roles(procedure: Procedure, bench: BenchSpec, *, unattended: bool = False) -> None:
    """Refuse a procedure that sets or reads what the bench file does not name, or that needs a person where nobody is.

    Parameters
    ----------
    procedure, bench
        What is to run where.
    unattended : bool
        Nobody answers prompts.

    Raises
    ------
    InputError
        Naming each role, and why it is needed.
    """
    problems = [
        Problem(role, "nothing", f"a [{role}] table", why)
        for role, why in _needed(procedure)
        if role not in bench.beside
    ]
    if isinstance(procedure.details, FieldCalibration) and bench.gaussmeter.address == "none":
        advice = "A field calibration carries a probe around; a table has none."
        problems.append(Problem("gaussmeter.address", "'none'", "that of a gaussmeter", advice))
    asked = _asked(procedure)
    if asked and unattended and bench.operator.address == PROMPT:
        problems.append(Problem("--yes", "nobody at the terminal", "somebody who answers", asked))
    if problems:
        raise InputError(str(bench.source), tuple(problems))


def _needed(procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """Roles beside the core, each with the reason."""
    match procedure.details:
        case Temperature(way="controlled"):
            return (("thermometer", 'way = "controlled" sets the temperature with it.'),)
        case Amplitude(sensor_v_per_m=sensor):
            vibrator = ("vibrator", "The amplitude is set by the generator that drives the vibrator.")
            meter = ("voltmeter", "The procedure names a sensor, which a voltmeter reads.")
            return (vibrator,) if sensor is None else (vibrator, meter)
        case Centring(motor=True):
            return (("positioner", 'stage = "motor" moves the sample with it.'),)
        case _:
            return ()


def _asked(procedure: Procedure) -> str:
    """What the operator is asked for on the way; empty where nothing."""
    match procedure.details:
        case Temperature(way="operator"):
            return 'way = "operator" asks for each temperature.'
        case Amplitude(sensor_v_per_m=None):
            return "Without a sensor the amplitude is read and typed."
        case Centring(motor=False):
            return 'stage = "manual" asks for each position.'
        case FieldCalibration():
            return "The probe is carried from place to place."
        case _:
            return ""
