"""Procedures: the order of things, the operator's steps, one run folder for each."""

from vsmdaq.campaigns.interrupts import Interrupted, Interrupts
from vsmdaq.campaigns.job import Job, load_job
from vsmdaq.campaigns.replay import load_run, reduce_folder
from vsmdaq.campaigns.run import Outcome, Session, run_job

__all__ = [
    "Interrupted",
    "Interrupts",
    "Job",
    "Outcome",
    "Session",
    "load_job",
    "load_run",
    "reduce_folder",
    "run_job",
]
