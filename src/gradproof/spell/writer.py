"""The walk from a tree to a spelling: which node becomes which notation, and where brackets stand.

Both styles share it, so that a formula is bracketed alike in TeX and in plain text. It works
without recursion, children before parents.
"""

from typing import assert_never, get_args

from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    FunctionName,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
    children,
)  # fmt: skip
from gradproof.spell import arithmetic, calculus
from gradproof.spell.arithmetic import at_least, call, named
from gradproof.spell.facts import starts_with_differential
from gradproof.spell.piece import Level, Piece
from gradproof.spell.style import Style

_FUNCTIONS = frozenset(get_args(FunctionName))


def spell(e: Expr, style: Style) -> Piece:
    """Spell `e` in `style`."""
    order: list[tuple[Expr, int]] = []
    todo: list[Expr] = [e]
    while todo:
        node = todo.pop()
        kids = children(node)
        order.append((node, len(kids)))
        todo.extend(kids)
    done: list[Piece] = []
    for node, n in reversed(order):
        first = len(done) - n
        parts = done[first:]
        del done[first:]
        done.append(_piece(node, parts, style))
    return done[0]


def _piece(e: Expr, k: list[Piece], style: Style) -> Piece:
    """Spell one node whose children, in the order of `children`, are spelled already."""
    match e:
        case Sym(name) | Idx(name):
            return named(name, style)
        case Num(value):
            if value >= 0:
                return style.number(value)
            return Piece("-" + style.number(-value).text, Level.NEG)
        case Mul(factors) | MatMul(factors):
            return arithmetic.product(factors, k, style)
        case Entry(array, indices):
            joined = _indices(indices, k[1:], style)
            if isinstance(array, Sym):
                return named(array.name, style, joined)
            return Piece(style.subscripted(at_least(k[0], Level.ATOM, style), joined), Level.ATOM)
        case Add():
            return arithmetic.terms_sum(e, k, style)
        case Neg():
            return arithmetic.negated(e, k[0], style)
        case Div() | HadamardDiv():
            num = k[0]
            if starts_with_differential(e.num) and starts_with_differential(e.den):
                num = Piece(style.bracket(num.text), Level.ATOM)  # dx over dy is a derivative
            return style.fraction(num, k[1])
        case Pow():
            return arithmetic.power(e, k, style)
        case Fn():
            return arithmetic.function(e, k, style)
        case Hadamard():
            return arithmetic.operation(k, style.symbols["odot"], style)
        case Kron():
            return arithmetic.operation(k, style.symbols["otimes"], style)
        case Frobenius():
            return _frobenius(e, k, style)
        case Transpose():
            return Piece(style.transposed(at_least(k[0], Level.ATOM, style)), Level.TERM)
        case Inverse():
            return Piece(style.inverse(at_least(k[0], Level.ATOM, style)), Level.TERM)
        case PseudoInverse():
            return Piece(style.pseudo_inverse(at_least(k[0], Level.ATOM, style)), Level.TERM)
        case Vec():
            return call(style.head("vec"), k, style)
        case Trace():
            return call(style.head("tr"), k, style)
        case Det():
            return call(style.head("det"), k, style)
        case Diag():
            return call(style.head("diag"), k, style)
        case Apply(name, _, primes) if primes and name in _FUNCTIONS:
            return call(style.head(name) + "'" * primes, k, style)
        case Apply(name, _, primes):
            return call(style.name(name, primes=primes), k, style)
        case Const(name):
            return Piece(style.symbols["pi"] if name == "pi" else "e", Level.ATOM, "name")
        case Ones():
            return Piece(style.symbols["ones"], Level.ATOM, "name")
        case Identity():
            return Piece(style.symbols["identity"], Level.ATOM)
        case Opaque(head):
            return style.opaque(head, [at_least(x, Level.COMPARE, style) for x in k])
        case _:
            return _compound(e, k, style)


def _compound(
    e: "Norm | Root | Sum | Prod | Delta | Compare | Indicator | Branch | Cases | Derivative | Gradient | Differential | At | Let | Row | Stack",  # noqa: E501
    k: list[Piece],
    style: Style,
) -> Piece:
    match e:
        case Sum() | Prod():
            return calculus.series(e, k, style)
        case Derivative():
            return calculus.derivative(e, k, style)
        case Gradient():
            return calculus.gradient(e, k, style)
        case Differential():
            return calculus.differential(e, k[0], style)
        case Norm(_, order):
            return style.norm(k[0], order)
        case Root():
            return style.root(k[0], k[1])
        case Delta():
            joined = _indices((e.left, e.right), k, style)
            return Piece(style.subscripted(style.symbols["delta"], joined), Level.TERM, "name")
        case Compare(op):
            left, right = (at_least(x, Level.ADD, style) for x in k)
            return Piece(f"{left} {style.relations[op]} {right}", Level.COMPARE)
        case Indicator():
            return style.indicator(k[0].text)
        case Branch(_, condition):
            test = None if condition is None else k[1].text
            return Piece(style.branch(at_least(k[0], Level.ADD, style), test), Level.LET)
        case Cases():
            return style.cases([x.text for x in k])
        case At():
            return style.at(k[0], f"{k[1].text}={k[2].text}")
        case Let():
            definition = f"{k[1].text} = {at_least(k[2], Level.ADD, style)}"
            return style.where(at_least(k[0], Level.ADD, style), definition)
        case Row():
            return Piece(style.row([at_least(x, Level.ADD, style) for x in k]), Level.LET)
        case Stack():
            return style.matrix([x.text for x in k])
        case _:
            assert_never(e)


def _indices(indices: tuple[Expr, ...], k: list[Piece], style: Style) -> str:
    letters = all(isinstance(i, Idx) for i in indices)
    return style.join_indices([x.text for x in k], letters=letters)


def _frobenius(e: Frobenius, k: list[Piece], style: Style) -> Piece:
    def side(node: Expr, x: Piece, *, last: bool) -> str:
        bare = x.level >= Level.PREFIX or isinstance(node, Mul | MatMul)
        return x.text if bare and (last or not x.open) else style.bracket(x.text)

    left, right = side(e.left, k[0], last=False), side(e.right, k[1], last=True)
    return Piece(f"{left} {style.symbols['colon']} {right}", Level.FROB, open=k[1].open)
