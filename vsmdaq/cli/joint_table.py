"""What `vsmdaq calibrate joint` prints: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vsmdaq.calibrate.joint import JointCalibration
from vsmdaq.report import format_quantity
from vsmdaq.terms import Estimate
from vsmdaq.uncertainty import budget, budget_to_json

__all__ = ["joint_json", "joint_text"]


def joint_text(bench: str, made: JointCalibration, path: Path) -> str:
    """Table of the ways with what each is worth, and what they give together; the last line names the file written."""
    header = ("way of calibrating", "runs", "mounts", "C (H/m3), k = 2", "weight", "E_n", "verdict")
    rows: list[tuple[str, ...]] = [
        (
            item.name,
            str(len(item.runs) or "-"),
            str(item.mounts or "-"),
            _shown(item.coupling_constant),
            f"{member.weight:.3f}",
            f"{member.normalised_error:.2f}",
            member.verdict,
        )
        for item, member in zip(made.inputs, made.joint.members, strict=True)
    ]
    rows.append(("joint", "", "", _shown(made.values["coupling_constant"]), "", "", ""))
    widths = [max(len(row[k]) for row in (header, *rows)) for k in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    joint = made.joint
    judged = (
        f"Birge ratio {joint.birge_ratio:.2f} (95 % bound {joint.birge_bound:.2f}), chi2 = {joint.chi2:.2f} for {joint.dof} "
        f"degrees of freedom, p = {joint.probability:.2g}; u {'widened by it' if joint.widened else 'not widened'}"
    )
    return "\n".join(
        [
            f"joint calibration of the moment, bench {bench!r}",
            *(f"  {line}" for line in lines),
            f"  moment per volt {_shown(joint.estimate)} {joint.estimate.unit} (k = 2)",
            f"  {judged}",
            f"calibration written: {path}",
        ]
    )


def _shown(estimate: Estimate) -> str:
    return format_quantity(estimate.value, 2.0 * estimate.u)


def joint_json(made: JointCalibration, flags: Sequence[str], path: Path) -> Mapping[str, Any]:
    """All of it as plain JSON values; infinite degrees of freedom are null."""
    joint = made.joint
    return {
        "schema": 1,
        "quantities": {
            name: {**_numbers(estimate), "budget": budget_to_json(budget(estimate))}
            for name, estimate in made.values.items()
        },
        "inputs": [
            {
                "name": item.name,
                "runs": list(item.runs),
                "mounts": item.mounts,
                "reference": item.reference,
                "coupling_constant": _numbers(item.coupling_constant),
                "moment_per_volt": _numbers(member.estimate),
                "weight": member.weight,
                "normalised_error": member.normalised_error,
                "normalised_error_joint": member.normalised_error_joint,
                "verdict": member.verdict,
            }
            for item, member in zip(made.inputs, joint.members, strict=True)
        ],
        "chi2": joint.chi2,
        "dof": joint.dof,
        "probability": joint.probability,
        "birge_ratio": joint.birge_ratio,
        "birge_bound": joint.birge_bound,
        "widened": joint.widened,
        "flags": list(flags),
        "calibration": str(path),
    }


def _numbers(estimate: Estimate) -> dict[str, Any]:
    dof = None if estimate.dof == float("inf") else estimate.dof
    return {"value": estimate.value, "u": estimate.u, "dof": dof, "unit": estimate.unit}
