"""Shapes that cannot be right: which expressions do not fit together, told in the author's letters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gradproof.checking.array_hypotheses import COUNTING
from gradproof.evaluate import ShapeMismatch
from gradproof.expr import (
    SEED,
    Add,
    Apply,
    Context,
    Derivative,
    Entry,
    Expr,
    Gradient,
    Kron,
    Mul,
    Neg,
    Opaque,
    Stack,
    Sym,
    children,
    is_scalar,
    rank,
    spelled_size,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.spell import to_plain

Shape = tuple[int, ...]


def pinned(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether the shapes of all that takes part are known without doubt.

    They are where they are declared or defined; a letter about which nothing is said may have another shape than
    its use suggests. Derivatives with more than two axes are written in too many ways.
    """
    nodes = [n for side in (left, right) for n in walk_reached(side, context)]
    sizes = {size.name for n in nodes if isinstance(n, Sym) for size in n.space.shape}
    added = _only_added(nodes, context)
    for side in (left, right):
        for node in walk_reached(side, context):
            match node:
                case Sym(name, space):
                    told = _known(name, context) if space.rank else _number(name, context)
                    if name not in sizes and name not in added and not told:
                        return False
                    if not _as_defined(node, context) or _counted_from_zero(node, context):
                        return False
                case Apply(name):
                    if name not in context.definitions:
                        return False
                case Derivative(body, wrt):
                    axes = [rank(x, context) for x in (body, *wrt)]
                    if None in axes or sum(a or 0 for a in axes) > 2:
                        return False
                case Gradient(_, wrt):
                    if wrt is None:
                        return False
                case Kron(a, b) if rank(a, context) == rank(b, context) == 2:
                    pass
                case Kron() | Opaque() | Stack():
                    return False
                case Entry(Sym(name), indices) if _is_line(node, indices) and name[-1:].isupper():
                    return False  # W_1 may be a row or a column of W
                case _:
                    pass
    return True


def _is_line(node: Entry, indices: Sequence[Expr]) -> bool:
    """Tell whether one index picks a row or a column of a matrix."""
    return isinstance(node.array, Sym) and node.array.space.rank == 2 and len(indices) == 1


