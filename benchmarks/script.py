"""What the README's first command does, written by hand with SymPy and SciPy."""

import numpy as np
import sympy
from scipy.optimize import minimize

x = sympy.Symbol("x")
expr = sympy.sympify("cos(2*pi*x) + x**2")
f = sympy.lambdify(x, expr, "math")
df = sympy.lambdify(x, expr.diff(x), "math")

ends = [
    minimize(lambda v: f(v[0]), [start], jac=lambda v: [df(v[0])], method="L-BFGS-B")
    for start in np.linspace(-10, 10, 256)
]
minima = {round(float(end.x[0]), 4): end.fun for end in ends if end.success}
for point, value in sorted(minima.items(), key=lambda pair: pair[1]):
    print(f"{point:10.4f} {value:10.4f}")
