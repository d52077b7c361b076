"""Spelling exact values as stable trees: logarithms with what belongs to them, then products."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, final

from gradproof.canonical.atoms import Atom, Value
from gradproof.canonical.keys import spell, spell_monomial, value_key
from gradproof.canonical.polynomials import Monomial, Poly, from_terms, terms
from gradproof.codegen.stable.fraction import (
    Direction,
    Exponents,
    Factors,
    by_exponent,
    split,
    taken_apart,
)  # fmt: skip
from gradproof.codegen.stable.reading import Room
from gradproof.codegen.stable.rule import FactorRule, Logarithm, LogarithmRule, StableRule
from gradproof.codegen.stable.tree import (
    ONE,
    ZERO,
    Number,
    Op,
    Scalar,
    add,
    apply,
    mul,
    number,
    power,
    reciprocal,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Sequence


@final
class Speller:
    """Spells the values of one workspace; `used` gathers the names of the rules that were used."""

    def __init__(self, room: Room, rules: "Sequence[StableRule]") -> None:
        self.room = room
        self.w = room.w
        self.used: dict[str, None] = {}
        self._on_logarithms = [r for r in rules if isinstance(r, LogarithmRule)]
        self._on_factors = [r for r in rules if isinstance(r, FactorRule)]

    def value(self, v: Value) -> Scalar:
        """Spell a value."""
        w = self.w
        logs = {k for k in w.used(v) if w.atoms[k].kind in ("log", "logabs")}
        if not logs or any(v.den.degrees()[k] for k in logs):
            return self.rational(v)
        parts: dict[Monomial, dict[Monomial, int]] = {}
        for m, c in terms(v.num):
            own = tuple(e if k in logs else 0 for k, e in enumerate(m))
            rest = tuple(0 if k in logs else e for k, e in enumerate(m))
            parts.setdefault(own, {})[rest] = c
        plain = tuple(0 for _ in w.gens)
        rest = w.make(from_terms(w.ring, parts.pop(plain, {})), v.den)
        out: list[Scalar] = []
        for own in sorted(parts, key=lambda m: (sum(m), spell_monomial(w, m))):
            scale = w.make(from_terms(w.ring, parts[own]), v.den)
            spelled, rest = self._logarithms(own, scale, rest)
            out.append(spelled)
        return add(*out, self.rational(rest))

    def _logarithms(self, own: Monomial, scale: Value, rest: Value) -> tuple[Scalar, Value]:
        w = self.w
        if sum(own) == 1:
            atom = w.atoms[own.index(1)]
            if atom.kind == "log":
                term = Logarithm(scale, atom.args[0])
                for rule in self._on_logarithms:
                    found = rule.apply(self, term, rest)
                    if found is not None:
                        self.used.setdefault(rule.identity.name)
                        return found
            return mul(self.rational(scale), self.logarithm(atom)), rest
        logs = [power(self.logarithm(w.atoms[k]), number(e)) for k, e in enumerate(own) if e]
        return mul(self.rational(scale), *logs), rest

    def logarithm(self, atom: Atom) -> Scalar:
        """Spell a logarithm that stands alone."""
        w = self.w
        if atom.kind == "logabs":
            return Op("log", (Op("abs", (self.rational(atom.args[0]),)),))
        term = Logarithm(w.one_value, atom.args[0])
        for rule in self._on_logarithms:
            found = rule.apply(self, term, w.zero_value)
            if found is not None:
                self.used.setdefault(rule.identity.name)
                return add(found[0], self.rational(found[1]))
        return Op("log", (self.rational(atom.args[0]),))

    def rational(self, v: Value) -> Scalar:
        """Spell a value as a product; logarithms in it are spelled alone."""
        if v.num.is_zero():
            return ZERO
        apart = taken_apart(self.w, v)
        out: list[Scalar] = []
        for rule in self._on_factors:
            while True:
                found = rule.apply(self, apart)
                if found is None:
                    break
                self.used.setdefault(rule.identity.name)
                out.append(found)
        return self._rest(apart, out)

    def _rest(self, apart: Factors, out: list[Scalar]) -> Scalar:
        """Spell what no rule took."""
        for group, turn in ((apart.plus, 1), (apart.minus, -1)):
            for u, n in group.items():
                if n:
                    base = add(self.exponential(dict(u)), number(turn))
                    out.append(power(base, number(n)))
        below: list[Scalar] = []
        others = self._signed(apart)
        simple = [power(self.polynomial(f), number(e)) for f, e in others if e > 0]
        for f, e in others:
            if e < 0:
                below.append(power(self.polynomial(f), number(-e)))
        if apart.total:
            out.append(self.exponential(apart.total))
        out = [number(apart.content), *simple, *out]
        if below:
            out.append(reciprocal(mul(*below)))
        if len(others) == 1 and others[0][1] == 1 and len(out) == 2:
            ((f, _),) = others
            if not any(not any(m) for m, _ in terms(f)):
                return self._scaled(simple[0], apart.content)
        return mul(*out)

    def _signed(self, apart: Factors) -> list[tuple[Poly, int]]:
        """Return the other factors in order, ``1 - y`` rather than ``y - 1``."""
        w = self.w
        out: list[tuple[Poly, int]] = []
        for f, e in apart.others:
            if any(not any(m) and c < 0 for m, c in terms(f)) and e % 2:
                f = -f
                apart.content = -apart.content
            out.append((f, e))
        return sorted(out, key=lambda item: (len(item[0]), spell(w, item[0])))

    @staticmethod
    def _scaled(tree: Scalar, factor: Fraction) -> Scalar:
        """Multiply a sum by a number term by term where the number is a sign."""
        if factor == -1 and isinstance(tree, Op) and tree.name == "add":
            return add(*(mul(number(-1), t) for t in tree.args))
        return mul(number(factor), tree)

    def polynomial(self, p: Poly) -> Scalar:
        """Spell a polynomial as a sum, one term for each exponential and monomial; positive terms first."""
        w = self.w
        found: list[tuple[bool, str, Scalar]] = []
        for powers, coefficient in by_exponent(w, p):
            whole = bool(powers) and len(coefficient) > 1
            pieces = (
                [coefficient]
                if whole
                else [from_terms(w.ring, {m: c}) for m, c in terms(coefficient)]
            )
            for piece in pieces:
                apart = taken_apart(w, w.polynomial(piece))
                signed = self._signed(apart)
                tree = mul(
                    number(apart.content),
                    *(
                        power(self.polynomial(f) if len(f) > 1 else self._monomial(f), number(e))
                        for f, e in signed
                    ),
                    self.exponential(powers),
                )
                found.append(
                    (apart.content < 0, f"{sorted(powers.items())}{spell(w, piece)}", tree)
                )
        return add(*(tree for _, _, tree in sorted(found, key=lambda item: item[:2])))

    def _monomial(self, p: Poly) -> Scalar:
        ((m, c),) = terms(p)
        powers, rest = split(self.w, m)
        atoms = (power(self.atom(k), number(e)) for k, e in enumerate(rest) if e)
        return mul(number(c), *atoms, self.exponential(powers))

    def atom(self, k: int) -> Scalar:
        """Spell one atom.

        Raises:
            KeyError: it is of a kind that reading does not make.
        """
        atom = self.w.atoms[k]
        match atom.kind:
            case "symbol":
                return self.room.meaning[atom.name]
            case "log" | "logabs":
                return self.logarithm(atom)
            case "exp":
                return self.exponential({k: Fraction(1, atom.scale)})
            case "root":
                return self._root(self.rational(atom.args[0]), atom.scale)
            case "sign":
                return Op("sign", (self.rational(atom.args[0]),))
            case _:
                return apply(atom.name, *(self.value(a) for a in atom.args))

    @staticmethod
    def _root(arg: Scalar, degree: int) -> Scalar:
        return Op("sqrt", (arg,)) if degree == 2 else power(arg, number(Fraction(1, degree)))

    def direction(self, u: Direction | Mapping[int, Fraction]) -> Value:
        """Return an exponent as a value."""
        w = self.w
        items = u if isinstance(u, tuple) else tuple(u.items())
        return w.total([w.mul(w.number(e), w.atoms[k].args[0]) for k, e in items])

    def exponent(self, u: Direction | Mapping[int, Fraction]) -> Scalar:
        """Spell an exponent."""
        return self.value(self.direction(u))

    def exponential(self, total: Exponents) -> Scalar:
        """Spell ``e^total``; powers of the logistic function as powers."""
        if not total:
            return ONE
        found = self.exponent(total)
        parts = found.args if isinstance(found, Op) and found.name == "add" else (found,)
        powers: list[Scalar] = []
        rest: list[Scalar] = []
        for part in parts:
            base = self._logarithmic(part)
            (rest if base is None else powers).append(part if base is None else base)
        return mul(*powers, Op("exp", (add(*rest),))) if rest else mul(*powers)

    @staticmethod
    def _logarithmic(part: Scalar) -> Scalar | None:
        """Return ``e^part`` as a power, where the part is a multiple of a logarithm."""
        match part:
            case Op("softplus", (u,)):
                return reciprocal(Op("sigmoid", (mul(number(-1), u),)))
            case Op("log", (u,)):
                return u
            case Op("mul", factors):
                for k, f in enumerate(factors):
                    rest = mul(*factors[:k], *factors[k + 1 :])
                    if isinstance(f, Op) and f.name == "softplus":
                        base = Op("sigmoid", (mul(number(-1), f.args[0]),))
                        return power(base, mul(number(-1), rest))
                    if isinstance(f, Op) and f.name == "log":
                        return power(f.args[0], rest)
                return None
            case _:
                return None

    def slope(self, rest: Value, u: Value) -> Value:
        """Return d so that ``rest - d · u`` has fewer terms, 0 where there is none."""
        w = self.w
        if not u.den.is_one():
            return w.zero_value
        (lead, c) = terms(u.num)[0]
        inner = {k for k, e in enumerate(lead) if e}
        found: dict[Monomial, int] = {}
        for m, coefficient in terms(rest.num):
            if all(m[k] == e for k, e in enumerate(lead) if e):
                found[tuple(0 if k in inner else e for k, e in enumerate(m))] = coefficient
        if not found or not inner:
            return w.zero_value
        d = w.div(w.make(from_terms(w.ring, found), rest.den), w.number(c))
        left = w.sub(rest, w.mul(d, u))
        return d if len(left.num) < len(rest.num) else w.zero_value

    def number_of(self, tree: Scalar) -> Fraction | None:
        """Return the number that a tree is, else None."""
        return tree.value if isinstance(tree, Number) else None

    def key(self, v: Value) -> str:
        """Return a spelling of a value that is the same in every workspace."""
        return value_key(self.w, v)
