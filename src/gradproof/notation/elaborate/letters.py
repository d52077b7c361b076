"""Index letters: declared with a range, bound by a sum, of a delta, by habit, or beside other index letters."""

from collections.abc import Iterable, Iterator, Sequence, Set

from gradproof.notation.elaborate.declare import (
    RangeDeclaration,
    SpaceDeclaration,
    declarations,
)
from gradproof.notation.elaborate.iterates import iterate_letters
from gradproof.notation.elaborate.next_layer import layer_letters
from gradproof.notation.elaborate.runs import differences, is_letter
from gradproof.notation.elaborate.symbols import (
    HABIT_INDICES,
    Symbols,
    full_key,
    spelled,
    unwrapped,
    walk_surface,
)
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Name, Statement, Surface


def collect_letters(
    table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]
) -> None:
    """Collect the letters that index: declared ranges, bound in sums, deltas, then by habit."""
    for statement in statements:
        for d in declarations(statement):
            if isinstance(d, RangeDeclaration):
                table.letters.add(d.letter)
                table.sizes.add(d.range.upper.name)
            elif isinstance(d, SpaceDeclaration) and d.sizes:
                name = d.subject.name
                if name is not None and (name.sub or name.sup) and not _goes_on(statement.sides[0]):
                    table.single.add(full_key(name))
    scripts: set[str] = set()
    for node in nodes:
        if node.head in ("sum", "prod"):
            table.sizes.update(
                full_key(b.args[2].name)
                for b in node.args[1:]
                if b.head == "range" and len(b.args) == 3 and b.args[2].name is not None
            )
            table.letters.update(spelled(b) for b in _bound_letters(node))
        elif node.head == "delta":
            table.letters.update(spelled(a) for a in node.args if a.head == "name")
        elif node.head == "index" or (node.head == "name" and node.name is not None):
            own = node.args[1:] if node.name is None else (*node.name.sub, *node.name.sup)
            for item in own:
                for part in walk_surface(item):
                    if part.head == "name" and part.name is not None and not part.name.sub:
                        scripts.add(full_key(part.name))
    table.letters.update((scripts & HABIT_INDICES) - _quantities(statements))
    _formal_letters(table, statements, nodes)
    table.letters.update(_normalised(nodes) - _quantities(statements))
    table.letters.update(_varied(table, nodes) - _quantities(statements))
    table.labels.update(_compared(table, statements, nodes) - _quantities(statements))
    table.letters |= table.labels
    _equal_standing(table, statements, nodes)
    table.letters -= layer_letters(statements) | iterate_letters(statements, nodes)
    others = _members_beside(table, nodes)
    table.single = {
        k for k in table.single if k not in others and not _carries_range(k, statements, table)
    }
    table.single.update(_labelled_sizes(statements, nodes))


def _goes_on(side: Surface) -> bool:
    r"""Tell whether members of a family are declared, ``v_1, \dots, v_K``, and none alone."""
    return side.head == "tuple" and any(a.head == "dots" for a in side.args)


def _formal_letters(
    table: Symbols, statements: Sequence[Statement], nodes: Iterable[Surface]
) -> None:
    r"""Collect letters of heads like ``\pi(a) = e^{h_a}/…``: the parameter is a script on the right."""
    heads: set[str] = set()
    quantities = _spoken_of(statements)
    for statement in statements:
        left = statement.sides[0]
        if left.head != "call" or statement.relations[:1] not in (("=",), (":=",), ("==",)):
            continue
        callee, params = left.args[0], left.args[1:]
        if callee.name is None or not params or not all(is_letter(p) for p in params):
            continue
        if any(p.name is not None and p.name.base in quantities for p in params):
            continue
        scripts = {
            full_key(part.name)
            for side in statement.sides[1:]
            for n in walk_surface(side)
            if n.name is not None
            for item in (*n.name.sub, *n.name.sup)
            for part in walk_surface(item)
            if part.name is not None
        }
        if scripts and all(p.name is not None and full_key(p.name) in scripts for p in params):
            heads.add(full_key(callee.name))
            table.letters.update(full_key(p.name) for p in params if p.name is not None)
    if not heads:
        return
    for node in nodes:
        callee = node.args[0].name if node.head == "call" else None
        if callee is not None and full_key(callee) in heads and all(map(is_letter, node.args[1:])):
            table.letters.update(full_key(a.name) for a in node.args[1:] if a.name is not None)


