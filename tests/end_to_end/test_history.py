"""Procedures that live on the sample's history, on the simulated bench against formulas of its materials."""

import io
import json
import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pytest

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.formats import micromag_forc
from vsmdaq.report import write_report
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

MS, MEDIAN, SPREAD, WIDTH = 2e-6, 20e3, 0.4, 8e3
PARTICLES = f"""
[samples.particles]
material = "preisach"
moment_a_m2 = {MS}
coercive_field_a_per_m = {MEDIAN}
spread = {SPREAD}
width_a_per_m = {WIDTH}
"""
MEASURE = '[measure]\nu_moment = "5e-9 A m2"\ntime_constant = "30 ms"\npoles = 4\n'
FIELD = '[field]\nrate = "10 A/s"\n'

Z = np.linspace(-6.0, 6.0, 2001)
WEIGHT = np.exp(-0.5 * Z**2) / np.exp(-0.5 * Z**2).sum()
RADIUS = MEDIAN * np.exp(SPREAD * Z)


class Plays:
    """The material of the particles, summed play by play."""

    def __init__(self):
        self.p = np.zeros_like(RADIUS)

    def __call__(self, *fields):
        for field in fields:
            self.p = np.clip(self.p, field - RADIUS, field + RADIUS)
        return MS * float(WEIGHT @ np.tanh(self.p / WIDTH))


@dataclass
class Ran:
    """A run's result and where it stands."""

    outcome: object
    world: object

    def quantity(self, name):
        return self.outcome.reduced.reduction.quantities[name].estimate

    def z(self, name, true):
        estimate = self.quantity(name)
        return (estimate.value - true) / estimate.u

    def column(self, name):
        return np.array([float(v) if v != "" else math.nan for v in self.outcome.reduced.reduction.table[name]])


def run(place, kind, table, *, sample="particles", seed=1, world=(), drawn=False, field=FIELD, measure_text=MEASURE):
    """Phase, nickel, empty holder and the procedure on a world of the place's own."""
    place.write_world(*world, PARTICLES, drawn=drawn)
    if sample == "particles":
        (place.folder / "particles.toml").write_text('name = "particles"\n', "utf-8")
        sample = "particles.toml"
    path = place.folder / f"{kind}.toml"
    path.write_text(f'kind = "{kind}"\nsample = {json.dumps(str(sample))}\n{field}\n{table}\n{measure_text}', "utf-8")
    text = (place.starter / "benches" / "simulated.toml").read_text("utf-8")
    bench = place.folder / "bench.toml"
    bench.write_text(text.replace("../worlds/reference.toml", "world.toml"), "utf-8")
    spec, text = load_bench(bench)
    out = place.folder / f"runs-{kind}-{seed}"
    options = RunOptions(bench, (), None, out, seed, yes=True, dry_run=False, strict=False, as_json=False)
    console = Console(io.StringIO(), live=False)
    procedures = place.starter / "procedures"
    before = [procedures / f"{name}.toml" for name in ("phase", "nickel", "background")]
    jobs = [load_job(one) for one in [*(before if kind != "demagnetise" else before[:1]), path]]
    outcome = measure(spec, text, jobs, options, console, sync=lambda _: None, session=f"history-{seed}")[-1]
    return Ran(outcome, World.load(place.world, seed=seed))


IDEAL_YOKE = ("[magnet]\nremanence_a_per_m = 0.0\nremanence_radii_a = [1.0]",)
ALTERNATING = 'demagnetise = { start = "200 kA/m", ratio = 0.93, end = "0.5 kA/m" }\n'

REMANENCE = (
    '[remanence]\nsaturation = "400 kA/m"\n' + ALTERNATING + 'irm = { from = "4 kA/m", to = "150 kA/m", points = 20 }\n'
    'dcd = { from = "4 kA/m", to = "150 kA/m", points = 20 }\ns_ratio = ["15 kA/m", "40 kA/m"]\n'
)


@pytest.fixture(scope="module")
def remanences(workplace):
    return [run(workplace(), "remanence", REMANENCE, seed=seed, world=IDEAL_YOKE, drawn=True) for seed in range(1, 4)]


