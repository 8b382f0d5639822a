"""What is refused before anything moves."""

from dataclasses import replace
from pathlib import Path

import pytest

from vsmdaq.campaigns.job import load_job
from vsmdaq.campaigns.readiness import check_balance, check_fields, check_sample
from vsmdaq.formats.inputs import BenchSpec, parse_procedure
from vsmdaq.terms import InputError, Quantity, Reference, Sample, Sphere
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import CurrentLimits

STARTER = Path(str(starter_set()))
FILE = Path("sample.toml")
BARE = Sample("bare", None, None, None)
PALLADIUM = Reference(
    "palladium", Quantity(6.597e-8, 6.6e-10, "m3/kg"), Quantity(-0.0018, 0.0004, "1/K"), "typical", "a table"
)


def procedure(top: str, rate: str = "10 A/s"):
    text = (
        f'kind = "background"\n[field]\nrate = "{rate}"\nsegments = [{{ from = "0 kA/m", to = "{top}", steps = 2 }}]\n'
    )
    return parse_procedure(text, Path("p.toml"))


@pytest.mark.parametrize("kind", ["loop", "background", "phase"])
def test_some_procedures_take_any_sample(kind: str):
    check_sample(kind, BARE, FILE)


def test_palladium_wants_a_mass():
    with pytest.raises(InputError, match=r"sample\.toml: 1 problem\n  mass: given nothing; allowed: a mass with unit"):
        check_sample("palladium", BARE, FILE)
    check_sample("palladium", replace(BARE, mass=Quantity(6e-5, 2e-8, "kg")), FILE)


def test_palladium_takes_a_reference_and_checks_it():
    mass = Quantity(6e-5, 2e-8, "kg")
    check_sample("palladium", replace(BARE, mass=mass, reference=PALLADIUM), FILE)
    uncertified = replace(PALLADIUM, status="certificate")
    with pytest.raises(InputError, match="number of the certificate"):
        check_sample("palladium", replace(BARE, mass=mass, reference=uncertified), FILE)


def test_nickel_below_saturation_wants_a_sphere():
    with pytest.raises(InputError, match=r"shape: given nothing; allowed: a sphere.*3 V H"):
        check_sample("nickel-slope", BARE, FILE)
    check_sample("nickel-slope", replace(BARE, shape=Sphere(Quantity(2e-3, 5e-6, "m"))), FILE)


def test_nickel_wants_a_reference_and_names_the_file():
    with pytest.raises(
        InputError, match=r"^sample\.toml: 1 problem\n  reference: given nothing; allowed: a law out of"
    ):
        check_sample("nickel", BARE, FILE)


def test_the_mass_is_asked_for_when_the_job_is_loaded(tmp_path: Path):
    sample = tmp_path / "light.toml"
    sample.write_text('name = "light"\n', "utf-8")
    with pytest.raises(InputError, match=r"light\.toml: 1 problem\n  mass"):
        load_job(STARTER / "procedures" / "palladium.toml", sample)
    assert load_job(STARTER / "procedures" / "loop.toml", sample).sample == Sample("light", None, None, None)


@pytest.mark.parametrize("resolution_a", [1e-4, 1e-3])
@pytest.mark.parametrize("limit_a", [60.0, 54.3, 0.7, 33.333])
def test_a_field_at_the_limit_itself_passes_and_one_step_more_does_not(limit_a: float, resolution_a: float):
    """Multiples of 1e-4 are no binary numbers: 543000 * 1e-4 is 54.300000000000004."""
    limits = CurrentLimits(limit_a, 10.0)

    def check(current_a: float) -> None:
        plan = procedure(f"{current_a * 10_000.0:.6f} A/m")
        check_fields(plan, limits, field_constant_per_m=10_000.0, resolution_a=resolution_a)

    check(limit_a)
    check(-limit_a)
    for sign in (1.0, -1.0):
        with pytest.raises(InputError) as refused:
            check(sign * (limit_a + resolution_a))
        assert refused.value.problems[0].allowed == f"±{limit_a * 10.0:.6g} kA/m, from ±{limit_a:g} A"


def test_a_rate_beyond_the_limit_is_refused():
    limits = CurrentLimits(60.0, 10.0)
    check_fields(procedure("1 kA/m", "10 A/s"), limits, field_constant_per_m=1e4, resolution_a=1e-4)
    with pytest.raises(
        InputError, match=r"procedure 'p': 1 problem\n  field\.rate: given 10\.1 A/s; allowed: up to 10 A/s"
    ):
        check_fields(procedure("1 kA/m", "10.1 A/s"), limits, field_constant_per_m=1e4, resolution_a=1e-4)


def test_gouy_wants_a_balance(spec: BenchSpec):
    check_balance("gouy", spec)
    check_balance("loop", replace(spec, balance=None))
    with pytest.raises(InputError, match=r"simulated\.toml: 1 problem\n  balance: given nothing"):
        check_balance("gouy", replace(spec, balance=None))
