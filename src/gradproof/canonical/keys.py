"""Spelling values: equal values have equal keys, in whatever order a workspace met their atoms."""

from fractions import Fraction

from gradproof.canonical.atoms import Value
from gradproof.canonical.limits import too_large
from gradproof.canonical.polynomials import Monomial, Poly, monomial, terms
from gradproof.canonical.workspace import Workspace

MAX_KEY = 200_000
"""Longest spelling in characters."""


def spell_monomial(w: Workspace, m: Monomial) -> str:
    """Return the spelling of a monomial; generators of exponentials count in fractions."""
    parts: list[str] = []
    for k, e in enumerate(m):
        if e:
            atom = w.atoms[k]
            power = e if atom.scale == 1 else Fraction(e, atom.scale)
            parts.append(atom.key if power == 1 else f"{atom.key}^{power}")
    parts.sort()
    return "*".join(parts)


def spell(w: Workspace, p: Poly) -> str:
    """Return the spelling of a polynomial.

    Raises:
        NotCanonical: it is too long.
    """
    if len(p) == 1 and p.leading_coefficient() == 1:
        return spell_monomial(w, monomial(p)) or "1"
    found = sorted((spell_monomial(w, m), c) for m, c in terms(p))
    out = "+".join(f"{c}*{m}" if m else str(c) for m, c in found)
    if len(out) > MAX_KEY:
        raise too_large()
    return out or "0"


def sign_of(w: Workspace, p: Poly) -> int:
    """Return the sign of the coefficient of the first monomial in the order of spelling."""
    if len(p) < 2:
        return -1 if p and p.leading_coefficient() < 0 else 1
    _, c = min((spell_monomial(w, m), c) for m, c in terms(p))
    return -1 if c < 0 else 1


def orient(w: Workspace, v: Value) -> tuple[int, Value]:
    """Return a sign and a value whose product is `v`, the same value for `v` and ``-v``."""
    s = sign_of(w, v.num) * sign_of(w, v.den)
    return s, v if s > 0 else w.neg(v)


def value_key(w: Workspace, v: Value) -> str:
    """Return the spelling of a value."""
    local = f"{v.num}/{v.den}"
    found = w.keys.get(local)
    if found is None:
        if v.den.is_one():
            found = spell(w, v.num)
        elif sign_of(w, v.den) < 0:
            found = f"({spell(w, -v.num)})/({spell(w, -v.den)})"
        else:
            found = f"({spell(w, v.num)})/({spell(w, v.den)})"
        w.keys[local] = found
    return found
