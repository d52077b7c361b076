"""Named functions in terms of exponentials, logarithms, signs and a few opaque ones."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from gradproof.canonical.atoms import Atom, Relation, Value
from gradproof.canonical.exponentials import exp, power
from gradproof.canonical.keys import orient, value_key
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.logarithms import log
from gradproof.canonical.signs import absolute, sign
from gradproof.canonical.workspace import Workspace

_HALF: Final = Fraction(1, 2)


def call(w: Workspace, name: str, args: list[Value]) -> Value:
    """Return a function known by name of canonical scalar arguments.

    Raises:
        NotCanonical: a number of arguments, or a function, that is not handled.
    """
    if name in ("max", "min") and args:
        return _extreme(w, args, 1 if name == "max" else -1)
    if name == "log" and len(args) == 2:
        return w.div(log(w, args[0]), log(w, args[1]))
    found = _TABLE.get(name)
    if found is None or len(args) != 1:
        raise NotCanonical(f"{name} of {len(args)} arguments")
    return found(w, args[0])


def opaque(w: Workspace, name: str, args: tuple[Value, ...]) -> Value:
    """Return a function of which nothing is known but its arguments."""
    key = f"{name!r}({','.join(value_key(w, a) for a in args)})"
    depends = frozenset[str]().union(*(w.depends(a) for a in args))
    height = max((w.height(a) for a in args), default=0)
    return w.atom(Atom("function", key, name=name, args=args, depends=depends, height=height))


def pi(w: Workspace) -> Value:
    """Return π."""
    return w.atom(Atom("function", "pi", name="pi"))


def sine(w: Workspace, u: Value) -> Value:
    """Return sin u; its square is ``1 - cos² u``."""
    if u.num.is_zero():
        return u
    turn, u = orient(w, u)
    out = opaque(w, "sin", (u,))
    k = w.used(out)[0]
    if k not in w.relations:
        c = opaque(w, "cos", (u,)).num
        w.relate(k, Relation(2, w.one - c * c))
    return out if turn > 0 else w.neg(out)


def cosine(w: Workspace, u: Value) -> Value:
    """Return cos u."""
    if u.num.is_zero():
        return w.one_value
    return opaque(w, "cos", (orient(w, u)[1],))


def _odd(name: str) -> Callable[[Workspace, Value], Value]:
    def function(w: Workspace, u: Value) -> Value:
        if u.num.is_zero():
            return u
        turn, u = orient(w, u)
        out = opaque(w, name, (u,))
        return out if turn > 0 else w.neg(out)

    return function


def _sigmoid(w: Workspace, u: Value) -> Value:
    e = exp(w, u)
    return w.div(e, w.add(w.one_value, e))


def _softplus(w: Workspace, u: Value) -> Value:
    return log(w, w.add(w.one_value, exp(w, u)))


def _sinh(w: Workspace, u: Value) -> Value:
    e = exp(w, u)
    return w.mul(w.number(_HALF), w.sub(e, w.power(e, -1)))


def _cosh(w: Workspace, u: Value) -> Value:
    e = exp(w, u)
    return w.mul(w.number(_HALF), w.add(e, w.power(e, -1)))


def _tanh(w: Workspace, u: Value) -> Value:
    return w.div(_sinh(w, u), _cosh(w, u))


def _sqrt(w: Workspace, u: Value) -> Value:
    return power(w, u, w.number(_HALF))


def _relu(w: Workspace, u: Value) -> Value:
    return w.mul(w.number(_HALF), w.add(u, absolute(w, u)))


def _arccos(w: Workspace, u: Value) -> Value:
    return w.sub(w.mul(w.number(_HALF), pi(w)), _odd("arcsin")(w, u))


def _extreme(w: Workspace, args: list[Value], turn: int) -> Value:
    """Return the maximum (or minimum, with turn -1): ``max(a, b) = (a + b + |a - b|) / 2``."""
    args = sorted(args, key=lambda a: value_key(w, a))
    out = args[0]
    for a in args[1:]:
        gap = w.mul(w.number(turn), absolute(w, w.sub(out, a)))
        out = w.mul(w.number(_HALF), w.total([out, a, gap]))
    return out


def _over(
    top: Callable[[Workspace, Value], Value] | None, below: Callable[[Workspace, Value], Value]
) -> Callable[[Workspace, Value], Value]:
    def function(w: Workspace, u: Value) -> Value:
        return w.div(w.one_value if top is None else top(w, u), below(w, u))

    return function


_TABLE: Final[dict[str, Callable[[Workspace, Value], Value]]] = {
    "exp": exp, "log": log, "sqrt": _sqrt, "abs": absolute, "sign": sign, "relu": _relu,
    "sin": sine, "cos": cosine, "tan": _over(sine, cosine), "cot": _over(cosine, sine),
    "sec": _over(None, cosine), "csc": _over(None, sine),
    "sinh": _sinh, "cosh": _cosh, "tanh": _tanh,
    "arcsin": _odd("arcsin"), "arctan": _odd("arctan"), "arccos": _arccos, "erf": _odd("erf"),
    "sigmoid": _sigmoid, "softplus": _softplus,
}  # fmt: skip
