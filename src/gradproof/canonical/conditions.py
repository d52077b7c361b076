"""Conditions as values that are 1 where they hold and else 0, made of signs and deltas; and cases."""

from collections.abc import Callable
from fractions import Fraction

from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.functions import opaque
from gradproof.canonical.intervals import sign_of_poly
from gradproof.canonical.keys import orient
from gradproof.canonical.letters import read_index
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.names import delta, order
from gradproof.canonical.polynomials import factors
from gradproof.canonical.settling import settle
from gradproof.canonical.signs import sign
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Branch, Compare, Delta, Expr

Read = Callable[[Workspace, Expr, Env], Value]


def holds(w: Workspace, c: Compare, env: Env, read: Read) -> Value:
    """Return 1 where a condition holds, else 0; of indices by deltas, of numbers by ``sign(left - right)``."""
    left, right = read_index(w, c.left, env), read_index(w, c.right, env)
    if left is not None and right is not None and (left.names or right.names):
        match c.op:
            case "=":
                return delta(w, left, right)
            case "!=":
                return _not(w, delta(w, left, right))
            case "<":
                return order(w, left, right)
            case ">":
                return order(w, right, left)
            case "<=":
                return _not(w, order(w, right, left))
            case ">=":
                return _not(w, order(w, left, right))
    s = sign(w, settle(w, w.sub(read(w, c.left, env), read(w, c.right, env))))
    square = w.mul(s, s)
    half = w.number(Fraction(1, 2))
    match c.op:
        case "=":
            return _not(w, square)
        case "!=":
            return square
        case "<":
            return w.mul(half, w.sub(square, s))
        case ">":
            return w.mul(half, w.add(square, s))
        case "<=":
            return _not(w, w.mul(half, w.add(square, s)))
        case ">=":
            return _not(w, w.mul(half, w.sub(square, s)))


def kronecker(w: Workspace, e: Delta, env: Env) -> Value:
    """Return a Kronecker delta.

    Raises:
        NotCanonical: of something else than indices.
    """
    left, right = read_index(w, e.left, env), read_index(w, e.right, env)
    if left is None or right is None:
        raise NotCanonical("a Kronecker delta of something else than indices")
    return delta(w, left, right)


def cases(w: Workspace, branches: tuple[Branch, ...], env: Env, read: Read) -> Value:
    """Return the value of the first branch whose condition holds, 0 where none does."""
    out: list[Value] = []
    rest = w.one_value
    for branch in branches:
        if branch.condition is None:
            weight, rest = rest, w.zero_value
        else:
            here = holds(w, branch.condition, env, read)
            weight, rest = w.mul(rest, here), w.mul(rest, _not(w, here))
        if not weight.num.is_zero():
            out.append(guarded(w, weight, read(w, branch.value, env)))
    return w.total(out)


def guarded(w: Workspace, weight: Value, value: Value) -> Value:
    """Return ``weight · value`` for a value that counts only where the weight is not zero.

    Elsewhere the value need not be defined, so a denominator that may vanish must not become one of the whole:
    its factors f stand as functions ``inverse(f)`` of which nothing is known. Where the weight only tells
    indices apart the denominator may stay if nothing else tells single points apart (`Workspace.fragile`).
    """
    if not w.strict and all(w.atoms[k].kind in ("delta", "order") for k in w.used(weight)):
        w.loose = w.loose or not value.den.is_one()
        return w.mul(weight, value)
    out = w.mul(weight, w.polynomial(value.num))
    if value.den.is_one():
        return out
    content, parts = factors(value.den)
    rest = w.ring.constant(content)
    for f, e in parts:
        if sign_of_poly(w, f):
            rest = rest * f**e
        else:
            turn, argument = orient(w, w.polynomial(f))
            inverse = opaque(w, "inverse", (argument,))
            out = w.mul(out, w.power(inverse if turn > 0 else w.neg(inverse), e))
    return w.div(out, w.polynomial(rest))


def _not(w: Workspace, v: Value) -> Value:
    return w.sub(w.one_value, v)
