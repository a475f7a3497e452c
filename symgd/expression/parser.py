"""A precedence parser: tokens to nodes by an allow-list, and nothing else."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import sympy

from ..errors import ExpressionError
from .builder import CONSTANTS, Builder, Factor, Node
from .functions import ALSO_VARIABLES, BY_NAME, BY_SPELLING, Function, Shorthand
from .tokens import Limits, Token, tokenize

REFUSED_NAMES = {
    **dict.fromkeys(("I", "zoo"), "complex values are not allowed"),
    **dict.fromkeys(
        ("oo", "inf", "Inf", "Infinity", "nan", "NaN"), "only finite numbers are allowed"
    ),
    **dict.fromkeys(("True", "False", "None"), "True stands only in the last pair of a Piecewise"),
    "and": "write (a < b) & (c < d) inside where()",
    "or": "write (a < b) | (c < d) inside where()",
    "not": "write ~(a < b) inside where()",
    "if": "write where(condition, a, b)",
    "else": "write where(condition, a, b)",
    "in": "write 0 < x < 1 inside where()",
    "is": "write == inside where()",
}
PIECEWISE = "Piecewise"
_NEAR = 0.7  # likeness of two words from which one may be meant by the other
_NO_CONDITION = (
    "a condition is a comparison, such as x > 0 or (x > 0) & (y > 0); "
    "a product with |x| needs a *, as in 2*|x|"
)
_SUMS = ("sum", "nansum", "fsum", "prod", "product", "mean", "average", "var", "std", "dot")
_SLOPES = ("diff", "derivative", "gradient", "grad", "d")
_NO_FUNCTIONS = {
    **dict.fromkeys(_SUMS, "write the terms out, such as x1**2 + x2**2"),
    **dict.fromkeys(_SLOPES, "symgd differentiates by itself"),
    **dict.fromkeys(("integrate", "integral", "quad"), "write what the integral is"),
    **dict.fromkeys(
        ("rand", "random", "randn", "normal"), "a formula has the same value each time"
    ),
    **dict.fromkeys(("re", "im", "conj", "conjugate"), "all numbers are real"),
    **dict.fromkeys(("int", "trunc", "fix"), "write sign(x)*floor(abs(x)) for the whole part"),
    "norm": "write hypot(x, y), or sqrt(x**2 + y**2 + z**2)",
    "square": "write x**2",
    "factorial": "write gamma(x + 1)",
    "exp2": "write 2**x",
    "frac": "write x - floor(x)",
    "fmod": "write mod(x, y), which has the sign of y",
    "logit": "write log(x/(1 - x))",
    "leaky_relu": "write max(x, 0.01*x)",
    "elu": "write where(x > 0, x, exp(x) - 1)",
    "gelu": "write x*(1 + erf(x/sqrt(2)))/2",
    **dict.fromkeys(("silu", "swish"), "write x*sigmoid(x)"),
    "softmax": "write the terms out, such as exp(x1)/(exp(x1) + exp(x2))",
    **dict.fromkeys(("zeta", "bessely", "besseli", "besselk"), "it is none of its functions"),
    "lg": "write log10(x)",
    "ld": "write log2(x)",
    **dict.fromkeys(("tg", "tgn"), "write tan(x)"),
    **dict.fromkeys(("ctg", "cotg"), "write cot(x)"),
    **dict.fromkeys(("arctg", "atg"), "write atan(x)"),
    "sh": "write sinh(x)",
    "ch": "write cosh(x)",
    "th": "write tanh(x)",
}

# How tightly operators bind, as in Python: `&` and `|` before comparisons.
_COMPARING, _EITHER, _BOTH, _SUM, _PRODUCT, _SIGN, _POWER = range(10, 80, 10)
_BINDING = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARING),
    "|": _EITHER,
    "&": _BOTH,
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/", _PRODUCT),
    **dict.fromkeys(("**", "^"), _POWER),
}

# How many of the first arguments are conditions.
_CONDITIONS_FIRST = {"where": 1, "logical_and": 2**13, "logical_or": 2**13, "logical_not": 1}

_NOTHING = (Token("end", "", 0, 0),) * 3  # behind the last token

_Recipe = tuple[Any, ...]  # a method of Builder, and its arguments after the text


class Parser:
    """Reads one text; `names` are the variables and parameters that it has met."""

    def __init__(self, text: str, limits: Limits, allowed: set[str] | None, start: int = 0) -> None:
        self._text = text
        self._limits = limits
        self._allowed = allowed
        self._tokens = tokenize(text, limits, start)
        self._index = 0
        self._depth = 0
        self._build = Builder(limits)
        self._called: set[str] = set()
        self.names: dict[str, Node] = {}

    def formula(self) -> Node:
        """Read the whole text."""
        if self._token.kind == "end":
            raise ExpressionError("the formula is empty", self._text)
        node = self._number()
        if self._token.kind != "end":
            self._fail_after_operand()
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._index]

    def _next(self) -> Token:
        token = self._token
        self._index += 1
        return token

    def _expect(self, text: str) -> None:
        if self._token.text != text:
            self._fail_after_operand()
        self._index += 1

    def _fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise ExpressionError(message, self._text, (token or self._token).start + 1)

    def _fail_after_operand(self) -> NoReturn:
        token, before = self._token, self._tokens[self._index - 1]
        if token.text in REFUSED_NAMES:
            self._fail(f"'{token.text}' is not allowed: {REFUSED_NAMES[token.text]}")
        if before.text == "lambda":
            self._fail("write the formula alone, without 'lambda'")
        if token.kind in ("number", "name") or token.text == "(":
            self._fail(f"an operator is missing: write {before.text}*{token.text} for a product")
        self._fail(_AFTER_OPERAND.get(token.text, f"{token.text} is out of place here"))

    def _make(self, start: Token, make: Callable[..., Node], *parts: Any) -> Node:
        """Build a node from the text between a token and here; an error gets its column."""
        try:
            return make(self._since(start), *parts)
        except ExpressionError as error:
            self._fail(error.message, start)

    def _since(self, start: Token) -> str:
        stop = self._tokens[self._index - 1].stop
        return " ".join(self._text[start.start : stop].split())

    @contextmanager
    def _nested(self, token: Token) -> Iterator[None]:
        self._depth += 1
        if self._depth > self._limits.nesting:
            self._fail(
                f"brackets, signs and powers nest at most {self._limits.nesting} deep", token
            )
        yield
        self._depth -= 1

    def _number(self, binding: int = 0) -> Node:
        start = self._token
        return self._as_number(start, self._expression(binding))

    def _condition(self, binding: int = 0) -> Node:
        start = self._token
        return self._as_condition(start, self._expression(binding))

    def _as_number(self, start: Token, node: Node) -> Node:
        if node.truth:
            self._fail("a comparison stands only in the condition of where(condition, a, b)", start)
        return node

    def _as_condition(self, start: Token, node: Node) -> Node:
        if not node.truth:
            self._fail(_NO_CONDITION, start)
        return node

    def _expression(self, binding: int) -> Node:
        """Read operands joined by operators that bind at least so tightly."""
        start = self._token
        node = self._operand()
        while (found := _BINDING.get(self._token.text, -1)) >= binding:
            node = self._make(start, *_INFIX[found](self, start, node))
        return node

    def _chain(self, binding: int) -> Iterator[tuple[str, Node]]:
        """Give the further operands of operators that bind equally, each with its operator."""
        read_operand = self._condition if binding in (_EITHER, _BOTH) else self._number
        while _BINDING.get(self._token.text) == binding:
            yield self._next().text, read_operand(binding + 1)

    def _sum(self, start: Token, first: Node) -> _Recipe:
        terms = [self._as_number(start, first)]
        for operator, node in self._chain(_SUM):
            terms.append(self._build.negative(node.text, node) if operator == "-" else node)
        return self._build.sum, terms

    def _product(self, start: Token, first: Node) -> _Recipe:
        factors = [Factor(self._as_number(start, first))]
        for operator, node in self._chain(_PRODUCT):
            divides = operator == "/"
            factors.append(Factor(node, divides, self._since(start) if divides else ""))
        return self._build.product, factors

    def _power(self, start: Token, base: Node) -> _Recipe:
        with self._nested(self._next()):
            exponent = self._number(_SIGN)
        return self._build.power, self._as_number(start, base), exponent

    def _comparison(self, start: Token, first: Node) -> _Recipe:
        self._as_number(start, first)
        operators, sides = zip(*self._chain(_COMPARING), strict=True)
        return self._build.compare, operators, [first, *sides]

    def _conjunction(self, start: Token, first: Node) -> _Recipe:
        nodes = [self._as_condition(start, first)]
        nodes.extend(node for _, node in self._chain(_BOTH))
        return self._build.both, nodes

    def _disjunction(self, start: Token, first: Node) -> _Recipe:
        nodes = [self._as_condition(start, first)]
        nodes.extend(node for _, node in self._chain(_EITHER))
        return self._build.either, nodes

    def _operand(self) -> Node:
        token = self._token
        if token.kind == "number":
            return self._build.number(self._next().text)
        if token.kind == "name":
            return self._named(self._next())
        if token.text not in _PREFIX:
            self._fail(_NO_OPERAND.get(token.text, f"a value is missing before {token.text}"))
        with self._nested(self._next()):
            return _PREFIX[token.text](self, token)

    def _group(self, token: Token) -> Node:
        node = self._expression(0)
        self._expect(")")
        return node

    def _plus(self, token: Token) -> Node:
        return self._number(_SIGN)

    def _minus(self, token: Token) -> Node:
        return self._make(token, self._build.negative, self._number(_SIGN))

    def _absolute(self, token: Token) -> Node:
        node = self._number(_SUM)
        self._expect("|")
        return self._make(token, self._build.call, BY_NAME["absolute"], [node])

    def _negation(self, token: Token) -> Node:
        return self._make(token, self._build.fails, self._condition(_SIGN))

    def _named(self, token: Token) -> Node:
        if self._token.text == "(":
            return self._call(token)
        function = token.text in BY_SPELLING and token.text not in ALSO_VARIABLES
        if function or token.text == PIECEWISE:
            self._fail(
                f"{token.text} is a function and needs brackets: {self._called_as(token)}", token
            )
        if token.text in REFUSED_NAMES:
            self._fail(f"'{token.text}' is not allowed: {REFUSED_NAMES[token.text]}", token)
        name = "pi" if self._is_pi(token.text) else token.text
        if name in CONSTANTS:
            return self._build.constant(name)
        return self._variable(token)

    def _is_pi(self, name: str) -> bool:
        """Tell whether a name in capitals is that of the number, as it is unless it is declared."""
        return name in ("Pi", "PI") and name not in (self._allowed or ())

    def _called_as(self, function: Token) -> str:
        """Write how a function is called, also where a power stands behind its name."""
        sign, exponent, bracket = (t.text for t in [*self._tokens[self._index :], *_NOTHING][:3])
        power = sign in ("**", "^") and exponent.isdigit() and bracket == "("
        return f"{function.text}(x)" + (f"**{exponent} for its power" if power else "")

    def _variable(self, token: Token) -> Node:
        name = token.text
        if name in self._called:
            self._fail(f"{name} is a function here; give the variable another name", token)
        if name not in self.names:
            if self._allowed is not None and name not in self._allowed:
                ask = f"give params={{{name!r}: ...}} to fix it"
                self._fail(f"{name} is neither in variables nor in params; {ask}", token)
            if len(self.names) == self._limits.variables:
                self._fail(f"a formula has at most {self._limits.variables} variables", token)
            self.names[name] = Node(sympy.Symbol(name, real=True), name)
        return self.names[name]

    def _call(self, token: Token) -> Node:
        row = BY_SPELLING.get(token.text) or BY_SPELLING.get(token.text.lower())
        declared = token.text in self.names or token.text in (self._allowed or ())
        if token.text in ALSO_VARIABLES and declared:
            self._fail(f"{token.text} is a variable here; write {token.text}*(...)", token)
        if row is None and token.text != PIECEWISE:
            self._fail(_unknown(token.text, self.names), token)
        self._called.add(token.text)
        with self._nested(self._next()):
            if row is None:
                return self._pairs(token)
            args = self._arguments(_CONDITIONS_FIRST.get(row.name, 0))
        if not row.takes(len(args)):
            self._fail(f"{token.text} takes {_counted(row)}; it got {len(args)}", token)
        return self._make(token, self._build.call, row, args)

    def _arguments(self, conditions: int) -> list[Node]:
        args: list[Node] = []
        while self._token.text != ")" or args:
            args.append(self._condition() if len(args) < conditions else self._number())
            if self._token.text != ",":
                break
            self._index += 1
        self._expect(")")
        return args

    def _pairs(self, start: Token) -> Node:
        """Read the pairs of a Piecewise, as where(condition, value, the other pairs)."""
        self._expect("(")
        value = self._number()
        self._expect(",")
        if self._token.text == "True":
            self._index += 1
            self._expect(")")
            self._expect(")")
            return value
        test = self._condition()
        self._expect(")")
        if self._token.text != ",":
            self._fail("the last pair of a Piecewise is (value, True)")
        with self._nested(self._next()):
            other = self._pairs(start)
        return self._make(start, self._build.where, test, value, other)


_INFIX: dict[int, Callable[[Parser, Token, Node], _Recipe]] = {
    _COMPARING: Parser._comparison,
    _EITHER: Parser._disjunction,
    _BOTH: Parser._conjunction,
    _SUM: Parser._sum,
    _PRODUCT: Parser._product,
    _POWER: Parser._power,
}
_PREFIX: dict[str, Callable[[Parser, Token], Node]] = {
    "(": Parser._group,
    "+": Parser._plus,
    "-": Parser._minus,
    "|": Parser._absolute,
    "~": Parser._negation,
}
_NO_OPERAND = {
    "": "the formula ends where a value is expected",
}
_AFTER_OPERAND = {
    "": "a bracket is not closed",
    ")": "this bracket was never opened",
    ",": "a comma stands only between the arguments of a function; write 0.5 for 0,5",
}


def _counted(row: Function | Shorthand) -> str:
    if row.most > row.arity:
        more = "or 2" if row.most == 2 else "or more"
        return f"{row.arity} {more} arguments"
    return f"{row.arity} argument{'s' if row.arity > 1 else ''}"


def _unknown(name: str, met: Collection[str]) -> str:
    known = f"{name} is no function that symgd knows"
    if name.lower() in _NO_FUNCTIONS and name not in met:
        return f"{known}: {_NO_FUNCTIONS[name.lower()]}"
    if name in met or len(name) < 3:
        return f"{known}; write {name}*(...) for a product"
    based = re.fullmatch("log_?([0-9]+)", name)
    if based:
        return f"{known}; write log(x, {based[1]})"
    close = difflib.get_close_matches(name, BY_SPELLING, n=1, cutoff=_NEAR)
    return f"{known}; " + (
        f"did you mean {close[0]}?" if close else "help(symgd.Problem) lists those that it knows"
    )
