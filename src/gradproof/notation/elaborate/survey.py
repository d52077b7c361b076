"""First pass over a document: index letters, families, shapes, functions, told by declarations and by use."""

from collections.abc import Iterable, Iterator, Sequence, Set

from gradproof.expr import POSITIVE, IndexRange, Size
from gradproof.notation.elaborate.chains import links
from gradproof.notation.elaborate.classes import Classes
from gradproof.notation.elaborate.declare import (
    DefiniteDeclaration,
    DistinctDeclaration,
    FunctionDeclaration,
    InequalityDeclaration,
    RangeDeclaration,
    SpaceDeclaration,
    declarations,
)
from gradproof.notation.elaborate.letters import collect_letters
from gradproof.notation.elaborate.members import vector_members
from gradproof.notation.elaborate.parameters import pass_on
from gradproof.notation.elaborate.reused import reused_letters, sum_ranges
from gradproof.notation.elaborate.roles import is_square, square_key
from gradproof.notation.elaborate.sizes import count
from gradproof.notation.elaborate.square import blocks, square_families
from gradproof.notation.elaborate.symbols import (
    Resolved,
    Symbols,
    full_key,
    function_name,
    primes_of,
    spelled,
    unwrapped,
    walk_surface,
)
from gradproof.notation.elaborate.usage import read_usage
from gradproof.notation.surface import Name, Statement, Surface

ARRAY_HEADS = frozenset({"transpose", "had", "haddiv", "frob", "inner", "norm", "kron", "matrix"})
ARRAY_FUNCTIONS = frozenset({"tr", "det", "diag", "vec", "rank", "softmax", "logsumexp"})
SCALAR_RESULTS = frozenset({"norm", "frob", "inner"})


def survey(statements: Sequence[Statement], conditional: Set[int] = frozenset()) -> Symbols:
    """Return the symbol table of a document from all its statements, in order.

    `conditional` holds the ids of statements that are said under a condition.
    """
    table = Symbols()
    table.hadamard = any(
        n.head == "had" and n.text != "circ"
        for s in statements
        for side in s.sides
        for n in walk_surface(side)
    )
    nodes = [n for s in statements for side in s.sides for n in walk_surface(side)]
    collect_letters(table, statements, nodes)
    table.blocks.update(blocks(nodes))
    _families(table, nodes)
    _declared(table, statements, conditional)
    vector_members(table, nodes)
    _axes(table, statements, nodes)
    _squares(table, statements, nodes)
    _roots(table, statements)
    between = links(statements, table)
    table.chained.update(goal.key for goal, _ in between)
    told = [*statements, *(rest for _, rest in between)]
    _functions(table, told, nodes)
    read_usage(table, told, nodes)
    _vague(table, statements)
    return table


def _index_scripts(table: Symbols, name: Name) -> tuple[Surface, ...]:
    """Return the scripts of a name that index it by letter (numbers are judged later)."""
    sup = name.sup if name.sup_bracket == "(" else ()
    return tuple(s for s in (*sup, *name.sub) if table.is_index(s))


def _families(table: Symbols, nodes: Iterable[Surface]) -> None:
    for node in nodes:
        if node.head != "name" or node.name is None:
            continue
        name = node.name
        if full_key(name) in table.single:
            continue
        rank = len(_index_scripts(table, name))
        if rank:
            key = table.resolve(name).key
            table.families[key] = max(table.families.get(key, 0), rank)


def _declared(table: Symbols, statements: Sequence[Statement], conditional: Set[int]) -> None:
    """Take over spaces, domains and unequal indices; what is said under a condition holds there only."""
    for statement in statements:
        for d in declarations(statement):
            match d:
                case SpaceDeclaration(subject, sizes, domain):
                    if subject.head == "call" and subject.args[0].name is not None:
                        names = [full_key(a.name) for a in subject.args[1:] if a.name is not None]
                        table.applied.add(f"{full_key(subject.args[0].name)}({','.join(names)})")
                    resolved = table.quantity(subject)
                    if resolved is None:
                        continue
                    table.domains[resolved.key] = domain
                    table.spaces.add(resolved.key)
                    if sizes is None:
                        table.vague.add(resolved.key)
                    elif sizes:
                        lead = tuple(
                            Size(f"?{resolved.key}{k}") for k in range(len(resolved.indices))
                        )
                        table.shapes[resolved.key] = lead + sizes
                case InequalityDeclaration() | DefiniteDeclaration() | DistinctDeclaration() if (
                    id(statement) in conditional
                ):
                    pass
                case InequalityDeclaration(subject, domain):
                    resolved = table.quantity(subject)
                    if resolved is not None:
                        table.domains[resolved.key] = domain
                case DefiniteDeclaration(subject, strict):
                    resolved = table.quantity(subject)
                    if resolved is not None and not resolved.indices:
                        table.definite[resolved.key] = strict
                case DistinctDeclaration(left, right):
                    if left in table.letters and right in table.letters:
                        table.distinct.add((left, right))
                case RangeDeclaration() | FunctionDeclaration():
                    pass


