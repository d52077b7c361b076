"""Sign and absolute value: ``|u| = sign(u) · u``, ``sign³ = sign``; everything with a kink is made of these."""

from fractions import Fraction

from gradproof.canonical.atoms import Atom, Relation, Value
from gradproof.canonical.intervals import sign_of_poly
from gradproof.canonical.keys import sign_of, spell
from gradproof.canonical.polynomials import Poly, factors, variable
from gradproof.canonical.workspace import Workspace


def sign(w: Workspace, u: Value) -> Value:
    """Return the sign of a value, the product of the signs of its factors (0 at 0)."""
    if u.num.is_zero():
        return u
    key = ("sign", str(u.num), str(u.den))
    found = w.memo.get(key)
    if found is None:
        found = w.memo[key] = _sign(w, u)
    return found


def absolute(w: Workspace, u: Value) -> Value:
    """Return ``|u|``."""
    return w.mul(sign(w, u), u)


def _sign(w: Workspace, u: Value) -> Value:
    out = w.one_value
    for p, below in ((u.num, False), (u.den, True)):
        content, parts = factors(p)
        if content < 0:
            out = w.neg(out)
        for f, e in parts:
            if below and e % 2 == 0:
                continue
            known = sign_of_poly(w, f)
            if known:
                out = w.neg(out) if known < 0 and e % 2 else out
            else:
                s = _sign_of_factor(w, f)
                out = w.mul(out, s if e % 2 else w.mul(s, s))
    return out


def _sign_of_factor(w: Workspace, f: Poly) -> Value:
    """Return the sign of an irreducible polynomial."""
    k = variable(f)
    if k is not None and w.atoms[k].kind == "sign":
        return w.generator(k)
    turn = sign_of(w, f)
    if turn < 0:
        f = -f
    out = _of_label(w, f)
    if out is None:
        argument = w.polynomial(f)
        atom = Atom(
            "sign",
            f"sign({spell(w, f)})",
            args=(argument,),
            depends=w.depends(argument),
            height=w.height(argument),
        )
        k, new = w.intern(atom)
        if new:
            w.relate(k, Relation(3, w.gens[k], variable(f)))
        out = w.generator(k)
    return w.neg(out) if turn < 0 else out


def _of_label(w: Workspace, f: Poly) -> Value | None:
    """Return the sign of a polynomial in one label (a name that is 0 or 1), which is linear in it."""
    found = [k for k, d in enumerate(f.degrees()) if d]
    if len(found) != 1:
        return None
    k = found[0]
    domain = w.context.domains.get(w.atoms[k].name)
    if w.atoms[k].kind not in ("symbol", "entry") or domain is None:
        return None
    if set(domain.members) != {Fraction(0), Fraction(1)}:
        return None
    low, high = (int(c.leading_coefficient()) if c else 0 for c in (_at(f, k, 0), _at(f, k, 1)))
    low, high = (low > 0) - (low < 0), (high > 0) - (high < 0)
    return w.add(w.number(low), w.mul(w.number(high - low), w.generator(k)))


def _at(f: Poly, k: int, value: int) -> Poly:
    return f.subs({k: value})