def plain_derivatives(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether no derivative in two sides has more than two axes: those are written in too many ways."""
    for side in (left, right):
        for node in walk_reached(side, context):
            if isinstance(node, Derivative):
                axes = [rank(x, context) for x in (node.body, *node.wrt)]
                if None in axes or sum(a or 0 for a in axes) > 2:
                    return False
    return True


def _only_added(nodes: Sequence[Expr], context: Context) -> frozenset[str]:
    """Return the arrays that stand only beside a term of their shape that is known: ``b`` in ``W x + b``.

    What they are differentiated by counts as well. A family is known where all that is written of it are entries, and
    one of these stands beside a number: ``y_i`` in ``y_i - w^T x_i``.
    """
    standing = Counter(n.name for n in nodes if isinstance(n, Sym))
    entries = Counter(
        n.array.name
        for n in nodes
        if isinstance(n, Entry) and isinstance(n.array, Sym) and rank(n, context) == 0
    )
    families = {name for name, count in entries.items() if count == standing[name]}
    found: frozenset[str] = frozenset()
    while True:
        beside: Counter[str] = Counter()
        for node in nodes:
            match node:
                case Add(terms):
                    ranks = {rank(t, context) for t in terms if _all_known(t, context, found)}
                    for term in terms:
                        inner = term.arg if isinstance(term, Neg) else term
                        if isinstance(inner, Sym) and inner.space.rank in ranks - {0}:
                            beside[inner.name] += 1
                        family = inner.array if isinstance(inner, Entry) else None
                        if 0 in ranks and isinstance(family, Sym) and family.name in families:
                            beside[family.name] = standing[family.name]
                case Derivative(_, wrt):
                    beside.update(w.name for w in wrt if isinstance(w, Sym))
                case Gradient(_, Sym(name)):
                    beside[name] += 1
                case _:
                    pass
        more = frozenset(n for n, count in standing.items() if beside[n] == count)
        if more <= found:
            return found
        found |= more


def _all_known(e: Expr, context: Context, added: frozenset[str]) -> bool:
    return all(
        n.name in added or _known(n.name, context)
        for n in walk_reached(e, context)
        if isinstance(n, Sym)
    )


def _counted_from_zero(symbol: Sym, context: Context) -> bool:
    """Tell whether an array that nothing declares is one longer than its letter says: others may begin at 0, too."""
    return symbol.name not in context.domains and any(
        s.name and s.offset == 1 for s in symbol.space.shape
    )


def _as_defined(symbol: Sym, context: Context) -> bool:
    """Tell whether a name has as many axes as what defines it."""
    return all(
        bool(d.indices) or rank(d.body, context) == symbol.space.rank
        for d in context.definitions.get(symbol.name, ())
    )


def doubtful_scalar(left: Expr, right: Expr, context: Context) -> str | None:
    """Return a letter that counts as a number beside whole arrays only because nothing is said about it.

    Small Greek letters and letters that count are numbers by habit.
    """
    sides = (left, right)
    wholes = (
        part
        for side in sides
        for node in walk_reached(side, context)
        for part in ((node,) if node is side else ()) + children(node)
        if not (isinstance(node, Entry) and part is node.array)
    )
    if all(is_scalar(part, context) for part in wholes if isinstance(part, Sym)):
        return None
    found = [
        node.name
        for side in sides
        for node in walk_reached(side, context)
        if isinstance(node, Sym) and not node.space.rank and not _number(node.name, context)
    ]
    if found:
        scaling = _scaling_numbers(sides, context) | _times(sides, context)
        return next((name for name in found if name not in scaling), None)
    return None


def _number(name: str, context: Context) -> bool:
    """Tell whether a name that counts as a number is one: known, a small Greek letter, or one that counts."""
    greek = name.startswith("\\") and not name[1:2].isupper()
    return greek or name[:1] in COUNTING or _known(name, context)


def _times(sides: Iterable[Expr], context: Context) -> set[str]:
    """Names by which a matrix is differentiated: by an array, the result would be no matrix."""
    return {
        n.name
        for side in sides
        for node in walk_reached(side, context)
        if isinstance(node, Derivative) and rank(node.body, context) == 2
        for n in node.wrt
        if isinstance(n, Sym)
    }


def _scaling_numbers(sides: Iterable[Expr], context: Context) -> set[str]:
    r"""Names that scale a number which is added to a number: C in ``\|w\|^2 + C \sum_i \xi_i``; no array could."""

    def sure(e: Expr) -> bool:
        inside = (n for n in walk_reached(e, context) if isinstance(n, Sym) and not n.space.rank)
        return is_scalar(e, context) and all(_number(n.name, context) for n in inside)

    out: set[str] = set()
    for side in sides:
        for node in walk_reached(side, context):
            if not isinstance(node, Add) or not any(sure(t) for t in node.terms):
                continue
            for term in node.terms:
                inner = term.arg if isinstance(term, Neg) else term
                factors = inner.factors if isinstance(inner, Mul) else ()
                rest = [f for f in factors if not sure(f)]
                if len(factors) > 1 and len(rest) == 1 and isinstance(rest[0], Sym):
                    out.add(rest[0].name)
    return out


def _known(name: str, context: Context) -> bool:
    if name in context.domains or name in context.definitions or name in context.values:
        return True
    if name.endswith(SEED):
        return True
    sizes = {r.upper.name for r in context.ranges.values()} | set(context.sizes)
    formal = {
        p.name
        for found in context.definitions.values()
        for d in found
        for p in d.params
        if isinstance(p, Sym)
    }
    capital = name.lstrip("\\")[:1].isupper()
    return name in sizes or (name in formal and not capital) or name in context.varying


def explain_mismatch(
    e: ShapeMismatch, left: Expr, right: Expr, sizes: Mapping[str, int]
) -> str | None:
    """Say which expressions do not fit; None where the mismatch is none of shapes."""
    if e.shapes is None:
        return None
    letters = _letters(sizes, _symbols((left, right)))
    first, second = (_spelled(s, letters) for s in e.shapes)
    if e.parts is None:
        return f"shapes {first} and {second} cannot be {e.verb}{_sources((left, right))}"
    a, b = (to_plain(p) for p in e.parts)
    return f"{a} ({first}) and {b} ({second}) cannot be {e.verb}{_sources(e.parts)}"


def explain_sides(
    shapes: tuple[Shape, Shape], left: Expr, right: Expr, sizes: Mapping[str, int]
) -> str:
    """Say that two sides have different shapes."""
    letters = _letters(sizes, _symbols((left, right)))
    first, second = (_spelled(s, letters) for s in shapes)
    return f"the left side is {first}, the right side {second}{_sources((left, right))}"


def _spelled(shape: Shape, letters: Mapping[int, str]) -> str:
    if not shape:
        return "a scalar"
    text = " × ".join(letters.get(n, str(n)) for n in shape)
    return f"a vector of {text}" if len(shape) == 1 else text


def _letters(sizes: Mapping[str, int], symbols: Iterable[Sym]) -> dict[int, str]:
    """Return the spelling of each number that is the value of one size."""
    found: dict[int, set[str]] = {}
    for symbol in symbols:
        for size in symbol.space.shape:
            if size.name in sizes:
                found.setdefault(sizes[size.name] + size.offset, set()).add(spelled_size(size))
    return {n: next(iter(names)) for n, names in found.items() if len(names) == 1}


def _symbols(exprs: Iterable[Expr]) -> list[Sym]:
    found: dict[str, Sym] = {}
    for e in exprs:
        for _, node in walk(e):
            if isinstance(node, Sym) and node.space.rank:
                found.setdefault(node.name, node)
    return list(found.values())


def _sources(exprs: Iterable[Expr]) -> str:
    """Say where the shapes come from."""
    told = [
        f"{to_plain(s)} is {' × '.join(map(spelled_size, s.space.shape))}" for s in _symbols(exprs)
    ]
    return f": {', '.join(told)}" if told else ""
