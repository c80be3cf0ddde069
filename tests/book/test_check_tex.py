"""Formulas that MathJax would print in red are found, and those that it can typeset are not."""

from importlib.util import find_spec
from pathlib import Path

import check_tex
import pytest

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"


@pytest.fixture(scope="module")
def known():
    return check_tex.known_names(MATHJAX / "tex-chtml.js")


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{\partial l}{\partial w} = \sum_{i=1}^{n} x_i \, \delta_i, \quad x \in \mathbb{R}^{d}",
        r"\begin{aligned} y &= \boldsymbol{W} x + b \\ &\leq \max(0, x) \end{aligned}",
        r"\left( \begin{pmatrix} a & b \\ c & d \end{pmatrix} \right]",
        r"\operatorname{softmax}(x)_k = \{ e^{x_k} \} \qquad \text{for all } k",
        r"\cancel{x} \color{red} \ce{H2O}",
        r"\big\lVert x \big\rVert \to \infty \; \| y \| \{ z \}",
        r"x_i^2 + x_{i_j}^{2^k} + x^{a} y^{b} + \{ x_i \}_j + {x_i}_j \& z",
        r"\text{a_b_c & d} = \texttt{n\_in}_1",
        r"\begin{equation*} a \end{equation*}",
    ],
)
def test_what_mathjax_knows_passes(tex, known):
    assert check_tex.problems(tex, known) == []


@pytest.mark.parametrize(
    ("tex", "problem"),
    [
        (r"\fraq{1}{2}", r"unknown command \fraq"),
        (r"x \in \R", r"unknown command \R"),
        (r"\begin{algned} a \end{algned}", "unknown environment algned"),
        (r"\frac{1}{2", "2 opening and 1 closing braces"),
        (r"} x {", "a closing brace before its opening one"),
        (r"a & b", "& outside of an environment"),
        (r"x^{a}^{b}", "two ^ in a row"),
        (r"\frac{x_1_\beta}{2}", "two _ in a row"),
        (r"\left( x )", r"1 \left and 0 \right"),
        (r"\begin{cases} x \end{aligned}", r"\begin and \end do not match"),
        (r"\begin{cases} x", r"\begin and \end do not match"),
    ],
)
def test_what_mathjax_prints_red_is_named(tex, problem, known):
    assert check_tex.problems(tex, known) == [problem]


def test_a_script_without_tables_is_refused(tmp_path):
    script = tmp_path / "mathjax.js"
    script.write_text("nothing to see")
    with pytest.raises(ValueError, match="does not declare its commands"):
        check_tex.known_names(script)