@pytest.mark.parametrize("name", ["saturation_remanent_moment", "remanent_coercive_field"])
def test_remanence_is_that_of_the_world(remanences, name):
    zs = [one.z(name, truth(one.world, "particles")[name]["value"]) for one in remanences]
    assert max(map(abs, zs)) < 3.5
    assert abs(np.mean(zs)) < 3.0 / math.sqrt(len(zs))
    assert np.std(zs) > 0.2 or name == "saturation_remanent_moment"  # u is not much too large


def test_s_ratio_and_delta_m_are_those_of_the_plays(remanences):
    def after(*fields):
        return Plays()(*fields, 0.0)

    saturated = after(400e3)
    for one in remanences:
        for number, size in ((1, 15e3), (2, 40e3)):
            assert abs(one.z(f"s_ratio_{number}", -after(400e3, -size) / saturated)) < 4.0
        delta, u = one.column("delta_m"), one.column("u_noise_delta_m")
        places = np.flatnonzero(np.isfinite(delta))
        assert places.size >= 17
        sizes = np.abs(one.column("field_applied_a_per_m")[places - 1])
        true = [after(400e3, -size) / saturated - 1.0 + 2.0 * after(size) / saturated for size in sizes]
        # a demagnetisation in steps of 7 % leaves each play within 0.07 of its half width: less than 0.03 of m_rs
        miss = delta[places] - true
        assert np.sqrt(np.mean(miss**2)) < 0.03
        assert np.median(u[places]) < 0.01


def test_virgin_curve(workplace):
    table = (
        "[virgin]\n" + ALTERNATING + 'largest = "200 kA/m"\nsteps = 40\nspacing = "quadratic"\nlow_field = "10 kA/m"\n'
    )
    one = run(workplace(), "virgin", table, world=IDEAL_YOKE)
    field, moment = one.column("field_applied_a_per_m"), one.column("moment_a_m2")
    true = np.array([Plays()(h) for h in field])
    assert np.max(np.abs(moment - true)) < 0.03 * MS
    assert abs(one.z("largest_field_moment", Plays()(field[-1]))) < 4.0
    # a slope per volume needs a shape: the particles have none
    assert "initial_susceptibility" not in one.outcome.reduced.reduction.quantities
    assert any(
        flag.startswith("no initial_susceptibility: the sample file has no shape")
        for flag in one.outcome.reduced.result.flags
    )


def test_initial_susceptibility_of_a_soft_sphere(workplace):
    """m = m_s tanh(h/w) at half widths of nearly nothing: dM/dH_int = m_s/(V w)."""
    place = workplace()
    soft = (
        '[samples.soft]\nmaterial = "tanh-play"\nmoment_a_m2 = 2e-6\ncoercive_field_a_per_m = 0.5\n'
        "width_a_per_m = 30e3\ndiameter_m = 1e-3"
    )
    (place.folder / "soft.toml").write_text('name = "soft"\nshape = "sphere"\ndiameter = "1.000 mm ± 0.2 %"\n', "utf-8")
    table = (
        '[virgin]\ndemagnetise = { start = "100 kA/m", ratio = 0.9, end = "0.2 kA/m" }\n'
        'largest = "60 kA/m"\nsteps = 60\nspacing = "quadratic"\nlow_field = "6 kA/m"\n'
    )
    one = run(place, "virgin", table, sample="soft.toml", world=(*IDEAL_YOKE, soft))
    true = 2e-6 / (math.pi / 6 * 1e-9) / 30e3
    found = one.quantity("initial_susceptibility")
    assert abs(found.value - true) / found.u < 3.0
    assert found.u / true < 0.06
    assert one.quantity("initial_moment_per_field").value == pytest.approx(2e-6 / 30e3, rel=0.15)


