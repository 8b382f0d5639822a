"""What the user reads when a file is wrong: the whole message, word for word (golden/*.txt).

Each case is a good file (golden/*.toml) with a few lines replaced.
"""

from pathlib import Path

import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import (
    DriverFacts,
    parse_bench,
    parse_procedure,
    parse_sample,
    parse_tube,
    read_text,
)
from vsmdaq.terms import InputError, Quantity

GOLDEN = Path(__file__).parent / "golden"
DRIVERS = {
    "lakeshore_643": DriverFacts("supply", 70.1, 50.0),
    "lakeshore_475": DriverFacts("gaussmeter"),
    "sr830": DriverFacts("lockin"),
    "mt_sics": DriverFacts("balance"),
    "operator": DriverFacts("operator"),
}


def read_bench(text: str, source: Path):
    return parse_bench(text, source, known_drivers=DRIVERS)


PARSERS = {"bench": read_bench, "sample": parse_sample, "tube": parse_tube, "procedure": parse_procedure}

CASES: dict[str, list[tuple[str, str]]] = {
    "bench-key-misspelt": [("amplitude =", "amplitud =")],
    "bench-table-misspelt": [("[lockin]", "[lock_in]")],
    "bench-unit-missing": [('"1.000 mm ± 0.5 %"', '"1.000"'), ('"83 Hz"', "83.0")],
    "bench-nan": [('"60 A"', "nan"), ('"10 A/s"', '"nan A/s"'), ('"1.5 kA/m"', '"1e999 kA/m"')],
    "bench-limit-above-supply": [('"60 A"', '"100 A"'), ('"10 A/s"', '"3600 A/min"'), ('"5 A/s"', '"70 A/s"')],
    "bench-driver-unknown": [('"sr830"', '"sr380"'), ('"mt_sics"', '"sr830"')],
    "bench-address-twice": [("GPIB0::13::INSTR", "gpib0::12::instr"), ("ASRL3::INSTR", "prompt")],
    "bench-balance-without-gouy": [('[gouy]\nlow_field_ratio = "0.05 ± 0.005"\n', "")],
    "bench-world-without-backend": [("bench.toml@vsmsim", "bench.toml")],
    "bench-seed-in-library": [("bench.toml@vsmsim", "bench.toml?seed=3@vsmsim")],
    "bench-syntax": [('name = "bench"', 'name = "bench')],
    "bench-empty-table": [("[magnet]", "[magnet]\n[magnets]")],
    "bench-several": [
        ('visa_library = "worlds/bench.toml@vsmsim"\n', ""),
        ('"lakeshore_643"', '"lakeshore_648"'),
        ("field_constant", "field_konstant"),
        ('"0.10 s ± 2 %"', '"0.10 s ± -2 %"'),
        ('"1 ± 0.2 %"', '"-1 ± 0.2 %"'),
        ('"22.0 °C ± 0.5 K"', '"22.0 °C ± 2 %"'),
        ('"0.05 ± 0.005"', '"5 % ± 0.5 %"'),
        ('"9.81 m/s2 ± 0.0005 m/s2"', '"9,81 m/s2"'),
        ('"1013 hPa ± 2 hPa"', '"1013 hPA"'),
    ],
    "sample-dimension-wrong": [('"60.00 mg ± 0.02 mg"', '"60.00 mm"'), ('"106.42 g/mol"', '"106.42 g/mole"')],
    "sample-uncertainty-wrong": [
        ('"2.5 mm ± 0.2 %"', '"2.5 mm ± 0.005"'),
        ('"1.0166 mm ± 0.2 %"', '"1.0166 mm ± nan mm"'),
        ('"60.00 mg ± 0.02 mg"', '"60.00 mg ± 0.02 mg (k=0)"'),
        ('"6.597e-8 m3/kg ± 1 %"', '"5.25e-6 cm3/g ± 1 %"'),
    ],
    "sample-cylinder-incomplete": [('length = "1.0166 mm ± 0.2 %"\nfield = "transverse"\n', "")],
    "sample-sphere-with-length": [('"cylinder"', '"sphere"')],
    "sample-without-shape": [('shape = "cylinder"\n', "")],
    "sample-certificate-without-number": [('"typical"', '"certificate"')],
    "sample-number-without-certificate": [('"a handbook"', '"a handbook"\ncertificate = "SRM 765-12"')],
    "sample-law-unknown": [('law = "palladium"', 'law = "titanium"')],
    "sample-law-asks-for-moment": [('law = "palladium"', 'law = "nickel"')],
    "sample-law-asks-for-coefficient": [('temperature_coefficient = "-0.0018 1/K ± 20 %"\n', "")],
    "sample-law-has-its-own-coefficient": [('law = "palladium"', 'law = "dysprosia"')],
    "sample-is-a-tube": [("[reference]", '[tube]\nbore_diameter = "8 mm"\n\n[reference]')],
    "tube-is-a-sample": [("[tube]", "[reference]")],
    "tube-with-mass": [("molar_mass", "mass"), ("249.685 g/mol", "12 g")],
    "procedure-kind-unknown": [('"loop"', '"lop"')],
    "procedure-values-wrong": [
        ('"10 A/s"', '"-10 A/s"'),
        ('["800 kA/m"]', '["800 kA/m ± 1 %", 3]'),
        ("steps = 10 },\n]", "steps = 0 },\n]"),
        ('from = "-800 kA/m"', 'form = "-800 kA/m"'),
        ("poles = 4", "poles = 4.0\nsettling_fraction = 1.5\non_timeout = 'wait'\nkeep_samples = 'yes'"),
        ("0.7", "inf"),
    ],
    "procedure-nothing-to-measure": [
        ('    { from = "800 kA/m", to = "-800 kA/m", steps = 10 },\n', ""),
        ('    { from = "-800 kA/m", to = "800 kA/m", steps = 10 },\n', ""),
    ],
    "procedure-keys-without-effect": [('"loop"', '"gouy"'), ('"a loop"', '"weigh"')],
    "procedure-blank-without-gouy": [('"samples/mine.toml"', '"samples/mine.toml"\nblank = "tube.toml"')],
    "procedure-one-sign": [
        ('"loop"', '"nickel"'),
        ('u_moment = "5e-9 A m2"\n', ""),
        ('"-800 kA/m"', '"600 kA/m"'),
        ("[analysis]\nhigh_field_fraction = 0.7\n", ""),
    ],
}


