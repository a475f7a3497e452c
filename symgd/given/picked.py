"""What `method="auto"` picks, and which formulas a method is made for."""

from __future__ import annotations

from ..errors import ConfigurationError
from ..methods import BFGS, LBFGS, Method, Newton
from ..problem import Problem

AUTO = "auto"


def pick(problem: Problem) -> tuple[Method, str]:
    """Pick a method of second order for a formula, and say why.

    Newton's method needs the fewest steps; it is for formulas whose Hessian costs little to make
    and to factor. Where that is not so, BFGS learns it from gradients, in as many variables as a
    matrix is worth; beyond them it is remembered as a few vectors.
    """
    n = len(problem.variables)
    count = f"{n} variable{'s' * (n > 1)}"
    if n > BFGS.most_vars:
        return LBFGS(), f"{count}, more than {BFGS.most_vars:.0f}"
    if problem.symbolic.small_hessian:
        return Newton(), f"{count}, and a Hessian that is quickly made"
    return BFGS(), f"{count}, and a Hessian that takes long to make"


def refuse_too_large(problem: Problem, method: Method) -> None:
    """Refuse a method for a formula with too many variables, or too large a Hessian.

    Raises
    ------
    ConfigurationError
        Names a method that takes the formula.
    """
    n = len(problem.variables)
    if n > method.most_vars:
        takes = f"a method for {n} variables, such as 'lbfgs': {method.name!r} is for at most "
        raise ConfigurationError("method", method.name, takes + f"{method.most_vars:.0f}")
    if "hessian" in method.asks and problem.symbolic.large_hessian:
        takes = "a method that needs no Hessian, such as 'bfgs' or 'lbfgs': this one is too large"
        raise ConfigurationError("method", method.name, takes)