def test_minor_loops(workplace):
    """The area between the ways of the plays, on a grid a hundred times as fine."""
    loops = ((-25e3, 30e3), (0.0, 80e3))
    rows = ", ".join(f'{{ reversal = "{a:g} A/m", return = "{b:g} A/m", steps = 50 }}' for a, b in loops)
    one = run(workplace(), "minor", f'[minor]\nsaturation = "200 kA/m"\nloops = [{rows}]\n', world=IDEAL_YOKE)
    for number, (low, high) in enumerate(loops, start=1):
        plays = Plays()
        plays(200e3, low)
        grid = np.linspace(low, high, 4001)
        up = np.array([plays(h) for h in grid])
        down = np.array([plays(h) for h in grid[::-1]])[::-1]
        area = 4e-7 * math.pi * np.trapezoid(down - up, grid)
        loss = one.quantity(f"loss_per_cycle_{number}")
        assert loss.value == pytest.approx(area, abs=4.0 * loss.u + 2e-3 * area)
        remanence = 0.5 * (np.interp(0.0, grid, down) - np.interp(0.0, grid, up))
        if low < 0.0:
            assert abs(one.z(f"remanent_moment_{number}", remanence)) < 4.0
            coercive = 0.5 * (np.interp(0.0, up, grid) - np.interp(0.0, down, grid))
            assert abs(one.z(f"coercive_field_{number}", coercive)) < 4.0
    # the second loop does not come below 0: no zero crossing, and it says so
    assert any(flag.startswith("no coercive_field_2") for flag in one.outcome.reduced.result.flags)


FORC = (
    '[forc]\nsaturation = "200 kA/m"\ncalibration = "110 kA/m"\nhb1 = "-20 kA/m"\nhb2 = "20 kA/m"\nhc2 = "50 kA/m"\n'
    'step = "2.5 kA/m"\nsmoothing = 2\n'
)


def density(hc, hb):
    """Closed form of the material's documentation."""
    f = np.exp(-0.5 * (np.log(hc / MEDIAN) / SPREAD) ** 2) / (math.sqrt(2 * math.pi) * SPREAD * hc)
    return MS / 4 * f / (WIDTH * np.cosh(hb / WIDTH) ** 2)


@pytest.fixture(scope="module")
def forc(workplace):
    return run(workplace(), "forc", FORC, world=IDEAL_YOKE)


def test_forc_is_the_closed_form(forc):
    found, u = forc.column("forc_density_m4_per_a"), forc.column("u_noise_forc_density_m4_per_a")
    field, reversal = forc.column("field_applied_a_per_m"), forc.column("reversal_field_a_per_m")
    hc, hb = 0.5 * (field - reversal), 0.5 * (field + reversal)
    nodes = np.isfinite(found) & (hc > 5e3) & (np.abs(hb) < 20e3)
    assert nodes.sum() > 300
    true = density(hc[nodes], hb[nodes])
    miss = found[nodes] - true
    assert np.sqrt(np.mean(miss**2)) < 0.04 * true.max()  # the surface is 10 kA/m wide, the distribution 16
    # far from the peak the surface follows: there the scatter is what u says
    far = true < 0.02 * true.max()
    ratio = miss[far] / u[nodes][far]
    assert 0.7 < np.std(ratio) < 1.3
    assert forc.quantity("forc_peak_density").value == pytest.approx(
        density(MEDIAN * math.exp(-(SPREAD**2)), 0.0), rel=0.15
    )
    assert abs(forc.z("forc_peak_hc", MEDIAN * math.exp(-(SPREAD**2)))) < 5.0
    assert abs(forc.quantity("forc_peak_hb").value) < 5e3


def test_forc_moment_is_the_integral_over_the_box(forc):
    hc, hb = np.meshgrid(np.linspace(50.0, 50e3, 1000), np.linspace(-20e3, 20e3, 801))
    integral = 2.0 * density(hc, hb).mean() * 50e3 * 40e3
    assert forc.quantity("forc_moment").value == pytest.approx(integral, rel=0.04)


def test_the_report_has_the_map_and_the_curves(forc, remanences):
    for one, words in ((forc, "Right: their distribution"), (remanences[0], "do not see each other")):
        page = write_report(one.outcome.folder.path).read_text("utf-8")
        assert words in page
        assert page.count("<svg") >= 2


def test_forc_file_holds_the_curves(forc):
    data = micromag_forc.read(forc.outcome.folder.path / "forc.frc")
    points = [p for p in forc.outcome.reduced.run.moment_points if p.segment % 2]
    assert sum(field.size for field, _ in data.curves) == len(points)
    assert len(data.calibration) == len(data.curves)
    assert data.script["Hc2"] == pytest.approx(50e3, rel=1e-6)
    moment = forc.column("moment_a_m2")
    written = np.concatenate([m for _, m in data.curves])
    assert written == pytest.approx([moment[p.index] for p in points], rel=1e-6)


