"""Time of a step of each method, beside C and Optax: ``python -m benchmarks.methods``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import numpy as np

from . import c_program, descents
from .contests import CONTESTS, Contest
from .functions import SEVEN, Array, Function, callables
from .table import machine
from .timing import least, on_one_core

_STARTS, _EPOCHS, _ROUNDS = 4096, 1000, 7

Times = Mapping[str, Mapping[str, float]]  # seconds a step, by function and contestant

_PAGE = """\
# What a step of each method costs

Written by `python -m benchmarks.methods --docs docs` on {machine}.

A step of a run in float64: 4096 starts, 1000 epochs, on one core; the processor time of the whole
loop over the number of steps, the least of {rounds} turns that contestants take in alternation, as
others used the machine at the same time.

- **symgd** is its compiled loop on blocks of starts that are filled already.
- **C** computes the same update in the fastest of several loop orders, compiled by
  `gcc {flags}`. What all lanes share, as Adam's weights, it computes
  once an epoch.
- **Optax** is its transformation in `jit`, `vmap` and `fori_loop`, and gives the same
  points; the first step of its RProp is another one.

Means are geometric ones over the seven functions. A step is to cost at most 1.5 times what it costs
in C on every function, and to be at least 5 times faster than Optax in the mean. C calls the C
library where gcc knows no vector code, so means beside C say little. Where a root and a division
are most of a step, as in RMSProp, C is no 5 times faster than Optax either.

{table}

## Every function

Nanoseconds a step: symgd, C, Optax.

{all}
"""


def optax(function: Function, contest: Contest, epochs: int, starts: Array) -> Callable[[], Array]:
    """Map a compiled loop of Optax's updates over the starts."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    value, _ = callables(function, "jax")
    gradient = jax.grad(lambda x: value(*x))
    rule = contest.optax(optax, contest.at(function))

    def step(_: int, carried: Any) -> Any:
        x, state = carried
        updates, state = rule.update(gradient(x), state, x)
        return optax.apply_updates(x, updates), state

    def descend(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, epochs, step, (x, rule.init(x)))[0]

    mapped, x0 = jax.jit(jax.vmap(descend)), jnp.asarray(starts)
    return lambda: np.asarray(mapped(x0).block_until_ready())


def contestants(
    function: Function, contest: Contest, epochs: int, starts: Array
) -> dict[str, Callable[[], Array]]:
    """Give symgd's compiled loop, and everybody who is installed."""
    method = contest.method(contest.at(function))
    calls = {"symgd": descents.steps(function, method, epochs, starts)}
    if c_program.compiler():
        settings = method.settings
        calls["C"] = c_program.loop(function, contest.update, settings, epochs, starts)
    if find_spec("optax"):
        calls["Optax"] = optax(function, contest, epochs, starts)
    return calls


def measure(names: Sequence[str], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Give seconds a step, by method, function and contestant."""
    return {name: dict(_measured(CONTESTS[name], rounds)) for name in names}


def _measured(contest: Contest, rounds: int) -> Iterator[tuple[str, dict[str, float]]]:
    for function in SEVEN:
        calls = contestants(function, contest, _EPOCHS, function.starts(_STARTS))
        seconds = least(calls, rounds)
        yield function.name, {n: s / (_STARTS * _EPOCHS) for n, s in seconds.items()}


def page(found: Mapping[str, Times], rounds: int) -> str:
    """Write the page."""
    return _PAGE.format(
        machine=machine(), rounds=rounds, flags=" ".join(c_program.FLAGS),
        table=_table(found), all=_every(found),
    )  # fmt: skip


def _table(found: Mapping[str, Times]) -> str:
    """Write a line a method."""
    lines = [
        "| method | symgd | C | times C, at most | Optax | times faster, mean | at least |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_line(name, times) for name, times in found.items())])


def _line(name: str, times: Times) -> str:
    mean = {who: geometric_mean(t[who] for t in times.values()) for who in times[SEVEN[0].name]}
    cells = [name, _nanoseconds(mean["symgd"]), "", "", "", "", ""]
    if "C" in mean:
        beside = {what: t["symgd"] / t["C"] for what, t in times.items()}
        cells[2:4] = [_nanoseconds(mean["C"]), _named(beside, max)]
    if "Optax" in mean:
        beside = {what: t["Optax"] / t["symgd"] for what, t in times.items()}
        faster = f"{mean['Optax'] / mean['symgd']:.2f}"
        cells[4:] = [_nanoseconds(mean["Optax"]), faster, _named(beside, min)]
    return f"| {' | '.join(cells)} |"


def _named(ratios: Mapping[str, float], worst: Callable[..., str]) -> str:
    """Write the worst of the ratios with its function."""
    what = worst(ratios, key=ratios.__getitem__)
    return f"{ratios[what]:.2f} ({what})"


def _every(found: Mapping[str, Times]) -> str:
    """Write a line a method with the times on each function."""
    names = [function.name for function in SEVEN]
    lines = [f"| method | {' | '.join(names)} |", f"|---{'|---' * len(names)}|"]
    for method, times in found.items():
        cells = [", ".join(f"{s * 1e9:.3g}" for s in times[name].values()) for name in names]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _nanoseconds(seconds: float) -> str:
    return f"{seconds * 1e9:.3g} ns"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, and write the page where a folder for it is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.methods", description=__doc__)
    parser.add_argument("names", nargs="*", help="methods; all by default")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="turns of each contestant")
    parser.add_argument("--docs", type=Path, help="folder to write steps.md to")
    given = parser.parse_args(arguments)
    found = on_one_core(measure, given.names or [*CONTESTS], given.rounds)
    text = page(found, given.rounds)
    print(text)
    if given.docs:
        (given.docs / "steps.md").write_text(text)


if __name__ == "__main__":
    main()
