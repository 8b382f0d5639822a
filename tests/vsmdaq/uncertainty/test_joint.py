"""Oracles: generalised least squares in matrices, chi-square tables, CODATA's constant of gravitation, Monte Carlo."""

import math

import numpy as np
import pytest

from vsmdaq.terms import Component, Estimate
from vsmdaq.uncertainty import PropagationError, covariance, coverage_factor
from vsmdaq.uncertainty.joint import DISAGREEMENT, joint_mean, mean_of_repeats


def value(number, **contributions):
    return Estimate(number, "1", tuple(Component(name, c) for name, c in contributions.items()))


def apart(*pairs):
    return {f"way {k}": value(x, **{f"own {k}": u}) for k, (x, u) in enumerate(pairs)}


def test_mean_and_chi2_are_those_of_the_matrices():
    estimates = {
        "a": value(10.10, gain=0.05, a=0.08),
        "b": value(9.95, gain=0.05, b=0.15),
        "c": value(10.40, gain=-0.02, c=0.20),
        "d": value(9.70, d=0.30),
    }
    contributions = np.array(
        [[0.05, 0.05, -0.02, 0.0], [0.08, 0, 0, 0], [0, 0.15, 0, 0], [0, 0, 0.20, 0], [0, 0, 0, 0.30]]
    )
    v = contributions.T @ contributions
    x, one = np.array([10.10, 9.95, 10.40, 9.70]), np.ones(4)
    inverse = np.linalg.inv(v)
    variance = 1.0 / (one @ inverse @ one)
    mean = variance * (one @ inverse @ x)

    found = joint_mean(estimates)
    assert found.estimate.value == pytest.approx(mean, rel=1e-12)
    assert found.estimate.u == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert found.chi2 == pytest.approx((x - mean) @ inverse @ (x - mean), rel=1e-10)
    assert found.dof == 3
    assert not found.widened
    assert [m.weight for m in found.members] == pytest.approx((variance * (inverse @ one)).tolist(), rel=1e-10)
    # what the mean and one of its members share stays shared: Cov(mean, x_i) is the variance of the mean (Gauss-Markov)
    for estimate in estimates.values():
        assert covariance([found.estimate, estimate])[0, 1] == pytest.approx(variance, rel=1e-10)


def test_error_against_the_others_by_matrices():
    """The difference of one and the mean of the rest, its variance w'Vw with w = (1, -weights of the rest)."""
    estimates = {"a": value(10.6, g=0.1, a=0.1), "b": value(10.0, g=0.1, b=0.2), "c": value(10.1, c=0.2)}
    v = np.array([[0.02, 0.01, 0.0], [0.01, 0.05, 0.0], [0.0, 0.0, 0.04]])
    rest = np.linalg.inv(v[1:, 1:]) @ np.ones(2)
    rest /= rest.sum()
    w = np.array([1.0, *(-rest)])
    x = np.array([10.6, 10.0, 10.1])
    found = joint_mean(estimates).members[0]
    assert found.normalised_error == pytest.approx(abs(w @ x) / (2.0 * math.sqrt(w @ v @ w)), rel=1e-12)


def test_error_without_shared_inputs_is_that_of_the_standard():
    """ISO 13528, 9.7: E_n = |x - X|/sqrt(U^2 + U_ref^2); here 0.3/sqrt(0.2^2 + 0.2^2)."""
    found = joint_mean(apart((1.3, 0.1), (1.0, 0.1)))
    expected = 0.3 / math.sqrt(0.2**2 + 0.2**2)
    assert [m.normalised_error for m in found.members] == pytest.approx([expected, expected], rel=1e-12)
    assert {m.verdict for m in found.members} == {"disagrees"}


def test_error_against_a_mean_with_its_own_say_takes_the_correlation_off():
    """Var(x_i - mean) = u_i^2 - u_mean^2 for independent members (Gauss-Markov)."""
    found = joint_mean(apart((1.0, 0.1), (1.2, 0.2), (1.1, 0.3)))
    u_mean2 = 1.0 / (100.0 + 25.0 + 1.0 / 0.09)
    for member in found.members:
        u = math.sqrt(member.estimate.u**2 - u_mean2)
        assert member.normalised_error_joint == pytest.approx(
            abs(member.estimate.value - found.estimate.value) / (2.0 * u), rel=1e-10
        )