def _axes(table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]) -> None:
    """Give every index letter and every axis of every array its range, by unification."""
    classes = Classes()
    for statement in statements:
        for d in declarations(statement):
            if isinstance(d, RangeDeclaration):
                classes.give(f"i:{d.letter}", d.range)
    for key, shape in table.shapes.items():
        for k, size in enumerate(shape):
            if not size.name.startswith("?"):
                classes.give(f"a:{key}:{k}", IndexRange(size))
    uses: list[tuple[str, int, Surface]] = []
    reused, owns = reused_letters(nodes), dict[int, IndexRange]()
    for node in nodes:
        resolved = table.quantity(node) if node.head in ("name", "call") else None
        if resolved is not None:
            if resolved.indices:
                table.families[resolved.key] = max(
                    table.families.get(resolved.key, 0), len(resolved.indices)
                )
                first = _first_axis(table, resolved)
                for k, item in enumerate(resolved.indices, first):
                    uses.append((resolved.key, k, item))
                    own = reused.get((id(node), spelled(item)))
                    if own is not None:
                        owns[id(item)] = own
        elif node.head in ("sum", "prod"):
            for letter, bounds in sum_ranges(node):
                classes.give(f"i:{letter}", bounds)
    for key in square_families(table, nodes):
        classes.union(f"a:{key}:0", f"a:{key}:1")
    for key, k, item in uses:
        if item.head == "name" and item.name is not None:
            letter = f"i:{full_key(item.name)}"
            if (own := owns.get(id(item))) is not None:
                letter = f"b:{full_key(item.name)}:{own.lower}:{own.upper}"
                classes.give(letter, own)
            classes.union(f"a:{key}:{k}", letter)
    highest = _numeric_extent(uses)
    for key, rank in table.families.items():
        shape = list(table.shapes.get(key, ()))
        shape += [Size(f"?{key}{k}") for k in range(len(shape), rank)]
        origin: list[int] = []
        for k, size in enumerate(shape):
            bounds = classes.range_of(f"a:{key}:{k}")
            extent = highest.get((key, k))
            if bounds is None and extent is not None and not _lettered(uses, key, k):
                bounds = IndexRange(Size("", extent[1]), extent[0])
            if bounds is None:
                bounds = IndexRange(Size(f"n_{{{_representative(classes, key, k)}}}"))
            declared = table.shapes.get(key)
            fixed = declared is not None and k < len(declared) and not size.name.startswith("?")
            low = 0 if extent is not None and extent[0] == 0 else bounds.lower
            if not fixed:
                shape[k] = count(IndexRange(bounds.upper, min(low, bounds.lower)))
            origin.append(low)
            for letter in _letters_at(uses, key, k):
                table.indices.setdefault(letter, bounds)
        table.shapes[key] = tuple(shape)
        table.origins[key] = tuple(origin)
    for letter in table.letters:
        bounds = classes.range_of(f"i:{letter}")
        if bounds is not None:
            table.indices[letter] = bounds
        else:
            table.indices.setdefault(letter, IndexRange(Size(f"n_{{{letter}}}")))


def _first_axis(table: Symbols, resolved: Resolved) -> int:
    """Return the axis of the first index: a single index on an array of one row runs along the row."""
    shape = table.shapes.get(resolved.key, ())
    return 1 if len(resolved.indices) == 1 and len(shape) == 2 and shape[0] == Size("", 1) else 0


def _squares(table: Symbols, statements: Sequence[Statement], nodes: Sequence[Surface]) -> None:
    """Find names that are defined as a square and never stand alone: a variance σ² is one quantity."""
    defined = {
        k for s in statements if s.relations and (k := _squared(table, s.sides[0])) is not None
    }
    for key in sorted(defined - set(table.domains)):
        standing = sum(
            n.name is not None and n.head == "name" and table.resolve(n.name).key == key
            for n in nodes
        )
        if standing == sum(_squared(table, n) == key for n in nodes):
            table.squares.add(key)
            table.domains[f"{key}^2"] = POSITIVE
            if key in table.shapes:
                table.shapes[f"{key}^2"] = table.shapes[key]
                table.origins[f"{key}^2"] = table.origins.get(key, ())


def _roots(table: Symbols, statements: Sequence[Statement]) -> None:
    """Find numbers that are defined by their square, and stand alone, too: a σ of which σ² is given is its root."""
    plain = {
        table.resolve(left.name).key
        for s in statements
        if s.relations[:1] == ("=",) and (left := s.sides[0]).name is not None
    }
    for s in statements:
        key = _squared(table, s.sides[0]) if s.relations[:1] == ("=",) else None
        if key is None or key in plain | table.squares or key.lstrip("\\")[:1].isupper():
            continue
        inside = {table.resolve(n.name).key for n in walk_surface(s.sides[1]) if n.name is not None}
        if key in inside or not inside or (table.shapes.get(key) and key not in table.families):
            continue
        table.roots.add(key)
        if unwrapped(s.sides[1]).head != "pow":
            table.domains.setdefault(key, POSITIVE)


