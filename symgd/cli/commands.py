"""The commands: words become arguments of `minimize` or `sweep`, and the result is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, Interrupted
from .explore import write_page
from .options import SETTINGS
from .output import check_files, show, write_files, write_runs
from .points import read_columns
from .values import arguments, axes, parameters

if TYPE_CHECKING:
    from ..results.result import Result
    from ..results.sweep import SweepResult


def run(given: Mapping[str, Any]) -> bool:
    """Do what the command line says.

    Parameters
    ----------
    given : mapping of str to object
        Command, formula and options, in the order in which they were typed.

    Returns
    -------
    bool
        Whether a run reached a verified minimum, or the page of ``explore`` is written.

    Raises
    ------
    SymgdError
        If a value is wrong, or a file cannot be written.
    """
    if given["command"] == "explore":
        return write_page(given)
    check_files(given)
    try:
        result = _result(given)
    except Interrupted as stopped:
        if stopped.result is not None:
            write_runs(given, stopped.result)
            show(given, stopped.result)
        raise
    write_runs(given, result)
    show(given, result)
    write_files(given, result)
    return any(status.success for status in result.counts)


def _result(given: Mapping[str, Any]) -> Result | SweepResult:
    from .. import Problem, judge, maximize, minimize, sweep

    params = parameters(given.get("params", ()))
    first = {name: v[0] if isinstance(v, list) else v for name, v in params.items()}
    problem = Problem(given["expr"], variables=given.get("variables"), params=first)
    keywords = arguments(given, params, problem.names)
    if given["command"] == "judge":
        x, x0 = read_columns(given["file"], problem.names)
        for option, word in axes(given):
            raise ConfigurationError(option, word, "one number here")
        return judge(problem, x, x0, **keywords)
    several = list(axes(given))
    if given["command"] == "sweep" or (given["command"] == "plot" and several):
        return sweep(problem, **keywords)
    for option, word in several:
        if option != "--x0":
            raise ConfigurationError(option, word, "one number here; symgd sweep takes several")
    single = maximize if given["command"] == "maximize" else minimize
    return single(problem, **_with_settings(keywords))


def _with_settings(keywords: dict[str, Any]) -> dict[str, Any]:
    """Give arguments where the settings of the method are in the method."""
    own = {name: value for name, value in keywords.items() if name in SETTINGS}
    if not own:
        return keywords
    from ..given.named import with_settings

    plain = {name: value for name, value in keywords.items() if name not in (*own, "lr")}
    method = with_settings(plain.get("method", "gd"), keywords.get("lr"), own)
    return plain | {"method": method}
