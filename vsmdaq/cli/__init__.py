"""The command line: `vsmdaq --help`. Results go to stdout, everything else to stderr."""

from vsmdaq.cli.app import main

__all__ = ["main"]
