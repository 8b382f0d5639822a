"""Every file of the starter set is one that its reader takes; docs/files.md quotes them and names every key."""

import re
import tomllib
import typing
from pathlib import Path

import pytest

from vsmdaq.bench import known_drivers
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.campaigns.queue import items_of
from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample, parse_tube, read_text
from vsmdaq.formats.inputs.bench_file import _BenchFile
from vsmdaq.formats.inputs.procedure_file import _ProcedureFile
from vsmdaq.formats.inputs.queue_file import _QueueFile, parse_queue
from vsmdaq.formats.inputs.sample_file import _SampleFile, _TubeFile
from vsmdaq.formats.inputs.units import DIMENSIONS
from vsmdaq_configs import starter_set
from vsmdaq_drivers.links.addresses import canonical_address, is_visa_address
from vsmdaq_sim.world import World

STARTER = Path(str(starter_set()))
PAGE = Path(__file__).resolve().parents[2] / "docs" / "files.md"


def files(kind):
    found = sorted((STARTER / kind).glob("*"))
    assert found
    return [pytest.param(path, id=path.name) for path in found if not path.name.startswith("__")]


def test_there_is_nothing_else():
    found = {path.relative_to(STARTER).parts[0] for path in STARTER.rglob("*.toml")}
    assert found == {"benches", "procedures", "queues", "samples", "worlds"}


@pytest.mark.parametrize("path", files("benches"))
def test_benches_load_with_the_drivers_that_there_are(path):
    spec = parse_bench(read_text(path, "bench file"), path, known_drivers=known_drivers())
    assert spec.calibrations is None, "where they are kept is the user's choice"
    for wired in (spec.supply, spec.gaussmeter, spec.lockin):
        assert is_visa_address(wired.address)
        assert canonical_address(wired.address) == wired.address


@pytest.mark.parametrize("path", files("samples"))
def test_samples_load_as_what_they_are(path):
    text = read_text(path, "sample file")
    (parse_tube if "[tube]" in text else parse_sample)(text, path)


@pytest.mark.parametrize("path", files("procedures"))
def test_procedures_plan(path):
    procedure = parse_procedure(read_text(path, "procedure file"), path)
    assert plan_of(procedure).expected_points >= 3


@pytest.mark.parametrize("path", files("queues"))
def test_queues_name_files_that_are_there(path):
    queue = parse_queue(read_text(path, "queue file"), path)
    assert items_of(queue, path, lambda _job: None)
    assert queue.bench is not None
    assert queue.bench.is_file()


@pytest.mark.parametrize("path", files("worlds"))
@pytest.mark.parametrize("seed", [None, 0, 12345])
def test_worlds_load(path, seed):
    assert World.load(path, seed=seed).clock.now() == 0.0


@pytest.mark.parametrize(
    "path", [*files("benches"), *files("samples"), *files("procedures"), *files("queues"), *files("worlds")]
)
def test_files_are_plain_text_that_any_editor_takes(path):
    data = path.read_bytes()
    assert b"\r" not in data
    assert b"\t" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\n")
    assert data.lstrip().startswith(b"#"), "says first what it is for"


# --- docs/files.md -------------------------------------------------------------------------------------------------


def leaves(table, prefix=""):
    found = {}
    for key, value in table.items():
        found.update(leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return found


QUOTED = [
    "benches/simulated.toml",
    None,  # a bench without a gaussmeter: none of the starter set
    "samples/palladium-cylinder.toml",
    "samples/gouy-sample.toml",
    "procedures/loop.toml",
    "queues/campaign.toml",
    "worlds/population.toml",
]


def test_the_page_quotes_the_starter_set():
    """Each key of a quotation has the value of the file; an array may be quoted from its beginning on."""
    blocks = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(QUOTED)
    for block, name in zip(blocks, QUOTED, strict=True):
        if name is None:
            continue
        whole = leaves(tomllib.loads((STARTER / name).read_text("utf-8")))
        for key, value in leaves(tomllib.loads(block)).items():
            expected = whole[key][: len(value)] if isinstance(value, list) else whole[key]
            assert value == expected, f"{name}: {key}"


def keys_of(kind):
    """Keys of a table, of those inside it, and of those inside an Optional or a list."""
    for name, field in getattr(kind, "model_fields", {}).items():
        yield field.alias or name
        yield from keys_of(field.annotation)
    for part in typing.get_args(kind):
        yield from keys_of(part)


@pytest.mark.parametrize("model", [_BenchFile, _SampleFile, _TubeFile, _ProcedureFile, _QueueFile])
def test_the_page_names_every_key(model):
    text = PAGE.read_text("utf-8")
    assert [key for key in keys_of(model) if f"`{key}`" not in text and f"[{key}]" not in text] == []


def test_the_page_names_every_unit():
    text = PAGE.read_text("utf-8").replace("√Hz", "sqrt(Hz)")
    section = text[text.index("| dimension | units |") : text.index("## Bench file")]
    used = set(DIMENSIONS) - {"angle", "coupling constant"}  # no key of a user's file has these
    spelt = {
        unit.replace("u", "µ") if unit.startswith("u") else unit for name in used for unit in DIMENSIONS[name].units
    }
    assert sorted(unit for unit in spelt if unit and unit not in section) == []