def test_birge_of_a_worked_case():
    """Four values of u = 1: 1, 2, 3, 6 have the mean 3, chi2 = 4 + 1 + 0 + 9 = 14, R = sqrt(14/3); table: 7.815 at 5 %, 3 dof."""
    found = joint_mean(apart((1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (6.0, 1.0)))
    assert found.estimate.value == pytest.approx(3.0)
    assert found.chi2 == pytest.approx(14.0)
    assert found.birge_ratio == pytest.approx(math.sqrt(14.0 / 3.0))
    assert found.birge_bound == pytest.approx(math.sqrt(7.815 / 3.0), abs=1e-4)
    assert found.probability == pytest.approx(0.00291, abs=5e-6)  # upper tail of chi2 with 3 dof at 14
    assert found.widened
    assert found.estimate.u == pytest.approx(0.5 * math.sqrt(14.0 / 3.0))
    rest = found.estimate.components[-1]
    assert (rest.name, rest.dof) == (DISAGREEMENT, 3)
    assert sum(c.contribution**2 for c in found.estimate.components[:-1]) == pytest.approx(0.25)


GRAVITY = {  # 1e-11 m3/(kg s2): value, standard uncertainty
    "NIST-82": (6.67248, 43e-5), "TR&D-96": (6.6729, 50e-5), "LANL-97": (6.67398, 70e-5), "UWash-00": (6.674255, 9.2e-5),
    "BIPM-01": (6.67559, 27e-5), "UWup-02": (6.67422, 98e-5), "MSL-03": (6.67387, 27e-5), "HUST-05": (6.67222, 87e-5),
    "UZur-06": (6.67425, 12e-5), "HUST-09": (6.67349, 18e-5), "JILA-10": (6.67234, 14e-5), "BIPM-14": (6.67554, 16e-5),
    "LENS-14": (6.67191, 99e-5), "UCI-14": (6.67435, 13e-5),
}  # fmt: skip
CORRELATED = {("NIST-82", "LANL-97"): 0.351, ("HUST-05", "HUST-09"): 0.134}


def test_fourteen_values_of_the_constant_of_gravitation():
    """CODATA 2014 (P. J. Mohr et al., Rev. Mod. Phys. 88, 035009 (2016)): 6.674 08(31), all u multiplied by 6.3."""
    shared = {name: (pair, r) for pair, r in CORRELATED.items() for name in pair}
    estimates = {}
    for name, (number, u) in GRAVITY.items():
        pair, r = shared.get(name, ((name, "alone"), 0.0))
        parts = {" and ".join(pair): math.sqrt(r) * u, name: math.sqrt(1.0 - r) * u}
        estimates[name] = value(number, **parts)
    found = joint_mean(estimates, widening="never")
    assert found.estimate.value == pytest.approx(6.67408, abs=0.5e-5)
    assert 6.3 * found.estimate.u == pytest.approx(31e-5, abs=0.5e-5)
    widened = joint_mean(estimates)
    assert widened.widened
    assert widened.birge_ratio < 6.3, "CODATA's factor brings each residual to 2 u, which takes more"
    assert widened.probability < 1e-50
    # what CODATA's factor answers to: the residual that is furthest from the mean
    furthest = max(abs(m.estimate.value - found.estimate.value) / m.estimate.u for m in found.members)
    assert furthest / 2.0 == pytest.approx(6.3, abs=0.1)
    assert {m.name for m in found.members if m.verdict == "outlier"} >= {"JILA-10", "BIPM-14", "BIPM-01"}


def test_when_it_is_widened_is_a_choice():
    """1.0, 2.0, 3.4 of u = 1: chi2 = 2.91, R = 1.21, above 1 and below the bound sqrt(5.991/2) = 1.73."""
    estimates = apart((1.0, 1.0), (2.0, 1.0), (3.4, 1.0))
    assert not joint_mean(estimates).widened
    always = joint_mean(estimates, widening="always")
    assert always.widened
    assert always.estimate.u == pytest.approx(always.birge_ratio / math.sqrt(3.0))
    far = apart((1.0, 1.0), (2.0, 1.0), (30.0, 1.0))
    assert not joint_mean(far, widening="never").widened
    close = apart((1.0, 1.0), (1.1, 1.0))
    assert not joint_mean(close, widening="always").widened, "it never gets narrower"


def test_the_outlier_is_named_and_stays_in():
    found = joint_mean(apart((1.000, 0.003), (1.002, 0.004), (0.999, 0.005), (1.050, 0.006)))
    assert [m.verdict for m in found.members] == ["agrees", "agrees", "agrees", "outlier"]
    assert found.members[3].weight == pytest.approx(6e-3**-2 / sum(u**-2 for u in (3e-3, 4e-3, 5e-3, 6e-3)))
    assert found.widened


def test_the_best_one_may_be_the_outlier():
    """The heavy one pulls the mean to itself; against the others it is it that does not fit."""
    found = joint_mean(apart((1.020, 0.003), (1.000, 0.004), (1.001, 0.005), (0.999, 0.006)))
    assert [m.verdict for m in found.members] == ["outlier", "agrees", "agrees", "agrees"]


def test_a_member_that_shares_all_with_a_better_one_gets_a_negative_weight():
    """x2 = x1 + noise: variances 1 and 1 + 1, correlation by the shared 1.4; by hand w = (V22 - V12)/(V11 + V22 - 2 V12)."""
    one, other = value(1.0, shared=1.0, a=0.2), value(1.2, shared=1.6, b=0.2)
    v11, v22, v12 = 1.04, 2.60, 1.6
    weight = (v22 - v12) / (v11 + v22 - 2.0 * v12)
    found = joint_mean({"one": one, "other": other})
    assert found.members[0].weight == pytest.approx(weight)
    assert found.members[1].weight < 0.0


def test_intervals_hold_and_errors_stay_below_one():
    """4000 draws of three members with a shared input; 95 % intervals hold, |E_n| > 1 in 4.55 % (2 sigma) of the draws."""
    rng = np.random.default_rng(20261121)
    shared, own = np.array([0.3, 0.3, -0.1]), np.array([0.2, 0.5, 0.4])
    inside = wide = count = 0
    for _ in range(4000):
        noise = shared * rng.standard_normal() + own * rng.standard_normal(3)
        members = {str(k): value(5.0 + noise[k], shared=shared[k], **{f"own {k}": own[k]}) for k in range(3)}
        found = joint_mean(members, widening="never")
        inside += abs(found.estimate.value - 5.0) < coverage_factor(math.inf) * found.estimate.u
        wide += sum(m.normalised_error > 1.0 for m in found.members)
        count += 3
    assert inside / 4000 == pytest.approx(0.95, abs=0.011)  # three sigma of the share
    assert wide / count == pytest.approx(0.0455, abs=0.008)


def test_repetitions_scatter_by_more_than_they_say():
    """1.0, 1.2, 1.4: s = 0.2, of which 0.05 is stated; the mean's own part is s/sqrt(3) all the same."""
    repeats = [value(x, common=0.1, **{f"noise {k}": 0.05}) for k, x in enumerate((1.0, 1.2, 1.4))]
    mean = mean_of_repeats(repeats, "remount:sphere")
    assert mean.value == pytest.approx(1.2)
    parts = {c.name: c for c in mean.components}
    assert parts["common"].contribution == pytest.approx(0.1), "what they share does not average out"
    assert parts["noise 1"].contribution == pytest.approx(0.05 / 3.0)
    assert parts["remount:sphere"].dof == 2
    assert parts["remount:sphere"].contribution == pytest.approx(math.sqrt((0.2**2 - 0.05**2) / 3.0))
    assert mean.u == pytest.approx(math.hypot(0.1, 0.2 / math.sqrt(3.0)))


def test_repetitions_that_agree_by_chance_keep_what_is_stated_of_them():
    repeats = [value(x, common=0.1, **{f"place {k}": 0.3}) for k, x in enumerate((1.00, 1.01))]
    mean = mean_of_repeats(repeats, "remount:sphere")
    assert {c.name for c in mean.components} == {"common", "place 0", "place 1"}
    assert mean.u == pytest.approx(math.hypot(0.1, 0.3 / math.sqrt(2.0)))


def test_one_is_its_own_mean():
    one = value(1.5, common=0.1)
    assert mean_of_repeats([one], "remount:sphere") == one


def test_coverage_of_the_mean_of_three_remounts_with_nothing_stated():
    """Student's t with 2 degrees of freedom: k = 4.30 at 95 % (JCGM 100, table G.2)."""
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(2000):
        repeats = [value(float(x), **{f"noise {k}": 1e-9}) for k, x in enumerate(rng.normal(3.0, 0.5, 3))]
        mean = mean_of_repeats(repeats, "remount:sphere")
        inside += abs(mean.value - 3.0) < coverage_factor(mean.dof) * mean.u
    assert inside / 2000 == pytest.approx(0.95, abs=0.015)


def test_what_is_refused():
    with pytest.raises(PropagationError, match="two or more"):
        joint_mean({"only": value(1.0, a=0.1)})
    with pytest.raises(PropagationError, match="0 repetitions in no unit"):
        mean_of_repeats([], "remount")
    with pytest.raises(PropagationError, match="fully correlated"):
        joint_mean({"one": value(1.0, a=0.1), "other": value(1.1, a=0.2)})
