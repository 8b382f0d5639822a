"""What every one of the standards asks for, and what is then found of it."""

from __future__ import annotations

from collections.abc import Iterator

from vsmdaq.physics import demagnetisation
from vsmdaq.report.standard.fields import Calibrant, Deviation
from vsmdaq.report.standard.standard import Context

__all__ = ["common_deviations"]

_TRACEABLE = "JCGM 200:2012, 2.41"
_GUM = "JCGM 100:2008"
_REPORT = "fields of the report"
_CORRECTIONS = "correction of what the instrument and the shape add"


def common_deviations(context: Context) -> tuple[Deviation, ...]:
    """Deviations that do not depend on the standard, in the order of the report."""
    return (
        *_of_the_bench(context),
        *_of_the_specimen(context),
        *_of_the_corrections(context),
        *_of_the_results(context),
    )


def _of_the_bench(context: Context) -> Iterator[Deviation]:
    bench = context.source.run.bench
    if bench.visa_library.endswith("@vsmsim") or "(simulated" in bench.name:
        yield Deviation("simulated_bench", "real instruments", _REPORT, f"the bench is simulated: {bench.name}")
    doubtful = [calibrant for calibrant in context.calibrants if not calibrant.traceable]
    if doubtful:
        asked = "a calibrant with a certificate: number, value with u, field and temperature where it holds"
        found = "; ".join(f"{calibrant.name}: {_status(calibrant)}" for calibrant in doubtful)
        yield Deviation("calibrant_not_traceable", asked, _TRACEABLE, found)
    if "thermometer" not in bench.beside:
        found = "no thermometer: the temperature stated in the bench file, or that of the gaussmeter's probe"
        yield Deviation("temperature_not_measured", "a thermometer at the specimen", _REPORT, found)


def _status(calibrant: Calibrant) -> str:
    if calibrant.status == "certificate":
        return f"certificate {calibrant.certificate} without value, u, field or temperature of it"
    return calibrant.status


def _of_the_specimen(context: Context) -> Iterator[Deviation]:
    sample = context.source.sample
    if sample.shape is None:
        yield Deviation(
            "no_self_demagnetisation_correction",
            "the internal field, from shape and dimensions",
            _CORRECTIONS,
            "no shape is stated: the applied field stands for the internal one",
        )
    stated = {} if sample.shape is None else dict(demagnetisation.dimensions(sample.shape))
    if sample.mass is None:
        yield Deviation("mass_not_stated", "the mass of the specimen", _REPORT, "the sample file has none")
    else:
        stated["mass"] = sample.mass
    vague = [name for name, quantity in stated.items() if quantity.u == 0.0]
    if vague:
        asked = "each dimension and the mass with its uncertainty"
        yield Deviation("no_uncertainty_stated", asked, _GUM, f"none for {', '.join(vague)}")


def _of_the_corrections(context: Context) -> Iterator[Deviation]:
    run = context.source.run
    if "background" not in run.artefacts or "background" in run.without:
        why = "no background run" if "background" not in run.artefacts else "left out"
        found = f"{why}: the holder's moment is part of the results"
        yield Deviation("holder_not_subtracted", "the moment of the holder taken off", _CORRECTIONS, found)
    if run.without:
        yield Deviation(
            "corrections_left_out",
            "all corrections that there are",
            _CORRECTIONS,
            f"left out: {', '.join(sorted(run.without))}",
        )


def _of_the_results(context: Context) -> Iterator[Deviation]:
    for absent in context.results.absent:
        yield Deviation("result_absent", absent.name.replace("_", " "), _REPORT, absent.reason)
    flags = context.source.result.flags
    if flags:
        yield Deviation("flags", "points and results without flags", _REPORT, f"{len(flags)}; they stand below")
