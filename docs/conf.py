"""How Sphinx builds the site: ``python -m sphinx -W docs docs/_build``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

from symgd.version import __version__

sys.path.append(str(Path(__file__).parent))  # where story.py is

project = "symgd"
author = copyright = "The symgd developers"
version = release = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
default_role = "autolink"  # `Result` in a docstring is a link where it is a public name
myst_heading_anchors = 3

autodoc_typehints = "none"  # numpydoc's lists of parameters have the types
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False  # the template of a class lists them

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "ignore_pattern": r"^(?!plot_)",
    "within_subsection_order": "story.Story",
    "image_srcset": ["2x"],
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 60,
}

html_theme = "pydata_sphinx_theme"
html_title = "symgd"
html_static_path = ["_static"]
html_css_files = ["symgd.css"]
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": [], "changelog": []}
html_show_sourcelink = html_copy_source = False
html_math_renderer = "mathml"  # which browsers draw themselves: a page asks nobody else


def setup(app: Sphinx) -> None:
    """Let formulas be MathML."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode
