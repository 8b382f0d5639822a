"""Points without messages: the world is asked at rest for what the instruments would show, and their noise is added.

What a controller gets right is left out on purpose (waiting, ranges, windows): each point is taken at steady state, with the standard error that
the procedure wants. That a reduction finds the same from these points as from those of real messages is shown by `equality.py`.
"""

import cmath
import math
from dataclasses import replace

import numpy as np

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.measure import current_for
from vsmdaq.terms import MomentPoint
from vsmdaq_sim.world import World
from vsmdaq_sim.world.load import load_spec

RATE_A_PER_S, WINDOW_S, STEP_A = 10.0, 0.5, 1e-4
COMPLIANCE_V, SETTLING_S = 1e5, 0.5
FIELD_READINGS = 4
POLES, TIME_CONSTANT_S = 4, 0.03


class DirectBench:
    """A world with the hands of an operator and an ideal controller.

    Parameters
    ----------
    path : Path
        World file.
    spec : BenchSpec
        What its owner knows of the bench.
    seed : int
        Of the world and of the readings' noise.
    noise : float
        The noise is so many times that of the procedure and of the world's gaussmeter; 0 for none.
    """

    def __init__(self, path, spec, seed, *, noise=1.0):
        nominal = load_spec(path, seed=seed)
        # at steady state it does not matter how the field got there, only that it went one way
        at_once = nominal.magnet.model_copy(update={"lag_s": 1e-4})
        self.world = World(replace(nominal, magnet=at_once), session=f"direct-{seed}")
        self._spec = spec
        self._rng = np.random.default_rng([seed, 20260101])
        self._noise = noise

    def mount(self, name):
        """Put a sample on the rod."""
        hand, clock = self.world.operator, self.world.clock
        self._go_to_current(0.0)
        if name not in self.world.spec.samples or self.world.spec.samples[name].material == "empty":
            hand.unmount() if hand.mounted_name else None
        else:
            hand.mount(name)
        clock.sleep_until(hand.busy_until_s)
        self.world.advance()

    def measure(self, procedure, phase_deg, u_signal_v_rms):
        """Take all points of a procedure; ends at zero current."""
        plan = plan_of(procedure)
        for field in plan.approach_a_per_m:
            self._go_to(field)
        points = []
        course = None if plan.rule is None else plan.rule.course(plan.steps)
        coming = iter(enumerate(plan.steps)) if course is None else iter(course.next, None)
        for index, step in coming:
            for field in step.via_a_per_m:
                self._go_to(field)
            self._turn(step)
            points.append(self._point(index, step, phase_deg, u_signal_v_rms))
            if course is not None:
                course.saw(points[-1])
        self._go_to_current(0.0)
        return tuple(points)

    def _turn(self, step):
        """Set what a step asks for beside the field."""
        if step.knob in ("x_m", "y_m", "z_m"):
            self.world.positioner.set(step.knob[0], step.setting)
        elif step.knob:
            raise ValueError(f"no hand for {step.knob}")

    def _go_to(self, field_a_per_m):
        return self._go_to_current(
            current_for(
                field_a_per_m, self._spec.magnet.field_constant_per_m.value, STEP_A, self._spec.magnet.max_current_a
            )
        )

    def _go_to_current(self, current_a):
        world = self.world
        way_s = abs(current_a - world.magnet.current_a()) / RATE_A_PER_S
        world.clock.sleep(way_s)
        world.magnet.step_to(current_a, COMPLIANCE_V)
        arrived_s = world.clock.now()
        world.clock.sleep(SETTLING_S)
        world.advance()
        return current_a, arrived_s

    def _point(self, index, step, phase_deg, u_signal_v_rms):
        world = self.world
        current_a, arrived_s = self._go_to(step.field_a_per_m)
        start_s = world.clock.now()
        world.clock.sleep(0.5 * WINDOW_S)
        world.advance()
        signal = world.harmonic_phasor(1) * cmath.rect(1.0, -math.radians(phase_deg))
        noise = self._noise * u_signal_v_rms
        x, y = signal.real + noise * self._rng.standard_normal(), signal.imag + noise * self._rng.standard_normal()
        field, u_field = self._field()
        world.clock.sleep(0.5 * WINDOW_S)
        spread = 2.0 * u_signal_v_rms**2
        return MomentPoint(
            index=index,
            segment=step.segment,
            set_field_a_per_m=step.field_a_per_m,
            set_current_a=current_a,
            current_a=current_a,
            field_a_per_m=field,
            u_field_a_per_m=u_field,
            n_field=FIELD_READINGS,
            x_v_rms=x,
            y_v_rms=y,
            var_x_v2=spread,
            var_y_v2=spread,
            cov_xy_v2=0.0,
            n=4,
            n_effective=2.0,
            u_x_v_rms=u_signal_v_rms,
            u_y_v_rms=u_signal_v_rms,
            drift_x_v_per_s=0.0,
            u_drift_x_v_per_s=u_signal_v_rms / WINDOW_S,
            frequency_hz=world.spec.vibration.frequency_hz,
            sensitivity_v_rms=0.01,
            time_constant_s=TIME_CONSTANT_S,
            filter_poles=POLES,
            temperature_k=self._spec.temperature.value,
            setting=step.setting,
            t_arrived_s=arrived_s,
            t_start_s=start_s,
            t_end_s=start_s + WINDOW_S,
            flags=(),
        )

    def _field(self):
        """The gaussmeter's mean over its readings, without the tick that it may be late by."""
        world = self.world
        table = world.spec.gaussmeter
        u_field = table.noise_a_per_m / math.sqrt(FIELD_READINGS)
        reading = table.offset_a_per_m + table.gain * world.magnet.field_a_per_m()
        return reading + self._noise * u_field * self._rng.standard_normal(), u_field
