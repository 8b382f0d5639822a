"""A fixed-wait controller, the way lab scripts are: set, wait, wait for the filter, read once.

It speaks PyVISA to the same simulated bench with the instruments' own commands and knows no more of them than such scripts do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyvisa

from vsmdaq.reduce import reduce_run
from vsmdaq.terms import MomentPoint

FIELD_CONSTANT_PER_M = 40e3 / 3.0
SLEW_A_PER_S = 10.0


@dataclass(frozen=True)
class Script:
    """What such a script has as constants on top of its file.

    Attributes
    ----------
    time_constant_index, time_constant_s : int, float
        OFLT and what it means.
    field_wait_s, filter_wait_s : float
        Waited after each set-point, then for the filter.
    average_s : float
        Read again and again for this long; 0 for one reading.
    """

    time_constant_index: int = 9
    time_constant_s: float = 0.3
    field_wait_s: float = 1.0
    filter_wait_s: float = 3.0
    average_s: float = 0.0


def measure(library, fields, phase_deg, sample, script, *, approach=(800e3,)):
    """Measure at the fields (A/m); returns (set-point, X, Y, field, time) of each point and the bench time that it took (s)."""
    manager = pyvisa.ResourceManager(library)
    clock = manager.visalib.clock
    ends = {"read_termination": "\r\n", "write_termination": "\r\n"}
    supply = manager.open_resource("GPIB0::12::INSTR", **ends)
    gaussmeter = manager.open_resource("GPIB0::13::INSTR", **ends)
    lockin = manager.open_resource("GPIB0::8::INSTR", read_termination="\n", write_termination="\n")
    operator = manager.open_resource("TCPIP0::operator::5025::SOCKET", read_termination="\n", write_termination="\n")
    operator.query(f"MOUNT {sample}")
    while operator.query("DONE?") != "1":
        clock.sleep(1.0)
    gaussmeter.write("UNIT 4")  # A/m
    lockin.write(f"OUTX 1;PHAS {phase_deg:.2f};OFLT {script.time_constant_index};OFSL 3;SENS 11;OEXP 1,0,0;OEXP 2,0,0")
    supply.write(f"RATE {SLEW_A_PER_S:.4f}")
    started_s, here_a = clock.now(), 0.0

    def go_to(field):
        nonlocal here_a
        target_a = field / FIELD_CONSTANT_PER_M
        supply.write(f"SETI {target_a:.4f}")
        clock.sleep(abs(target_a - here_a) / SLEW_A_PER_S)
        here_a = target_a

    points = []
    for field in approach:
        go_to(field)
    for field in fields:
        go_to(field)
        clock.sleep(script.field_wait_s)
        clock.sleep(script.filter_wait_s)
        end_s, readings = clock.now() + script.average_s, []
        while True:
            readings.append([float(part) for part in lockin.query("SNAP?1,2").split(",")])
            if clock.now() >= end_s:
                break
        x = sum(r[0] for r in readings) / len(readings)
        y = sum(r[1] for r in readings) / len(readings)
        points.append((field, x, y, float(gaussmeter.query("RDGFIELD?")), clock.now()))
    go_to(0.0)
    took_s = clock.now() - started_s
    manager.close()
    return points, took_s


def reduced(loop, points, script):
    """The script's points as ours would be reduced, by the same calibrations, so that only the controllers differ."""
    like = loop.run.moment_points[0]
    made = tuple(_point(like, index, point, script) for index, point in enumerate(points))
    return dict(reduce_run(replace(loop.run, moment_points=made)).quantities)


def _point(like: MomentPoint, index, point, script) -> MomentPoint:
    field, x, y, measured, time_s = point
    u = 7.25e-9 * (5.0 / 64.0 / script.time_constant_s) ** 0.5
    return replace(
        like, index=index, segment=0, set_field_a_per_m=field, field_a_per_m=measured, u_field_a_per_m=20.0, n_field=1,
        x_v_rms=x, y_v_rms=y, var_x_v2=u**2, var_y_v2=u**2, cov_xy_v2=0.0, n=1, n_effective=1.0, u_x_v_rms=u, u_y_v_rms=u,
        drift_x_v_per_s=0.0, u_drift_x_v_per_s=4.0 * u,
        time_constant_s=script.time_constant_s, t_arrived_s=time_s, t_start_s=time_s, t_end_s=time_s, flags=(),
    )  # fmt: skip
