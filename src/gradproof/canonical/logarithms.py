"""Logarithms, split over a product only where the signs of its factors are known."""

from gradproof.canonical.atoms import Atom, Value
from gradproof.canonical.intervals import honest, sign_of_poly
from gradproof.canonical.keys import sign_of, spell
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.polynomials import Poly, constant, factors, primes, variable
from gradproof.canonical.workspace import Workspace


def log(w: Workspace, u: Value) -> Value:
    """Return ``log u``.

    Positive factors are split off, ``log e^v = v``, an even power gives ``log |f|``; of the others the
    product stays together. A factor that is alone must be positive wherever the logarithm is defined.

    Raises:
        NotCanonical: the logarithm is defined nowhere.
    """
    key = ("log", str(u.num), str(u.den))
    found = w.memo.get(key)
    if found is None:
        found = w.memo[key] = _log(w, u)
    return found


def log_absolute(w: Workspace, u: Value) -> Value:
    """Return ``log |u|``."""
    if u.num.is_zero():
        raise NotCanonical("the logarithm of zero")
    out: list[Value] = []
    for p, side in ((u.num, 1), (u.den, -1)):
        content, parts = factors(p)
        out.append(_of_number(w, abs(content), side))
        for f, e in parts:
            known = sign_of_poly(w, f)
            positive = f if known > 0 else -f
            part = log(w, w.polynomial(positive)) if known else _log_absolute(w, f)
            out.append(w.mul(w.number(side * e), part))
    return w.total(out)


def _log(w: Workspace, u: Value) -> Value:
    if u.num.is_zero():
        raise NotCanonical("the logarithm of zero")
    out: list[Value] = []
    turn = 1
    odd: list[tuple[Poly, int]] = []
    for p, side in ((u.num, 1), (u.den, -1)):
        content, parts = factors(p)
        if content < 0:
            turn = -turn
        out.append(_of_number(w, abs(content), side))
        for f, e in parts:
            e *= side
            part = _of_generator(w, f)
            if part is not None:
                out.append(w.mul(w.number(e), part))
                continue
            known = sign_of_poly(w, f)
            if known:
                out.append(w.mul(w.number(e), _log_atom(w, f if known > 0 else -f)))
                turn = -turn if known < 0 and e % 2 else turn
            elif e % 2:
                odd.append((f, e))
            else:
                out.append(w.mul(w.number(e), _log_absolute(w, f)))
    odd, turn = _pair_signs(w, odd, turn, out)
    return w.total([*out, _of_rest(w, odd, turn)])


def _pair_signs(
    w: Workspace, odd: list[tuple[Poly, int]], turn: int, out: list[Value]
) -> tuple[list[tuple[Poly, int]], int]:
    """Join ``sign(f) · f`` to ``|f|``; the logarithms of these go to `out`."""
    rest = list(odd)
    for s, _ in odd:
        k = variable(s)
        if k is None or w.atoms[k].kind != "sign":
            continue
        inner = w.atoms[k].args[0].num
        for f, d in rest:
            if f in (inner, -inner):
                rest = [x for x in rest if x[0] not in (s, f)]
                out.append(w.mul(w.number(d), _log_absolute(w, f)))
                turn = turn if f == inner else -turn
                break
    return rest, turn


def _of_rest(w: Workspace, odd: list[tuple[Poly, int]], turn: int) -> Value:
    """Return the logarithm of the product of factors of unknown sign, each to an odd power."""
    if not odd:
        if turn < 0:
            raise NotCanonical("the logarithm of a negative number")
        return w.zero_value
    if len(odd) == 1:
        f, e = odd[0]
        return w.mul(w.number(e), _log_atom(w, f if turn > 0 else -f))
    whole = w.ring.constant(turn)
    out: list[Value] = []
    for f, e in odd:
        whole = w.times(whole, f)
        if e != 1:
            out.append(w.mul(w.number(e - 1), _log_absolute(w, f)))
    return w.total([*out, _log_atom(w, whole)])


def _of_generator(w: Workspace, f: Poly) -> Value | None:
    """Return the logarithm of a generator that is an exponential or a root."""
    k = variable(f)
    if k is None:
        return None
    atom = w.atoms[k]
    match atom.kind:
        case "exp" if honest(w, atom):
            return w.div(atom.args[0], w.number(atom.scale))
        case "root":
            return w.div(log(w, atom.args[0]), w.number(atom.scale))
        case _:
            return None


def _of_number(w: Workspace, n: int, side: int) -> Value:
    parts = [w.mul(w.number(side * e), _log_atom(w, w.ring.constant(p))) for p, e in primes(n)]
    return w.total(parts)


def _log_atom(w: Workspace, f: Poly) -> Value:
    if constant(f) == 1:
        return w.zero_value
    v = w.polynomial(f)
    return w.atom(
        Atom("log", f"log({spell(w, f)})", args=(v,), depends=w.depends(v), height=w.height(v))
    )


def _log_absolute(w: Workspace, f: Poly) -> Value:
    """Return ``log |f|`` of an irreducible polynomial."""
    k = variable(f)
    if k is not None and w.atoms[k].kind == "sign":
        return w.zero_value
    if sign_of(w, f) < 0:
        f = -f
    v = w.polynomial(f)
    return w.atom(
        Atom(
            "logabs",
            f"logabs({spell(w, f)})",
            args=(v,),
            depends=w.depends(v),
            height=w.height(v),
        )
    )
