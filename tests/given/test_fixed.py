"""A variable with the same bound on both sides is fixed."""

import numpy as np
import pytest

import symgd


def test_a_fixed_variable_is_a_parameter_of_the_result():
    result = symgd.minimize("x**2 + x*y - y**2", bounds={"y": (3, 3)})
    assert result.problem.names == ("x",)
    assert dict(result.problem.params) == {"y": 3.0}
    assert result.x == pytest.approx([-1.5])
    assert result.fun == pytest.approx(-11.25)  # x*(x + 3) - 9 at -1.5
    assert result.status == symgd.Status.CONVERGED  # though -y**2 would fall beyond the bound


@pytest.mark.parametrize("x0", [(1.0, 3.0), [(1.0, 3.0), (2.0, 3.0)], {"x": [1.0, 2.0]}])
def test_starts_name_all_variables_or_those_that_are_free(x0):
    result = symgd.minimize("(x - y)**2", x0=x0, bounds=[(None, None), (3, 3)])
    assert result.runs.x.ravel() == pytest.approx(3.0)


def test_a_start_beside_the_fixed_value_is_refused():
    with pytest.raises(symgd.ConfigurationError, match="3 <= y <= 3"):
        symgd.minimize("(x - y)**2", x0=(1, 2), bounds={"y": (3, 3)})


def test_the_box_of_starts_is_that_of_the_free_variables():
    box = [(5, 6), (-1, 1)]
    result = symgd.minimize("(x - y)**2", bounds={"y": (3, 3)}, start_box=box)
    assert ((result.runs.x0 >= 5) & (result.runs.x0 <= 6)).all()


def test_a_sweep_fixes_variables_too():
    table = symgd.sweep("(x - y)**2", x0=(1, 3), lr=[0.25, 0.5], epochs=1, bounds={"y": (3, 3)})
    np.testing.assert_array_equal(table.x.ravel(), [2.0, 3.0])


def test_at_least_one_variable_is_free():
    with pytest.raises(symgd.ConfigurationError, match="at least one variable"):
        symgd.minimize("x + y", bounds=[(1, 1), (2, 2)])
