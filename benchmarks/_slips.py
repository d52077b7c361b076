r"""Slips: how a right formula is written wrongly, one edit of the TeX text at one node of its surface tree.

Nothing of the mistakes that Gradproof knows is imported or asked: each slip says on its own under which names of
mistakes a reader would accept it. Where one slip has several fair names (a lost factor -1 of an inner function is a
sign of one term, too), all stand.

A slip is a function from a `Site` to edits; `SLIPS` lists them by name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from gradproof.notation.surface import Surface


@dataclass(frozen=True)
class Edit:
    """Replace the text from `start` to `end`; `causes` are accepted names."""

    start: int
    end: int
    text: str
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """A node within a side of an equation: its ancestors from the side down, and what the derivation knows.

    `matrices` are names of arrays with two axes, `letters` index letters with the letters that may stand for them,
    `others` variables that are not in the line, `array` says that the derivation is about arrays, `continues` that
    the line goes on from the one before, `regularised` that there is a penalty.
    """

    text: str
    node: Surface
    above: tuple[Surface, ...]
    matrices: frozenset[str] = frozenset()
    letters: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    array: bool = False
    continues: bool = False
    regularised: bool = False

    def source(self, node: Surface) -> str:
        """Return a node's text."""
        return self.text[node.span.start : node.span.end]

    def bracketed(self, node: Surface) -> str:
        """Return a node's text as a factor."""
        text = self.source(node)
        return rf"\left({text}\right)" if node.head in ("add", "neg", "div") else text

    def edit(self, node: Surface, text: str, *causes: str) -> Edit:
        """Return the edit that replaces a node."""
        return Edit(node.span.start, node.span.end, text, causes)

    @property
    def parent(self) -> Surface | None:
        """The node above."""
        return self.above[-1] if self.above else None

    def inside(self, head: str, position: int | None = None) -> bool:
        """Tell whether some ancestor has this head, with the node in its argument at `position`."""
        chain = (*self.above, self.node)
        return any(
            a.head == head and (position is None or a.args[position] is b)
            for a, b in pairwise(chain)
        )


Slip = Callable[[Site], Iterator[Edit]]

SIGN = ("sign-of-one-term", "chain-inner-sign", "chain-inner-dropped", "sign-not-distributed")
OUTER = ("sign-outer-lost", "sign-loss-vs-likelihood", "chain-inner-sign", "chain-inner-dropped")
FACTOR = (
    "factor-lost",
    "constant-dropped",
    "chain-inner-dropped",
    "chain-linear-factor-dropped",
    "chain-link-skipped",
)
SHAPE = ("shape-mismatch",)


def unwrap(node: Surface) -> Surface:
    """Return what stands in brackets."""
    while node.head == "group":
        node = node.args[0]
    return node


def is_one_minus(node: Surface, power: bool = False) -> bool:
    """Tell whether a node is 1 - x, or 1 - x^2."""
    node = unwrap(node)
    if node.head != "add" or len(node.args) != 2 or node.args[0].text != "1":
        return False
    second = node.args[1]
    if second.head != "neg":
        return False
    return not power or squared(second.args[0]) is not None


def squared(node: Surface) -> Surface | None:
    """Return what is squared."""
    if node.head == "pow" and node.args[1].text == "2":
        return node.args[0]
    if node.head == "had" and len(node.args) == 2:
        return node.args[0]
    return None


def sign_of_one_term(site: Site) -> Iterator[Edit]:
    """One term of a sum gets the other sign."""
    if site.node.head != "add" or len(site.node.args) < 2:
        return
    causes = [*SIGN]
    if site.inside("div", 0):
        causes += ["quotient-plus", "sign-flipped-in-common-denominator"]
    if any(n.head in ("delta", "sum") for n in walk(site.node)):
        causes.append("jacobian-off-diagonal-sign")
    if len(site.node.args) == 2 and any(n.head in ("delta", "div") for n in walk(site.node)):
        causes.append("quotient-plus")
    if is_one_minus(site.node):
        causes += ["complement-misused", "sigmoid-derivative-wrong", "jacobian-off-diagonal-sign"]
        if is_one_minus(site.node, power=True):
            causes.append("tanh-derivative-wrong")
    for k, term in enumerate(site.node.args):
        if k == 0:
            continue
        before = site.text[site.node.args[k - 1].span.end : term.span.start]
        start = site.node.args[k - 1].span.end
        minus = term.head == "neg"
        new = "+" + site.source(term.args[0]) if minus else "-" + site.source(term)
        if "&" in before:
            continue
        yield Edit(start, term.span.end, new, tuple(causes))