def _spoken_of(statements: Sequence[Statement]) -> set[str]:
    """Return the letters that are declared to lie in a space, or by which something is differentiated."""
    out = {
        d.subject.name.base
        for s in statements
        for d in declarations(s)
        if isinstance(d, SpaceDeclaration) and d.subject.name is not None and not d.subject.name.sub
    }
    for s in statements:
        for side in s.sides:
            for n in walk_surface(side):
                if n.head in ("deriv", "grad"):
                    out.update(v.name.base for v in n.args[1:] if v.name is not None)
    return out


def _normalised(nodes: Iterable[Surface]) -> set[str]:
    r"""Return the letters of numerators that a sum below runs over.

    That is o in ``e^{u_o}/\sum_w e^{u_w}`` and a in ``f(a)/\sum_b f(b)``.
    """
    out: set[str] = set()
    for node in nodes:
        if node.head != "div" or unwrapped(node.args[1]).head != "sum":
            continue
        total = unwrapped(node.args[1])
        bound = {spelled(b) for b in _bound_letters(total)}
        found = differences(unwrapped(total.args[0]), unwrapped(node.args[0]), arguments=True)
        if found is not None and found.keys() == bound and len(bound) == 1:
            (own,) = found.values()
            if is_letter(own):
                out.add(spelled(own))
    return out


def _varied(table: Symbols, nodes: Sequence[Surface]) -> set[str]:
    r"""Return the letters of members by which others are differentiated: c in ``∂\pi_a/∂z_c`` where a indexes z."""
    members = {
        name_key(n.name)
        for n in nodes
        if n.name is not None
        and n.head == "name"
        and len(n.name.sub) == 1
        and full_key(n.name) not in table.single
        and spelled(n.name.sub[0]) in table.letters
    }
    out: set[str] = set()
    for node in nodes:
        if node.head != "deriv" or not any(
            _is_member(n, members) for n in walk_surface(node.args[0])
        ):
            continue
        for by in node.args[1:]:
            if (
                by.name is not None
                and _is_member(by, members)
                and full_key(by.name) not in table.single
            ):
                out.update(spelled(item) for item in by.name.sub if is_letter(item))
    return out


def _compared(
    table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]
) -> set[str]:
    r"""Return the labels that are compared with an index: c in ``[k = c]`` or ``k \neq c``, y_i in ``[y_i = k]``.

    Only those that stand below a name which bears an index letter elsewhere.
    """
    below: dict[str, set[str]] = {}
    for n in nodes:
        if n.head == "name" and n.name is not None and len(n.name.sub) == 1:
            below.setdefault(name_key(n.name), set()).add(spelled(n.name.sub[0]))
    members = {x for own in below.values() if own & table.letters for x in own - table.letters}
    pairs = [n.args for n in nodes if n.head == "relation" and n.text in ("=", "!=")]
    pairs += [s.sides for s in statements if s.relations in (("=",), ("!=",))]
    out: set[str] = set()
    for pair in pairs:
        for one, other in (pair, pair[::-1]) if len(pair) == 2 else ():
            if one.head == "name" and spelled(one) in table.letters and other.head == "name":
                out.update({spelled(other)} & members)
    return out


def _is_member(node: Surface, members: Set[str]) -> bool:
    name = node.name
    return (
        name is not None
        and node.head == "name"
        and len(name.sub) == 1
        and name_key(name) in members
    )


def _equal_standing(
    table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]
) -> None:
    r"""Let all of several letters below a name index where one does: ``W_{\mu\nu}``.

    Only letters of one kind, of which none is the letter of a quantity.
    """
    names = [n.name for n in nodes if n.head == "name" and n.name is not None]
    quantities = _quantities(statements)
    inside = {id(item.name) for n in names for item in (*n.sub, *n.sup)}
    quantities |= {n.base for n in names if id(n) not in inside}
    pairs = [
        {full_key(item.name) for item in n.sub if item.name is not None}
        for n in names
        if len(n.sub) > 1 and all(is_letter(item) for item in n.sub)
    ]
    greek = [p for p in pairs if all(x.startswith("\\") for x in p)]
    latin = [p for p in pairs if all(len(x) == 1 and x.islower() for x in p)]
    changed = True
    while changed:
        before = len(table.letters)
        for pair in (*greek, *latin):
            if pair & table.letters:
                table.letters |= pair - quantities
        changed = len(table.letters) > before


