"""One page about a result that needs nothing but itself: no request, and no script of its own."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from ..palette import DARK, LIGHT
from ..version import __version__
from .calls import call
from .document import Code, Document, Paragraph, Picture
from .html import elements
from .mirror import told

if TYPE_CHECKING:
    from .data import Outcome

_SILENT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_HIDDEN = (
    "<style>@media print { .live { display: none; } }</style>"
    "<noscript><style>.live { display: none; }</style></noscript>"
)
_LIVE = "Drag the start or the rate: the path and the verdict follow. All of it is computed here."
_MIRRORED = " It shows the descent on -f that found the maximum."
_STYLE = f"""
:root {{
  color-scheme: light dark;
  --ink: {LIGHT.ink}; --paper: {LIGHT.paper}; --tint: #f3f4f6;
}}
* {{ box-sizing: border-box; }}
body {{
  max-width: 70rem; margin: 0 auto; padding: 1rem 1rem 3rem; overflow-wrap: break-word;
  font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}}
h1 {{ font-size: 1rem; font-weight: 600; margin: 0.5rem 0; }}
h2 {{ font-size: 1.15rem; margin: 2.2rem 0 0.5rem; }}
.formula {{ margin: 0.5rem 0; font-size: 1.35rem; }}
pre {{
  margin: 0.5rem 0; padding: 0.7rem 1rem; border-radius: 0.4rem; background: var(--tint);
  font: 0.85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}}
table {{ font-size: 0.92rem; }}
p {{ max-width: 48rem; }}
.pictures {{
  display: grid; gap: 1.5rem 2rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
}}
figure {{ margin: 0; max-width: 34rem; }}
svg {{ display: block; width: 100%; height: auto; }}
svg * {{ stroke-linejoin: round; stroke-linecap: butt; }}
.halo text {{ paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }}
.dark {{ display: none; }}
footer {{ margin-top: 2.5rem; font-size: 0.85rem; opacity: 0.75; }}
@media (max-width: 40rem) {{
  table {{ font-size: 0.8rem; }}
  th, td {{ padding: 0.2em 0.35em !important; }}
}}
@media screen and (prefers-color-scheme: dark) {{
  :root {{ --ink: {DARK.ink}; --paper: {DARK.paper}; --tint: #22262b; }}
  .light {{ display: none; }}
  .dark {{ display: block; }}
}}
"""


class Live(Protocol):
    """A page that computes: its frame, and the hash of the only script that may run in it."""

    @property
    def frame(self) -> str: ...  # noqa: D102
    @property
    def script(self) -> str: ...  # noqa: D102


def page(
    outcome: Outcome,
    overview: Document,
    pictures: Sequence[Picture],
    explained: Document,
    live: Live | None = None,
) -> str:
    """Write the page of a result or a sweep, in HTML.

    `overview` is that of `text`, `explained` what `explain` tells; empty for nothing. `live` is
    shown where scripts run.
    """
    formula, *result = overview
    sections: dict[str, Document] = {
        "Call": [Code(call(outcome))],
        "Result": result,
        "Pictures": list(pictures),
        "Every verdict explained": explained,
    }
    document: Document = [Paragraph(told(outcome, "Gradient descent on"), heading=1), formula]
    for title, parts in sections.items():
        document += [Paragraph(title, heading=2), *parts] if parts else []
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(live)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>symgd: {escape(outcome.problem.text)}</title>"
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style>'
        f"{_HIDDEN if live else ''}</head><body><main>"
        f"{elements(document)}{_section(live, outcome) if live else ''}</main>"
        f"<footer>{escape(_versions())}</footer></body></html>\n"
    )


def _policy(live: Live | None) -> str:
    """Allow no script but that of the explorer, whose frame has this policy besides its own."""
    return f"{_SILENT}; script-src '{live.script}'" if live else _SILENT


def _section(live: Live, outcome: Outcome) -> str:
    words = _LIVE + _MIRRORED * bool(outcome.settings.maximize)
    heading = elements([Paragraph("The explorer", heading=2), Paragraph(words)])
    return f'<section class="live">{heading}{live.frame}</section>'


def _versions() -> str:
    libraries = [f"{name} {version(name.lower())}" for name in ("NumPy", "SymPy", "Numba")]
    return ", ".join([f"symgd {__version__}", f"Python {platform.python_version()}", *libraries])
