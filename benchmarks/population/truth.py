"""What is true on a virtual bench, under the names of the results."""

from vsmdaq_sim.truth import truth

SAMPLES = {"palladium": "palladium-cylinder", "loop": "reference-sphere", "film": "film"}
REFERENCE_A_PER_M = 300e3  # where the image calibration has k = 1


def true_values(world, runs):
    """{(run, quantity): value}; C is that of a point in the centre at the reference field, with the gain during the nickel run."""
    nickel = next(run for run in runs if run.run_id == "nickel").moment_points
    hours = (nickel[0].t_start_s + nickel[-1].t_end_s) / 7200.0
    gain = 1.0 + world.spec.effects.drift.gain_per_hour * hours
    values = {("nickel", "coupling_constant"): gain * world.coupling_h_per_m3(None, REFERENCE_A_PER_M)}
    for run, sample in SAMPLES.items():
        values |= {(run, name): entry["value"] for name, entry in truth(world, sample).items()}
    # at 800 kA/m, 26 widths beyond the coercive field, m is m_s to the last bit
    values["loop", "moment"] = values["loop", "saturation_moment"]
    return values