def _quantities(statements: Sequence[Statement]) -> set[str]:
    r"""Return letters that an equation makes a quantity: ``i = \sigma(a_i)`` names a gate, no index."""
    out: set[str] = set()
    for statement in statements:
        left = statement.sides[0]
        if left.name is None or left.head != "name" or statement.relations[:1] != ("=",):
            continue
        right = [
            n for n in walk_surface(statement.sides[1]) if n.head not in ("neg", "add", "group")
        ]
        if statement.sides[1].head != "hole" and any(
            n.head not in ("name", "number", "tuple", "dots") for n in right
        ):
            out.add(left.name.base)
    return out


def _members_beside(table: Symbols, nodes: Iterable[Surface]) -> set[str]:
    r"""Return the names declared alone, ``y_i \in \mathbb{R}^2``, beside others of their family, ``y_k``.

    Those are members of the family where both letters index and the other name is not declared by itself.
    """
    below: dict[str, dict[str, str]] = {}
    for n in nodes:
        if n.head == "name" and n.name is not None and len(n.name.sub) == 1 and not n.name.sup:
            below.setdefault(name_key(n.name), {})[full_key(n.name)] = spelled(n.name.sub[0])
    return {
        key
        for own in below.values()
        for key in own.keys() & table.single
        if own[key] in table.letters
        and any(other not in table.single and x in table.letters for other, x in own.items())
    }


def _carries_range(key: str, statements: Sequence[Statement], table: Symbols) -> bool:
    """Tell whether the script letter of a name declared alone has a range or is summed over."""
    for statement in statements:
        for d in declarations(statement):
            name = d.subject.name if isinstance(d, SpaceDeclaration) else None
            if name is not None and full_key(name) == key:
                items = [spelled(s) for s in (*name.sub, *name.sup)]
                if any(i in table.letters and i not in HABIT_INDICES for i in items):
                    return True
                return any(i in _ranged(statements) for i in items)
    return False


def _labelled_sizes(statements: Sequence[Statement], nodes: Sequence[Surface]) -> Iterator[str]:
    r"""Yield names with a label that count something: ``d_k`` of ``Q \in \mathbb{R}^{n \times d_k}``.

    Where the array bears the letter, too, as in ``W_l \in \mathbb{R}^{n_l}``, or the letter has a range or is summed
    over, the sizes are a family. The end of a sum over k is none: it cannot depend on k.
    """
    beside: dict[str, set[str]] = {}
    for statement in statements:
        for d in declarations(statement):
            name = d.subject.name if isinstance(d, SpaceDeclaration) else None
            if isinstance(d, SpaceDeclaration) and name is not None:
                for size in d.sizes or ():
                    beside.setdefault(size.name, set()).update(_scripts(name))
    ranged = _ranged(statements)
    for node in nodes:
        name = node.name
        if node.head == "name" and name is not None and name.sub and full_key(name) in beside:
            if not _scripts(name) & (beside[full_key(name)] | ranged):
                yield full_key(name)
        elif node.head == "range" and len(node.args) == 3:
            end = node.args[2].name
            if end is not None and spelled(node.args[0]) in _scripts(end):
                yield full_key(end)


def _scripts(name: Name) -> set[str]:
    """Return the single letters and numbers that stand in the scripts of a name."""
    items = [p for item in (*name.sub, *name.sup) for p in walk_surface(item) if not p.args]
    return {spelled(p) for p in items}


def _ranged(statements: Sequence[Statement]) -> set[str]:
    out: set[str] = set()
    for statement in statements:
        for d in declarations(statement):
            if isinstance(d, RangeDeclaration):
                out.add(d.letter)
        for side in statement.sides:
            for node in walk_surface(side):
                if node.head in ("sum", "prod"):
                    out.update(spelled(b) for b in _bound_letters(node))
    return out


def _bound_letters(node: Surface) -> list[Surface]:
    out: list[Surface] = []
    for binder in node.args[1:]:
        if binder.head == "range" or (
            binder.head == "relation" and binder.args and binder.args[0].head == "name"
        ):
            out.append(binder.args[0])
        elif binder.head == "name":
            out.append(binder)
    return out
