"""Questions: formulas, a variable and declarations, read as a document is read for checking."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from gradproof.deriving.question import CannotDerive, Given, Question
from gradproof.deriving.spaces import holds_arrays, inferred_spaces
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Entry,
    Expr,
    Opaque,
    Sym,
    density_depends,
    formal_indices,
    reached_expectations,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.notation.derivation import Derivation, Line
from gradproof.notation.documents import read_document
from gradproof.notation.elaborate import read_derivation
from gradproof.spell import identifier, name_plain, to_plain, to_tex

_DELIMITERS: Final = re.compile(r"^\s*(?:\$\$|\$|\\\[|\\\()\s*|\s*(?:\$\$|\$|\\\]|\\\))\s*$")
_LOSS_NAMES: Final = ("J", "L", "f", "E", "g", "C")


def read_question(
    formulas: Sequence[str], wrt: str, *, order: int = 1, declare: Sequence[str] = ()
) -> Question:
    r"""Read a question.

    Args:
        formulas: definitions in TeX, several in one separated by commas or ``\quad``; one bare expression
            stands for the loss.
        wrt: the variable, in TeX (``\hat y``) or as an identifier (``y_hat``).
        order: 1 or 2.
        declare: facts in TeX that hold for all formulas.

    Raises:
        CannotDerive: something cannot be read, or it is not clear what is to be differentiated by what.
        UnreadableDocument: the text is too large or holds what no text may hold.
    """
    if order not in (1, 2):
        raise CannotDerive(f"order {order} is not known; expected 1 (derivative) or 2 (second)")
    texts, read, loss = _read_loss(formulas, declare)
    variable = _spelled(wrt, read, loss)
    value = _stated(read, loss)
    asked = _read([*texts, rf"\frac{{\partial {value}}}{{\partial {variable}}}"], declare)
    goal = _goal(asked, len(texts), loss, wrt)
    return _question(asked, len(texts), goal, wrt, order, tuple(declare))


def free_names(formulas: Sequence[str], declare: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names, in TeX, on which the loss depends and that nothing defines.

    Raises:
        CannotDerive: a formula cannot be read, or it is not clear which one is the loss.
    """
    _, read, loss = _read_loss(formulas, declare)
    context = _context(read)
    return tuple(n for n in _reached(Sym(loss), context) if n not in context.definitions)


def _read_loss(
    formulas: Sequence[str], declare: Sequence[str]
) -> tuple[list[str], Derivation, str]:
    """Return the formulas as texts, how they are read, and the name of the loss."""
    texts = [_DELIMITERS.sub("", f).strip().rstrip(".;") for f in formulas]
    if not any(texts):
        raise CannotDerive(r"no formula was given; expected one such as 'J = -y \log z'")
    read = _read(texts, declare)
    _require_readable(read, texts, declare)
    bare = _bare(read, texts)
    if bare is not None:
        letter = _free_letter(read)
        texts = [*(t for k, t in enumerate(texts) if k != bare), f"{letter} = {texts[bare]}"]
        read = _read(texts, declare)
        _require_readable(read, texts, declare)
    return texts, read, _loss(read, declare)


def claims(text: str) -> bool:
    """Tell whether a formula says that something equals something."""
    return any(relations for line in _read([text], ()).lines for _, relations in line.statements)


def _read(texts: Sequence[str], declare: Sequence[str]) -> Derivation:
    document = "\n\n".join(f"$$\n{t}\n$$" for t in texts) + "\n"
    return read_derivation(read_document("question.md", document, dialect="markdown"), declare)


def _lines(read: Derivation, block: int) -> list[Line]:
    return [line for line in read.lines if line.place.block == block]


def _require_readable(read: Derivation, texts: Sequence[str], declare: Sequence[str]) -> None:
    """Refuse what cannot be read, with its place."""
    for line in read.lines:
        if line.reason is None or line.place.block is None:
            continue
        text = texts[line.place.block]
        raise CannotDerive(
            f"formula {line.place.block + 1} cannot be read: {line.reason}\n  {text}\n"
            "expected a definition such as 'z = \\sigma(h)' or an expression"
        )
    for number, text in enumerate(declare, 1):
        source = number
        for line in read.lines:
            if line.place.source == source and (
                line.reason is not None or line.role in ("label", "other") or _member_only(line)
            ):
                told = line.reason or (
                    "the set is not known" if _member_only(line) else "it states no fact"
                )
                raise CannotDerive(
                    f"the declaration {text!r} cannot be used: {told}; expected a fact such as "
                    r"'x > 0' or 'X \in \mathbb{R}^{m \times n}'"
                )


