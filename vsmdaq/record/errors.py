"""What can go wrong with a run on disk, beside a file that cannot be used (`InputError`).

VsmdaqError
  RecordError            a record could not be made durable; what it was about was not announced
  LockedError            another process holds an instrument
"""

from __future__ import annotations

from vsmdaq.terms import VsmdaqError

__all__ = ["LockedError", "RecordError"]


class RecordError(VsmdaqError):
    """A record could not be written; the file still ends with the last durable line.

    Attributes
    ----------
    path : str
        The file.
    reason : str
        What the operating system said.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path}: could not be written ({reason}). Everything announced before is safe; see to the disk."
        )


class LockedError(VsmdaqError):
    """Another process holds an instrument of this bench, or writes a run.

    Attributes
    ----------
    address : str
        The instrument's canonical address, or the run's folder.
    pid : int or None
        Process that holds it; None where it has not said so (yet).
    host, bench, run : str
        Machine, bench file and run of the holder; ``""`` where unknown.
    """

    def __init__(self, address: str, *, pid: int | None, host: str, bench: str, run: str) -> None:
        self.address = address
        self.pid = pid
        self.host = host
        self.bench = bench
        self.run = run
        who = "another process" if pid is None else f"process {pid} on {host} (bench {bench}, run {run or 'none'})"
        super().__init__(
            f"{address} is held by {who}; one process at a time may use it. "
            "Wait for its end, or ask it to stop with `vsmdaq safe`."
        )
