r"""Expectations as weighted means over a finite sample: ``E[f(x)] = Σ_ω p_ω f(x_ω)`` with any weights that add up to 1.

Such a distribution is exact, not an estimate: a law of expectations holds for it, and what does not hold for it is no
law. (Linearity, ``Var x = E x² - (E x)²`` and the score function identity: Bishop, *Pattern Recognition and Machine
Learning*, 1.2.2; Williams, *Machine Learning* 8 (1992), eq. 4.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, final

from gradproof.checking.chance import below
from gradproof.checking.densities import Densities, NoDensity, Weight
from gradproof.expr import (
    DIVERGENCES,
    EXPECTATION,
    POSITIVE,
    VARIANCES,
    Add,
    Apply,
    Context,
    Definition,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Gradient,
    Idx,
    IndexRange,
    MatMul,
    Mul,
    Neg,
    Num,
    Opaque,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    Transpose,
    children,
    is_density,
    is_expectation,
    is_scalar,
    is_variance,
    rebuild,
    subtrees,
    walk_reached,
)  # fmt: skip
from gradproof.rewrite import substitute

SAMPLE: Final = "\\Omega"
"""Begins the name of the size of a sample."""

PLACE: Final = "\\omega"
"""Begins the name of an index that runs over a sample."""

ONE: Final = Num(Fraction(1))
ZERO: Final = Num(Fraction(0))


class NotSampled(Exception):
    """Why an expectation is not written as a mean over a sample."""


@final
@dataclass(frozen=True, slots=True)
class Chance:
    """How quantities are random.

    Attributes:
        symbols: the random ones; all others are constants.
        independent: whether each has a sample of its own; otherwise they have one together.
        means: the expectations that some of them must have.
        uniform: whether an index is drawn with equal probabilities.
    """

    symbols: tuple[Sym, ...]
    independent: bool = False
    means: Mapping[str, Expr] = field(default_factory=lambda: MappingProxyType({}))
    uniform: bool = True


def written_out(
    exprs: tuple[Expr, ...], context: Context, chance: Chance, given: Mapping[str, Expr]
) -> tuple[tuple[Expr, ...], Context]:
    """Return expressions with their expectations as sums over samples, and the context that they are in.

    `given` are quantities that are said to be an expectation (``E[x] = μ``), with that.

    Raises:
        NotSampled: an expectation that has no such form, with the reason.
    """
    try:
        return _Sampler(context, chance).all(exprs, given)
    except NoDensity as e:
        raise NotSampled(str(e)) from None


@final
@dataclass(slots=True)
class _Sampler:
    context: Context
    chance: Chance
    groups: dict[str, int] = field(default_factory=dict[str, int])
    families: dict[str, Sym] = field(default_factory=dict[str, Sym])
    reaching: dict[str, bool] = field(default_factory=dict[str, bool])
    densities: Densities = field(init=False)
    weights: dict[str, Sym] = field(default_factory=dict[str, Sym])
    indices: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        for k, s in enumerate(self.chance.symbols):
            self.groups[s.name] = k if self.chance.independent else 0
            self.families[s.name] = Sym(s.name, Space((self.size(s.name), *s.space.shape)))

    def size(self, name: str) -> Size:
        """Return the size of the sample to which a quantity belongs."""
        return Size(f"{SAMPLE}_{{{self.groups[name]}}}" if self.chance.independent else SAMPLE)

    def all(
        self, exprs: tuple[Expr, ...], given: Mapping[str, Expr]
    ) -> tuple[tuple[Expr, ...], Context]:
        """Write out expressions, and the definitions that hold expectations."""
        self.densities = Densities(
            self.context,
            {n: self.size(n) for n in self.groups},
            tuple(self._everything(exprs, given)),
        )
        reached = {getattr(n, "name", None) for n in self.densities.nodes}
        out = tuple(self.value(e, {}) for e in exprs)
        definitions = dict(self.context.definitions)
        for name, found in self.context.definitions.items():
            if (
                name in reached
                and not self.is_random(name)
                and any(self.has(d.body) for d in found)
            ):
                definitions[name] = tuple(
                    Definition(d.name, self.value(d.body, {}), d.params, d.indices) for d in found
                )
        for name, e in given.items():
            definitions[name] = (Definition(name, self.value(e, {})),)
        context = self.densities.extended(self.context)
        positive = replace(POSITIVE, declared=True)
        domains = {**context.domains, **{w.name: positive for w in self.weights.values()}}
        place = Idx(PLACE)
        add_up = tuple(
            (Sum(Entry(w, (place,)), place, ONE, Sym(w.space.shape[0].name)), ONE)
            for w in self.weights.values()
        )
        return out, replace(
            context,
            definitions=MappingProxyType(definitions),
            domains=MappingProxyType(domains),
            constraints=(*(c for c in context.constraints if not self.concerns(c)), *add_up),
            ranges=MappingProxyType({**context.ranges, **self._ranges()}),
            varying=context.varying - {*self.weights, *self.groups, *self.densities.names},
        )

    def _everything(self, exprs: tuple[Expr, ...], given: Mapping[str, Expr]) -> list[Expr]:
        return [n for e in (*exprs, *given.values()) for n in walk_reached(e, self.context)]

    def _ranges(self) -> dict[str, IndexRange]:
        names = {self.size(n).name for n in self.groups}
        upper = Size(min(names)) if names else Size(SAMPLE)
        return {i: IndexRange(upper) for i in (*sorted(self.indices), PLACE)}

    def concerns(self, constraint: tuple[Expr, Expr]) -> bool:
        """Tell whether a constraint is one on random quantities: it is no constraint on their samples."""
        return any(
            is_expectation(n)
            or is_variance(n, self.context)
            or getattr(n, "name", None) in self.groups
            for e in constraint
            for n in subtrees(e)
        )

    def has(self, e: Expr) -> bool:
        """Tell whether an expression holds an expectation, or reaches something random or a density."""
        return any(
            is_expectation(n)
            or is_variance(n, self.context)
            or is_density(n)
            or (isinstance(n, Sym | Apply) and self.is_random(n.name))
            or (isinstance(n, Apply) and self.densities.knows(n))
            for n in subtrees(e)
        )

    def is_random(self, name: str) -> bool:
        """Tell whether a quantity is random: given as such, or by its definition (not by an expectation in it)."""
        if name in self.groups:
            return True
        if name not in self.reaching:
            self.reaching[name] = False
            found = self.context.definitions.get(name, ())
            self.reaching[name] = any(self._reaches(d.body, d.params) for d in found)
        return self.reaching[name]

    def _reaches(self, e: Expr, params: tuple[Expr, ...] = ()) -> bool:
        todo = [e]
        while todo:
            node = todo.pop()
            if is_expectation(node) or is_variance(node, self.context) or node in params:
                continue
            if isinstance(node, Sym | Apply) and self.is_random(node.name):
                return True
            todo.extend(children(node))
        return False

    def value(self, e: Expr, at: Mapping[int, Expr]) -> Expr:
        """Write out one expression; `at` are the places in the samples at which its random quantities are taken."""
        match e:
            case Opaque(head, args) if is_expectation(e):
                if head in DIVERGENCES:
                    return self.divergence(args, at)
                if head in VARIANCES:
                    return self.covariance(
                        [a for a in args if children(a) or isinstance(a, Sym)], at
                    )
                return self.expectation(e, at)
            case Apply(_, args) if is_variance(e, self.context):
                return self.covariance(args, at)
            case Apply() | Opaque() if is_density(e) or (
                isinstance(e, Apply) and self.densities.knows(e)
            ):
                return self.densities.at(e, {n: at.get(g) for n, g in self.groups.items()})
            case Opaque(head):
                raise NotSampled(f"{head}: not supported yet")
            case Sym(name) if name in self.groups:
                return self.sampled(name, at)
            case Sym(name) | Apply(name) if self.is_random(name):
                return self.value(self.opened(e), at)
            case Derivative(body, wrt, notation):
                self.constant(wrt)
                return Derivative(self.value(body, at), wrt, notation)
            case Gradient(body, wrt, order):
                self.constant(() if wrt is None else (wrt,))
                return Gradient(self.value(body, at), wrt, order)
            case _:
                if not self.has(e):
                    return e
                return rebuild(e, tuple(self.value(k, at) for k in children(e)))

    def constant(self, wrt: tuple[Expr, ...]) -> None:
        """Refuse a derivative by what is random."""
        if any(self._reaches(w) for w in wrt):
            raise NotSampled("a derivative by a random quantity: not supported yet")

    def sampled(self, name: str, at: Mapping[int, Expr]) -> Expr:
        """Return a random quantity at its place in the sample, moved so that its mean is the one that is said."""
        place = at.get(self.groups[name])
        if place is None:
            raise NotSampled(f"{name} is random, and stands outside of the expectations over it")
        family = self.families[name]
        entry = Entry(family, (place,))
        if name not in self.chance.means:
            return entry
        told = self.chance.means[name]
        if self.densities.letters:
            raise NotSampled("a mean is said, and a density has a name: not supported yet")
        mean = self.mean(lambda i: Entry(family, (i,)), self.groups[name], None, at)
        moved = (entry, Neg(mean))
        return Add(moved if told == ZERO else (*moved, self.value(told, {})))

    def opened(self, e: Sym | Apply) -> Expr:
        """Return the definition of what is random by its definition."""
        found = self.context.definitions[e.name]
        (d, *more) = found
        if more or d.indices or (isinstance(e, Sym) and d.params):
            raise NotSampled(f"{e.name} is random by a definition of entries: not supported yet")
        if isinstance(e, Sym):
            return d.body
        if len(d.params) != len(e.args):
            raise NotSampled(f"{e.name} has other arguments than its definition")
        return substitute(d.body, dict(zip(d.params, e.args, strict=True)), self.context)

    def expectation(self, e: Opaque, at: Mapping[int, Expr]) -> Expr:
        """Write out an expectation: sums over the samples of what it runs over, innermost last."""
        body, found = e.args[0], below(e, self.context)
        asked = {s.name for s in found.symbols if s.name in self.groups}
        inside = {n.name for n in walk_reached(body, self.context) if isinstance(n, Sym)}
        names = asked or {n for n in self.groups if n in inside}
        if found.indices and not asked:
            names = set[str]()
        groups = sorted({self.groups[n] for n in names})
        for name in sorted(inside & self.groups.keys()) if asked else ():
            if name not in names and self.groups[name] in groups:
                raise NotSampled(
                    f"{name} has a sample together with what the expectation runs over"
                )
        if found.density is not None and not names and not found.indices:
            names = set(self.groups)
            groups = sorted({self.groups[n] for n in names})
        if found.density is not None and len(groups) > 1:
            found = replace(found, density=None)
        density = None if found.density is None else self.densities.density(found.density)
        inner, places = dict(at), list[tuple[int, Idx]]()
        for g in groups:
            places.append((g, self.place()))
            inner[g] = places[-1][1]
        total = self.value(body, inner)
        for g, place in reversed(places):
            total = self.summed(total, g, place, density)
        for index in found.indices:
            total = self.over_index(total, index)
        return total

    def place(self) -> Idx:
        """Return an index that no other expectation uses."""
        name = f"{PLACE}_{{{len(self.indices)}}}" if self.indices else PLACE
        self.indices.add(name)
        return Idx(name)

    def summed(self, body: Expr, group: int, place: Idx, density: Weight | None) -> Expr:
        """Return the mean of a body over one sample."""
        weight = self.weight(group, place) if density is None else density(place)
        sizes = [self.size(n).name for n, g in self.groups.items() if g == group]
        if not sizes:
            raise NotSampled("it is not said what is random")
        upper = Sym(sizes[0])
        return Sum(Mul((weight, body)), place, ONE, upper)

    def weight(self, group: int, place: Idx) -> Expr:
        """Return the probability of one place of a sample whose density has no name."""
        (name, *_) = (n for n, g in self.groups.items() if g == group)
        told = f"p_{{{name}}}" if self.chance.independent else "p"
        taken = {n.name for n in self.densities.nodes if isinstance(n, Sym | Apply)}
        while told in taken:
            told = f"p_{{{told}}}"
        family = self.weights.setdefault(told, Sym(told, Space((self.size(name),))))
        return Entry(family, (place,))

    def mean(
        self,
        body: Callable[[Idx], Expr],
        group: int,
        density: Weight | None,
        at: Mapping[int, Expr],
    ) -> Expr:
        """Return the mean over one sample of what a place in it gives."""
        place = self.place()
        return self.summed(body(place), group, place, density)

    def over_index(self, body: Expr, index: Idx) -> Expr:
        """Return the mean over an index that is drawn at random."""
        extent = self.context.ranges.get(index.name)
        if extent is None:
            raise NotSampled(f"the range of {index.name} is not known")
        upper: Expr = Sym(extent.upper.name) if extent.upper.name else Num(Fraction(0))
        last = Add((upper, Num(Fraction(extent.upper.offset)))) if extent.upper.offset else upper
        count = Add((last, Num(Fraction(1 - extent.lower)))) if extent.lower != 1 else last
        if self.chance.uniform:
            return Div(Sum(body, index), count)
        raise NotSampled(f"the probabilities of {index.name} are not known")

    def covariance(self, args: "list[Expr] | tuple[Expr, ...]", at: Mapping[int, Expr]) -> Expr:
        """Return ``E[(x - E x)(y - E y)]``, of vectors ``E[(x - E x)(y - E y)ᵀ]``."""
        if not 1 <= len(args) <= 2:
            raise NotSampled("a covariance of more than two quantities")
        a, b = args[0], args[-1]
        x, y = (Add((k, Neg(Opaque(EXPECTATION, (k,))))) for k in (a, b))
        if is_scalar(a, self.context) and is_scalar(b, self.context):
            body: Expr = Pow(x, Num(Fraction(2))) if len(args) == 1 else Mul((x, y))
        else:
            body = MatMul((x, Transpose(y)))
        return self.value(Opaque(EXPECTATION, (body,)), at)

    def divergence(self, args: tuple[Expr, ...], at: Mapping[int, Expr]) -> Expr:
        """Return ``KL(q ∥ p) = E_q[log(q / p)]``."""
        pair = [k for a in args for k in (children(a) if isinstance(a, Opaque) else (a,))]
        if len(pair) != 2 or len(set(self.groups.values())) != 1:
            raise NotSampled("a divergence of other than two densities of one quantity")
        first, second = (self.densities.density(k) for k in pair)
        place = self.place()
        ratio = Fn("log", (Div(first(place), second(place)),))
        return self.summed(ratio, 0, place, first)