def _member_only(line: Line) -> bool:
    """Tell whether a line says of something that it lies in a set, which is none that declares anything."""
    return line.role == "step" and any("in" in relations for _, relations in line.statements)


def _bare(read: Derivation, texts: Sequence[str]) -> int | None:
    """Return the number of the formula that is an expression without a name."""
    found = [
        k
        for k in range(len(texts))
        for line in _lines(read, k)
        if any(not relations for _, relations in line.statements)
    ]
    if len(found) > 1:
        raise CannotDerive(
            f"formulas {' and '.join(str(k + 1) for k in found)} have no name, so several may be meant; "
            "give the definitions names (z = …), and one formula the loss (J = …)"
        )
    return found[0] if found else None


def _names(read: Derivation) -> list[str]:
    """Return all names of the document in the order in which they first stand."""
    out: dict[str, None] = {}
    for line in read.lines:
        for sides, _ in line.statements:
            for side in sides:
                for _, node in walk(side) if side is not None else ():
                    if isinstance(node, Sym | Apply):
                        out.setdefault(node.name)
    return list(out)


def _free_letter(read: Derivation) -> str:
    taken = set(_names(read))
    return next(letter for letter in _LOSS_NAMES if letter not in taken)


def _context(read: Derivation) -> Context:
    shown = [line for line in read.lines if line.place.block is not None]
    return read.contexts[shown[-1].state][0]


def _loss(read: Derivation, declare: Sequence[str]) -> str:
    """Return the name that is defined and that no other definition uses.

    Raises:
        CannotDerive: there is none, or there are several.
    """
    context = _context(read)
    order = [
        name
        for line in read.lines
        if line.place.block is not None
        for sides, _ in line.statements
        if (name := _defined(sides[0])) is not None and name in context.definitions
    ]
    named = list(dict.fromkeys(order))
    if not named and any(r for line in read.lines for _, r in line.statements):
        raise CannotDerive(
            "no formula defines a loss that is made of something else; expected 'J = …' whose right side does not "
            "lead back to J in a circle"
        )
    if not named:
        told = r"no formula defines a loss; expected 'J = …' or one expression, such as 'y \log z'"
        raise CannotDerive(told)
    used = {
        n.name
        for name in named
        for d in context.definitions[name]
        for _, n in walk(d.body)
        if isinstance(n, Sym | Apply) and n.name != name
    }
    top = [name for name in named if name not in used]
    if len(top) == 1:
        return top[0]
    labels = [n for n in _names(read) if "_" in n and n.partition("_")[0] in top]
    hint = (
        f"; {_listed(labels)} is read as a name of its own: if its label is an index, declare the range, "
        "such as 'a = 1, \\dots, n'"
        if labels
        else ""
    )
    raise CannotDerive(
        f"{_listed(top)} could each be the loss: no other formula uses them; leave out those that are not "
        f"meant{hint}"
    )


def _stated(read: Derivation, loss: str) -> str:
    """Return how the loss is written in a derivative, in TeX: with its indices where it has some."""
    (d, *_) = _context(read).definitions[loss]
    formal = formal_indices(d)
    return to_tex(Entry(Sym(loss), formal)) if formal else loss


def _defined(side: Expr | None) -> str | None:
    match side:
        case Sym(name) | Apply(name):
            return name
        case Entry(Sym(name)):
            return name
        case _:
            return None


def _spelled(wrt: str, read: Derivation, loss: str) -> str:
    """Return the variable in TeX, also where it was given as an identifier (or without its accent's braces)."""
    text = _DELIMITERS.sub("", wrt).strip()
    if not text:
        raise CannotDerive("no variable was given; expected the name of one, such as 'w'")
    names = [n for n in _names(read) if n != loss]
    if text in names:
        return text
    plain: Callable[[str], str] = lambda n: identifier(n).rstrip("_")  # noqa: E731
    for spelled in (identifier, plain, name_plain):
        by_name = {spelled(n): n for n in names}
        if text in by_name:
            return by_name[text]
        for name in sorted(by_name, key=len, reverse=True):
            rest = text.removeprefix(f"{name}_")
            if rest != text and rest.isalnum():
                return f"{by_name[name]}_{{{rest}}}"
    return text


