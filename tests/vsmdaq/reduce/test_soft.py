"""Flags of soft samples and vague shapes. The samples are linear or straight-lined: chi_ext = chi/(1 + N chi), by hand."""

import numpy as np
import pytest

from vsmdaq.reduce import reduce_run

FIELDS = np.linspace(-8e5, 8e5, 17)
BALL = 'name = "it"\nshape = "sphere"\ndiameter = "2 mm ± {u}"\n'
ROD = 'name = "it"\nshape = "cylinder"\ndiameter = "2 mm ± {u}"\nlength = "2 mm ± {u}"\nfield = "axial"\n'
BLOCK = 'name = "it"\nshape = "prism"\nlength = "2 mm ± {u}"\nwidth = "1 mm"\nheight = "1 mm ± {u}"\nfield = "length"\n'
VOLUME = {BALL: np.pi / 6 * 8e-9, ROD: np.pi / 4 * 8e-9, BLOCK: 2e-9}
FACTOR = {BALL: 1 / 3, ROD: 0.31158, BLOCK: 0.19832}  # Osborn 1945, Chen et al. 1991, Aharoni 1998


@pytest.fixture
def linear(made):
    def run(shape, chi, u="0.1 %", **points):
        moment = chi / (1.0 + FACTOR[shape] * chi) * VOLUME[shape] * FIELDS
        data = made.run(
            "palladium",
            sample=made.sample_text(shape.format(u=u)),
            moment_points=made.points(FIELDS, moment, **points),
            artefacts=made.calibrations(u_relative=0.0029),
        )
        return reduce_run(data)

    return run


def softness(found):
    return [flag for flag in found.flags if not flag.startswith(("no ", "geometry not corrected"))]


@pytest.mark.parametrize("shape", [BALL, ROD, BLOCK])
def test_weak_samples_are_not_flagged(linear, shape):
    assert softness(linear(shape, 1e-3)) == []


def test_soft_sphere_is_flagged_with_its_numbers(linear):
    # chi = 27: N chi_ext = 9/10 of a change of H is shielded, and errors come out 10-fold
    (flag,) = softness(linear(BALL, 27.0))
    assert flag.startswith(
        "H_int is dominated by the demagnetising field: N = 0.3333 ± 0 takes 90.0 % of a change of H_applied between -800 "
        "and 800 kA/m. There relative errors of N and M come out 10 times as large in dM/dH_int"
    )


@pytest.mark.parametrize(("chi", "flagged"), [(2.9, False), (3.1, True)])
def test_limit_is_half_of_the_applied_field(linear, chi, flagged):
    assert bool(softness(linear(BALL, chi))) is flagged  # N chi/(1 + N chi) = 1/2 at chi = 3


def test_slope_that_is_noise_alone_is_no_soft_sample(linear):
    # 0.64 A m2/V: the noise of a point is a hundred times the moment of a fully shielded sphere
    assert softness(linear(BALL, 1e-3, u_signal=1.0)) == []


def test_vague_dimensions_are_flagged(linear):
    # dN/d length = -0.0814 per mm, dN/d height = 0.0814 per mm (mpmath): hypot(0.1, 0.05) x 0.0814; M = 0 in zero field
    found = linear(BLOCK, 0.5, u="5 %")
    (flag, *_) = softness(found)
    assert flag.startswith("u(H_int) is dominated by the demagnetising factor at 16 of 17 points: N = 0.1983 ± 0.0091")


def test_non_uniform_magnetisation_is_flagged_and_in_the_uncertainty(linear, lines):
    found = linear(ROD, 1.0)
    # N/(1 + chi (1 - N)) = 0.31158/1.68842
    assert any(
        "with a susceptibility of 1 where the curve is steepest it lies between 0.1845 and 0.3116" in f
        for f in softness(found)
    )
    chi = found.quantities["volume_susceptibility"].estimate
    assert chi.value == pytest.approx(1.0, rel=1e-4)
    # d chi/d N = chi^2
    assert abs(lines(chi)["it.non_uniform_magnetisation"]) == pytest.approx((0.31158 - 0.18454) / 3**0.5, rel=0.02)


def test_susceptibility_of_a_prism_comes_back(linear):
    found = linear(BLOCK, 0.1)
    chi = found.quantities["volume_susceptibility"].estimate
    assert chi.value == pytest.approx(0.1, rel=1e-6)
    external = found.quantities["volume_susceptibility_external"].estimate
    assert external.value == pytest.approx(0.1 / 1.019832, rel=1e-6)


def test_loop_of_a_soft_sphere_is_flagged_where_it_is_steep(made):
    # M = H/N up to saturation at N M_s = 100 kA/m, flat above
    grid = np.concatenate([np.linspace(8e5, 2e5, 13), np.linspace(1e5, -1e5, 21), np.linspace(-2e5, -8e5, 13)])
    fields = np.concatenate([grid, -grid])
    moment = np.clip(fields, -1e5, 1e5) * 3.0 * 0.99 * VOLUME[BALL]
    data = made.run(
        "loop",
        sample=made.sample_text(BALL.format(u="0.1 %")),
        moment_points=made.points(fields, moment),
        artefacts=made.calibrations(u_relative=0.0029),
    )
    (flag,) = [flag for flag in softness(reduce_run(data)) if "dominated" in flag]
    assert "takes 99.0 % of a change of H_applied between -100 and 100 kA/m" in flag
    assert flag.endswith("saturation stands")
