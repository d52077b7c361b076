"""The workspace of one canonical form: its atoms, and exact arithmetic with rational functions over them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, lcm
from typing import final

from gradproof.canonical.atoms import Atom, Relation, Value
from gradproof.canonical.indices import OPEN_MARK, Index, Range
from gradproof.canonical.limits import (
    MAX_DEGREE,
    MAX_NODES,
    MAX_SCALE,
    MAX_TERMS,
    MAX_WORK,
    UNDEFINED,
    NotCanonical,
    Restart,
    too_large,
)
from gradproof.canonical.polynomials import (
    Monomial,
    Poly,
    Ring,
    constant,
    divide,
    exponents,
    from_terms,
    gcd,
    ring,
    terms,
    variable,
)
from gradproof.expr import Context

Table = Mapping[str, Index]


@final
@dataclass(slots=True, eq=False)
class Workspace:
    """Atoms met so far, and the relations among them.

    Attributes:
        context: what is known about the names.
        room: how many atoms there may be.
        scales: per exponential or root, how fine its generator is.
        unroll: whether sums over ranges of numbers are written out.
        fold: whether defined names stand for themselves.
        ranges: where index variables lie that are free or open.
        sizes: names of sizes; they are at least 1.
        chosen: of index letters declared equal, which one stands for all.
        rules: values of atoms that declared facts determine, by key.
        symmetric: names of symmetric matrices.
        totals: sums of entries that declared facts determine, by array name and axis.
        strict: whether terms left out of a sum must not lend it their denominators (see `fragile`).
        loose: whether some have.
        short: whether a sum over a range of a few numbers was met and not written out.
        resum: takes a sum or product up again after its parts have changed.
    """

    context: Context
    room: int
    scales: dict[str, int]
    unroll: bool
    fold: bool
    strict: bool
    resum: "Callable[[Workspace, Atom, Table], Value]"
    ranges: dict[str, Range] = field(default_factory=dict[str, Range])
    sizes: set[str] = field(default_factory=set[str])
    chosen: dict[str, str] = field(default_factory=dict[str, str])
    rules: dict[str, Value] = field(default_factory=dict[str, Value])
    symmetric: set[str] = field(default_factory=set[str])
    totals: dict[tuple[str, int], tuple[Range, Value]] = field(
        default_factory=dict[tuple[str, int], tuple[Range, Value]]
    )
    atoms: list[Atom] = field(default_factory=list[Atom])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    relations: dict[int, Relation] = field(default_factory=dict[int, Relation])
    roots: list[int] = field(default_factory=list[int])
    deltas: set[int] = field(default_factory=set[int])
    memo: dict[object, Value] = field(default_factory=dict[object, Value])
    keys: dict[str, str] = field(default_factory=dict[str, str])
    nodes: int = 0
    short: bool = False
    loose: bool = False
    ring: Ring = field(init=False)
    gens: tuple[Poly, ...] = field(init=False)
    one: Poly = field(init=False)
    zero_value: Value = field(init=False)
    one_value: Value = field(init=False)

    def __post_init__(self) -> None:
        self.ring = ring(self.room)
        self.gens = self.ring.gens()
        self.one = self.ring.constant(1)
        self.zero_value = Value(self.ring.constant(0), self.one)
        self.one_value = Value(self.one, self.one)

    def visit(self) -> None:
        """Count one node.

        Raises:
            NotCanonical: too many.
        """
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_large()

    def intern(self, atom: Atom) -> tuple[int, bool]:
        """Return the number of an atom, and whether it is new.

        Raises:
            Restart: there is no room left.
        """
        found = self.numbers.get(atom.key)
        if found is not None:
            return found, False
        if len(self.atoms) >= self.room:
            raise Restart
        self.numbers[atom.key] = len(self.atoms)
        self.atoms.append(atom)
        return len(self.atoms) - 1, True

    def atom(self, atom: Atom) -> Value:
        """Return an atom (without relations) as a value; what a declared fact makes of it, if one does."""
        rule = self.rules.get(atom.key)
        if rule is not None:
            return rule
        return self.generator(self.intern(atom)[0])

    def generator(self, k: int) -> Value:
        """Return atom number `k` as a value."""
        return Value(self.gens[k], self.one)

    def single(self, v: Value) -> Atom | None:
        """Return the atom that a value is, else None."""
        if not v.den.is_one():
            return None
        k = variable(v.num)
        return None if k is None else self.atoms[k]

    def relate(self, k: int, relation: Relation) -> None:
        """Declare an algebraic relation of atom `k`."""
        self.relations[k] = relation

    def scale(self, key: str, denominator: int) -> int:
        """Return how fine the generator `key` is; it must be a multiple of `denominator`.

        Raises:
            Restart: it is not.
        """
        found = self.scales.get(key, 1)
        if found % denominator:
            finer = lcm(found, denominator)
            if finer > MAX_SCALE:
                raise too_large()
            raise Restart({key: finer})
        return found

    def open(self, prefix: str, extent: Range) -> str:
        """Return the name of an index that is bound while it runs over `extent`, and note where it runs."""
        name = f"{OPEN_MARK}{prefix}:{extent.key}"
        self.ranges[name] = extent
        return name

    @property
    def fragile(self) -> bool:
        """Whether values at single points may have been lost.

        A sum without one term has got the denominator of that term, and something (a kink, a label, a fact) tells
        the points apart at which that denominator vanishes.
        """
        return self.loose and (
            bool(self.context.constraints)
            or any(d.members for d in self.context.domains.values())
            or any(a.kind == "sign" for a in self.atoms)
        )

    # Numbers and arithmetic.

    def number(self, value: Fraction | int) -> Value:
        """Return a rational number."""
        if value == 0:
            return self.zero_value
        if value == 1:
            return self.one_value
        c = self.ring.constant
        return Value(c(value.numerator), c(value.denominator))

    def rational(self, v: Value) -> Fraction | None:
        """Return the number that a value is, else None."""
        a, b = constant(v.num), constant(v.den)
        return None if a is None or b is None else Fraction(a, b)

    def polynomial(self, p: Poly) -> Value:
        """Return a polynomial as a value."""
        return Value(p, self.one)

    def make(self, num: Poly, den: Poly) -> Value:
        """Return ``num / den`` reduced.

        Raises:
            NotCanonical: the denominator is zero, or too large a result.
        """
        if self.relations:
            num, den = self.reduce(num), self.reduce(den)
            if self.roots:
                num, den = self._clear_roots(num, den)
        if den.is_zero():
            raise NotCanonical(UNDEFINED)
        if num.is_zero():
            return self.zero_value
        if not den.is_one():
            g = gcd(num, den)
            num, den = divide(num, g), divide(den, g)
            if den.leading_coefficient() < 0:
                num, den = -num, -den
        if len(num) > MAX_TERMS or len(den) > MAX_TERMS:
            raise too_large()
        return Value(num, den)

    def neg(self, a: Value) -> Value:
        """Return ``-a``."""
        return Value(-a.num, a.den)

    def add(self, a: Value, b: Value) -> Value:
        """Return ``a + b``."""
        if a.den == b.den:
            if a.den.is_one():
                return Value(a.num + b.num, self.one)
            return self.make(a.num + b.num, a.den)
        if a.den.is_one():
            return self.make(self.times(a.num, b.den) + b.num, b.den)
        if b.den.is_one():
            return self.make(a.num + self.times(b.num, a.den), a.den)
        g = gcd(a.den, b.den)
        x, y = divide(b.den, g), divide(a.den, g)
        return self.make(self.times(a.num, x) + self.times(b.num, y), self.times(a.den, x))

    def sub(self, a: Value, b: Value) -> Value:
        """Return ``a - b``."""
        return self.add(a, self.neg(b))

    def times(self, p: Poly, q: Poly) -> Poly:
        """Return the product of two polynomials.

        Raises:
            NotCanonical: too much work.
        """
        if len(p) * len(q) > MAX_WORK:
            raise too_large()
        return p * q

    def mul(self, a: Value, b: Value) -> Value:
        """Return ``a · b``."""
        if a.den.is_one() and b.den.is_one():
            p = self.times(a.num, b.num)
            return Value(self.reduce(p) if self.relations else p, self.one)
        return self.make(self.times(a.num, b.num), self.times(a.den, b.den))

    def div(self, a: Value, b: Value) -> Value:
        """Return ``a / b``.

        Raises:
            NotCanonical: b is zero.
        """
        if b.num.is_zero():
            raise NotCanonical(UNDEFINED)
        return self.make(self.times(a.num, b.den), self.times(a.den, b.num))

    def power(self, a: Value, n: int) -> Value:
        """Return ``a ** n`` for a whole number n.

        Raises:
            NotCanonical: too much work, or zero to a negative power.
        """
        if n == 1:
            return a
        if n == 0:
            return self.one_value
        if a.num.is_zero():
            if n < 0:
                raise NotCanonical(UNDEFINED)
            return a
        m = abs(n)
        if m > MAX_DEGREE or any(self._grows(p, m) for p in (a.num, a.den)):
            raise too_large()
        num, den = a.num**m, a.den**m
        if n < 0:
            num, den = den, num
        return self.make(num, den)

    @staticmethod
    def _grows(p: Poly, n: int) -> bool:
        return comb(n + len(p) - 1, n) > MAX_TERMS

    def total(self, parts: list[Value]) -> Value:
        """Return the sum of values."""
        out = self.zero_value
        for p in parts:
            out = self.add(out, p)
        return out

    def product(self, parts: list[Value]) -> Value:
        """Return the product of values."""
        out = self.one_value
        for p in parts:
            out = self.mul(out, p)
        return out

    # Relations.

    def reduce(self, p: Poly) -> Poly:
        """Apply the relations to a polynomial until none applies.

        Raises:
            NotCanonical: too large a result.
        """
        for _ in range(MAX_DEGREE):
            degrees = p.degrees()
            for k, relation in self.relations.items():
                if degrees[k] >= relation.power:
                    p = self._apply(p, k, relation)
                    break
                if relation.partner is not None and degrees[k] > 1 and degrees[relation.partner]:
                    q = self._absorb(p, k, relation.partner)
                    if q is not None:
                        p = q
                        break
            else:
                return p
        raise too_large()

    def _apply(self, p: Poly, k: int, relation: Relation) -> Poly:
        parts: dict[int, dict[Monomial, int]] = {}
        for m, c in terms(p):
            quotient, rest = divmod(m[k], relation.power)
            parts.setdefault(quotient, {})[(*m[:k], rest, *m[k + 1 :])] = c
        out = self.ring.constant(0)
        for quotient, found in sorted(parts.items()):
            part = from_terms(self.ring, found)
            if quotient:
                if self._grows(relation.image, quotient):
                    raise too_large()
                part = self.times(part, relation.image**quotient)
            out = out + part
        return out

    def _absorb(self, p: Poly, k: int, partner: int) -> Poly | None:
        found: dict[Monomial, int] = {}
        changed = False
        for m, c in terms(p):
            if m[k] > 1 and m[partner]:
                m = (*m[:k], m[k] - 2, *m[k + 1 :])
                changed = True
            found[m] = found.get(m, 0) + c
        return from_terms(self.ring, found) if changed else None

    def _clear_roots(self, num: Poly, den: Poly) -> tuple[Poly, Poly]:
        """Clear roots that divide the denominator: ``1 / √u = √u / u``."""
        for k in self.roots:
            if den.degrees()[k] <= 0:
                continue
            least = min(exponents(den, k))
            if least:
                relation = self.relations[k]
                num = self.reduce(self.times(num, self.gens[k] ** (relation.power - least)))
                rest = divide(den, self.gens[k] ** least)
                den = self.reduce(self.times(rest, relation.image))
        return num, den

    # What values depend on.

    def used(self, v: Value) -> list[int]:
        """Return the numbers of the atoms that occur in a value, in order."""
        if v.den.is_one():
            return [k for k, d in enumerate(v.num.degrees()) if d > 0]
        both = zip(v.num.degrees(), v.den.degrees(), strict=True)
        return [k for k, (a, b) in enumerate(both) if a > 0 or b > 0]

    def depends(self, v: Value) -> frozenset[str]:
        """Return the index variables that are free in a value."""
        return frozenset[str]().union(*(self.atoms[k].depends for k in self.used(v)))

    def height(self, v: Value) -> int:
        """Return how many bound indices may stand inside one another in a value."""
        return max((self.atoms[k].height for k in self.used(v)), default=0)
