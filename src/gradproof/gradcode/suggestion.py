"""The right gradient as one line of NumPy, in the names of the function's parameters.

This is no second compiler: `gradproof.codegen` prints programs that are stable and fast, with temporaries (``t1``),
helpers (``_sigmoid(-t1)``), checks of their arguments and names of their own. Here a person reads one line beside the
line that they wrote, so it keeps the shape of the derived formula (``X.T @ (y_hat - y) / len(y)``); what has no short
line is left out.
"""

from collections.abc import Mapping
from typing import Final, final

from gradproof.expr import (
    Add,
    Const,
    Context,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    HadamardDiv,
    Identity,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Pow,
    Root,
    Sym,
    Trace,
    Transpose,
    rank,
)  # fmt: skip
from gradproof.rewrite import ONE
from gradproof.spell import identifier

SUM, PRODUCT, UNARY, POWER, ATOM = 1, 2, 3, 4, 5

_FUNCTIONS: Final = {
    "exp": "np.exp", "log": "np.log", "tanh": "np.tanh", "sin": "np.sin", "cos": "np.cos", "sqrt": "np.sqrt",
    "abs": "np.abs", "sign": "np.sign", "log1p": "np.log1p", "cosh": "np.cosh", "sinh": "np.sinh",
    "sigmoid": "sigmoid", "softmax": "softmax", "arctan": "np.arctan",
}  # fmt: skip


class _Unwritten(Exception):
    """Something has no short spelling in NumPy."""


def numpy_line(gradient: Expr, context: Context, names: Mapping[str, str]) -> str | None:
    """Return NumPy for a gradient, None where it has no short spelling.

    Args:
        gradient: in matrix notation, without indices.
        context: what it holds under.
        names: the parameter that a symbol is passed as; others are called by their own name.

    >>> from gradproof.expr import Size, Space
    >>> X, w = Sym("X", Space((Size("m"), Size("n")))), Sym("w", Space((Size("n"),)))
    >>> numpy_line(Div(MatMul((Transpose(X), MatMul((X, w)))), Sym("m")), Context(), {"m": "len(X)"})
    'X.T @ (X @ w) / len(X)'
    """
    try:
        return _Writer(context, names).write(gradient)[0]
    except _Unwritten:
        return None


@final
class _Writer:
    def __init__(self, context: Context, names: Mapping[str, str]) -> None:
        self.context = context
        self.names = names

    def part(self, e: Expr, least: int) -> str:
        text, level = self.write(e)
        return text if level >= least else f"({text})"

    def write(self, e: Expr) -> tuple[str, int]:
        match e:
            case Num(value):
                if value.denominator == 1:
                    return str(value), ATOM if value >= 0 else UNARY
                return f"{value.numerator} / {value.denominator}", PRODUCT
            case Const(name):
                return f"np.{name}", ATOM
            case Sym(name):
                return self.names.get(name, identifier(name)), ATOM
            case Neg(x):
                return f"-{self.part(x, PRODUCT)}", UNARY
            case Add(terms):
                return self.sum(terms), SUM
            case Mul(factors):
                return self.scaled(factors), PRODUCT
            case Div(top, bottom):
                return f"{self.part(top, PRODUCT)} / {self.part(bottom, UNARY)}", PRODUCT
            case Hadamard(factors):
                return " * ".join(self.part(f, UNARY) for f in factors), PRODUCT
            case HadamardDiv(top, bottom):
                return f"{self.part(top, PRODUCT)} / {self.part(bottom, UNARY)}", PRODUCT
            case MatMul(factors):
                return self.product(factors)
            case _:
                return self.atom(e)

    def atom(self, e: Expr) -> tuple[str, int]:
        match e:
            case Pow(base, exponent):
                return f"{self.part(base, ATOM)} ** {self.part(exponent, ATOM)}", POWER
            case Root(x, Num(n)) if n == 2:
                return f"np.sqrt({self.write(x)[0]})", ATOM
            case Transpose(x):
                if rank(x, self.context) == 1:
                    return self.part(x, ATOM), ATOM
                return f"{self.part(x, ATOM)}.T", ATOM
            case Inverse(x):
                return f"np.linalg.inv({self.write(x)[0]})", ATOM
            case Trace(x):
                return f"np.trace({self.write(x)[0]})", ATOM
            case Diag(x):
                return f"np.diag({self.write(x)[0]})", ATOM
            case Norm(x, "2" | "F"):
                return f"np.linalg.norm({self.write(x)[0]})", ATOM
            case Frobenius(a, b):
                return f"np.sum({self.part(a, UNARY)} * {self.part(b, UNARY)})", ATOM
            case Fn(name, (x,)) if name in _FUNCTIONS:
                return f"{_FUNCTIONS[name]}({self.write(x)[0]})", ATOM
            case Fn("relu", (x,)):
                return f"np.maximum({self.write(x)[0]}, 0)", ATOM
            case Identity(space):
                size = space.shape[0].name
                if size not in self.names:
                    raise _Unwritten
                return f"np.eye({self.names[size]})", ATOM
            case Entry(Sym(name), _) if name in self.names and not rank(e, self.context):
                raise _Unwritten
            case _:
                raise _Unwritten

    def sum(self, terms: tuple[Expr, ...]) -> str:
        out = self.part(terms[0], SUM)
        for t in terms[1:]:
            if isinstance(t, Neg):
                out += f" - {self.part(t.arg, PRODUCT)}"
            else:
                out += f" + {self.part(t, PRODUCT)}"
        return out

    def scaled(self, factors: tuple[Expr, ...]) -> str:
        """A product with scalars: fractions ``1/m`` in front are divisions at the end."""
        over: list[str] = []
        beside: list[str] = []
        for f in factors:
            if isinstance(f, Div) and f.num == ONE:
                over.append(self.part(f.den, UNARY))
                continue
            beside.append(self.part(f, UNARY))
        return " * ".join(beside or ["1"]) + "".join(f" / {o}" for o in over)

    def product(self, factors: tuple[Expr, ...]) -> tuple[str, int]:
        """A matrix product; with a vector of ones it is a sum, of a column and a row the outer product."""
        match factors:
            case (*rest, Ones()) if rest:
                inner = _several(tuple(rest))
                if rank(inner, self.context) == 2:
                    bare, axis = (inner.arg, 0) if isinstance(inner, Transpose) else (inner, 1)
                    return f"{self.part(bare, ATOM)}.sum(axis={axis})", ATOM
            case (Transpose(Ones()), *rest) if rest:
                inner = _several(tuple(rest))
                along = "axis=0" if rank(inner, self.context) == 2 else ""
                return f"{self.part(inner, ATOM)}.sum({along})", ATOM
            case (*rest, Transpose(row)) if rest and rank(row, self.context) == 1:
                inner = _several(tuple(rest))
                if rank(inner, self.context) == 1 and not _holds_ones(factors):
                    return f"np.outer({self.write(inner)[0]}, {self.write(row)[0]})", ATOM
                raise _Unwritten
            case _:
                pass
        if _holds_ones(factors):
            raise _Unwritten
        return " @ ".join(self.part(f, POWER) for f in factors), PRODUCT


def _several(factors: tuple[Expr, ...]) -> Expr:
    return factors[0] if len(factors) == 1 else MatMul(factors)


def _holds_ones(factors: tuple[Expr, ...]) -> bool:
    return any(isinstance(f.arg if isinstance(f, Transpose) else f, Ones) for f in factors)
