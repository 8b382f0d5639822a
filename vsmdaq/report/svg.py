"""A matplotlib figure as SVG text: the same bytes from the same data, ready to stand inside a page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["render_svg"]

_STYLE = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same everywhere
        "font.size": 8.5,
        "axes.titlesize": 9,
        "axes.labelsize": 8.5,
        "axes.edgecolor": "#8a94a0",
        "axes.labelcolor": "#2b333b",
        "axes.titlelocation": "left",
        "axes.linewidth": 0.7,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "axes.formatter.useoffset": False,
        "grid.color": "#e6e9ed",
        "grid.linewidth": 0.6,
        "xtick.color": "#55606b",
        "ytick.color": "#55606b",
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "lines.linewidth": 1.1,
        "figure.dpi": 100,
        "svg.fonttype": "path",  # letters as shapes: no font is asked of the reader
    }
)


_DECIMALS = re.compile(r"(\d+\.\d\d)\d+")


def render_svg(name: str, draw: Callable[[Figure], None], *, width_in: float = 7.3, height_in: float = 2.9) -> str:
    """Draw a figure and return it as one ``<svg>`` element.

    Parameters
    ----------
    name : str
        Name of the figure on its page; keeps the ids of two figures apart.
    draw : callable
        Draws on the empty figure it is given.
    width_in, height_in : float
        Size in inches.

    Returns
    -------
    svg : str
        Without XML prologue and metadata; no clock and no random number is in it. It scales to the page's width.
    """
    import matplotlib as mpl  # noqa: PLC0415 (0.4 s, only where a report is made)
    from matplotlib.figure import Figure  # noqa: PLC0415

    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    rc: Any = {**_STYLE, "svg.hashsalt": f"vsmdaq {name}"}
    stream = io.StringIO()
    with mpl.rc_context(rc):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure)
        figure.savefig(stream, format="svg", metadata=nothing)
    return _inline(stream.getvalue(), name)


def _inline(text: str, name: str) -> str:
    svg = text[text.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # the size is the page's affair, the shape is in viewBox
    svg = re.sub(r'^(<svg[^>]*?) width="[^"]*"', r"\1", svg)
    svg = re.sub(r'^(<svg[^>]*?) height="[^"]*"', r"\1", svg)
    # a hundredth of a point is more than a printer shows
    svg = re.sub(r'\b(?:d|x|y)="[^"]*"', lambda found: _DECIMALS.sub(r"\1", found[0]), svg)
    # ids must be unique on a page of several figures
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
