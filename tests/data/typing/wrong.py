"""A mistake in each line that says so, which a type checker finds, and no other."""

import symgd

symgd.minimise("x**2")  # wrong
symgd.minimize("x**2", learning_rate=0.1)  # wrong
symgd.minimize("x**2", bounds=5)  # wrong
symgd.minimize("x**2", bounds="wide")  # wrong
symgd.minimize("x**2", x0="1")  # wrong
symgd.minimize("x**2", x0=["1", "2"])  # wrong
symgd.minimize("x**2", lr=[0.1, 0.2])  # wrong
symgd.minimize("x**2", epochs="2")  # wrong
symgd.minimize("x**2", sampler="sobool")  # wrong
symgd.minimize("x**2", method="newtonian")  # wrong
symgd.minimize("x**2", escape="yes")  # wrong
symgd.minimize("x**2").minimum  # wrong
symgd.minimize("x**2").runs.value  # wrong
symgd.judge("x**2")  # wrong
symgd.judge("x**2", "1")  # wrong
symgd.sweep("x**2", starts="until 1%")  # wrong
symgd.sweep("x**2", lrr=[0.1])  # wrong
symgd.sweep("x**2", epochs=["1"])  # wrong
symgd.sweep("x**2", sampler="sobool")  # wrong
symgd.sweep("x**2", method="newtonian")  # wrong
symgd.sweep("x**2", lr=[0.1]).minimum.x  # wrong
symgd.Problem("x**2", param={"a": 1})  # wrong
symgd.Problem("a*x**2", params={"a": "1"})  # wrong
symgd.Problem("x**2").derivative  # wrong
symgd.plots.histogram("x**2")  # wrong