def changed(case: str) -> tuple[str, str]:
    """Kind of the file and its text, with the lines of the case replaced."""
    kind = case.partition("-")[0]
    text = (GOLDEN / f"{kind}.toml").read_text("utf-8")
    for old, new in CASES[case]:
        assert old in text, f"{case}: {old!r} is not in the good file"
        text = text.replace(old, new)
    return kind, text


def message(case: str) -> str:
    kind, text = changed(case)
    with pytest.raises(InputError) as caught:
        PARSERS[kind](text, Path(f"{kind}.toml"))
    return f"{caught.value}\n"


@pytest.mark.parametrize("case", CASES)
def test_message_is_what_the_user_should_read(case: str):
    assert message(case) == (GOLDEN / f"{case}.txt").read_text("utf-8")


def test_every_golden_message_has_its_case():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("kind", PARSERS)
def test_the_good_files_are_good(kind: str):
    assert PARSERS[kind]((GOLDEN / f"{kind}.toml").read_text("utf-8"), Path(f"{kind}.toml"))


def test_bench_is_what_the_file_says():
    bench = read_bench((GOLDEN / "bench.toml").read_text("utf-8"), Path("/lab/benches/bench.toml"))
    assert bench.visa_library == f"{Path('/lab/benches/worlds/bench.toml').resolve()}@vsmsim"
    assert bench.name == "bench (simulated: bench.toml)"
    assert (bench.magnet.max_current_a, bench.magnet.max_rate_a_per_s, bench.magnet.safe_rate_a_per_s) == (
        60.0,
        10.0,
        5.0,
    )
    assert bench.temperature == Quantity(295.15, 0.5, "K")
    assert bench.pressure == Quantity(101300.0, 200.0, "Pa")
    assert bench.amplitude_m == bench.vibration.amplitude_m == Quantity(1e-3, 5e-6, "m")
    assert bench.gaussmeter_offset == Quantity(0.0, 40.0, "A/m")
    assert bench.noise_density_v_per_sqrt_hz == 7.25e-9
    assert bench.calibrations is None


def test_relative_paths_start_at_the_file():
    bench = 'calibrations = "../cal"\n' + (GOLDEN / "bench.toml").read_text("utf-8")
    assert read_bench(bench, Path("/lab/benches/b.toml")).calibrations == Path("/lab/benches/../cal")
    procedure = parse_procedure((GOLDEN / "procedure.toml").read_text("utf-8"), Path("/lab/p/my-loop.toml"))
    assert procedure.sample == Path("/lab/p/samples/mine.toml")
    assert procedure.name == "my-loop"


def test_balance_and_gouy_are_optional_together():
    text = (GOLDEN / "bench.toml").read_text("utf-8")
    begin, end = text.index("[balance]"), text.index("[operator]")
    assert read_bench(text[:begin] + text[end:], Path("bench.toml")).balance is None


def test_what_is_missing_is_named_with_what_is_there(tmp_path: Path):
    (tmp_path / "loop.toml").write_text("", "utf-8")
    (tmp_path / "nickel.toml").write_text("", "utf-8")
    with pytest.raises(InputError) as caught:
        read_text(tmp_path / "lop.toml", "procedure file")
    advice = f'Did you mean "loop.toml"? In {tmp_path} there is: loop.toml, nickel.toml.'
    assert str(caught.value) == (
        f"{tmp_path / 'lop.toml'}: 1 problem\n  file: given nothing there; allowed: a procedure file (TOML). {advice}"
    )
    with pytest.raises(InputError, match="given a folder; allowed: a procedure file"):
        read_text(tmp_path, "procedure file")
    with pytest.raises(InputError, match="There is no folder"):
        read_text(tmp_path / "absent" / "loop.toml", "procedure file")


def test_bytes_that_are_no_text_are_refused_and_a_byte_order_mark_is_not(tmp_path: Path):
    path = tmp_path / "bench.toml"
    path.write_bytes(b'name = "\xb5"')
    with pytest.raises(InputError, match="byte 8: given bytes that are no UTF-8"):
        read_text(path, "bench file")
    path.write_bytes(b"\xef\xbb\xbf" + (GOLDEN / "procedure.toml").read_bytes())
    assert parse_procedure(read_text(path, "procedure file"), path).kind == "loop"


def test_plan_of_the_good_procedure_by_hand():
    points = plan_of(parse_procedure((GOLDEN / "procedure.toml").read_text("utf-8"), Path("p.toml")))
    down = [640e3, 480e3, 320e3, 160e3, 0.0, -160e3, -320e3, -480e3, -640e3, -800e3]
    assert points.fields_a_per_m == (*down, *(-field for field in down))
    assert points.approach_a_per_m == (800e3,)
    assert points.segments == (0,) * 10 + (1,) * 10
