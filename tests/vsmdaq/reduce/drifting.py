"""Campaigns on a simulated world, points taken at rest and without messages; each artefact dated as a run would date it."""

import cmath
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from vsmdaq.bench import known_drivers
from vsmdaq.calibrate import artefact_of
from vsmdaq.campaigns import load_job
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.terms import MomentPoint
from vsmdaq_configs import starter_set
from vsmdaq_sim.world import World

STARTER = Path(str(starter_set()))
ORDER = ("phase", "nickel", "background", "loop")


WINDOW_S, RATE_A_PER_S = 0.5, 10.0


class AtRest:
    """A world whose phasor is looked at once everything rests; noise of the size that the procedure wants is added."""

    def __init__(self, path, spec, seed, noise):
        self.world = World.load(path, seed=seed, session=f"at-rest-{seed}")
        self.spec, self.noise = spec, noise
        self.rng = np.random.default_rng([seed, 20260101])

    def wait(self, time_s):
        self.world.clock.sleep(time_s)
        self.world.advance()

    def mount(self, name):
        self.go_to(0.0)
        hand = self.world.operator
        if self.world.spec.samples[name].material != "empty":
            hand.mount(name)
        elif hand.mounted_name:
            hand.unmount()
        self.wait(max(hand.busy_until_s - self.world.clock.now(), 0.0))

    def go_to(self, field):
        magnet, current = self.world.magnet, field / self.spec.magnet.field_constant_per_m.value
        way_s = abs(current - magnet.current_a()) / RATE_A_PER_S
        magnet.ramp_to(current, RATE_A_PER_S)
        self.wait(way_s)
        self.wait(30.0 * self.world.spec.magnet.lag_s)
        return current

    def measure(self, procedure, phase_deg, u_v):
        plan = plan_of(procedure)
        for field in plan.approach_a_per_m:
            self.go_to(field)
        points = tuple(self.point(k, step, phase_deg, u_v) for k, step in enumerate(plan.steps))
        self.go_to(0.0)
        return points

    def point(self, index, step, phase_deg, u_v):
        world, table = self.world, self.world.spec.gaussmeter
        current = self.go_to(step.field_a_per_m)
        start_s = world.clock.now()
        self.wait(0.5 * WINDOW_S)
        signal = world.harmonic_phasor(1) * cmath.rect(1.0, -math.radians(phase_deg))
        x, y, h = self.noise * self.rng.standard_normal(3)
        u_field = 0.5 * table.noise_a_per_m  # of four readings
        field = table.offset_a_per_m + table.gain * world.magnet.field_a_per_m() + u_field * h
        self.wait(0.5 * WINDOW_S)
        return MomentPoint(
            index=index, segment=step.segment, set_field_a_per_m=step.field_a_per_m, set_current_a=current,
            current_a=current, field_a_per_m=field, u_field_a_per_m=u_field, n_field=4, x_v_rms=signal.real + u_v * x,
            y_v_rms=signal.imag + u_v * y, var_x_v2=2.0 * u_v**2, var_y_v2=2.0 * u_v**2, cov_xy_v2=0.0, n=4,
            n_effective=2.0, u_x_v_rms=u_v, u_y_v_rms=u_v, drift_x_v_per_s=0.0, u_drift_x_v_per_s=u_v / WINDOW_S,
            frequency_hz=world.spec.vibration.frequency_hz, sensitivity_v_rms=0.01, time_constant_s=0.03, filter_poles=4,
            temperature_k=self.spec.temperature.value, setting=step.setting, t_arrived_s=start_s, t_start_s=start_s,
            t_end_s=start_s + WINDOW_S, flags=(),
        )  # fmt: skip


def wanted_u(procedure, spec, in_force):
    """Standard error of X (V rms) that the procedure wants; a second's noise before there is a calibration."""
    if "moment" in in_force:
        return procedure.u_moment_a_m2 / in_force["moment"].values["moment_per_volt"].value
    return spec.noise_density_v_per_sqrt_hz / math.sqrt(2.0)


class Campaign:
    """One world with `extra` tables, and what was measured on it: runs, reductions, artefacts in order.

    Kinds to `skip` are measured and not reduced; `wait_s` goes by before each.
    """

    def __init__(self, folder, extra, seed, order=ORDER, *, noise=1.0, skip=(), wait_s=0.0):
        bench_file = STARTER / "benches" / "simulated.toml"
        spec = parse_bench(bench_file.read_text("utf-8"), bench_file, known_drivers=known_drivers())
        world = folder / "world.toml"
        world.write_text(f'base = "{(STARTER / "worlds" / "reference.toml").as_posix()}"\n{extra}', "utf-8")
        bench = AtRest(world, spec, seed, noise)
        clock = bench.world.clock
        self.runs, self.found, self.artefacts = [], [], []
        in_force = {}
        for number, kind in enumerate(order):
            job = load_job(STARTER / "procedures" / f"{kind}.toml")
            bench.mount(job.sample.name)
            bench.wait(wait_s)
            phase = in_force["phase"].values["signal_phase"].value if "phase" in in_force else 0.0
            run = RunData(
                run_id=f"{kind}-{number}",
                bench=spec,
                procedure=job.procedure,
                sample=job.sample,
                moment_points=bench.measure(job.procedure, phase, wanted_u(job.procedure, spec, in_force)),
                artefacts=dict(in_force),
                phase_deg=phase,
                utc_at_zero_s=clock.utc().timestamp() - clock.now(),
            )
            found = None if kind in skip else reduce_run(run)
            artefact = found and artefact_of(run, found, created_utc=clock.utc(), raw=world)
            if artefact is not None:
                in_force[artefact.kind] = artefact
            self.runs.append(run)
            self.found.append(found)
            self.artefacts.append(artefact)

    def again(self, number, *, without=frozenset(), edit=lambda procedure: procedure, **artefacts):
        """Reduce a run once more, with other artefacts or less corrections."""
        run = self.runs[number]
        return reduce_run(
            replace(
                run, procedure=edit(run.procedure), artefacts={**run.artefacts, **artefacts}, without=frozenset(without)
            )
        )


def value(found, name):
    return found.quantities[name].estimate.value


def u(found, name):
    return found.quantities[name].estimate.u


def lines(found, name):
    return {c.name: c.contribution for c in found.quantities[name].estimate.components}
