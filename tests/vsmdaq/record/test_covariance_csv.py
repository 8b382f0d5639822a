"""covariance.csv is read back without loss, and what is none is refused."""

import numpy as np
import pytest

from vsmdaq.record.covariance import read_covariance_csv, write_covariance_csv
from vsmdaq.terms import InputError


def test_every_bit_comes_back(tmp_path):
    rng = np.random.default_rng(1)
    root = rng.normal(0.0, 1e-7, (3, 3))
    values, names = rng.normal(0.0, 1e5, 3), ("h[0]", "h[2]", "m[0]")
    write_covariance_csv(tmp_path / "c.csv", names, values, root @ root.T, {"kind": "covariance", "run_id": "ü"})
    found = read_covariance_csv(tmp_path / "c.csv")
    assert found[0] == names
    assert np.array_equal(found[1], values)
    assert np.array_equal(found[2], root @ root.T)
    assert found[3] == {"kind": "covariance", "run_id": "ü"}


def test_shapes_and_numbers_are_checked(tmp_path):
    with pytest.raises(ValueError, match="allowed: one n for all"):
        write_covariance_csv(tmp_path / "c.csv", ("a",), np.zeros(2), np.zeros((2, 2)), {})
    with pytest.raises(ValueError, match="allowed: finite ones"):
        write_covariance_csv(tmp_path / "c.csv", ("a",), np.zeros(1), np.full((1, 1), np.nan), {})
    assert not (tmp_path / "c.csv").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "no '# {...}' in the first line"),
        ("# {}\nname,value,a,b\na,1.0,1.0,0.0\n", "1 rows for 2 names"),
        ("# {}\nname,value,a\na,1.0,x\n", "could not convert string to float"),
    ],
)
def test_what_is_none_is_refused(tmp_path, text, message):
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_covariance_csv(tmp_path / "c.csv")
    assert message in str(caught.value)
    with pytest.raises(InputError, match="a covariance to read"):
        read_covariance_csv(tmp_path / "none.csv")
