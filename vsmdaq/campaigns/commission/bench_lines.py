"""Lines of a bench file, from what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vsmdaq.campaigns.commission.findings import Finding

__all__ = ["fragment", "line_of", "rounded_up"]


def line_of(key: str, value: float, u: float, unit: str, scale: float = 1.0) -> str:
    """``key = "value unit ± u unit"`` with two digits of u; value and u in SI, `scale` SI units in one `unit`."""
    shown, u_shown = value / scale, u / scale
    if not u_shown > 0.0:
        return f'{key} = "{shown:.6g} {unit}"'
    digits = max(0, 1 - math.floor(math.log10(u_shown)))
    return f'{key} = "{shown:.{digits}f} {unit} ± {u_shown:.{digits}f} {unit}"'


def rounded_up(value: float) -> float:
    """The next number with two digits that is not smaller."""
    place = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / place - 1e-9) * place:.2g}")


def fragment(name: str, findings: Sequence[Finding]) -> str:
    """A piece of a bench file, all of it commented out: each line with what was found and what the file states."""
    head = [
        f"# What `vsmdaq commission` found on bench {name!r}. Nothing of it is in force: copy the lines that you believe",
        "# into the table of the same name of the bench file, in place of the line that stands there.",
    ]
    tables = list(dict.fromkeys(finding.table for finding in findings if finding.line))
    for table in tables:
        head += ["", f"# [{table}]"]
        for finding in findings:
            if finding.line and finding.table == table:
                head += [f"# {finding.line}", f"#   {_why(finding)}"]
    return "\n".join(head) + "\n"


def _why(finding: Finding) -> str:
    score = "" if finding.score is None else f", {finding.score_kind} {finding.score:.3g}"
    return f"{finding.verdict}{score}: the file states {_stated(finding)}"


def _stated(finding: Finding) -> str:
    if finding.stated is None:
        return "nothing"
    u = "" if not finding.u_stated else f" ± {finding.u_stated:.3g}"
    return f"{finding.stated:.6g}{u} {finding.unit}".rstrip()
