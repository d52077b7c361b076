"""Products printed: as ``*`` and ``/``, as ``@``, as sums over axes, and as einsum where nothing simpler fits."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from gradproof.codegen.ops import Arg, Contract, Eye, Map
from gradproof.codegen.text import ATOM, FACTOR, SUM, TERM, Text, fraction, placed

if TYPE_CHECKING:
    from gradproof.codegen.printer import Writer

Axes = tuple[int, ...]
Operand = tuple[Text, Axes]


def contraction(w: "Writer", op: Contract) -> Text:
    """Print a product."""
    shape = op.dims[: op.rank]
    if not op.args:
        return w.call(w.dialect.full, fraction(op.coef).inner, shape=w.shape(shape))
    out, covered = core(w, op)
    if not set(range(op.rank)) <= covered:
        out = w.call(w.dialect.spread, out.inner, shape=w.shape(shape))
    return out


def without_deltas(w: "Writer", op: Contract) -> tuple[Contract, tuple[int, ...]] | None:
    """Take a product with deltas of axes of the result apart: what stands on the diagonals, and where.

    Returns:
        The product on the axes that are left, and for each axis of `op` on which of these it runs; None where
        there is no delta, or a sum.
    """
    deltas = [a for a in op.args if isinstance(w.graph.ops[a.ref], Eye)]
    if not deltas or len(op.dims) > op.rank:
        return None
    first = list(range(op.rank))
    for a in deltas:
        p, q = sorted(first[k] for k in a.axes)
        first = [p if k == q else k for k in first]
    left = sorted(set(first))
    runs = tuple(left.index(k) for k in first)
    rest = tuple(Arg(a.ref, tuple(runs[k] for k in a.axes)) for a in op.args if a not in deltas)
    return Contract(op.coef, rest, tuple(op.dims[k] for k in left), len(left)), runs


def core(w: "Writer", op: Contract) -> tuple[Text, set[int]]:
    """Print a product without broadcasting it; return the axes of the result that it has, too."""
    graph = w.graph
    if not op.args:
        return fraction(op.coef), set()
    above: list[Text] = []
    below: list[Text] = []
    arrays: list[Operand] = []
    deltas: list[Arg] = []
    summing = len(op.dims) > op.rank
    for a in op.args:
        inner = _divisor(w, a)
        if isinstance(graph.ops[a.ref], Eye):
            deltas.append(a)
        elif not a.axes:
            (above if inner is None else below).append(
                w.text(a.ref if inner is None else inner.ref)
            )
        elif inner is not None and not summing:
            below.append(placed(w.text(inner.ref), inner.axes, op.rank, w.dialect.permute))
        else:
            arrays.append((w.text(a.ref), a.axes))
    covered = {x for a in op.args for x in a.axes}
    if summing:
        inner, covered = _summed(w, arrays, deltas, op)
        above.append(inner)
    elif len(deltas) == 1 and op.rank == 2 and not below:
        above.append(_diagonal(w, arrays, deltas[0], op))
    else:
        arrays += [(w.text(a.ref), a.axes) for a in deltas]
        parts = [placed(text, axes, op.rank, w.dialect.permute) for text, axes in arrays]
        above += parts if all(_distinct(axes) for _, axes in arrays) else [_einsum(w, arrays, op)]
    return quotient(op.coef, above, below), covered


def quotient(coef: Fraction, above: Sequence[Text], below: Sequence[Text]) -> Text:
    """Return ``coef · Π above / Π below``."""
    size = abs(coef)
    top = [t.wrapped(FACTOR) for t in above]
    bottom = [t.wrapped(FACTOR) for t in below]
    if size.numerator != 1 or not top:
        top.insert(0, str(size.numerator))
    if size.denominator != 1:
        bottom.insert(0, str(size.denominator))
    if len(top) == 1 and not bottom:
        only = above[0] if above and size.numerator == 1 else Text(top[0], ATOM)
        if coef > 0:
            return only
        return Text(f"-{only.wrapped(FACTOR)}", SUM)
    out = " * ".join(top)
    if bottom:
        out += f" / {bottom[0]}" if len(bottom) == 1 else f" / ({' * '.join(bottom)})"
    return Text(out, TERM) if coef > 0 else Text(f"-{out}", SUM)


def _divisor(w: "Writer", a: Arg) -> Arg | None:
    """Return what a factor divides by, where it is a reciprocal that has no name of its own."""
    op = w.graph.ops[a.ref]
    if not isinstance(op, Map) or op.fn != "reciprocal" or a.ref in w.names:
        return None
    (inner,) = op.args
    return Arg(inner.ref, tuple(a.axes[k] for k in inner.axes))


def _distinct(axes: Axes) -> bool:
    return len(set(axes)) == len(axes)


def _diagonal(w: "Writer", arrays: list[Operand], delta: Arg, op: Contract) -> Text:
    """Print a diagonal matrix, or a product entry by entry with one."""
    a, b = delta.axes
    if arrays and all(axes in ((a,), (b,)) for _, axes in arrays):
        inner = quotient(Fraction(1), [text for text, _ in arrays], [])
        return w.call(w.dialect.diagonal, inner.inner)
    parts = [(w.text(delta.ref), delta.axes), *arrays]
    if all(_distinct(axes) for _, axes in parts):
        texts = [placed(text, axes, op.rank, w.dialect.permute) for text, axes in parts]
        return quotient(Fraction(1), texts, [])
    return _einsum(w, parts, op)


def _summed(
    w: "Writer", arrays: list[Operand], deltas: list[Arg], op: Contract
) -> tuple[Text, set[int]]:
    """Print a sum of products; return the axes of the result that it has."""
    arrays = [*arrays, *((w.text(d.ref), d.axes) for d in deltas)]
    out = tuple(k for k in range(op.rank) if any(k in axes for _, axes in arrays))
    covered = set(out)
    if any(not _distinct(axes) for _, axes in arrays) or len(arrays) > 2:
        return _einsum(w, arrays, op), covered
    if len(arrays) == 1:
        return _one(w, arrays[0], out), covered
    found = _two(w, arrays[0], arrays[1], out)
    return found or _einsum(w, arrays, op), covered


def _one(w: "Writer", x: Operand, out: Axes) -> Text:
    text, axes = x
    gone = [k for k, a in enumerate(axes) if a not in out]
    if len(gone) == len(axes):
        return w.call(w.dialect.whole, text.inner)
    listed = str(gone[0]) if len(gone) == 1 else f"({', '.join(map(str, gone))})"
    total = w.call(w.dialect.total, text.inner, axes=listed)
    left = tuple(a for a in axes if a in out)
    return placed(total, tuple(out.index(a) for a in left), len(out), w.dialect.permute)


def _two(w: "Writer", x: Operand, y: Operand, out: Axes) -> Text | None:
    """Print a sum of products of two arrays; None where only einsum can say it."""
    (a, la), (b, lb) = x, y
    shared = [k for k in la if k in lb]
    if any(k in out for k in shared) or not shared:
        return None
    left = tuple(k for k in la if k not in lb)
    right = tuple(k for k in lb if k not in la)
    if any(k not in out for k in (*left, *right)):
        return None
    if not left and not right:
        return _scalar(w, x, y)
    if out == (*right, *left):
        (a, la), (b, lb), left, right = (b, lb), (a, la), right, left
    if len(shared) == 1 and len(la) <= 2 and len(lb) <= 2:
        (k,) = shared
        if not left:
            # A person writes Xᵀ r, not r X.
            (a, la), (b, lb), left, right = (b, lb), (a, la), right, left
        first = a if la.index(k) == len(la) - 1 else Text(f"{a.wrapped(ATOM)}.T", ATOM)
        second = b if lb.index(k) == 0 else Text(f"{b.wrapped(ATOM)}.T", ATOM)
        return Text(f"{first.wrapped(FACTOR)} @ {second.wrapped(FACTOR)}", TERM)
    places = [str([axes.index(k) for k in shared]) for axes in (la, lb)]
    product = w.call(w.dialect.tensordot, a.inner, b.inner, *places)
    return placed(
        product, tuple(out.index(k) for k in (*left, *right)), len(out), w.dialect.permute
    )


def _scalar(w: "Writer", x: Operand, y: Operand) -> Text:
    (a, la), (b, lb) = x, y
    if len(la) == 1:
        return Text(f"{a.wrapped(FACTOR)} @ {b.wrapped(FACTOR)}", TERM)
    b = placed(b, tuple(la.index(k) for k in lb), len(la), w.dialect.permute)
    return w.call(w.dialect.dot, a.inner, b.inner)


def _einsum(w: "Writer", arrays: Sequence[Operand], op: Contract) -> Text:
    """Print a product by its indices; axes of the result that no array has are left out."""
    present = {k for _, axes in arrays for k in axes}
    inputs = ",".join("".join(chr(97 + k) for k in axes) for _, axes in arrays)
    out = "".join(chr(97 + k) for k in range(op.rank) if k in present)
    if inputs == "aa" and out == "a":
        return w.call(w.dialect.taken, arrays[0][0].inner)
    args = ", ".join(text.inner for text, _ in arrays)
    text = w.call(w.dialect.einsum, spec=f"{inputs}->{out}", args=args)
    if len(out) == op.rank:
        return text
    axes = tuple(k for k in range(op.rank) if k in present)
    return placed(text, axes, op.rank, w.dialect.permute)
