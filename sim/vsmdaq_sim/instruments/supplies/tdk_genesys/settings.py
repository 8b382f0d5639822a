"""Settings of a Genesys, kept as the texts that were sent, and the rules by which they are refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vsmdaq_sim.instruments.supplies.tdk_genesys.words import (
    RefusedSettingError,
    parse_number,
    parse_one_of,
    parse_switch,
)

__all__ = ["GenesysSettings"]


class GenesysSettings:
    """Set-points and protections.

    Parameters
    ----------
    rated_v, rated_a : float
        Rating of the model, V and A; set-points may go 5 % beyond.

    Attributes
    ----------
    texts : dict of str to str
        By command.
    """

    def __init__(self, rated_v: float, rated_a: float) -> None:
        self._rated_v = rated_v
        self._rated_a = rated_a
        self._highest_v = round(1.1 * rated_v, 6)  # of the over-voltage protection
        self.texts: dict[str, str] = {}
        self.reset()
        self._saved = dict(self.texts)
        self.rules: dict[str, Callable[[str], None]] = {
            "PV": self.set_voltage,
            "PC": self.set_current,
            "OVP": self.set_over_voltage,
            "UVL": self.set_under_voltage,
            "FBD": self.set_fold_delay,
            "FLD": partial(self.set_switch, "FLD"),
            "AST": partial(self.set_switch, "AST"),
            "FILTER": self.set_filter,
        }

    @property
    def set_v(self) -> float:
        """Voltage set-point, V."""
        return float(self.texts["PV"])

    @property
    def set_a(self) -> float:
        """Current set-point, A."""
        return float(self.texts["PC"])

    def reset(self) -> None:
        """As after ``RST``: all at zero, protections out of the way."""
        self.texts.update({"PV": "0", "PC": "0", "UVL": "0", "FLD": "OFF", "AST": "OFF", "FBD": "0", "FILTER": "18"})
        self.open_over_voltage()

    def open_over_voltage(self) -> None:
        """Over-voltage protection to its highest level."""
        self.texts["OVP"] = f"{self._highest_v:g}"

    def save(self) -> None:
        """Keep the settings for `recall`."""
        self._saved = dict(self.texts)

    def recall(self) -> None:
        """Take the settings that were kept."""
        self.texts.update(self._saved)

    def set_voltage(self, text: str) -> None:
        """``PV``: E01 above 105 % of the rating or 95 % of the protection, E02 below the under-voltage limit."""
        value_v = parse_number(text)
        if value_v > 1.05 * self._rated_v or value_v > 0.95 * float(self.texts["OVP"]) + 1e-9:
            raise RefusedSettingError("E01")
        if value_v < float(self.texts["UVL"]):
            raise RefusedSettingError("E02")
        self.texts["PV"] = text

    def set_current(self, text: str) -> None:
        """``PC``: C05 above 105 % of the rating."""
        if parse_number(text) > 1.05 * self._rated_a:
            raise RefusedSettingError("C05")
        self.texts["PC"] = text

    def set_over_voltage(self, text: str) -> None:
        """``OVP``: E04 below 105 % of the voltage set."""
        value_v = parse_number(text)
        if value_v < max(1.05 * self.set_v, 0.05 * self._rated_v):
            raise RefusedSettingError("E04")
        if value_v > self._highest_v:
            raise RefusedSettingError("C05")
        self.texts["OVP"] = text

    def set_under_voltage(self, text: str) -> None:
        """``UVL``: E06 above 95 % of the voltage set."""
        if parse_number(text) > 0.95 * self.set_v:
            raise RefusedSettingError("E06")
        self.texts["UVL"] = text

    def set_fold_delay(self, text: str) -> None:
        """``FBD``: 0 to 255 tenths of a second."""
        if parse_number(text) > 255 or not text.isdecimal():
            raise RefusedSettingError("C05")
        self.texts["FBD"] = text

    def set_filter(self, text: str) -> None:
        """Set the frequency of the reading filter, Hz."""
        self.texts.update(FILTER=parse_one_of(text, ("18", "23", "46")))

    def set_switch(self, name: str, text: str) -> None:
        """``FLD``, ``AST``."""
        self.texts[name] = "ON" if parse_switch(text) else "OFF"