def outer_sign(site: Site) -> Iterator[Edit]:
    """The whole side gets the other sign."""
    if site.above:
        return
    causes = [*OUTER, "sign-of-one-term"]
    if site.node.head == "div" or (site.node.head == "neg" and site.node.args[0].head == "div"):
        causes += ["sign-flipped-in-common-denominator", "quotient-swapped"]
    if any(n.head == "div" for n in walk(site.node)):
        causes += ["quotient-swapped", "quotient-plus"]
    if any(n.head == "sum" for n in walk(site.node)):
        causes.append("jacobian-off-diagonal-sign")
    if site.node.head == "neg":
        yield site.edit(site.node, site.source(site.node.args[0]), *causes)
    elif site.node.head != "add":
        yield site.edit(site.node, "-" + site.source(site.node), *causes)


def difference_turned(site: Site) -> Iterator[Edit]:
    """A difference is written the other way round."""
    node = unwrap(site.node)
    if node.head != "add" or len(node.args) != 2 or node.args[1].head != "neg":
        return
    if node.args[0].head == "neg" or site.node.head == "group" or node.args[0].text == "1":
        return
    if site.inside("pow", 1):
        return
    a, b = node.args[0], node.args[1].args[0]
    causes = [*OUTER, "sign-of-one-term", "sign-not-distributed"]
    if site.inside("div", 0):
        causes += ["quotient-swapped", "sign-flipped-in-common-denominator"]
    yield site.edit(node, f"{site.source(b)} - {site.source(a)}", *causes)


def factor_lost(site: Site) -> Iterator[Edit]:
    """A factor of a product is not written."""
    node = site.node
    if node.head != "mul" or node.text.strip("jcst") or (site.array and len(node.args) < 3):
        return
    for k, factor in enumerate(node.args):
        if factor.head in ("diff", "deriv") or (k == 0 and factor.head == "number"):
            continue
        if site.array and factor.head not in ("number", "div"):
            continue
        rest = [f for j, f in enumerate(node.args) if j != k]
        text = " ".join(site.source(f) for f in rest)
        causes = [*FACTOR]
        name = site.source(factor)
        if "\\lambda" in name or "\\mu" in name:
            causes.append("regulariser-factor")
        if factor.head == "div":
            causes += ["mean-factor-dropped", "power-coefficient-dropped", "regulariser-factor"]
        if factor.head == "sum":
            causes += ["sum-dropped"]
        if is_one_minus(factor) or any(map(is_one_minus, rest)):
            causes += ["sigmoid-derivative-wrong", "tanh-derivative-wrong"]
        if factor.head == "ind":
            causes += ["kink-ignored"]
        yield site.edit(node, text, *causes)


def coefficient_lost(site: Site) -> Iterator[Edit]:
    """A number in front is not written."""
    node = site.node
    if node.head != "mul" or node.args[0].head != "number":
        return
    end = node.args[1].span.start
    causes = ("power-coefficient-dropped", "regulariser-factor", *FACTOR)
    yield Edit(node.span.start, end, "", causes)


def half_lost(site: Site) -> Iterator[Edit]:
    """A factor 1/2, or a 2 below the bar, is not written."""
    node = site.node
    if node.head != "div" or site.source(node.args[0]) != "1":
        return
    below = node.args[1]
    if site.source(below).strip("{}") == "2" and site.parent and site.parent.head == "mul":
        causes = (*FACTOR, "power-coefficient-dropped", "regulariser-factor")
        yield site.edit(node, "", *causes)
    elif below.head == "mul" and below.args[0].text == "2":
        causes = (*FACTOR, "sqrt-half-dropped", "power-coefficient-dropped", "mean-factor-dropped")
        yield Edit(below.span.start, below.args[1].span.start, "", causes)


