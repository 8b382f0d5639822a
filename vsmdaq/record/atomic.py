"""Files that are there whole or not at all, after a kill or a power cut at any moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

__all__ = ["make_folder", "sync_directory", "write_atomically"]


def sync_directory(folder: Path, sync: Callable[[int], None] = os.fsync) -> None:
    """Make the names in `folder` durable. Windows cannot open a folder; its file systems journal names by themselves."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, sync: Callable[[int], None] = os.fsync) -> None:
    """Make a folder and those above it where they do not exist, and their names durable: what is in them shall be found.

    Raises
    ------
    OSError
        It cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_directory(one.parent, sync)


def write_atomically(path: Path, content: bytes | str, *, sync: Callable[[int], None] = os.fsync) -> None:
    r"""Replace `path` by `content`: written beside it, made durable, renamed.

    Parameters
    ----------
    path : Path
        File to write; an older one is replaced.
    content : bytes or str
        All of it; text is written as UTF-8 with ``\n``.
    sync : callable
        Makes a file descriptor durable; other than `os.fsync` only where durability does not matter.

    Raises
    ------
    OSError
        The file could not be written; an older `path` is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            sync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent, sync)