def test_a_drift_is_seen_by_the_calibration_points_and_taken_off(workplace, forc):
    """5 % an hour; without drift nothing is taken off. What the gain had drifted since nickel before the first curve stays."""
    drifting = run(workplace(), "forc", FORC, world=(*IDEAL_YOKE, "[drift]\ngain_per_hour = 0.05"))
    assert any(flag.startswith("drift of") for flag in drifting.outcome.reduced.result.flags)
    assert not any(flag.startswith("drift of") for flag in forc.outcome.reduced.result.flags)
    run_then = drifting.outcome.reduced.run
    nickel = datetime.fromisoformat(run_then.artefacts["moment"].created_utc)
    nickel_s = (nickel - drifting.world.spec.clock.epoch).total_seconds()
    first_s, last_s = run_then.moment_points[0].t_start_s, run_then.moment_points[-1].t_end_s
    ratio = drifting.quantity("forc_moment").value / forc.quantity("forc_moment").value
    # 1 %: the grid of the distribution is that of other noise
    assert 0.05 * (first_s - nickel_s) / 3600.0 - 0.01 < ratio - 1.0 < 0.05 * (last_s - nickel_s) / 3600.0 + 0.01


def test_forc_file_is_read_by_pyforc(forc):
    config = pytest.importorskip("pyforc.core.config", reason="pyforc is not installed")
    ingester = pytest.importorskip("pyforc.core.ingester")
    path = forc.outcome.folder.path / "forc.frc"
    data = ingester.PMCIngester(config.Config(file_name=str(path), pipeline=[])).run()
    ours = micromag_forc.read(path)
    assert [h.size for h in data.h_raw] == [h.size for h, _ in ours.curves]
    assert np.concatenate(data.m_raw) == pytest.approx(np.concatenate([m for _, m in ours.curves]), rel=1e-7)
    assert data.m_drift == pytest.approx([m for _, m in ours.calibration], rel=1e-7)


def test_forc_file_is_read_by_pmagpy(forc):
    peer = pytest.importorskip("pmagpy.forc", reason="pmagpy is not installed")
    path = forc.outcome.folder.path / "forc.frc"
    ours = micromag_forc.read(path)
    units = peer.read_file_units(path)
    assert (units["field_scale"], units["moment_scale"]) == (1.0, 1.0)
    segments = peer.read_segments_raw(path, HCal=ours.script["HCal"] * 4e-7 * math.pi, verbose=False)
    curves, points = 0, 0
    for segment in segments:
        curves, points = curves + 1, points + len(segment.H)
    assert curves >= len(ours.curves) - 2  # it leaves blocks of one point out
    assert points >= sum(h.size for h, _ in ours.curves) - 2


def test_the_yoke_is_demagnetised(workplace):
    """After +800 kA/m the yoke of the reference world keeps +1.2 kA/m."""
    place = workplace()
    sample = place.starter / "samples" / "empty-holder.toml"
    table = '[demagnetise]\nstart = "800 kA/m"\nratio = 0.85\nend = "0.3 kA/m"\n'
    one = run(
        place,
        "demagnetise",
        table,
        sample=sample,
        field=FIELD + 'approach = ["800 kA/m"]\n',
        measure_text='[measure]\ntime_constant = "30 ms"\npoles = 4\n',
    )
    assert abs(one.z("initial_residual_field", 1200.0)) < 3.0
    assert abs(one.z("residual_field", 0.0)) < 3.0
    assert one.outcome.reduced.run.moment_points[-1].current_a == pytest.approx(0.0, abs=0.02)


LOOP = '[measure]\nu_moment = "5e-9 A m2"\ntime_constant = "30 ms"\npoles = 4\n'


def adaptive(place, **more):
    field = (
        FIELD + 'approach = ["800 kA/m"]\n[field.adaptive]\nfrom = "800 kA/m"\nto = "-800 kA/m"\n'
        'min_step = "1 kA/m"\nmax_step = "100 kA/m"\ntolerance = 0.01\n'
    )
    return run(place, "loop", "", sample=place.starter / "samples" / "reference-sphere.toml", field=field, **more)


