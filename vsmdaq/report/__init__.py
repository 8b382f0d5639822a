"""What people read: figures, the HTML page, the curve in a terminal, numbers rounded as their uncertainty wants.

matplotlib and Jinja2 are imported where a page is made, so that a command that prints a number starts at once.
"""

from vsmdaq.report.collect import collect, read_section, write_report
from vsmdaq.report.data import (
    ArtefactSummary,
    Check,
    ReportData,
    RunSection,
    artefact_summary,
    reference_checks,
)
from vsmdaq.report.page import report_html
from vsmdaq.report.rounding import (
    Rounded,
    format_concise,
    format_quantity,
    pretty_number,
    pretty_quantity,
    round_to_uncertainty,
)
from vsmdaq.report.text_plot import text_plot

__all__ = [
    "ArtefactSummary",
    "Check",
    "ReportData",
    "Rounded",
    "RunSection",
    "artefact_summary",
    "collect",
    "format_concise",
    "format_quantity",
    "pretty_number",
    "pretty_quantity",
    "read_section",
    "reference_checks",
    "report_html",
    "round_to_uncertainty",
    "text_plot",
    "write_report",
]
