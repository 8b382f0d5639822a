"""How each driver is made for its simulated instrument: the driver's options, and the switches of the world file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["AS_IT_IS", "MAKES"]

AS_IT_IS: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = (({}, {}),)
"""Neither options nor switches."""
_KEPCO = {"model": "36-60", "compliance_v": 30.0}
_SCPI = {
    "preset": "scpi",
    "identity": "ACME",
    "own_current_a": 60.0,
    "own_rate_a_per_s": 20.0,
    "compliance_v": 30.0,
    "compliance_readback_v": 0.01,
    "resolution_a": 0.01,
    "accuracy_a": 0.03,
    "readback_a": 0.005,
    "readback_delay_s": 0.1,
}
_RELAY = {"relay_normal": "RELAY OFF", "relay_reversed": "RELAY ON", "relay_query": "RELAY?"}
_METER = ({"quantity": "dc", "range_v": 1.0}, {})

MAKES: Mapping[str, tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...]] = {
    "danfysik_8500": (
        ({"full_scale_a": 160.0}, {}),
        ({"full_scale_a": 160.0, "dialect": "8000", "readback": "AD 8"}, {"dialect": "8000", "reply_end": "crlf"}),
        ({"full_scale_a": 50.0, "dialect": "9100"}, {"dialect": "9100", "full_scale_a": 50.0}),
        ({"full_scale_a": 160.0, "address": 0, "unlock": True}, {"silent_until": "address"}),
    ),
    "kepco_bop": (
        (_KEPCO, {"model": "36-60"}),
        (_KEPCO, {"model": "36-60", "limit_bits": "both", "identity": "spaced"}),
    ),
    "scpi_bipolar": (
        (_SCPI, {"max_current_a": 60.0}),
        ({**_SCPI, "status": "STAT:QUES:COND?", "limiting_bits": 1}, {"max_current_a": 60.0, "readback_lag_s": 0.09}),
    ),
    "tdk_genesys": (({**_RELAY, "voltage_v": 20.0}, {}), ({**_RELAY, "voltage_v": 30.0}, {"stt_blanks": True})),
    "signal_recovery_7265": (
        ({}, {}),
        ({"source": "A", "coupling": "AC"}, {"phase_range": "unsigned", "tc_reports": "actual"}),
    ),
    "signal_recovery_7270": (({}, {}), ({"source": "A-B", "coupling": "DC"}, {"usbterm": 1})),
    "sr830": (({}, {}), ({"reserve": "normal", "transfer": "ascii"}, {}), ({"source": "A-B", "transfer": "ieee"}, {})),
    "sr860": (({}, {}), ({"input_range_v": 0.3, "source": "A", "coupling": "AC"}, {"strict": True})),
    "lakeshore_421": (({}, {}), ({"fixed_range": 1, "display_filter": True}, {"micro": "n"})),
    "lakeshore_425": (({}, {}), ({"fixed_range": 2}, {"chain": "refused"})),
    "lakeshore_455": (({}, {}), ({"fixed_range": 2}, {"probe": "UHS"})),
    "lakeshore_475": (
        ({}, {}),
        ({"fixed_range": 2}, {"chain": "refused", "terminator": "lf"}),
        ({}, {"probe": "none"}),
    ),
    "lakeshore_f41": (({}, {}), ({"largest_field_a_per_m": 1e5}, {"probe": "none"})),
    "lakeshore_f71": (({}, {}), ({"axis": "Z", "largest_field_a_per_m": 8e5}, {"probe": "3", "axis": "Z"})),
    "and_balance": (({}, {}), ({}, {"format": "csv", "ercd": True}), ({}, {"print_key_s": 0.3})),
    "mt_sics": (({}, {}), ({}, {"unit": "mg"}), ({}, {"print_key_s": 0.3})),
    "ohaus": (({}, {}), ({}, {"ok": True, "overload": "silent"}), ({}, {"adjusting": "ES"})),
    "sartorius_sbi": (
        ({}, {}),
        ({"prints": "stable"}, {"prints": "stable"}),
        ({}, {"characters": 22, "prints": "automatic"}),
    ),
    "keithley_2000": (({}, {}), _METER),
    "keithley_2182a": (({}, {}), ({"range_v": 1.0, "cycles": 1.0}, {})),
    "keysight_33220a": (({}, {}), ({"load": "50", "max_amplitude_v_rms": 2.0}, {})),
    "keysight_33500": (({}, {}), ({"load": "50"}, {})),
    "keysight_34461a": (({}, {}), _METER),
    "keysight_e4980a": (({}, {}), ({"frequency_hz": 83.0, "level_v_rms": 0.1}, {})),
    "newport_esp301": (({}, {}), ({"axis": 2}, {"axis": 2, "model": "ESP301"})),
    "operator": (({"patience_s": 20.0}, {}),),
}
"""By driver: pairs of the driver's options and the simulated instrument's; of the others there is only one sort."""
