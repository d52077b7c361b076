"""Conditions as values that are 1 where they hold and else 0, made of signs and deltas; and cases."""

from collections.abc import Callable
from fractions import Fraction

from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.letters import read_index
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.names import delta, order
from gradproof.canonical.polynomials import divides
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
    """Return the value of the first branch whose condition holds, 0 where none does.

    Raises:
        NotCanonical: as `guarded`.
    """
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
    """Return a value that counts only where `weight` is not zero; elsewhere it need not be defined.

    Raises:
        NotCanonical: the value may be undefined on the edge of where it counts.
    """
    degrees = value.den.degrees()
    if any(degrees[k] > 0 and k not in w.roots for k in w.relations):
        raise NotCanonical("a case with a kink or a label in a denominator")
    for k in w.used(weight):
        atom = w.atoms[k]
        if atom.kind == "sign" and divides(atom.args[0].num, value.den):
            raise NotCanonical("a case that is not defined on its edge")
    return w.mul(weight, value)


def _not(w: Workspace, v: Value) -> Value:
    return w.sub(w.one_value, v)