def _squared(table: Symbols, node: Surface) -> str | None:
    """Return the key of the base of ``σ^2``."""
    if node.head != "pow" or node.args[0].name is None or node.args[1].text != "2":
        return None
    return table.resolve(node.args[0].name).key


def _numeric_extent(
    uses: Iterable[tuple[str, int, Surface]],
) -> dict[tuple[str, int], tuple[int, int]]:
    out: dict[tuple[str, int], tuple[int, int]] = {}
    for key, k, item in uses:
        if item.head == "number" and item.text.isdigit():
            low, high = out.get((key, k), (1, 1))
            out[key, k] = (min(low, int(item.text)), max(high, int(item.text)))
    return out


def _letters_at(uses: Iterable[tuple[str, int, Surface]], key: str, k: int) -> list[str]:
    return [
        full_key(i.name)
        for u, at, i in uses
        if u == key and at == k and i.head == "name" and i.name is not None
    ]


def _lettered(uses: Iterable[tuple[str, int, Surface]], key: str, k: int) -> bool:
    return bool(_letters_at(uses, key, k))


def _representative(classes: Classes, key: str, k: int) -> str:
    """Return a name for the range of an axis: the first letter of all that run over it, else the array's."""
    root = classes.find(f"a:{key}:{k}")
    return min(classes.letters(root), default=key)


def _functions(table: Symbols, statements: Sequence[Statement], nodes: Iterable[Surface]) -> None:
    formals: set[int] = set()
    for statement in statements:
        for d in declarations(statement):
            if isinstance(d, FunctionDeclaration):
                table.functions.add(d.name)
                if d.scalar:
                    table.elementwise.add(d.name)
        if statement.relations and statement.relations[0] in ("=", ":=", "=="):
            left = statement.sides[0]
            if left.head == "function":
                table.named.add(left.text)
            left = left.args[0] if left.head == "index" else left
            family = left.head == "call" and table.quantity(left) is not None
            key = function_name(left.args[0]) if left.head == "call" and not family else None
            if key is not None:
                table.defined_functions.add(key)
                formals.add(id(left))
                table.square_params.update(
                    (key, k)
                    for k, p in enumerate(left.args[1:])
                    if is_square(p) and square_key(p, table) is None
                )
    for node in nodes:
        table.elementwise.update(_slopes(node))
        if node.head != "call" or id(node) in formals:
            continue
        key = function_name(node.args[0])
        if key is not None and key in table.defined_functions:
            for k, arg in enumerate(node.args[1:]):
                if arg.head == "name" and arg.name is not None:
                    resolved = table.resolve(arg.name)
                    shape = table.shapes.get(resolved.key, ())[len(resolved.indices) :]
                    if resolved.indices:
                        table.parameters.setdefault((key, k), shape)
    pass_on(table, statements)


def _slopes(node: Surface) -> Iterator[str]:
    r"""Yield the functions whose slopes multiply entry by entry: ``g'(z)`` in ``\odot g'(z)`` or in a diagonal."""
    if node.head != "had" and not (node.head == "call" and node.text == "diag"):
        return
    for part in node.args:
        if part.head == "call" and part.args[0].head == "prime":
            name = part.args[0].args[0].name
            if name is not None:
                yield full_key(name)


def _vague(table: Symbols, statements: Sequence[Statement]) -> None:
    """Find names that act as arrays although nothing tells their shape."""
    for statement in statements:
        for side in statement.sides:
            for node in walk_surface(side):
                array = node.head in ARRAY_HEADS or (
                    node.head == "call" and node.text in ARRAY_FUNCTIONS
                )
                if array and not primes_of(node):
                    for part in node.args:
                        _mark(table, part)


def _mark(table: Symbols, node: Surface) -> None:
    """Mark the names of an elementwise expression as arrays of unknown shape."""
    if node.head == "name" and node.name is not None:
        resolved = table.resolve(node.name)
        if (
            not table.shapes.get(resolved.key)
            and not resolved.indices
            and not _scalar(table, resolved.key)
        ):
            table.vague.add(resolved.key)
    elif (
        node.head in ("group", "add", "neg", "transpose", "mul", "call", "had")
        and node.head not in SCALAR_RESULTS
    ):
        if node.head == "mul" and (len(node.args) > 2 or any(_array(table, a) for a in node.args)):
            return
        for part in node.args[1:] if node.head == "call" else node.args:
            _mark(table, part)


def _array(table: Symbols, node: Surface) -> bool:
    r"""Tell whether a factor is an array that is known: beside it, in ``\lambda\,dB``, a letter may be a number."""
    inner = node.args[0] if node.head in ("diff", "transpose", "group") and node.args else node
    return inner.name is not None and bool(table.shapes.get(table.resolve(inner.name).key))


def _scalar(table: Symbols, key: str) -> bool:
    """Tell whether a declaration says that the name is a scalar."""
    domain = table.domains.get(key)
    return (
        domain is not None
        and domain.declared
        and key not in table.shapes
        and key not in table.vague
    )
