"""covariance.csv: points with their full covariance, as text that any program reads back without loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsmdaq.record.atomic import write_atomically
from vsmdaq.record.jsontext import canonical_json, parse_object
from vsmdaq.terms import InputError, Problem

__all__ = ["read_covariance_csv", "write_covariance_csv"]

Array = NDArray[np.float64]


def write_covariance_csv(
    path: Path, names: Sequence[str], values: Array, covariance: Array, header: Mapping[str, Any]
) -> None:
    """Write values with their covariance, whole or not at all.

    Parameters
    ----------
    path : Path
        The file; an older one is replaced (it is derived).
    names : sequence of str
        One for each value, without commas.
    values : ndarray, shape (n,)
        Best estimates.
    covariance : ndarray, shape (n, n)
        In products of the units of two values; symmetric.
    header : mapping
        What goes into the '#' line; plain JSON.

    Raises
    ------
    ValueError
        Shapes do not fit, or a number is not finite.
    """
    n = len(names)
    if values.shape != (n,) or covariance.shape != (n, n):
        raise ValueError(
            f"{n} names, values {values.shape} and covariance {covariance.shape} given; allowed: one n for all"
        )
    if not (np.isfinite(values).all() and np.isfinite(covariance).all()):
        raise ValueError("a value or covariance that is not finite given; allowed: finite ones")
    lines = [b"# " + canonical_json(dict(header)), ",".join(["name", "value", *names]).encode("ascii")]
    for name, value, row in zip(names, values.tolist(), covariance.tolist(), strict=True):
        lines.append(",".join([name, repr(value), *map(repr, row)]).encode("ascii"))
    write_atomically(path, b"\n".join(lines) + b"\n")


def read_covariance_csv(path: Path) -> tuple[tuple[str, ...], Array, Array, dict[str, Any]]:
    """Read what `write_covariance_csv` wrote: names, values (n,), covariance (n, n), header.

    Raises
    ------
    InputError
        There is no such file, or it has another shape.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        if not lines[0].startswith("# "):
            raise ValueError("no '# {...}' in the first line")  # noqa: TRY301 (one message for all that is wrong here)
        header = parse_object(lines[0][2:])
        names = tuple(lines[1].split(",")[2:])
        rows = [line.split(",") for line in lines[2:]]
        numbers = np.array([[float(cell) for cell in row[1:]] for row in rows], dtype=np.float64)
        if tuple(row[0] for row in rows) != names or numbers.shape != (len(names), len(names) + 1):
            raise ValueError(f"{len(rows)} rows for {len(names)} names")  # noqa: TRY301 (as above)
    except OSError as error:
        raise InputError(str(path), (Problem("file", str(error.strerror), "a covariance to read"),)) from error
    except (ValueError, TypeError, IndexError) as error:
        problem = Problem(
            "content", str(error), "a covariance as vsmdaq writes it", "Make it again with `vsmdaq report`."
        )
        raise InputError(str(path), (problem,)) from error
    return names, numbers[:, 0], numbers[:, 1:], header
