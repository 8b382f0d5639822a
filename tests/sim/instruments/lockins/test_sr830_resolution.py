"""Resolution of the outputs: a property of the range, so of the instrument; over the simulated bench."""

import numpy as np
import pytest
import pyvisa


@pytest.fixture
def open_lockin(tmp_path, world_file, managers):
    def make(options):
        path = tmp_path / "coarse.toml"
        path.write_text(
            f'base = "{world_file.as_posix()}"\n[instruments.lockin]\nkind = "sr830"\naddress = "GPIB0::8::INSTR"\n'
            f"reply_s = 0.001\noptions = {{ {options} }}\n",
            encoding="utf-8",
        )
        return managers(str(path)).open_resource("GPIB0::8::INSTR", read_termination="\n", write_termination="\n")

    return make


@pytest.mark.parametrize(("index", "full_scale"), [(12, 20e-6), (14, 100e-6)])
def test_x_and_y_come_in_steps_of_the_range(open_lockin, index, full_scale):
    lockin = open_lockin("output_bits = 12")
    lockin.write(f"SENS {index};OFLT 4")
    values = np.array([[float(v) for v in lockin.query("SNAP?1,2").split(",")] for _ in range(200)])
    steps = values / (full_scale / 2048.0)
    assert len(set(steps[:, 0].round())) > 1 or full_scale > 50e-6  # cross-talk of 2 uV with noise of 0.1 uV
    np.testing.assert_allclose(steps, steps.round(), atol=2e-3)  # six digits on the wire
    assert np.hypot(*values.mean(axis=0)) == pytest.approx(2e-6, abs=full_scale / 2048.0)


def test_without_bits_there_are_no_steps(open_lockin):
    lockin = open_lockin("")
    lockin.write("SENS 14;OFLT 4")
    values = {lockin.query("OUTP?1") for _ in range(50)}
    assert len(values) > 30


@pytest.mark.parametrize("bits", ["3", "33", "12.0", "true"])
def test_impossible_bits_are_refused(open_lockin, bits):
    with pytest.raises((ValueError, pyvisa.errors.Error, OSError), match=r"output_bits.*4 to 32"):
        open_lockin(f"output_bits = {bits}")
