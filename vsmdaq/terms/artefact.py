"""A dated calibration, as it is kept on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vsmdaq.terms.estimate import Estimate

__all__ = ["Artefact"]


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a calibration found, with the conditions that it holds for.

    Attributes
    ----------
    kind : str
        ``"phase"``, ``"moment"``, ``"background"``, ``"gouy-blank"`` ...
    created_utc : str
        ISO 8601 date and time of the end of its run (bench clock).
    bench : str
        Name of the bench it was made on.
    conditions : mapping of str to float
        What it depends on: frequency_hz, amplitude_m, phase_deg, largest field; gap_m and u_gap_m where they are stated.
    values : mapping of str to Estimate
        What it found.
    reference : str
        The calibrant's name, status and source.
    runs : tuple of (str, str)
        Each run it was reduced from: its name, and the SHA-256 of its raw.csv. Empty where nothing was measured.
    labels : mapping of str to str
        Conditions that are words: ``coil_set``, ``pole_caps``; left out where they are not stated.
    expires_utc : str
        ISO 8601 date and time from which on it does not hold any more; ``""`` for never.
    flags : tuple of str
        What its reduction had to say.
    digest : str
        SHA-256 of all of the above, to recognise edits; ``""`` before it is written.
    """

    kind: str
    created_utc: str
    bench: str
    conditions: Mapping[str, float]
    values: Mapping[str, Estimate]
    reference: str
    runs: tuple[tuple[str, str], ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    expires_utc: str = ""
    flags: tuple[str, ...] = ()
    digest: str = ""

    @property
    def run_id(self) -> str:
        """Name of the (first) run it was reduced from; ``""`` where there is none."""
        return self.runs[0][0] if self.runs else ""

    @property
    def raw_sha256(self) -> str:
        """SHA-256 of that run's raw.csv; ``""`` where there is none."""
        return self.runs[0][1] if self.runs else ""

    @property
    def created(self) -> datetime:
        """`created_utc` as a date; without an offset it is UTC already. Raises ValueError where it is none."""
        return _date(self.created_utc)

    @property
    def middle_utc_s(self) -> float:
        """When its points were measured, in the middle (s since 1970); its date where that is not known."""
        return self.conditions.get("middle_utc_s", self.created.timestamp())

    @property
    def expires(self) -> datetime | None:
        """`expires_utc` as a date, None for never. Raises ValueError where it is none."""
        return _date(self.expires_utc) if self.expires_utc else None


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
