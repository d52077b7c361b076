"""Surface trees as plain S-expressions, and when two of those say the same.

Vocabulary: statements `eq approx assign in map chain rows list where sim lt gt le ge`; arithmetic `add mul pow log exp
sqrt root abs norm sum prod int cases matrix max min argmin`; `(D f x)` derivative, `(grad f x)`, `(d x)` differential,
`(T a)` transpose, `(had a b)`, `(frob a b)`, `(inner a b)`, `(call f …)`, `(given y x)`, `(ind …)`, `(expect …)`,
`(at e cond)`, `hole`. Names are flat: `\\hat y_i` is `haty_i`, `x^{(i)}` is `x^(i)`; fonts are dropped.
"""

import re

from gradproof.notation.surface import FormulaRow, Name, Statement, Surface

Tree = str | int | tuple["Tree", ...]

_RELATIONS = {
    "=": "eq", ":=": "assign", "<-": "assign", "==": "equiv", "~~": "approx", "prop": "propto", "<": "lt", "<=": "le",
    ">": "gt", ">=": "ge", "!=": "ne", "in": "in", "notin": "notin", "subset": "subset", "~": "sim", "->": "to",
    "mapsto": "mapsto", "=>": "implies", "<=>": "iff", ":": "colon",
}  # fmt: skip
_DIRECT = frozenset(
    [
        "log",
        "exp",
        "sin",
        "cos",
        "tan",
        "tanh",
        "sinh",
        "cosh",
        "sec",
        "csc",
        "cot",
        "max",
        "min",
        "det",
    ]
)
_PLAIN = {
    "had": "had", "haddiv": "haddiv", "frob": "frob", "kron": "kron", "compose": "compose", "abs": "abs",
    "inner": "inner", "at": "at", "ind": "ind", "sim": "sim", "argmin": "argmin", "argmax": "argmax", "tuple": "tuple",
    "set": "set", "interval": "interval", "root": "root", "sqrt": "sqrt", "factorial": "factorial", "log": "log",
    "index": "index", "pow": "pow", "cases": "cases", "delta": "delta", "expect": "expect", "matrix": "matrix",
    "extremum": "extremum", "unknown": "unknown",
}  # fmt: skip


def tree_of_rows(rows: tuple[FormulaRow, ...]) -> Tree:
    """Return the S-expression of the rows of one formula."""
    trees = [tree for row in rows if (tree := _row(row)) is not None]
    if not trees:
        return "hole"
    return trees[0] if len(trees) == 1 else ("rows", *trees)


def _row(row: FormulaRow) -> Tree | None:
    statements = [_statement(statement) for statement in row.statements]
    if not statements:
        return None
    if len(statements) == 1:
        return statements[0]
    return ("list" if row.where is None else "where", *statements)


def _statement(statement: Statement) -> Tree:
    sides = [tree_of(side) for side in statement.sides]
    return _chain(sides, statement.relations)


def _chain(sides: list[Tree], relations: tuple[str, ...]) -> Tree:
    if not relations:
        return sides[0]
    if relations in ((":", "->"), (":", "mapsto")):
        return ("map", *sides)
    if len(set(relations)) == 1:
        return (_RELATIONS[relations[0]], *sides)
    links = [(_RELATIONS[r], side) for r, side in zip(relations, sides[1:], strict=True)]
    return ("chain", sides[0], *links)


