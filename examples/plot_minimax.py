"""
The line that is nearest to a curve
===================================

Of all straight lines, which one has the smallest largest error on exp(x) between 0 and 1? At the
minimum three errors are equal, so f has a crease there. Chebyshev's theorem says that their signs
alternate.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

x = np.linspace(0, 1, 11)
errors = [f"abs(a + b*{point:.1f} - exp({point:.1f}))" for point in x]
run = symgd.minimize(f"max({', '.join(errors)})", x0=[1, 1])
print(run.summary())

figure, (above, below) = plt.subplots(2, 1, sharex=True, layout="constrained")
line = run.x[0] + run.x[1] * x
above.plot(x, np.exp(x), "o", x, line, "-")
above.set(ylabel="exp(x) and the line", title=f"largest error {run.fun:.4f}, met three times")
below.stem(x, np.exp(x) - line)
below.axhspan(-run.fun, run.fun, alpha=0.15)
below.set(xlabel="x", ylabel="error")
plt.show()
