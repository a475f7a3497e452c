"""`minimize`: checks what the user gave, runs the batch, judges it, and wraps the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from ..given.fixed import without_fixed
from ..given.named import PLACES
from ..given.names import known_keywords
from ..given.options import Options, read_options, read_problem
from ..given.types import Count, MethodLike, Number, Pairs, Points, Rate, SamplerLike, Starts
from ..problem import Problem, Source
from ..results.result import Result
from .control import Control, State
from .descent import Batch, led_on
from .foresight import warn_of_rate
from .gather import gather, runs_of, settings_of
from .interruption import completed, interruptible, reached
from .until import explore
from .wrap import result_of, standing_of


@partial(known_keywords, elsewhere=PLACES)
@interruptible
def minimize(
    expr: Source | Problem,
    x0: Points | None = None,
    *,
    variables: Sequence[str] | None = None,
    params: Mapping[str, Number] | None = None,
    bounds: Pairs | None = None,
    start_box: Pairs | None = None,
    starts: Starts = 256,
    sampler: SamplerLike = "spread",
    seed: Count = 0,
    method: MethodLike = "gd",
    lr: Rate | None = None,
    faithful: bool = False,
    clip_value: Number | None = None,
    clip_norm: Number | None = None,
    noise: Number | None = None,
    epochs: Count | None = None,
    tol: Number | None = None,
    polish: bool | None = None,
    escape: bool = False,
    history: bool | int = False,
    workers: Count | None = None,
    callback: Callable[[State], object] | None = None,
    progress: bool = False,
    time_limit: Number | None = None,
) -> Result:
    r"""Minimize a formula by gradient descent from one or many starts.

    Each run follows :math:`x_{k+1} = x_k - t_k \nabla f(x_k)` with a fixed or an automatic step
    and is then judged on the exact Hessian: only a verified minimum is a success.

    Parameters
    ----------
    expr : str, sympy.Expr or Problem
        The formula f.
    x0 : array_like, mapping or DataFrame, optional
        One start or many. One variable: a number or shape ``(n_runs,)``; several: ``(n_vars,)``
        or ``(n_runs, n_vars)``. What has names, such as ``{"x": 1, "y": [2, 3]}``, is matched by
        these. By default `starts` points from `sampler`.
    variables : sequence of str, optional
        Order of the unknowns; by default natural order.
    params : mapping of str to float, optional
        Names with fixed values.
    bounds : tuple, sequence of tuples or mapping, optional
        ``(lo, hi)``, one pair a variable, or ``{"x": (lo, hi)}``; None or an infinity for an open
        side. No run leaves them. Where f ends in one variable with a finite value, as ``sqrt(y)``
        does at y = 0, is a bound, too, that need not be given.
    start_box : tuple, sequence of tuples or mapping, optional
        Where starts come from, as `bounds`; by default the bounds, or [-10, 10].
    starts : int or str
        Number of starts when `x0` is not given; or ``"until 1%"``: 256 and then twice as many again
        and again, up to 65,536, until `Result.unseen` is at most that.
    sampler : str or scipy.stats.qmc.QMCEngine
        ``"spread"``, ``"grid"``, ``"uniform"``; with SciPy also ``"sobol"``, ``"halton"``,
        ``"lhs"``, or an engine of `scipy.stats.qmc` with a seed of its own, which takes its points
        from where it is, and stays there. Where f is not defined at a place, and the places are
        no grid, a start is taken where it is.
    seed : int
        Seed of the sampler and of `noise`.
    method : str, Method or callable
        The name of a method of `symgd.methods`, a method with its settings, or the step of a rule
        of your own (see `symgd.methods.OwnRule`). ``"gd"`` takes
        fixed steps where `lr` is given; else it is ``"automatic"``, whose steps all lower f and
        stay in the basin, and in the part of the domain, where a run began. ``"auto"`` picks
        ``"newton"``, ``"bfgs"`` or ``"lbfgs"`` and says why in the summary.
    lr : float, Schedule or callable, optional
        Exactly this step; or rates that change from epoch to epoch: one of `symgd.schedules`, or
        a function of the epoch.
    faithful : bool
        Follow every ripple of f with shorter automatic steps (see `symgd.methods.Faithful`).
    clip_value, clip_norm : float, optional
        Cut each entry of the gradient to this size, or the gradient to this norm, before each
        fixed step; entries first.
    noise : float, optional
        Add normal noise of this standard deviation to each entry of the gradient in each epoch, as
        stochastic gradients have it. It follows from `seed`, the start, the epoch and the variable,
        and each of several runs from one start has its own. Every run takes all of its epochs.
    epochs : int, optional
        The most steps a run may take; by default 10,000.
    tol : float, optional
        A run stops when the largest entry of its projected gradient is at most `tol`. By default
        1e-8; where both `lr` and `epochs` are fixed 0, so that every step is taken. With 0 a run
        takes all its epochs unless its gradient is exactly zero.
    polish : bool, optional
        Finish with Newton steps on the exact Hessian; by default when the step is automatic.
    escape : bool
        Continue a run that stalls on a maximum or a saddle to both sides.
    history : bool or int
        Keep the points on the way of each run: True for every step, a number for every so many.
    workers : int, optional
        Number of threads; by default one a core. The result does not depend on it.
    callback : callable, optional
        Called with a `symgd.State` about every 0.05 to 0.1 s while runs descend and are judged.
        A true value, or StopIteration, ends the runs: those on their way are ``STOPPED``. What
        else it raises is raised here, with what was reached as its attribute ``result``.
    progress : bool
        Show a bar, with what is done; needs ``pip install symgd[progress]``.
    time_limit : float, optional
        Seconds for everything. Verdicts get what the runs leave of them; a run without one is
        ``STOPPED``.

    Returns
    -------
    Result

    Raises
    ------
    ExpressionError
        If the formula cannot be read.
    ConfigurationError
        If any other argument is wrong, or the runs would not fit into memory.
    LimitError
        If `time_limit` has passed before a run could begin.

    Warns
    -----
    RateWarning
        If `lr` is too large for fixed steps to settle at a minimum near the starts.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.minimize("cos(2*pi*x) + x**2")
    >>> abs(r.x).round(4), r.success
    (array([0.4758]), True)
    >>> trap = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100)
    >>> trap.status.name, trap.kind.name, trap.success
    ('STALLED_AT_START', 'MAXIMUM', False)
    """
    control = Control(callback, progress, time_limit)
    with control.watching():
        free = without_fixed(read_problem(expr, variables, params), x0, bounds, start_box)
        problem = free.problem
        options = read_options(
            problem, free.x0, bounds=free.bounds, start_box=free.start_box, starts=starts,
            sampler=sampler, seed=seed, method=method, lr=lr, faithful=faithful,
            clip_value=clip_value, clip_norm=clip_norm, noise=noise, epochs=epochs, tol=tol,
            polish=polish, escape=escape, workers=workers, history=history,
        )  # fmt: skip
        with np.errstate(all="ignore"):  # a value that is not finite is a verdict, no warning
            warn_of_rate(problem, options)
            batch, halted = reached(_descended, problem, options)
            result, late = completed(_wrap, problem, batch, options)
        return control.given(result, halted or late)


def _descended(problem: Problem, options: Options) -> Batch:
    batch = explore(problem, options)
    return led_on(problem, batch, options) if options.escape else batch


def _wrap(problem: Problem, batch: Batch, options: Options) -> Result:
    options = options.started(batch.begun)
    minima, member = gather(problem, batch, options, batch.verdicts.success)
    runs, paths = runs_of(problem, batch, member, options), batch.paths or None
    standing, settings = standing_of(batch, options), settings_of(options)
    return result_of(problem, runs, minima, settings, standing, paths, options)
