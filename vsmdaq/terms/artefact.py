"""A dated calibration, as it is kept on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq.terms.estimate import Estimate

__all__ = ["Artefact"]


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a calibration found, with the conditions that it holds for.

    Attributes
    ----------
    kind : str
        ``"phase"``, ``"moment"``, ``"background"`` or ``"gouy-blank"``.
    created_utc : str
        ISO 8601 date and time of the end of its run (bench clock).
    bench : str
        Name of the bench it was made on.
    conditions : mapping of str to float
        What it depends on: frequency_hz, amplitude_m, phase_deg, largest field ...
    values : mapping of str to Estimate
        What it found.
    reference : str
        The calibrant's name, status and source.
    run_id : str
        The run it was reduced from.
    raw_sha256 : str
        SHA-256 of that run's raw.csv.
    digest : str
        SHA-256 of all of the above, to recognise edits; ``""`` before it is written.
    """

    kind: str
    created_utc: str
    bench: str
    conditions: Mapping[str, float]
    values: Mapping[str, Estimate]
    reference: str
    run_id: str
    raw_sha256: str
    digest: str = ""
