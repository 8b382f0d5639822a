"""Validators of fields: quantities by dimension, written as text with their unit."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.formats.inputs.wording import one, shown
from vsmdaq.terms import Quantity

__all__ = ["exact", "of", "positive", "positive_number", "positive_number_or_auto"]


def of(dimension: str, *, above: float | None = None, below: float | None = None) -> BeforeValidator:
    """Validate a quantity of a dimension; its value (SI) greater than `above` and smaller than `below` where given."""
    return BeforeValidator(_reader(dimension, above, below))


def positive(dimension: str) -> BeforeValidator:
    """Validate a quantity greater than zero."""
    return of(dimension, above=0.0)


def exact(dimension: str) -> BeforeValidator:
    """Validate a quantity without uncertainty, as a float in SI."""
    return BeforeValidator(_number_reader(dimension, None))


def positive_number(dimension: str) -> BeforeValidator:
    """Validate a quantity greater than zero and without uncertainty, as a float in SI."""
    return BeforeValidator(_number_reader(dimension, 0.0))


def positive_number_or_auto(dimension: str) -> BeforeValidator:
    """Validate a quantity greater than zero and without uncertainty; None for the text ``auto``."""
    read = _number_reader(dimension, 0.0)
    return BeforeValidator(lambda value: None if value == "auto" else read(value))


def _reader(dimension: str, above: float | None, below: float | None) -> Callable[[object], Quantity]:
    def read(value: object) -> Quantity:
        try:
            quantity = parse_quantity(value, dimension)
        except QuantityTextError as error:
            raise _refusal(error.given, error.allowed, error.advice) from error
        if above is not None and not quantity.value > above:
            raise _refusal(shown(value), f"{one(dimension)} greater than {above:g}")
        if below is not None and not quantity.value < below:
            raise _refusal(shown(value), f"{one(dimension)} smaller than {below:g}")
        return quantity

    return read


def _number_reader(dimension: str, above: float | None) -> Callable[[object], float]:
    read_quantity = _reader(dimension, above, None)

    def read(value: object) -> float:
        quantity = read_quantity(value)
        if isinstance(value, str) and ("±" in value or "+-" in value or "+/-" in value):
            raise _refusal(
                shown(value), f"{one(dimension)} without an uncertainty", "Nothing would be done with one here."
            )
        return quantity.value

    return read


def _refusal(given: str, allowed: str, advice: str = "") -> PydanticCustomError:
    return PydanticCustomError("quantity_text", "{given}", {"given": given, "allowed": allowed, "advice": advice})
