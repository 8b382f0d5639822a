"""A procedure with the files that it names: all that a run needs to know, as texts and as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from vsmdaq.campaigns.readiness import check_sample
from vsmdaq.formats.inputs import (
    GouyTube,
    Procedure,
    parse_procedure,
    parse_sample,
    parse_tube,
    read_text,
)
from vsmdaq.terms import InputError, Problem, Sample

__all__ = ["Job", "load_job", "parse_job"]


@dataclass(frozen=True, slots=True)
class Job:
    """One procedure to run.

    Attributes
    ----------
    procedure : Procedure
        What to do.
    sample : Sample or None
        What to mount; None for a Gouy run.
    blank, tube : GouyTube or None
        The tubes of a Gouy run.
    texts : mapping of str to str
        The user's files word for word, kept with the run so that it can be reduced again.
    sources : mapping of str to Path
        Where they were read, by the same names.
    """

    procedure: Procedure
    sample: Sample | None
    blank: GouyTube | None
    tube: GouyTube | None
    texts: Mapping[str, str]
    sources: Mapping[str, Path] = field(default_factory=dict)


def load_job(path: Path, sample_path: Path | None = None) -> Job:
    """Read a procedure and the sample files that it names; `sample_path` overrides the sample.

    Raises
    ------
    InputError
        Everything that is wrong with one of the files, or a sample that the procedure cannot use.
    """
    text = read_text(path, "procedure file")
    procedure = parse_procedure(text, path)
    texts = {"procedure": text}
    chosen = sample_path or procedure.sample
    if chosen is None:
        problem = Problem("sample", "none", "a sample file", "Name it in the procedure or with --sample.")
        raise InputError(str(path), (problem,))
    texts["sample"] = read_text(chosen, "sample file")
    if procedure.kind == "gouy":
        if procedure.blank is None:
            raise InputError(str(path), (Problem("blank", "none", "the file of the empty tube"),))
        texts["blank"] = read_text(procedure.blank, "sample file")
    sources = {"procedure": path, "sample": chosen, "blank": procedure.blank or path}
    job = parse_job(texts, sources)
    check_sample(job.procedure.kind, job.sample, chosen)
    return replace(job, sources={name: sources[name] for name in texts})


def parse_job(texts: Mapping[str, str], sources: Mapping[str, Path]) -> Job:
    """Make a job from the texts of its files; `sources` name them in messages and resolve their paths."""
    procedure = parse_procedure(texts["procedure"], sources["procedure"])
    if procedure.kind == "gouy":
        tube = parse_tube(texts["sample"], sources["sample"])
        blank = parse_tube(texts["blank"], sources["blank"])
        return Job(procedure, None, blank, tube, texts)
    return Job(procedure, parse_sample(texts["sample"], sources["sample"]), None, None, texts)
