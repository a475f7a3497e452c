"""The order of the gallery: from one run to a million, as a student would meet them."""

from __future__ import annotations

STORY = (
    *("curve", "result", "the_trap", "unfortunate_start", "random_start", "start_sweep", "cubic"),
    *("lr_sweep", "lr_by_epochs", "bifurcation", "proven_rate", "noise", "saddle", "paths"),
    *("rosenbrock", "basins", "peers", "million", "lasso", "minimax", "cluster", "cusp"),
)


class Story:
    """The place of a script in the story, as sphinx-gallery asks for it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return "<Story>"

    def __call__(self, script: str) -> int:
        """Give the place of a script."""
        return STORY.index(script.removeprefix("plot_").removesuffix(".py"))