def mean_lost(site: Site) -> Iterator[Edit]:
    """A factor 1/m is not written."""
    node = site.node
    if node.head != "div" or not site.parent or site.parent.head != "mul":
        return
    top, below = (site.source(a).strip("{}") for a in node.args)
    if below in ("m", "n", "K") and top in ("1", "2"):
        yield site.edit(
            node,
            "" if top == "1" else "2",
            "mean-factor-dropped",
            "factor-lost",
            "constant-dropped",
        )


def exponent_wrong(site: Site) -> Iterator[Edit]:
    """An exponent is one too small or one too large."""
    node = site.node
    if node.head != "pow" or node.args[1].head != "number" or site.array:
        return
    n = int(node.args[1].text) if node.args[1].text.isdigit() else 0
    base = site.source(node.args[0])
    causes = ["power-exponent-wrong", "exponent-rule", "factor-lost", "wrong-variable"]
    if site.inside("div", 1):
        causes += [
            "quotient-no-square",
            "chain-link-repeated",
            "chain-link-skipped",
            "chain-inner-dropped",
        ]
        if "e^{" in site.source(node) or "\\exp" in site.source(node):
            causes.append("sigmoid-derivative-wrong")
    if n == 2 and any(is_one_minus(a, power=True) for a in site.above):
        causes.append("tanh-derivative-wrong")
    if n == 2:
        yield site.edit(node, base, *causes)
    if n >= 3:
        yield site.edit(node, f"{base}^{n - 1}", *causes)
    if n >= 2 and site.inside("div", 1):
        yield site.edit(node, f"{base}^{n + 1}", *causes)


def term_lost(site: Site) -> Iterator[Edit]:
    """A term of a sum is not written."""
    node = site.node
    if node.head != "add" or len(node.args) < 2 or is_one_minus(node):
        return
    for k, term in enumerate(node.args):
        rest = [t for j, t in enumerate(node.args) if j != k]
        text = joined(site, rest)
        causes = ["term-lost", "product-term-dropped", "chain-path-sum-dropped", "constant-dropped"]
        source = site.source(term)
        if "lambda" in source or "mu" in source:
            causes.append("regulariser-factor")
        if site.inside("div", 0):
            causes.append("quotient-of-derivatives")
        if any(n.head == "delta" for n in walk(node)):
            causes += ["jacobian-off-diagonal-missing", "delta-not-collapsed"]
        yield site.edit(node, text, *causes)


def joined(site: Site, terms: list[Surface]) -> str:
    """Return terms as a sum."""
    out = ""
    for term in terms:
        text = site.source(term.args[0]) if term.head == "neg" else site.source(term)
        out += (" - " if out else "-") if term.head == "neg" else " + " if out else ""
        out += text
    return out


def sum_lost(site: Site) -> Iterator[Edit]:
    """A sum over an index is written as one term."""
    if site.node.head == "sum" and len(site.node.args) == 2:
        yield site.edit(
            site.node, site.source(site.node.args[0]), "sum-dropped", "chain-path-sum-dropped"
        )


def index_wrong(site: Site) -> Iterator[Edit]:
    """An index letter is another one of those in the line."""
    node = site.node
    if node.head != "name" or node.name is None or not node.name.sub:
        return
    for sub in node.name.sub:
        if sub.head != "name" or site.source(sub) not in site.letters:
            continue
        for letter in site.letters:
            if letter != site.source(sub):
                yield site.edit(sub, letter, "index-wrong", "index-captured", "wrong-operand")


def sigmoid_table(site: Site) -> Iterator[Edit]:
    """The derivative of a sigmoid, p(1-p), is remembered wrongly."""
    node = site.node
    if node.head not in ("mul", "had") or site.array:
        return
    for k, factor in enumerate(node.args[1:], 1):
        other = node.args[k - 1]
        if not is_one_minus(factor):
            continue
        if site.inside("div", 1):
            continue
        inner = site.source(unwrap(factor).args[1].args[0])
        if inner != site.source(other):
            continue
        causes = ("sigmoid-derivative-wrong", "sign-of-one-term", "complement-misused")
        yield Edit(other.span.start, factor.span.end, f"{inner}(1+{inner})", causes)
        yield Edit(
            other.span.start,
            factor.span.end,
            f"(1-{inner})",
            ("sigmoid-derivative-wrong", "factor-lost"),
        )
        yield Edit(
            other.span.start,
            factor.span.end,
            f"(1-{inner}^2)",
            ("sigmoid-derivative-wrong", "tanh-derivative-wrong"),
        )


