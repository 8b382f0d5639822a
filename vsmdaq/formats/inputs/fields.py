"""Validators of fields: quantities by dimension, written as text with their unit."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from vsmdaq.formats.inputs.quantity_text import QuantityTextError, parse_quantity
from vsmdaq.terms import Quantity

__all__ = ["exact", "of", "positive", "positive_number"]


def of(dimension: str) -> BeforeValidator:
    """Validate a quantity of a dimension."""
    return BeforeValidator(_reader(dimension))


def positive(dimension: str) -> BeforeValidator:
    """Validate a quantity greater than zero."""
    read = _reader(dimension)
    return BeforeValidator(lambda value: _above_zero(read(value)))


def exact(dimension: str) -> BeforeValidator:
    """Validate a quantity of which only the value counts, as a float in SI."""
    read = _reader(dimension)
    return BeforeValidator(lambda value: read(value).value)


def positive_number(dimension: str) -> BeforeValidator:
    """Validate a quantity greater than zero of which only the value counts, as a float in SI."""
    read = _reader(dimension)
    return BeforeValidator(lambda value: _above_zero(read(value)).value)


def _above_zero(quantity: Quantity) -> Quantity:
    if quantity.value <= 0.0:
        given = f"{quantity.value:g} {quantity.unit}"
        raise PydanticCustomError(
            "quantity_text", "{given}", {"given": given, "allowed": "more than zero", "advice": ""}
        )
    return quantity


def _reader(dimension: str) -> Callable[[object], Quantity]:
    def read(value: object) -> Quantity:
        try:
            return parse_quantity(value, dimension)
        except QuantityTextError as error:
            context = {"given": error.given, "allowed": error.allowed, "advice": error.advice}
            raise PydanticCustomError("quantity_text", "{given}", context) from error

    return read
