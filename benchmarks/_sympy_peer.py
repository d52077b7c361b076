"""Gradproof's trees as SymPy trees, built node by node (no text is parsed), for the peer in `steps`.

Arrays become symbols per entry, every size a small number, sums and free indices are written out: SymPy's own
indexed sums do not differentiate to deltas that it could then collapse. What is declared to be positive is
positive for SymPy too, and a declared equation is solved for one of its symbols and put in.
"""

from collections.abc import Iterator, Mapping
from itertools import product

import sympy

from gradproof.expr import (
    Add,
    Branch,
    Cases,
    Compare,
    Const,
    Context,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Idx,
    Mul,
    Neg,
    Num,
    Pow,
    Root,
    Sum,
    Sym,
    free_indices,
)

SIZE = 2
"""Every symbolic size: the kindest number that still has an off-diagonal."""

FUNCTIONS = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "arctan": sympy.atan,
    "max": sympy.Max,
    "min": sympy.Min,
    "erf": sympy.erf,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "relu": lambda x: sympy.Max(0, x),
}

RELATIONS = {
    "=": sympy.Eq,
    "!=": sympy.Ne,
    "<": sympy.Lt,
    "<=": sympy.Le,
    ">": sympy.Gt,
    ">=": sympy.Ge,
}


class NotConverted(Exception):
    """A node that has no counterpart here; the message names it."""


class Converter:
    """Conversion of the expressions of one context."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.sizes = {r.upper.name for r in context.ranges.values()} | {"m", "n"}

    def symbol(self, name: str, *indices: int) -> sympy.Symbol:
        """Return a symbol with what is declared about it as far as SymPy can be told."""
        domain = self.context.domains.get(name)
        low = None if domain is None else domain.lower
        spelt = "_".join([name, *map(str, indices)])
        if low is not None and low >= 0 and domain.lower_open:
            return sympy.Symbol(spelt, positive=True)
        if low is not None and low >= 0:
            return sympy.Symbol(spelt, nonnegative=True)
        return sympy.Symbol(spelt, real=True)

    def __call__(self, e: Expr, at: Mapping[str, int]) -> sympy.Expr:
        """Return `e` with the free indices at the values `at`."""
        match e:
            case Num(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Const("pi"):
                return sympy.pi
            case Const():
                return sympy.E
            case Sym(name):
                return sympy.Integer(SIZE) if name in self.sizes else self.symbol(name)
            case Idx(name):
                return sympy.Integer(at[name])
            case Neg(arg):
                return -self(arg, at)
            case Add(terms):
                return sympy.Add(*(self(t, at) for t in terms))
            case Mul(factors):
                return sympy.Mul(*(self(f, at) for f in factors))
            case Div(num, den):
                return self(num, at) / self(den, at)
            case Pow(base, exponent):
                return self(base, at) ** self(exponent, at)
            case Root(arg, degree):
                return self(arg, at) ** (1 / self(degree, at))
            case Fn("log", (arg, base)):
                return sympy.log(self(arg, at), self(base, at))
            case Fn(name, args) if name in FUNCTIONS:
                return FUNCTIONS[name](*(self(a, at) for a in args))
            case Entry(Sym(name), indices):
                return self.symbol(name, *(int(self(i, at)) for i in indices))
            case Sum(body, index, lower, upper, None):
                first = 1 if lower is None else int(self(lower, at))
                last = SIZE if upper is None else int(self(upper, at))
                values = range(first, last + 1)
                return sympy.Add(*(self(body, {**at, index.name: k}) for k in values))
            case Delta(left, right):
                return sympy.KroneckerDelta(self(left, at), self(right, at))
            case Cases(branches):
                return sympy.Piecewise(*(self.branch(b, at) for b in branches))
            case Derivative(body, wrt):
                return sympy.Derivative(self(body, at), *(self(w, at) for w in wrt))
            case _:
                raise NotConverted(type(e).__name__)

    def branch(self, b: Branch, at: Mapping[str, int]) -> tuple[sympy.Expr, object]:
        """Return one row of a case distinction."""
        if b.condition is None:
            return self(b.value, at), True
        return self(b.value, at), self.condition(b.condition, at)

    def condition(self, c: Compare, at: Mapping[str, int]) -> object:
        """Return a condition."""
        return RELATIONS[c.op](self(c.left, at), self(c.right, at))

    def constraints(self) -> dict[sympy.Expr, sympy.Expr]:
        """Return the declared equations, each solved for its last symbol."""
        out: dict[sympy.Expr, sympy.Expr] = {}
        for left, right in self.context.constraints:
            equation = self(left, {}) - self(right, {})
            last = max(equation.free_symbols, key=str)
            out[last] = sympy.solve(equation, last)[0]
        return out


def instances(left: Expr, right: Expr, context: Context) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Yield both sides for all values of the free indices.

    Raises:
        NotConverted: a node that has no counterpart here.
    """
    convert = Converter(context)
    free = sorted(free_indices(left) | free_indices(right))
    for values in product(range(1, SIZE + 1), repeat=len(free)):
        at = dict(zip(free, values, strict=True))
        yield convert(left, at), convert(right, at)


def equal(pairs: list[tuple[sympy.Expr, sympy.Expr]], known: Mapping[object, object]) -> bool:
    """Tell whether ``simplify(a - b) == 0`` for every instance, derivatives carried out."""
    return all(sympy.simplify((a.doit() - b.doit()).subs(known)) == 0 for a, b in pairs)
