"""Tables that belong to one kind of procedure: each named like its kind, each a module here."""

from vsmdaq.formats.inputs.kinds.kind import Details, KindTable

__all__ = ["KIND_TABLES", "Details", "KindTable"]

KIND_TABLES: dict[str, KindTable] = {}
"""The table of each kind that has one of its own."""
