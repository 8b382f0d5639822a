"""Real tables of a superconducting magnet's field error, by palladium: github.com/KevinRapo/VSM-measurement-analysis, PdCorrection
tables, commit d506d4c; every row near zero and some of the others, as they stand there.

What is expected: the true field at a reported field of zero, and the error of a look-up that does not know the branch, were worked
out from the whole tables beforehand (-78.7 and +85.3 Oe after 1 T, -132.3 and +136.1 Oe after 5 T, 216 Oe).
"""

import math

import numpy as np
import pytest

from vsmdaq.analyse.branch_field import true_fields
from vsmdaq.formats.branch_field_table import parse_branch_field, read_branch_field
from vsmdaq.terms import InputError

OE = 1000.0 / (4.0 * math.pi)
HEAD = ",Magnetic Field (Oe),True Field (Oe),Field correction"
ONE_TESLA = f"""{HEAD}
0,9999.8025,9978.11686720858,21.685632791419266
6,5000.091,4943.906120719179,56.184879280821406
11,833.329,758.424294306683,74.90470569331694
12,0.2865,-78.38643291898853,78.67293291898854
13,-833.1265,-914.3481191511901,81.22161915119011
18,-4999.745,-5050.9298705804285,51.18487058042865
24,-9999.653,-9972.955737412662,-26.697262587338628
30,-5000.2135,-4939.79840701259,-60.41509298740948
35,-833.5155,-752.9165859208823,-80.59891407911766
36,-0.039,85.3043378276745,-85.3433378276745
37,833.206,919.8362397465569,-86.63023974655687
42,4999.789,5053.9920076858325,-54.203007685832745
48,9999.874,9982.22581029123,17.648189708770587
"""
FIVE_TESLA = f"""{HEAD}
0,49998.633,49351.578819463175,647.0541805368266
6,24999.211,24607.05188929964,392.1591107003587
11,4166.8305,4001.5254716139566,165.30502838604343
12,0.353,-131.91651727012407,132.26951727012408
13,-4166.4625,-4243.865464430647,77.40296443064744
18,-24997.0155,-24726.59741064515,-270.41808935485096
24,-49997.924,-49349.076056520214,-648.8479434797846
30,-24998.5555,-24606.79247485405,-391.76302514594863
35,-4166.846,-3999.621948608639,-167.22405139136072
36,-0.0845,135.97215807269365,-136.05665807269364
37,4166.304,4246.659604747602,-80.35560474760223
42,24998.8145,24723.44437834298,275.3701216570189
48,49999.529,49353.9837922369,645.5452077631053
"""


@pytest.mark.parametrize(("text", "down", "up"), [(ONE_TESLA, -78.7, 85.3), (FIVE_TESLA, -132.3, 136.1)])
def test_at_zero_each_branch_has_its_own_field(text, down, up):
    table = parse_branch_field(text)
    assert table.on(0.0, -1) / OE == pytest.approx(down, abs=0.05)
    assert table.on(0.0, 1) / OE == pytest.approx(up, abs=0.05)


def test_one_function_for_both_branches_is_216_oersted_off():
    """The published script looks the table up as one function, sorted by the reported field."""
    rows = sorted(tuple(map(float, line.split(",")[1:3])) for line in FIVE_TESLA.splitlines()[1:])
    blind = np.interp(0.0, [row[0] for row in rows], [row[1] for row in rows])
    assert blind == pytest.approx(84.2, abs=0.05)
    aware = parse_branch_field(FIVE_TESLA).on(0.0, -1) / OE
    assert blind - aware == pytest.approx(216.5, abs=0.1)


def test_a_loop_of_a_soft_sample_closes_in_the_middle_by_the_branch_alone():
    """A sample without hysteresis, m = c H: by the reported field it seems to have a coercive field of the magnet's remanence."""
    table = parse_branch_field(ONE_TESLA)
    steps = np.linspace(9999.0, -9999.0, 201) * OE
    reported = np.concatenate([steps, steps[::-1][1:]])
    true = np.concatenate([table.on(steps, -1), table.on(steps[::-1][1:], 1)])
    moment = 3e-9 * true
    seems = np.interp(0.0, -moment[:201], -reported[:201])
    assert abs(seems) / OE == pytest.approx(78.6, abs=1.0)
    found = true_fields(table, reported)
    assert np.all(found.u_branch_a_per_m == 0.0)
    assert np.interp(0.0, -moment[:201], -found.field_a_per_m[:201]) == pytest.approx(0.0, abs=0.5)


def test_a_minor_loop_is_halfway_with_the_gap_as_its_uncertainty():
    table = parse_branch_field(FIVE_TESLA)
    steps = np.linspace(10e3, -10e3, 41) * OE
    found = true_fields(table, np.concatenate([steps, steps[::-1][1:]]))
    at_zero = 20
    assert found.field_a_per_m[at_zero] / OE == pytest.approx(0.5 * (136.06 - 132.27), abs=0.1)
    assert found.u_branch_a_per_m[at_zero] / OE == pytest.approx((136.06 + 132.27) / math.sqrt(12.0), abs=0.1)


def test_beyond_the_table_nothing_is_said():
    with pytest.raises(ValueError, match="the table goes from"):
        parse_branch_field(ONE_TESLA).on(20e3 * OE, -1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ONE_TESLA.replace("True Field (Oe)", "Field"), "line 1"),
        (ONE_TESLA.replace("True Field (Oe)", "True Field (gauß)"), "True Field"),
        (ONE_TESLA.replace("5000.091", "fast 5000"), "line 3"),
        ("\n".join(ONE_TESLA.splitlines()[:8]), "rows"),
        ("", "line 1"),
    ],
)
def test_what_is_no_cycle_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse_branch_field(text)


def test_a_file_is_read_as_its_text(tmp_path):
    path = tmp_path / "PdCal_10000_Oe.csv"
    path.write_text(ONE_TESLA, "utf-8")
    assert read_branch_field(path).on(0.0, 1) == parse_branch_field(ONE_TESLA).on(0.0, 1)
