"""What is true beside the loop: the place of the saddle point, the law of Curie and Weiss, the holder's change with temperature."""

from __future__ import annotations

from vsmdaq_sim.world.pickup import Motion, pickup
from vsmdaq_sim.world.samples import curie_susceptibility, shape_of
from vsmdaq_sim.world.schema import ParamagnetTable
from vsmdaq_sim.world.world import World

__all__ = ["of_holder", "of_paramagnet", "of_place"]

Truth = dict[str, tuple[float, str]]

_ASIDE_M = 1e-4  # of a coil at 15 mm: what is neglected is 1e-4 of the curvature


def of_holder(world: World) -> Truth:
    """Get how the holder's moment changes with temperature, where it does."""
    signal, room_k = world.spec.signal, world.temperature_k
    h = signal.holder_moment_per_field_m3
    by_curie = signal.holder_curie_constant_m3_k
    if h == 0.0 or (signal.holder_temperature_coefficient_per_k == 0.0 and by_curie == 0.0):
        return {}
    return {
        "holder_temperature_coefficient": (
            signal.holder_temperature_coefficient_per_k - by_curie / (h * room_k**2),
            "1/K",
        )
    }


def of_paramagnet(world: World, name: str) -> Truth:
    """Get constants, and susceptibilities at the room's temperature, of a sample; nothing where it is no paramagnet."""
    table, temperature_k = world.spec.samples[name], world.temperature_k
    if not isinstance(table, ParamagnetTable):
        return {}
    where = f"{world.spec.path}: samples.{name}"
    shape, curie = shape_of(table, where), table.curie_constant_m3_k_per_kg
    known: Truth = {
        "weiss_temperature": (table.weiss_temperature_k, "K"),
        "mass_curie_constant": (curie, "m3 K/kg"),
        "mass_susceptibility": (curie / (temperature_k - table.weiss_temperature_k), "m3/kg"),
    }
    if shape is not None and table.mass_kg is not None:
        known["curie_constant"] = (curie * table.mass_kg / shape.volume_m3, "K")
        known["volume_susceptibility"] = (curie_susceptibility(table, shape, temperature_k, where)[0], "1")
    if table.molar_mass_kg_per_mol is not None:
        known["molar_curie_constant"] = (curie * table.molar_mass_kg_per_mol, "m3 K/mol")
    return known


def of_place(world: World) -> Truth:
    """Get the centre on the scales of the positioner, and the relative curvatures there of what a point shows."""
    positioner, spec = world.spec.surroundings.positioner, world.spec
    if positioner is None:
        return {}
    motion = Motion(spec.vibration.amplitude_m)
    here = pickup(spec.coils, motion).flux(1).real
    known: Truth = {}
    for number, axis in enumerate("xyz"):
        known[f"centre_{axis}"] = (-positioner.offset_m[number], "m")
        x, y, z = (_ASIDE_M if number == other else 0.0 for other in range(3))
        there = pickup(spec.coils, motion, position_m=(x, y, z)).flux(1).real
        known[f"curvature_{axis}"] = (2.0 * (there / here - 1.0) / _ASIDE_M**2, "1/m2")
    return known