def tanh_table(site: Site) -> Iterator[Edit]:
    """The derivative of tanh, 1 - t^2, is remembered wrongly."""
    node = site.node
    if node.head != "add" or not is_one_minus(node, power=True):
        return
    inner = squared(node.args[1].args[0])
    assert inner is not None
    text = site.source(inner)
    yield site.edit(node, f"1 - {text}", "tanh-derivative-wrong", "power-exponent-wrong")
    if not site.array:
        causes = ("tanh-derivative-wrong", "sigmoid-derivative-wrong")
        yield site.edit(node, rf"{text}\cdot(1 - {text})", *causes)


def quotient_slips(site: Site) -> Iterator[Edit]:
    """The quotient rule with its terms swapped, with a plus, or without the square below."""
    node = site.node
    if node.head != "div" or len(node.args) != 2:
        return
    top, below = unwrap(node.args[0]), unwrap(node.args[1])
    if below.head != "pow" or below.args[1].text != "2" or top.head != "add":
        return
    if len(top.args) != 2 or top.args[1].head != "neg" or top.args[0].head == "neg":
        return
    a, b = site.source(top.args[0]), site.source(top.args[1].args[0])
    yield site.edit(top, f"{b} - {a}", "quotient-swapped", *OUTER)
    yield site.edit(top, f"{a} + {b}", "quotient-plus", *SIGN, "jacobian-off-diagonal-sign")
    causes = ("quotient-no-square", "power-exponent-wrong", "factor-lost", "wrong-variable")
    yield site.edit(below, site.source(below.args[0]), *causes)


def log_split(site: Site) -> Iterator[Edit]:
    """A logarithm of a sum or a quotient is split wrongly."""
    node = site.node
    if node.head != "call" or node.text != "log" or len(node.args) != 2:
        return
    inner = unwrap(node.args[1])
    if inner.head == "add" and len(inner.args) == 2:
        texts = [site.source(a.args[0] if a.head == "neg" else a) for a in inner.args]
        sign = "-" if inner.args[1].head == "neg" else "+"
        new = rf"\left(\log({texts[0]}) {sign} \log({texts[1]})\right)"
        if texts[0] != "1":
            yield site.edit(node, new, "log-of-sum-split")
    elif inner.head == "div":
        top, below = (site.source(a) for a in inner.args)
        yield site.edit(node, rf"\frac{{\log({top})}}{{\log({below})}}", "log-quotient-wrong")
    elif inner.head == "sum":
        body = site.source(inner.args[0])
        start, end = inner.span.start, inner.args[0].span.start
        new = rf"{site.text[start:end]}\log({body})"
        yield site.edit(node, new, "log-of-sum-split")


def square_split(site: Site) -> Iterator[Edit]:
    """A square of a sum is taken term by term."""
    node = site.node
    if node.head != "pow" or node.args[1].text != "2" or site.array:
        return
    inner = unwrap(node.args[0])
    if inner.head != "add" or len(inner.args) != 2:
        return
    texts = [site.bracketed(a.args[0] if a.head == "neg" else a) for a in inner.args]
    squares = [f"({t})^2" if len(t) > 1 and t[-1] != ")" else f"{t}^2" for t in texts]
    sign = "-" if inner.args[1].head == "neg" else "+"
    yield site.edit(node, rf"\left({squares[0]} {sign} {squares[1]}\right)", "square-of-sum")


def distributed_once(site: Site) -> Iterator[Edit]:
    """A factor before a bracket reaches its first term only."""
    node = site.node
    if node.head != "mul" or site.array or len(node.args) != 2:
        return
    factor, group = node.args
    inner = unwrap(group)
    if inner.head != "add" or group.head != "group" or factor.head in ("group", "sum"):
        return
    text = site.source(inner)
    if inner.args[0].head == "neg" or is_one_minus(inner):
        return
    first = inner.args[0].span.end - inner.span.start
    head = rf"{site.source(factor)}\cdot {text[:first]}"
    if site.parent is None or site.parent.head in ("group", "add"):
        yield site.edit(node, head + text[first:], "distribute-once")


