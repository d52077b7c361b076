"""Fixed powers: small whole ones as products, halves as roots, negative ones as reciprocals."""

from dataclasses import replace
from fractions import Fraction

from gradproof.codegen.algebra import UNIT, apply, constant, number, times
from gradproof.codegen.graph import Graph, Value
from gradproof.codegen.ops import Contract, Map


def reciprocal(graph: Graph, x: Value) -> Value:
    """Return ``1/x``."""
    return power(graph, x, Fraction(-1))


def power(graph: Graph, x: Value, exponent: Fraction) -> Value:
    """Return a fixed power: small whole ones as products, halves as roots."""
    known = constant(graph, x)
    if exponent == 0:
        return number(graph, 1)
    if exponent == 1:
        return x
    whole = exponent.denominator == 1 and abs(exponent) <= 64
    if known is not None and whole and (known or exponent > 0):
        return number(graph, known**exponent.numerator)
    op = graph.ops[x.ref]
    if isinstance(op, Map) and op.fn == "sqrt" and exponent % 2 == 0:
        (arg,) = op.args
        inner = Value(arg.ref, tuple(x.labels[k] for k in arg.axes))
        return power(graph, inner, exponent / 2)
    if exponent == 2:
        return times(graph, x, x)
    if exponent == -1:
        return _inverted(graph, x)
    if exponent == Fraction(1, 2):
        return apply(graph, "sqrt", x)
    if exponent < 0:
        return _inverted(graph, power(graph, x, -exponent))
    return apply(graph, "pow", x, number(graph, exponent))


def _inverted(graph: Graph, x: Value) -> Value:
    op = graph.ops[x.ref]
    if isinstance(op, Map) and op.fn == "reciprocal":
        (arg,) = op.args
        return Value(arg.ref, tuple(x.labels[k] for k in arg.axes))
    if isinstance(op, Contract) and op.coef != 1:
        inner = Value(graph.node(replace(op, coef=UNIT)), x.labels)
        return times(graph, _inverted(graph, times(graph, inner)), coef=1 / op.coef)
    return apply(graph, "reciprocal", x)
