"""A script of correct uses, in which a type checker finds nothing."""

from typing import assert_type

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

import symgd

F = "a*x**2 + y**2"
grid = np.linspace(0.1, 0.9, 5)

# starts: by place and by name
symgd.minimize("x**2")
symgd.minimize("x**2", 1)
symgd.minimize("x**2", np.float32(1.0), lr=np.float64(0.1), epochs=np.int64(9))
symgd.minimize("x**2", [1, 2.5])
symgd.minimize("x*y", [(1, 2), (3, 4)])
symgd.minimize("x*y", np.zeros((3, 2)))
symgd.minimize("x*y", [np.zeros(2), np.ones(2)])
symgd.minimize("x*y", {"x": 1, "y": [2.0, 3.0]})
symgd.minimize("x*y", {"x": grid, "y": grid})
symgd.minimize("x*y", np.array([(1.0, 2.0)], dtype=[("x", float), ("y", float)]))

# boxes, samplers, methods
symgd.minimize("x*y", bounds=(0, 1), start_box=[0, 1])
symgd.minimize("x*y", bounds=[(0, None), (None, 1.5)], sampler="sobol", seed=3, starts=10)
symgd.minimize("x*y", bounds={"x": (0, 1)}, start_box=np.array([[0, 1], [0, 1]]))
symgd.minimize("x**2", 1, method="gd", lr=0.1, epochs=10, tol=0, polish=False)
symgd.minimize("x**2", 1, method=symgd.rules.GradientDescent(lr=0.1))
symgd.minimize(
    "x**2", 1, lr=symgd.schedules.WarmUp(3, then=0.1), noise=0.1, clip_norm=np.float64(1)
)
symgd.minimize("x**2", 1, method=symgd.methods.Adam(symgd.schedules.Cosine(0.1, 9)), epochs=9)
symgd.minimize("x**2", 1, method=lambda x, grad, epoch, lr: (x - lr * grad,), lr=lambda epoch: 0.1)
symgd.sweep("x**2", x0=1, method="momentum", lr=0.1, beta=[0.1, 0.9], noise=grid)
symgd.minimize(F, params={"a": 3}, variables=("y", "x"), workers=2, escape=True, history=10)

symgd.minimize("x*y", starts="until 1%")
assert_type(symgd.judge("x*y", [1, 2], bounds=(0, 3), variables=["x", "y"]), symgd.Result)
symgd.judge("a*x*y", {"x": 1, "y": [2.0, 3.0]}, [0, 0], params={"a": 1})

# a result
r = symgd.minimize(symgd.Problem(F, params={"a": 3}))
assert_type(r, symgd.Result)
assert_type(r.x, npt.NDArray[np.float64])
assert_type(r.fun, float)
assert_type(r.success, bool)
assert_type(r.status, symgd.Status)
assert_type(r.kind, symgd.Kind)
assert_type(r.minima, tuple[symgd.Minimum, ...])
assert_type(r.minima[0].lr_max, float)
assert_type(r.runs.nit, npt.NDArray[np.int64])
assert_type(r.counts.get(symgd.Status.SLOW, 0), int)
assert_type(r.problem.names, tuple[str, ...])
assert_type(r.summary() + r.explain(0), str)
assert_type(r.plot(), Axes)
assert_type(symgd.plots.curve(symgd.minimize("x**2"), -1, 1, order=2), Axes)
r.save("r.npz")
symgd.load("r.npz").report("r.html")

# a sweep
s = symgd.sweep("x**2", x0=1.0, lr=grid, epochs=[1, 10])
assert_type(s, symgd.SweepResult)
assert_type(s.dims, tuple[str, ...])
assert_type(s.x, npt.NDArray[np.float64])
assert_type(s.sel(lr=0.5)[0].status, npt.NDArray[np.int64])
symgd.sweep(F, params={"a": [1, 2]}, x0={"x": [1, 2], "y": 3}, lr=0.1, bounds=(None, 5))
symgd.plots.heatmap(s)

# a problem
p = symgd.Problem("x*y", variables=["y", "x"])
print(p.fun([1, 2]), p.grad(np.ones((5, 2))), p.hess([[1.0, 2.0]]))
assert_type(p.curvature((0, 1)).lr_safe, float)

try:
    symgd.minimize("2x")
except symgd.SymgdError as error:
    print(error)
