"""Densities on a finite sample: probabilities of its places, by Bayes' rule where one letter stands for several.

A density that depends on a parameter is the exponential of an arbitrary quadratic function of it, made to add up to 1:
the score function identity and what follows from it use nothing else. ``p(z)``, ``p(x | z)``, ``p(x, z)``, ``p(x)`` and
``p(z | x)`` of one letter hang together: the first two are free, the others are their product, its sum, and the ratio.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, final

from gradproof.expr import (
    DIVERGENCES,
    GIVEN,
    POSITIVE,
    SAMPLED,
    Add,
    Apply,
    Context,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Idx,
    Mul,
    Num,
    Opaque,
    Size,
    Space,
    Sum,
    Sym,
    children,
    is_density,
    is_expectation,
)  # fmt: skip
from gradproof.spell import to_plain

ONE: Final = Num(Fraction(1))

Kind = Literal["prior", "likelihood", "joint", "evidence", "posterior"]
"""What a density is of: random quantities alone, observed ones given them, both, observed ones, and the reverse."""

Weight = Callable[[Idx], Expr]
"""The value of a density at a place of the sample."""

NORMALISED: Final[tuple[Kind, ...]] = ("prior", "posterior")
"""Kinds that add up to 1 over the sample."""


class NoDensity(Exception):
    """Why a density has no probabilities on a sample."""


NAMED_LAWS: Final = frozenset({"N", "U", "B"})
"""Letters that stand for a law of their own and not for any density."""


def is_law(e: Expr, random: Set[str]) -> bool:
    r"""Tell whether what stands below an E is a law of which more is known than its name: ``\mathcal{N}(0, 1)``."""
    if not isinstance(e, Sym | Apply | Opaque):
        return True
    letter = letter_of(e.head if isinstance(e, Opaque) else e.name)
    if letter in NAMED_LAWS or (len(letter) > 1 and not letter.startswith("\\")):
        return True
    return not isinstance(e, Sym) and not _names(children(e)) & random


def letter_of(name: str) -> str:
    r"""Return the letter of a density without what stands below it.

    >>> letter_of("p_{\\theta}")
    'p'
    """
    return name.partition("_")[0]


@final
@dataclass(frozen=True, slots=True)
class _Call:
    """One density as written: its name, its kind (None: without brackets), the parameters on which it depends."""

    name: str
    kind: Kind | None
    of: frozenset[str]
    by: frozenset[Sym]

    @property
    def letter(self) -> str:
        return letter_of(self.name)


@final
@dataclass(slots=True)
class Densities:
    """All densities of some expressions.

    Attributes:
        context: the context of the expressions.
        sizes: the size of the sample of each random quantity.
        nodes: all nodes of the expressions and of the definitions they reach.
    """

    context: Context
    sizes: Mapping[str, Size]
    nodes: tuple[Expr, ...]
    letters: set[str] = field(default_factory=set[str])
    parameters: dict[Sym, None] = field(default_factory=dict[Sym, None])
    calls: dict[_Call, None] = field(default_factory=dict[_Call, None])
    positive: dict[str, Sym] = field(default_factory=dict[str, Sym])
    adding: dict[str, Sym] = field(default_factory=dict[str, Sym])

    def __post_init__(self) -> None:
        for n in self.nodes:
            match n:
                case Gradient(_, Sym() as w) | Derivative(_, (Sym() as w, *_)):
                    self.parameters[w] = None
                case Opaque(head, (_, by)) if head == SAMPLED:
                    self._letter(by)
                case Opaque("expect", (_, *rest)):
                    for item in rest:
                        if not isinstance(item, Sym) or item.name not in self.sizes:
                            self._letter(item)
                case Opaque(head, args) if head in DIVERGENCES:
                    for a in args:
                        for k in children(a) if isinstance(a, Opaque) and a.head == GIVEN else (a,):
                            self._letter(k)
                case Opaque(head) if is_density(n):
                    self.letters.add(letter_of(head))
                case _:
                    pass
        for n in self.nodes:
            if (isinstance(n, Apply) and self.knows(n)) or is_density(n):
                self.calls[self._read(n)] = None
        moved = [
            (self._read(n).letter, w)
            for g in self.nodes
            if isinstance(g, Gradient | Derivative)
            for w in _by(g)
            for n in _outside_expectations(g.body)
            if (isinstance(n, Apply) and self.knows(n)) or is_density(n)
        ]
        for letter, w in moved:
            own = [c for c in self.calls if c.letter == letter]
            if not any(w in c.by for c in own):
                for c in own:
                    del self.calls[c]
                    self.calls[replace(c, by=c.by | {w})] = None

    def _letter(self, e: Expr) -> None:
        match e:
            case Sym(name) | Apply(name) | Opaque(name):
                if not is_density(e) or name not in (SAMPLED, GIVEN):
                    self.letters.add(letter_of(name))
            case _:
                pass

    def knows(self, e: Apply) -> bool:
        """Tell whether an application is a density: one with its letter stands below an E, or has a bar."""
        return letter_of(e.name) in self.letters and e.name not in self.context.definitions

    def _read(self, e: Expr) -> _Call:
        match e:
            case Sym(name):
                return _Call(name, None, frozenset(), self._parameters(name, ()))
            case Apply(name, args):
                before, behind = _names(args), frozenset[str]()
            case Opaque(name, (Opaque(_, (what, by)),)):
                before, behind = _names((what,)), _names((by,))
            case _:
                raise NoDensity("a density of another form: not supported yet")
        names = frozenset(p.name for p in self.parameters)
        before, behind = before - names, behind - names
        random = frozenset(self.sizes)
        if behind & random and before & random:
            raise NoDensity(f"{name} is conditioned on a random quantity: not supported yet")
        kind: Kind = (
            ("joint" if before - random else "posterior" if behind else "prior")
            if before & random
            else "likelihood" if behind & random else "evidence"
        )  # fmt: skip
        return _Call(name, kind, (before | behind) & random, self._parameters(name, children(e)))

    def _parameters(self, name: str, args: tuple[Expr, ...]) -> frozenset[Sym]:
        below, inside = name[len(letter_of(name)) :], _names(args)
        return frozenset(p for p in self.parameters if p.name in inside or p.name in below)

    def _any_size(self) -> Size:
        """Return the size of a sample.

        Raises:
            NoDensity: nothing is random.
        """
        for size in self.sizes.values():
            return size
        raise NoDensity("it is not said what is random")

    def density(self, e: Expr) -> Weight:
        """Return the probabilities that a density below an E gives to the places of the sample.

        Raises:
            NoDensity: it has none, with the reason.
        """
        if is_law(e, frozenset(self.sizes)):
            by = self._parameters("", children(e))
            return self._free(to_plain(e), by, self._any_size(), adds_up=True)
        call = self._read(e)
        if call.name in self.context.definitions:
            raise NoDensity(f"{call.name} is defined by a formula: not supported yet")
        if call.kind is None:
            kinds = {c.kind for c in self.calls if c.letter == call.letter} & {*NORMALISED}
            if len(kinds) > 1:
                raise NoDensity(f"it is not said which density {call.name} is")
            by = call.by.union(
                *(c.by for c in self.calls if c.letter == call.letter and c.kind in kinds)
            )
            call = replace(call, kind=next(iter(kinds), "prior"), by=by)
        if call.kind not in NORMALISED:
            raise NoDensity(f"{call.name} is no density of what is random")
        return self._weight(call)

    def at(self, e: Expr, places: Mapping[str, Expr | None]) -> Expr:
        """Return a density at the places of what is random in it.

        Raises:
            NoDensity: it has no value there, with the reason.
        """
        read = replace(self._read(e), by=frozenset())
        call = next((c for c in self.calls if replace(c, by=frozenset()) == read), None)
        if call is None:
            raise NoDensity(f"{read.name} has no value here")
        found = {places.get(n) for n in call.of}
        if call.kind == "evidence":
            return self._weight(call)(Idx("\\omega"))
        if len(found) != 1:
            raise NoDensity(f"{call.name} is of quantities with samples of their own")
        (place,) = found
        if not isinstance(place, Idx):
            raise NoDensity(f"{call.name} stands outside of the expectation over its quantity")
        return self._weight(call)(place)

    def _weight(self, call: _Call) -> Weight:
        own = [c for c in self.calls if c.letter == call.letter]
        kinds: set[Kind] = {c.kind for c in (*own, call) if c.kind is not None}
        if len({c.of for c in own if c.of}) > 1:
            raise NoDensity(f"{call.letter} stands for densities of different quantities")
        size = self._any_size()
        for n in sorted(call.of):
            size = self.sizes[n]
        if len(kinds) == 1:
            if call.kind == "evidence":
                raise NoDensity(f"{call.name} is of no random quantity")
            return self._free(call.name, call.by, size, adds_up=call.kind in NORMALISED)
        prior = self._free(call.letter, _moved(own, "prior"), size, adds_up=True)
        given = self._free(f"{call.letter}'", _moved(own, "likelihood"), size, adds_up=False)
        place = Idx("\\upsilon")
        upper = Sym(size.name)
        evidence = Sum(Mul((prior(place), given(place))), place, ONE, upper)
        forms: Mapping[Kind, Weight] = {
            "prior": prior,
            "likelihood": given,
            "joint": lambda i: Mul((prior(i), given(i))),
            "evidence": lambda i: evidence,
            "posterior": lambda i: Div(Mul((prior(i), given(i))), evidence),
        }
        assert call.kind is not None
        return forms[call.kind]

    def _free(self, name: str, by: Set[Sym], size: Size, *, adds_up: bool) -> Weight:
        """Return probabilities (or, where they need not add up to 1, positive numbers) of which nothing is known."""
        if not by:
            family = Sym(name, Space((size,)))
            (self.adding if adds_up else self.positive)[name] = family
            return lambda i: Entry(family, (i,))
        slopes = [
            (Sym(f"{name},{p.name}", Space((size, *p.space.shape))), p) for p in sorted(by, key=str)
        ]
        bends = Sym(f"{name},2", Space((size,)))

        def exponent(i: Expr) -> Expr:
            terms: list[Expr] = []
            for slope, p in slopes:
                inner, square = (
                    (Frobenius(Entry(slope, (i,)), p), Frobenius(p, p))
                    if p.space.rank
                    else (Mul((Entry(slope, (i,)), p)), Mul((p, p)))
                )
                terms += [inner, Mul((Entry(bends, (i,)), square))]
            return Fn("exp", (Add(tuple(terms)),))

        if not adds_up:
            return exponent
        place = Idx("\\upsilon")
        total = Sum(exponent(place), place, ONE, Sym(size.name))
        return lambda i: Div(exponent(i), total)

    @property
    def moved(self) -> str | None:
        """Say which density depends on a parameter by which is differentiated; None where none does."""
        for c in self.calls:
            for p in c.by:
                return f"{to_plain(Sym(c.name))} depends on {to_plain(p)}"
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the probabilities that were made."""
        return (*self.positive, *self.adding)

    def extended(self, context: Context) -> Context:
        """Return the context with what is known of the probabilities: positive, and they add up to 1."""
        positive = replace(POSITIVE, declared=True)
        place = Idx("\\upsilon")
        add_up = tuple(
            (Sum(Entry(w, (place,)), place, ONE, Sym(w.space.shape[0].name)), ONE)
            for w in self.adding.values()
        )
        return replace(
            context,
            domains=MappingProxyType({**context.domains, **dict.fromkeys(self.names, positive)}),
            constraints=(*context.constraints, *add_up),
        )


def _moved(own: Iterable[_Call], kind: Kind) -> frozenset[Sym]:
    """Return the parameters of one kind; where it is not written, those of all the others."""
    calls = list(own)
    written = [c for c in calls if c.kind == kind]
    return frozenset[Sym]().union(*(c.by for c in written or calls))


def _names(args: Iterable[Expr]) -> frozenset[str]:
    out: set[str] = set()
    todo = list(args)
    while todo:
        node = todo.pop()
        if isinstance(node, Sym):
            out.add(node.name)
        todo.extend(children(node))
    return frozenset(out)


def _by(e: Gradient | Derivative) -> tuple[Sym, ...]:
    by = e.wrt if isinstance(e, Derivative) else (e.wrt,)
    return tuple(w for w in by if isinstance(w, Sym))


def _outside_expectations(e: Expr) -> Iterable[Expr]:
    todo = [e]
    while todo:
        node = todo.pop()
        if is_expectation(node):
            continue
        yield node
        todo.extend(children(node))
