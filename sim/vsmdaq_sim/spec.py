"""The library string of the simulated bench: ``path/to/world.toml?seed=3&session=abc``.

PyVISA hands everything before the last ``@`` of ``ResourceManager("...@vsmsim")`` to the backend verbatim; the serial
URL carries the same text (``vsmsim://ASRL3::INSTR?world=...``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

__all__ = ["LibrarySpec", "parse_library_string"]

_EXAMPLE = "path/to/world.toml?seed=3&session=abc@vsmsim"


@dataclass(frozen=True, slots=True)
class LibrarySpec:
    """Which world, and which copy of it.

    Attributes
    ----------
    path : pathlib.Path
        The world file, absolute and resolved.
    seed : int or None
        Seed of the world's noise; None leaves it to the world file.
    session : str
        Any text; two specs that differ in it are two worlds with independent noise.
    """

    path: Path
    seed: int | None = None
    session: str = ""


def parse_library_string(text: str) -> LibrarySpec:
    """Read a library string.

    Parameters
    ----------
    text : str
        ``path[?key=value[&key=value]]`` with the keys ``seed`` (integer) and ``session`` (text).

    Raises
    ------
    ValueError
        No path, an unknown or repeated key, or a seed that is no integer.
    FileNotFoundError
        There is no such world file.
    """
    # The last '?' starts the options: a folder's name may hold one.
    name, separator, options = text.rpartition("?")
    if not separator:
        name, options = text, ""
    if not name.strip() or name == "unset":
        raise ValueError(f"the simulated bench needs a world file: {_EXAMPLE!r}, not '@vsmsim' alone")
    seed, session = _parse_options(options, text)
    try:
        path = next((one for one in (Path(name), Path(name.strip())) if one.is_file()), Path(name)).resolve()
        found = path.is_file()
    except OSError as error:  # e.g. a name that is too long
        raise FileNotFoundError(f"no world file {name!r} (from the library string {text!r}): {error}") from error
    if not found:
        raise FileNotFoundError(f"no world file {str(path)!r} (from the library string {text!r})")
    return LibrarySpec(path, seed, session)


def _parse_options(options: str, text: str) -> tuple[int | None, str]:
    try:
        pairs = parse_qsl(options, keep_blank_values=True, strict_parsing=True) if options else []
    except ValueError as error:
        raise ValueError(f"cannot read the options {options!r} of {text!r}: {error}; expected {_EXAMPLE!r}") from error
    found: dict[str, str] = {}
    for key, value in pairs:
        if key not in {"seed", "session"}:
            raise ValueError(f"unknown option {key!r} in {text!r}; allowed are 'seed' and 'session'")
        if key in found:
            raise ValueError(f"option {key!r} stands twice in {text!r}")
        found[key] = value
    if "seed" not in found:
        return None, found.get("session", "")
    try:
        return int(found["seed"]), found.get("session", "")
    except ValueError as error:
        raise ValueError(f"seed={found['seed']!r} in {text!r} is no integer") from error
