import numpy as np
import pytest
from scipy.integrate import quad

from vsmdaq.reduce.relaxation import mean_log


@pytest.mark.parametrize(("begin", "end"), [(0.5, 1.5), (1.0, 100.0), (30.0, 30.5), (100.0, 100.001), (7.0, 7.0)])
def test_mean_of_the_logarithm_over_a_window(begin, end):
    expected = quad(np.log, begin, end)[0] / (end - begin) if end > begin else np.log(begin)
    assert mean_log(np.array([begin]), np.array([end]))[0] == pytest.approx(expected, rel=1e-8)