def _goal(read: Derivation, block: int, loss: str, wrt: str) -> Derivative:
    """Return the derivative that was asked for.

    Raises:
        CannotDerive: the variable cannot be read, is no variable, or does not stand in the formula.
    """
    lines = _lines(read, block)
    if lines and lines[0].reason is not None:
        raise CannotDerive(f"the variable {wrt!r} cannot be read: {lines[0].reason}")
    side = lines[0].statements[0][0][0] if lines and lines[0].statements else None
    name = None
    if isinstance(side, Derivative) and len(side.wrt) == 1:
        name = _variable_name(side.wrt[0])
    if name is None or not isinstance(side, Derivative):
        raise CannotDerive(
            f"{wrt!r} is no variable; expected a name such as 'w' or an entry such as 'w_j'; what is more than a "
            "name can be given one by a definition, such as 'v = \\sigma^2'"
        )
    context = read.contexts[lines[0].state][0]
    present = _reached(Sym(loss), context)
    if _moves_a_density(loss, context, name):
        present.append(name)
    if name not in present or name == loss:
        known = [n for n in present if n != loss and n not in context.definitions]
        close = difflib.get_close_matches(name, [n for n in present if n != loss], 1)
        hint = f"; did you mean {name_plain(close[0])}?" if close else ""
        raise CannotDerive(
            f"{name_plain(name)} does not stand in the formula of {name_plain(loss)}; "
            f"expected {f'one of {_listed(known)}' if known else 'a formula with a variable'}{hint}"
        )
    _require_entries(present, name)
    return side


def _moves_a_density(loss: str, context: Context, name: str) -> bool:
    """Tell whether a variable is a parameter of a density below an expectation."""
    return any(
        isinstance(e, Opaque) and density_depends(e, name)
        for e in reached_expectations(Sym(loss), context)
    )


def _require_entries(present: Sequence[str], name: str) -> None:
    """Refuse a name with a label that may be meant as an index: its derivative would leave out the family.

    ``s_o`` beside ``s_w`` with an index w is a name of its own for the reader, which it may not be for the author.
    """
    for other in present:
        base, _, label = name.partition("_")
        if label and base == other and name != other:
            letter = label.strip("{}")
            raise CannotDerive(
                f"{name_plain(name)} would be a name of its own beside the family {name_plain(other)}; if "
                f"{letter} is an index, declare its range: --declare '{letter} = 1, \\dots, n'"
            )


def _variable_name(e: Expr) -> str | None:
    match e:
        case Sym(name):
            return name
        case Entry(Sym(name)):
            return name
        case _:
            return None


def _reached(loss: Expr, context: Context) -> list[str]:
    """Return the names on which the loss depends, definitions and what they are made of."""
    sizes = {r.upper.name for r in context.ranges.values()}
    out: dict[str, None] = {}
    for node in walk_reached(loss, context):
        if isinstance(node, Sym):
            out.setdefault(node.name)
            sizes |= {s.name for s in node.space.shape}
    return [n for n in out if n not in sizes]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name_plain(n) for n in names)


def _question(
    read: Derivation, count: int, goal: Derivative, wrt: str, order: int, declare: tuple[str, ...]
) -> Question:
    lines = [line for line in read.lines if (line.place.block or 0) < count and line.shown]
    last = _lines(read, count)[0]
    given = tuple(
        Given(sides, relations)
        for line in lines
        if line.place.block is not None
        for sides, relations in line.statements
    )
    told: dict[str, None] = {}
    for line in lines:
        for reading in line.assumptions:
            told.setdefault(reading.message)
    context = read.contexts[last.state][0]
    symbol = goal.body.array if isinstance(goal.body, Entry) else goal.body
    if not isinstance(symbol, Sym):
        raise CannotDerive(
            f"what is differentiated is read as {to_plain(symbol)}; expected a name such as 'J'"
        )
    spaces = inferred_spaces(symbol, context, _declared(read))
    return Question(
        loss=symbol,
        value=goal.body,
        wrt=goal.wrt[0],
        order=order,
        given=given,
        declared=(*declare, *(spaces if holds_arrays(symbol, context) else ())),
        context=context,
        assumptions=tuple(told),
        spaces=spaces,
    )


def _declared(read: Derivation) -> frozenset[str]:
    """Return the names that declarations from outside speak of."""
    return frozenset(
        n.name
        for line in read.lines
        if line.place.block is None
        for sides, _ in line.statements
        for side in sides[:1]
        if side is not None
        for _, n in walk(side)
        if isinstance(n, Sym)
    )