def tree_of(node: Surface) -> Tree:
    """Return the S-expression of one surface node."""
    args = node.args
    match node.head:
        case "number":
            return int(node.text) if node.text.isdigit() else node.text
        case "name":
            return _flat_name(node.name) if node.name is not None else "?"
        case "text" | "function":
            return node.text or "?"
        case "hole":
            return "hole"
        case "group":
            return tree_of(args[0])
        case "neg":
            return ("mul", -1, tree_of(args[0]))
        case "add" | "mul":
            return (node.head, *map(tree_of, args))
        case "div":
            return ("mul", tree_of(args[0]), ("pow", tree_of(args[1]), -1))
        case "transpose":
            return ("T", tree_of(args[0]))
        case "prime":
            inner = tree_of(args[0])
            return inner + "'" * int(node.text) if isinstance(inner, str) else ("prime", inner)
        case "call":
            if node.text in _DIRECT:
                return (node.text, *map(tree_of, args[1:]))
            return ("call", node.text or tree_of(args[0]), *map(tree_of, args[1:]))
        case "norm":
            order = node.text.lstrip("\\")
            tail: tuple[Tree, ...] = ((int(order) if order.isdigit() else order),) if order else ()
            return ("norm", tree_of(args[0]), *tail)
        case "sum" | "prod":
            return (node.head, tree_of(args[0]), *_indices(args[1:]))
        case "integral":
            return ("int", *map(tree_of, args))
        case "deriv":
            tree = tree_of(args[0])
            if args[0].head == "hole":
                return ("Dop", *map(tree_of, args[1:]))
            for variable in reversed(args[1:]):
                tree = ("D", tree, tree_of(variable))
            return tree
        case "grad":
            return ("hess" if node.text == "2" else "grad", *map(tree_of, args))
        case "diff":
            return ("Delta" if node.text == "Delta" else "d", *map(tree_of, args))
        case "given":
            return ("given", *(part for arg in args for part in _spread(arg)))
        case "row" | "branch":
            return tuple(map(tree_of, args))
        case "space":
            return ("space", node.text, *map(tree_of, args))
        case "relation":
            return _chain([tree_of(a) for a in args], tuple(node.text.split()))
        case "dots":
            return "dots"
        case "delta":
            return "delta_" + "".join(_flat(item) for item in args)
        case _:
            return (_PLAIN.get(node.head, node.head), *map(tree_of, args))


def _spread(node: Surface) -> list[Tree]:
    return [tree_of(a) for a in node.args] if node.head == "tuple" else [tree_of(node)]


def _indices(items: tuple[Surface, ...]) -> list[Tree]:
    out: list[Tree] = []
    for item in items:
        if item.head == "range":
            out += [tree_of(part) for part in item.args]
        else:
            out.append(tree_of(item))
    return out


def _flat_name(name: Name) -> str:
    flat = {"1": "ones", "0": "zeros"}.get(name.base) or name.base.lstrip("\\")
    for accent in name.accents:
        flat = accent + flat
    if name.sub:
        flat += "_" + "".join(_flat(item) for item in name.sub)
    if name.sup:
        close = {"(": ")", "[": "]", "": ""}[name.sup_bracket]
        flat += f"^{name.sup_bracket}{''.join(_flat(item) for item in name.sup)}{close}"
    return flat


def _flat(node: Surface) -> str:
    """Return a subscript item as flat text."""
    match node.head:
        case "name":
            return _flat_name(node.name) if node.name is not None else ""
        case "add":
            parts = [_flat(arg) for arg in node.args]
            return parts[0] + "".join(
                part if part.startswith("-") else "+" + part for part in parts[1:]
            )
        case "neg":
            return "-" + _flat(node.args[0])
        case "number" | "text":
            return node.text
        case _:
            return node.text + "".join(_flat(arg) for arg in node.args)


def parse_tree(text: str) -> Tree:
    """Read an S-expression."""
    stack: list[list[Tree]] = [[]]
    for token in _lex(text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = tuple(stack.pop())
            stack[-1].append(done)
        else:
            stack[-1].append(int(token) if re.fullmatch(r"-?\d+", token) else token)
    return stack[0][0]


def _lex(text: str) -> list[str]:
    """Cut an S-expression; a bracket right after ^ belongs to the name."""
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] in "()":
            out.append(text[at])
            at += 1
        else:
            start, depth = at, 0
            while at < len(text) and not text[at].isspace():
                if text[at] == "(" and text[at - 1] == "^":
                    depth += 1
                elif text[at] == ")":
                    if not depth:
                        break
                    depth -= 1
                at += 1
            out.append(text[start:at])
    return out


def normal(tree: Tree) -> Tree:
    """Flatten nested sums and products, fold numbers, sort what commutes."""
    if not isinstance(tree, tuple):
        return tree
    parts = [normal(part) for part in tree]
    head = parts[0] if parts else ""
    if head not in ("add", "mul", "had"):
        return tuple(parts)
    args: list[Tree] = []
    for part in parts[1:]:
        args += part[1:] if isinstance(part, tuple) and part and part[0] == head else [part]
    if head != "had":
        number = 1 if head == "mul" else 0
        others: list[Tree] = []
        for arg in args:
            if isinstance(arg, int):
                number = number * arg if head == "mul" else number + arg
            else:
                others.append(arg)
        neutral = 1 if head == "mul" else 0
        args = others if number == neutral and others else [number, *others]
        if len(args) == 1:
            return args[0]
    return (head, *sorted(args, key=repr))


def shown(tree: Tree) -> str:
    """Return an S-expression as text."""
    if isinstance(tree, tuple):
        return "(" + " ".join(shown(part) for part in tree) + ")"
    return str(tree)
