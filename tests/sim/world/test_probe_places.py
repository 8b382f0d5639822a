import pytest

from vsmdaq_sim.world.errors import WorldOperatorError

EXACT = {"noise_a_per_m": 0.0, "offset_a_per_m": 300.0, "gain": 1.01}
PLACES = {"sample_factor": 1.0023, "chamber_a_per_m": 2.5, "reference_a_per_m": 79.6e3}


@pytest.fixture
def world(quiet):
    made = quiet({"gaussmeter": EXACT | PLACES})
    made.magnet.ramp_to(30.0, 10.0)
    made.clock.sleep(10.0)
    return made


def reading(world):
    world.clock.sleep(0.3)
    return world.gaussmeter.read_a_per_m()


def test_a_probe_reads_the_field_of_where_it_is(world):
    drawn, field = world.spec.gaussmeter, world.magnet.field_a_per_m()
    assert field == pytest.approx(400e3, rel=0.01)
    for place, there in (
        ("back", field / 1.0023),
        ("sample", field),
        ("zero", 2.5),
        ("reference", 79.6e3),
        ("back", field / 1.0023),
    ):
        world.gaussmeter.put(place)
        assert reading(world) == pytest.approx(drawn.offset_a_per_m + drawn.gain * there, rel=1e-12), place


def test_without_the_new_keys_every_reading_is_what_it_was(make_world):
    plain, factor_one = make_world(seed=3), make_world({"gaussmeter": {"sample_factor": 1.0}}, seed=3)
    for world in (plain, factor_one):
        world.magnet.ramp_to(30.0, 10.0)
    seen = [(reading(plain), reading(factor_one)) for _ in range(40)]
    assert all(one == other for one, other in seen)


def test_a_reference_magnet_that_is_not_there_is_not_found(quiet):
    probe = quiet({"gaussmeter": EXACT}).gaussmeter
    with pytest.raises(WorldOperatorError, match="there is no reference magnet"):
        probe.put("reference")
    with pytest.raises(WorldOperatorError, match="places: back, sample, zero, reference"):
        probe.put("pocket")