def branch(field, way):
    """The reference sphere's own law, in internal field."""
    return np.tanh((field - way * 20e3) / 30e3)


def worst(fields, way):
    """Largest distance of straight lines between points from the branch."""
    grid, fields = np.linspace(-795e3, 795e3, 20_001), np.sort(fields)
    return float(np.max(np.abs(np.interp(grid, fields, branch(fields, way)) - branch(grid, way))))


def test_adaptive_points_do_with_half_of_them(workplace):
    one = adaptive(workplace())
    points = one.outcome.reduced.run.moment_points
    fields = np.array([p.set_field_a_per_m for p in points])
    segment = np.array([p.segment for p in points])
    # never backwards on a branch
    for number, way in ((0, -1), (1, 1), (2, -1)):
        assert np.all(way * np.diff(fields[segment == number]) > 0)
    falling = np.concatenate([fields[segment != 1], [-800e3]])
    rising = np.concatenate([[-800e3], fields[segment == 1]])
    reached = max(worst(falling, -1), worst(rising, 1))
    uniform = len(points)  # as many on each branch: twice as many
    assert reached < worst(np.linspace(-800e3, 800e3, uniform), 1)
    assert reached < 0.025
    for name, true in (("coercive_field", 20e3), ("saturation_moment", 2e-6)):
        assert abs(one.z(name, true)) < 3.0


REPEATED = FIELD + (
    'approach = ["800 kA/m"]\nrepeats = 4\nsegments = [\n'
    '    { from = "800 kA/m", to = "-800 kA/m", steps = 50, dense_at = "-20 kA/m", dense_width = "15 kA/m" },\n'
    '    { from = "-800 kA/m", to = "800 kA/m", steps = 50, dense_at = "20 kA/m", dense_width = "15 kA/m" },\n]\n'
)


def test_repeated_loops_scatter_as_their_noise_says(workplace):
    place = workplace()
    sample = place.starter / "samples" / "reference-sphere.toml"
    one = run(place, "loop", "", sample=sample, field=REPEATED)
    assert len(one.outcome.reduced.run.moment_points) == 400
    # 300 degrees of freedom: 4 % of scatter of the scatter
    assert one.quantity("repeat_scatter").value == pytest.approx(
        one.quantity("repeat_scatter_expected").value, rel=0.15
    )
    for name, true in (
        ("coercive_field", 20e3),
        ("saturation_moment", 2e-6),
        ("remanent_moment", 2e-6 * math.tanh(2 / 3)),
    ):
        assert abs(one.z(name, true)) < 3.5
        ratio = one.quantity(f"{name}_scatter").value / one.quantity(f"{name}_scatter_expected").value
        assert 0.1 < ratio < 2.4  # 3 degrees of freedom: a chance of 0.1 % on the high side
    assert not any("noise explains" in flag for flag in one.outcome.reduced.result.flags)


def test_a_sample_that_moves_between_the_loops_is_told(workplace):
    place = workplace()
    sample = place.starter / "samples" / "reference-sphere.toml"
    loose = ("[loose]\nstep_relative = 0.03\nthreshold_a_per_m = 3.0e5\nrattle_per_sqrt_hz = 0.0",)
    one = run(place, "loop", "", sample=sample, field=REPEATED, world=loose)
    assert any(flag.startswith("repeat_scatter is") for flag in one.outcome.reduced.result.flags)


def test_field_cooled_lists_go_through_their_history(workplace):
    place = workplace()
    field = FIELD + 'lists = [{ fields = ["50 kA/m", "10 kA/m", "-10 kA/m"], via = ["300 kA/m"] }]\n'
    one = run(place, "loop", "", field=field, world=IDEAL_YOKE)
    moments = one.column("moment_a_m2")
    u = one.column("u_noise_moment_a_m2")
    for h, m, noise in zip(one.column("field_applied_a_per_m"), moments, u, strict=True):
        assert m == pytest.approx(Plays()(300e3, h), abs=4 * noise + 0.015 * MS)