def fractions_added(site: Site) -> Iterator[Edit]:
    """Two fractions are added above and below."""
    node = site.node
    if node.head != "add" or len(node.args) != 2:
        return
    terms = [a.args[0] if a.head == "neg" else a for a in node.args]
    if any(t.head != "div" or t.text != "frac" for t in terms) or node.args[0].head == "neg":
        return
    sign = "-" if node.args[1].head == "neg" else "+"
    tops, belows = (
        [site.bracketed(t.args[0]) if k else site.source(t.args[0]) for k, t in enumerate(terms)],
        [site.source(t.args[1]) for t in terms],
    )
    new = rf"\frac{{{tops[0]} {sign} {tops[1]}}}{{{belows[0]} + {belows[1]}}}"
    yield site.edit(node, new, "fractions-added-straight")


def complement(site: Site) -> Iterator[Edit]:
    """1 - p is written p."""
    node = site.node
    if node.head == "add" and is_one_minus(node) and not is_one_minus(node, power=True):
        inner = node.args[1].args[0]
        causes = ["complement-misused", "sigmoid-derivative-wrong", "wrong-variable", "term-lost"]
        if site.inside("div", 1):
            causes.append("chain-wrong-point")
        yield site.edit(node, site.source(inner), *causes)


def wrong_variable(site: Site) -> Iterator[Edit]:
    """A letter is another variable of the derivation."""
    node = site.node
    if node.head != "name" or node.name is None or node.name.sub or node.name.accents:
        return
    if site.inside("deriv") or site.inside("diff") or site.parent is None:
        return
    if site.source(node) not in site.others:
        return
    nearest = next((a for a in reversed(site.above) if a.head == "add"), site.above[0])
    near = {site.source(n) for n in walk(nearest)}
    for other in site.others:
        if other not in near:
            causes = (
                "wrong-variable",
                "wrong-operand",
                "chain-wrong-point",
                "constant-differentiated",
            )
            yield site.edit(node, other + " ", *causes)


def delta_lost(site: Site) -> Iterator[Edit]:
    """The delta of a Jacobian is taken as one."""
    if site.node.head == "delta":
        causes = ("delta-not-collapsed", "jacobian-off-diagonal-missing", "factor-lost")
        yield site.edit(site.node, "1" if not is_factor(site) else "", *causes)


def is_factor(site: Site) -> bool:
    """Tell whether the node is a factor of a product."""
    return site.parent is not None and site.parent.head == "mul"


def regulariser(site: Site) -> Iterator[Edit]:
    """Lambda for two lambda, or the other way round."""
    node = site.node
    if node.head != "name" or site.source(node) != "\\lambda" or not site.regularised:
        return
    if any(a.head in ("deriv", "pow", "div") for a in site.above):
        return
    parent = site.parent
    if parent is not None and parent.head == "mul" and parent.args[0].head == "number":
        return
    yield site.edit(
        node, "2\\lambda ", "regulariser-factor", "power-coefficient-dropped", "factor-lost"
    )


# --- arrays ---------------------------------------------------------------------------------------


def transpose_lost(site: Site) -> Iterator[Edit]:
    """A transpose is not written."""
    if site.node.head == "transpose" and site.array:
        yield site.edit(site.node, site.source(site.node.args[0]), "transpose-missing", *SHAPE)


def transpose_added(site: Site) -> Iterator[Edit]:
    """A matrix is transposed that is not."""
    node = site.node
    if node.head != "name" or site.source(node) not in site.matrices:
        return
    if site.parent is not None and site.parent.head in ("transpose", "diff", "pow", "norm"):
        return
    if not site.inside("deriv") and not site.inside("grad"):
        yield site.edit(
            node, site.source(node) + "^T", "transpose-spurious", "transpose-missing", *SHAPE
        )


def factors_swapped(site: Site) -> Iterator[Edit]:
    """Two neighbouring factors stand in the other order."""
    node = site.node
    if node.head != "mul" or not site.array:
        return
    for a, b in pairwise(node.args):
        if any(x.head in ("number", "div") or site.source(x) in ("\\lambda",) for x in (a, b)):
            continue
        text = f"{site.source(b)} {site.source(a)}"
        causes = ("factor-order-swapped", "inner-vs-outer", "scalar-commuted-past-vector", *SHAPE)
        yield Edit(a.span.start, b.span.end, text, causes)


