"""One part of a formula after the other, lowered to nodes of the graph."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import assert_never

from gradproof.codegen.algebra import apply, constant, eye, number
from gradproof.codegen.graph import Value
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower import arrays
from gradproof.codegen.lower.definitions import applied, named
from gradproof.codegen.lower.indices import condition, delta, extreme, index_value, reduced, taken
from gradproof.codegen.lower.low import Low, Scope, Work
from gradproof.codegen.ops import Constant
from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Space,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
)  # fmt: skip
from gradproof.spell import to_plain


def lower(work: Work, e: Expr, scope: Scope) -> Low:
    """Return what a part of a formula is on whole arrays.

    Raises:
        CannotCompile: it cannot be said with whole arrays; the message says which part.
    """

    def part(x: Expr, inner: Scope = scope) -> Low:
        return lower(work, x, inner)

    def parts(xs: Sequence[Expr]) -> list[Low]:
        return [lower(work, x, scope) for x in xs]

    graph = work.graph
    match e:
        case Num(value):
            return Low(number(graph, value))
        case Const(name):
            return Low(Value(graph.node(Constant(name))))
        case Sym():
            return named(work, e, (), scope, lower)
        case Idx(name):
            if name not in scope.indices:
                raise CannotCompile(
                    f"the index {name} stands outside of a sum over it; write the sum, or give the array of entries "
                    "a name by a definition"
                )
            return Low(index_value(work, e, scope, lambda x, s: lower(work, x, s)))
        case Neg(arg):
            return arrays.scaled(part(arg), work, Fraction(-1))
        case Add(terms):
            return arrays.summed(work, parts(terms))
        case Mul(factors):
            return arrays.multiplied(work, _squeezed(parts(factors)))
        case Hadamard(factors):
            return arrays.multiplied(work, parts(factors))
        case Div(num, den) | HadamardDiv(num, den):
            return arrays.multiplied(work, (part(num), _reciprocal(work, part(den))))
        case Pow():
            return _power(work, e, scope)
        case MatMul(factors):
            return arrays.chained(work, parts(factors))
        case Frobenius(left, right):
            return arrays.inner(work, part(left), part(right))
        case Kron(left, right):
            return arrays.kronecker(work, part(left), part(right))
        case Transpose(arg):
            return arrays.transposed(part(arg))
        case Trace(arg):
            return arrays.traced(work, part(arg))
        case Det(arg):
            return arrays.determinant(work, part(arg))
        case Inverse(arg):
            return arrays.inverted(work, part(arg))
        case PseudoInverse(arg):
            return _pseudo_inverse(work, part(arg))
        case Vec(arg):
            return arrays.stacked_columns(work, part(arg))
        case Diag(arg):
            return arrays.diagonal(work, part(arg))
        case Norm(arg, order):
            return arrays.norm(work, part(arg), order)
        case Fn():
            return _function(work, e, scope)
        case Root(arg, degree):
            return _root(work, part(arg), part(degree))
        case Entry():
            return _entry(work, e, scope)
        case Sum() | Prod():
            return reduced(work, e, scope, part)
        case Delta(left, right):
            return Low(delta(work, left, right, scope, part))
        case Indicator(c):
            return Low(condition(work, c, scope, part))
        case Cases(branches):
            return _cases(work, branches, scope)
        case Apply():
            return applied(work, e, (), scope, lower)
        case Let(symbol, value, body):
            return part(body, scope.with_parameters({symbol.name: (value, scope)}))
        case At(body, Sym(name), value):
            return part(body, scope.with_parameters({name: (value, scope)}))
        case Stack(rows):
            return arrays.blocks(work, [parts(r.cells) for r in rows])
        case Ones(space):
            return Low(number(graph, 1), _axes(work, space))
        case Identity(space):
            a, b = _axes(work, space)
            return Low(eye(graph, a, b), (a, b))
        case Derivative() | Gradient() | Differential() | At():
            raise CannotCompile(
                f"the derivative {to_plain(e)} stands inside the formula; give the function that is differentiated, "
                "and name the variable with --wrt"
            )
        case Opaque("max" | "min" as head, (inner, Idx() as index)):
            return extreme(work, head, inner, index, scope, part)
        case Opaque(head):
            raise CannotCompile(
                f"{to_plain(e)} ({head}) has no value that can be computed; write the sum or the function that it "
                "stands for"
            )
        case Compare() | Branch() | Row():
            raise CannotCompile("a condition or a row where a value is expected")
        case _:
            assert_never(e)


def _axes(work: Work, space: Space) -> tuple[int, ...]:
    return tuple(work.graph.label(work.dim(s)) for s in space.shape)


def _squeezed(parts: list[Low]) -> list[Low]:
    """Refuse products of arrays of which it is not said which one is meant."""
    if sum(1 for p in parts if p.rank) > 1 and len({p.rank for p in parts if p.rank}) > 1:
        raise CannotCompile("a product of arrays of which it is not said which one is meant")
    return parts


def _reciprocal(work: Work, x: Low) -> Low:
    return arrays.raised(work, x, Fraction(-1))


def _pseudo_inverse(work: Work, x: Low) -> Low:
    """Return the pseudo-inverse; a matrix is taken for a tall one unless its sizes are numbers."""
    height, width = (work.graph.sizes[a].value for a in (x.axes[0], x.axes[-1]))
    wide = height is not None and width is not None and height < width
    return arrays.pseudo_inverted(work, x, wide)


def whole_number(work: Work, x: Low) -> Fraction | None:
    """Return the number that a part is, or None."""
    return constant(work.graph, x.value)


def _power(work: Work, e: Pow, scope: Scope) -> Low:
    exponent = lower(work, e.exponent, scope)
    if isinstance(e.base, Const) and e.base.name == "e":
        return arrays.mapped(work, "exp", exponent)
    base = lower(work, e.base, scope)
    fixed = whole_number(work, exponent)
    if fixed is None:
        if base.rank == 2:
            raise CannotCompile("a matrix to a power that is not a number")
        return arrays.mapped(work, "pow", base, exponent)
    if base.rank == 2:
        return arrays.powered(work, base, fixed)
    if fixed == 2 and base.rank == 1 and work.context.layout.lengths:
        return arrays.inner(work, base, base)
    return arrays.raised(work, base, fixed)


def _root(work: Work, x: Low, degree: Low) -> Low:
    fixed = whole_number(work, degree)
    if fixed is None:
        return arrays.mapped(work, "pow", x, _reciprocal(work, degree))
    if fixed.denominator != 1 or fixed <= 0:
        raise CannotCompile("a root of a degree that is not a positive whole number")
    if fixed == 3:
        return arrays.mapped(work, "cbrt", x)
    if fixed % 2 == 0:
        return arrays.raised(work, x, 1 / fixed)
    sign = arrays.mapped(work, "sign", x)
    size = arrays.raised(work, arrays.mapped(work, "abs", x), 1 / fixed)
    return arrays.multiplied(work, (sign, size))


def _entry(work: Work, e: Entry, scope: Scope) -> Low:
    array, indices = e.array, e.indices
    while isinstance(array, Entry):
        array, indices = array.array, (*array.indices, *indices)
    match array:
        case Sym():
            return named(work, array, indices, scope, lower)
        case Apply():
            return applied(work, array, indices, scope, lower)
        case _:
            x = lower(work, array, scope)
            return taken(work, x, indices, (), scope, to_plain(array), partial(lower, work))


_PLAIN = frozenset(
    {
        "exp", "log", "abs", "sign", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin",
        "arccos", "arctan", "sigmoid", "softplus", "relu", "erf",
    }
)  # fmt: skip
_INVERTED = {"sec": "cos", "csc": "sin", "cot": "tan"}


def _function(work: Work, e: Fn, scope: Scope) -> Low:
    xs = [lower(work, a, scope) for a in e.args]
    match e.name:
        case "log" if len(xs) == 2:
            top, base = (arrays.mapped(work, "log", x) for x in xs)
            return arrays.multiplied(work, (top, _reciprocal(work, base)))
        case "log" if isinstance(e.args[0], Det):
            return arrays.determinant(work, lower(work, e.args[0].arg, scope), log=True)
        case "sqrt":
            return arrays.raised(work, xs[0], Fraction(1, 2))
        case "sec" | "csc" | "cot":
            return _reciprocal(work, arrays.mapped(work, _INVERTED[e.name], xs[0]))
        case "softmax" | "logsoftmax" | "logsumexp":
            return arrays.along(work, e.name, xs[0])
        case "mean":
            return arrays.mean(work, xs[0])
        case "var":
            return arrays.variance(work, xs[0])
        case "max" | "min":
            return _extreme(work, e.name, xs)
        case name if name in _PLAIN and len(xs) == 1:
            return arrays.mapped(work, name, xs[0])
        case _:
            raise CannotCompile(f"{e.name} of {len(xs)} arguments")


def _extreme(work: Work, name: str, xs: list[Low]) -> Low:
    """Return the largest (smallest); constants come first, so that their side decides at a tie."""
    if len(xs) == 1 and xs[0].rank:
        x = xs[0]
        fn = "maximum" if name == "max" else "minimum"
        while x.rank:
            x = arrays.along(work, fn, x)
        return x
    xs.sort(key=lambda x: whole_number(work, x) is None)
    out = xs[0]
    for x in xs[1:]:
        out = arrays.mapped(work, name, out, x)
    return out


def _cases(work: Work, branches: tuple[Branch, ...], scope: Scope) -> Low:
    """Return the value of the first branch whose condition holds; the last one is taken where none does."""

    def part(x: Expr, inner: Scope) -> Low:
        return lower(work, x, inner)

    graph = work.graph
    values = [lower(work, b.value, scope) for b in branches]
    values, most = arrays.aligned(work, values, "cases")
    out = values[-1].value
    for b, x in zip(branches[-2::-1], values[-2::-1], strict=True):
        if b.condition is None:
            out = x.value
            continue
        holds = condition(work, b.condition, scope, part)
        out = apply(graph, "where", holds, x.value, out)
    return replace(most, value=out)
