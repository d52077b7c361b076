"""The author's own names in place of what they stand for."""

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.shapes import shape_of
from gradproof.expr import Context, Expr, Space, Sym, children
from gradproof.rewrite import free_names, replace_equal


def folded(e: Expr, context: Context, keep: frozenset[str] = frozenset()) -> Expr:
    """Return `e` with defined names for the bodies of their definitions; those in `keep` stay unfolded."""
    for name, body in definitions(context):
        if name not in keep and body != e:
            e = replace_equal(e, body, symbol(name, context) or body)
    return e


def definitions(context: Context) -> list[tuple[str, Expr]]:
    """Return the names that stand for one whole expression, inner ones first."""
    plain: dict[str, Expr] = {}
    for name, found in context.definitions.items():
        if len(found) == 1 and not found[0].params and not found[0].indices:
            body = found[0].body
            if children(body):
                plain[name] = body
    done: list[tuple[str, Expr]] = []
    placed: set[str] = set()

    def place(name: str, active: frozenset[str]) -> None:
        if name in placed or name in active:
            return
        for inner in sorted(free_names(plain[name]) & plain.keys()):
            place(inner, active | {name})
        placed.add(name)
        done.append((name, plain[name]))

    for name in plain:
        place(name, frozenset())
    return done


def symbol(name: str, context: Context) -> Expr | None:
    """Return the symbol of a defined name, with the shape of its body."""
    try:
        return Sym(name, Space(shape_of(context.definitions[name][0].body, context)))
    except NotDerived:
        return None