def hadamard_lost(site: Site) -> Iterator[Edit]:
    """A product entry by entry is written as one of matrices."""
    node = site.node
    if node.head == "had" and site.array:
        text = " ".join(site.bracketed(a) for a in node.args)
        yield site.edit(node, text, "hadamard-vs-matmul", *SHAPE)


def diag_lost(site: Site) -> Iterator[Edit]:
    """A diagonal matrix in a product is not written."""
    node = site.node
    if node.head == "call" and node.text == "diag" and site.array:
        causes = ("diag-missing", "factor-lost", *SHAPE)
        yield site.edit(node, "" if is_factor(site) else site.source(node.args[1]), *causes)


def bias_not_summed(site: Site) -> Iterator[Edit]:
    """The sum over examples, a product with ones, is not written."""
    node = site.node
    if node.head == "mul" and site.array and site.source(node.args[-1]) == "\\mathbf 1":
        causes = ("bias-gradient-not-summed", "factor-lost", "sum-dropped", *SHAPE)
        yield Edit(node.args[-2].span.end, node.span.end, "", causes)


def array_factor_lost(site: Site) -> Iterator[Edit]:
    """An array in a product is not written."""
    node = site.node
    if node.head != "mul" or not site.array or len(node.args) < 2:
        return
    ends = ((0, 1), (-1, -2)) if len(node.args) > 1 else ()
    for end, neighbour in ends:
        gone = node.args[end]
        if gone.head in ("number", "div", "diff"):
            continue
        start, stop = (
            (gone.span.start, node.args[neighbour].span.start)
            if end == 0
            else (node.args[neighbour].span.end, gone.span.end)
        )
        yield Edit(start, stop, "", (*FACTOR, *SHAPE))


def inverse_slips(site: Site) -> Iterator[Edit]:
    """A transpose or a minus goes from an inverse."""
    node = site.node
    source = site.source(node)
    if "^{-T}" in source and node.head == "transpose":
        yield site.edit(
            node, source.replace("^{-T}", "^{-1}"), "logdet-transpose", "transpose-missing"
        )


def symmetrised(site: Site) -> Iterator[Edit]:
    """A quadratic form is differentiated as if its matrix were symmetric."""
    node = unwrap(site.node)
    if site.node.head == "group" and node.head == "add" and len(node.args) == 2:
        a, b = (site.source(x) for x in node.args)
        if b in (a + "^T", a + "^\\top"):
            yield site.edit(site.node, f"2{a}", "quadratic-form-symmetrised", "term-lost")


def walk(node: Surface) -> Iterator[Surface]:
    """Yield a tree's nodes."""
    yield node
    for arg in node.args:
        yield from walk(arg)


ALGEBRA = ("square split", "distributed once", "fractions added", "log split", "complement")
"""Slips of a step from one line to the next, in which nothing is differentiated."""

SLIPS: dict[str, Slip] = {
    "sign of one term": sign_of_one_term,
    "outer sign": outer_sign,
    "difference turned": difference_turned,
    "factor lost": factor_lost,
    "coefficient lost": coefficient_lost,
    "half lost": half_lost,
    "mean lost": mean_lost,
    "exponent wrong": exponent_wrong,
    "term lost": term_lost,
    "sum lost": sum_lost,
    "index wrong": index_wrong,
    "sigmoid table": sigmoid_table,
    "tanh table": tanh_table,
    "quotient rule": quotient_slips,
    "log split": log_split,
    "square split": square_split,
    "distributed once": distributed_once,
    "fractions added": fractions_added,
    "complement": complement,
    "wrong variable": wrong_variable,
    "delta lost": delta_lost,
    "regulariser": regulariser,
    "transpose lost": transpose_lost,
    "transpose added": transpose_added,
    "factors swapped": factors_swapped,
    "hadamard lost": hadamard_lost,
    "diag lost": diag_lost,
    "bias not summed": bias_not_summed,
    "array factor lost": array_factor_lost,
    "inverse": inverse_slips,
    "symmetrised": symmetrised,
}
