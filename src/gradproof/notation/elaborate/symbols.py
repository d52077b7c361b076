"""The symbol table of a document: which letters are indices, which names are families, what shapes they have."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import final, get_args

from gradproof.expr import SCALAR, Domain, FunctionName, IndexRange, Size, Space
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Name, Surface

HABIT_INDICES = frozenset("ijkl")
"""Letters that index by habit, without a range or a sum that says so."""


MATRIX_FUNCTIONS = frozenset({"tr", "det", "diag", "vec", "logdet", "adj"})
"""Functions of a whole matrix that are nodes of the tree, or made of such."""

BUILT_IN = frozenset(get_args(FunctionName)) | MATRIX_FUNCTIONS
"""Functions that the tree knows by name: no equation defines them anew."""

ALIASES = {"ln": "log", "sgn": "sign", "ReLU": "relu", "Softmax": "softmax", "lg": "log",
    "Var": "var",
}  # fmt: skip
FAMILY = "{}"
"""Sets the key of a family apart from a size of the same letter: ``N_k`` beside N."""

CHANGES = {"d": "d", "Delta": "\\Delta "}
"""What the mark of a change adds to the name."""

SIGMOIDS = frozenset({"\\sigma", "σ", "sigmoid", "sigm", "logistic"})


def built_in(name: str) -> FunctionName | None:
    """Return the function that the tree knows by a name; None where it knows none.

    >>> built_in("ReLU"), built_in("f")
    ('relu', None)
    """
    name = ALIASES.get(name, name)
    return next((known for known in get_args(FunctionName) if known == name), None)


def unwrapped(node: Surface) -> Surface:
    """Return what stands in a bracket around one expression."""
    while node.head == "group" and len(node.args) == 1:
        node = node.args[0]
    return node


def spelled(item: Surface) -> str:
    """Return a flat spelling of a subscript or superscript item, e.g. ``t+1``, ``new``, ``i``."""
    match item.head:
        case "name":
            assert item.name is not None
            return full_key(item.name)
        case "number" | "text" | "function":
            return item.text
        case "neg":
            return "-" + spelled(item.args[0])
        case "add":
            out = spelled(item.args[0])
            for term in item.args[1:]:
                text = spelled(term)
                out += text if text.startswith("-") else "+" + text
            return out
        case "prime":
            return spelled(item.args[0]) + "'" * int(item.text or "1")
        case "transpose" if item.text in ("prime", "'"):
            return spelled(item.args[0]) + "'"
        case "group":
            return "(" + ",".join(spelled(a) for a in item.args) + ")"
        case _:
            return ",".join(spelled(a) for a in item.args) or item.text or item.head


def function_name(callee: Surface) -> str | None:
    """Return the key of a called name or word; None for a function that the tree knows itself."""
    if callee.name is not None:
        return full_key(callee.name)
    if callee.head == "function" and callee.text not in BUILT_IN:
        return callee.text
    return None


def full_key(name: Name) -> str:
    r"""Return the key of a name all of whose scripts are labels: ``w_{new}``, ``W^{[1]}``."""
    return labelled(name_key(name), name, name.sub, name.sup)


def labelled(key: str, name: Name, sub: tuple[Surface, ...], sup: tuple[Surface, ...]) -> str:
    """Append scripts that are labels to a key."""
    if sub:
        text = ",".join(spelled(s) for s in sub)
        key += f"_{text}" if len(text) == 1 else f"_{{{text}}}"
    if sup:
        text = ",".join(spelled(s) for s in sup)
        close = {"(": ")", "[": "]"}.get(name.sup_bracket, "")
        key += f"^{{{name.sup_bracket}{text}{close}}}"
    return key


def primes_of(node: Surface) -> int:
    """Return the number of primes on what a node is about; 0 where it bears none."""
    if node.head == "prime":
        return int(node.text or "1")
    return 1 if node.head == "transpose" and node.text in ("prime", "'") else 0


def _leaves(args: tuple[Surface, ...], mark: str = "") -> Iterator[tuple[Surface, str]]:
    """Yield the arguments of a call with the mark before each: nothing, a comma, a bar."""
    for k, arg in enumerate(args):
        before = mark if k == 0 else ","
        if arg.head == "given":
            for j, part in enumerate(arg.args):
                yield from _leaves((part,), before if j == 0 else "|" if j == 1 else ";")
        elif arg.head == "tuple":
            yield from _leaves(arg.args, before)
        else:
            yield arg, before


def walk_surface(node: Surface) -> Iterator[Surface]:
    """Yield every node of a surface tree, parents first, scripts of names included."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        if node.args:
            todo += node.args[::-1]
        name = node.name
        if name is not None:
            todo += name.sub
            todo += name.sup


@final
@dataclass(frozen=True, slots=True)
class Resolved:
    """A name split into its symbol key and the scripts that are indices (superscripts first)."""

    key: str
    indices: tuple[Surface, ...]


@final
@dataclass(slots=True)
class Symbols:
    r"""What the survey found; filled once, then only read.

    `labels` are letters that say which member is meant; `blocks` names whose parts may be matrices; `indices` are the
    index letters with their ranges; `sizes` bound a sum or a range; `shapes` are the full shapes of arrays and
    families; `vague` names that act as arrays but whose shape nothing tells.
    `bodies` are first right sides by key, `formals` the parameter of each function of one (None where it has several,
    or several names for it), `arguments` what each function is applied to, `variables` what is differentiated by
    (`derivatives` for each name), `primed` names that end in primes, `adjoints` names written as a change, like
    ``dW``; `spaces` names that are declared to lie in a space; `members` families of vectors that nothing declares;
    `applied` values of functions that are declared as they stand, ``\phi(x)``; `chained` names that stand between
    the sides of a chain and are defined there; `likes` names made from another name, whose shape they have; `euler`
    says that e is used as Euler's number; `squares` are quantities that are written as a square, `roots` names that are
    given by their square, `square_params` the places of functions at which a square is the parameter;
    `hadamard` says that products entry by entry are written ``\odot``;
    `moving` reads primes of arrays as derivatives by a number that is not written.
    """

    indices: dict[str, IndexRange] = field(default_factory=dict[str, IndexRange])
    letters: set[str] = field(default_factory=set[str])
    labels: set[str] = field(default_factory=set[str])
    blocks: set[str] = field(default_factory=set[str])
    sizes: set[str] = field(default_factory=set[str])
    shapes: dict[str, tuple[Size, ...]] = field(default_factory=dict[str, tuple[Size, ...]])
    origins: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    families: dict[str, int] = field(default_factory=dict[str, int])
    single: set[str] = field(default_factory=set[str])
    domains: dict[str, Domain] = field(default_factory=dict[str, Domain])
    functions: set[str] = field(default_factory=set[str])
    defined_functions: set[str] = field(default_factory=set[str])
    squares: set[str] = field(default_factory=set[str])
    roots: set[str] = field(default_factory=set[str])
    square_params: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    parameters: dict[tuple[str, int], tuple[Size, ...]] = field(
        default_factory=dict[tuple[str, int], tuple[Size, ...]]
    )
    elementwise: set[str] = field(default_factory=set[str])
    hadamard: bool = False
    vague: set[str] = field(default_factory=set[str])
    named: set[str] = field(default_factory=set[str])
    adjoints: set[str] = field(default_factory=set[str])
    bodies: dict[str, Surface] = field(default_factory=dict[str, Surface])
    formals: dict[str, Surface | None] = field(default_factory=dict[str, Surface | None])
    arguments: dict[str, list[Surface]] = field(default_factory=dict[str, list[Surface]])
    euler: bool = False
    variables: set[str] = field(default_factory=set[str])
    derivatives: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    primed: set[str] = field(default_factory=set[str])
    definite: dict[str, bool] = field(default_factory=dict[str, bool])
    distinct: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    equal: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    superscripted: set[str] = field(default_factory=set[str])
    spaces: set[str] = field(default_factory=set[str])
    members: set[str] = field(default_factory=set[str])
    applied: set[str] = field(default_factory=set[str])
    chained: set[str] = field(default_factory=set[str])
    likes: dict[str, str] = field(default_factory=dict[str, str])
    moving: bool = False

    def is_size(self, key: str) -> bool:
        """Tell whether a name counts something: a bound of a sum or of a range, or the size of an array."""
        return (
            key in self.sizes
            or any(r.upper.name == key for r in self.indices.values())
            or any(s.name == key for shape in self.shapes.values() for s in shape)
        )

    def is_index(self, item: Surface) -> bool:
        """Tell whether a script is an index expression: ``i``, ``i+1``, ``k'``."""
        match item.head:
            case "name" | "prime" | "transpose":
                return spelled(item) in self.letters
            case "add":
                return any(self.is_index(a) for a in item.args) and all(
                    self.is_index(a) or a.head == "number" or a.head == "neg" for a in item.args
                )
            case "group":
                return len(item.args) == 1 and self.is_index(item.args[0])
            case _:
                return False

    def resolve(self, name: Name) -> Resolved:
        """Split a name into key and indices.

        A superscript counts as an index only in round brackets; a number does where the same name
        carries an index letter elsewhere (or was declared an array).
        """
        key = name_key(name)
        sup, sub = name.sup, name.sub
        if not sup and not sub:
            return Resolved(key, ())
        whole = full_key(name)
        if whole in self.single:
            return Resolved(whole, ())
        own = self._entry_of_single(name)
        if own is not None:
            return own
        ordinal = self._ordinal(key, name)
        if key in self.sizes:
            key += FAMILY
        taken: list[Surface] = []
        sup_left: tuple[Surface, ...] = sup
        indexing = name.sup_bracket == "(" or key in self.superscripted
        if indexing and all(self.is_index(s) or (s.head == "number" and ordinal) for s in sup):
            taken.extend(sup)
            sup_left = ()
        label_key = labelled(key, name, (), sup_left) if sup_left else key
        if sub and all(self.is_index(s) or (s.head == "number" and ordinal) for s in sub):
            taken.extend(self._digits(label_key, sub))
            return Resolved(label_key, tuple(taken))
        if sub and len(sub) > 1 and any(self.is_index(s) for s in sub):
            plain = tuple(s for s in sub if not self.is_index(s))
            taken.extend(s for s in sub if self.is_index(s))
            return Resolved(labelled(key, name, plain, sup_left), tuple(taken))
        return Resolved(labelled(key, name, sub, sup_left), tuple(taken))

    def _digits(self, key: str, sub: tuple[Surface, ...]) -> tuple[Surface, ...]:
        """Read ``A_{12}`` of a matrix as its entry in row 1 and column 2."""
        (only,) = sub if len(sub) == 1 else (None,)
        if (
            key in self.blocks
            or only is None
            or only.head != "number"
            or len(self.shapes.get(key, ())) != 2
        ):
            return sub
        if len(only.text) != 2 or "0" in only.text or not only.text.isdigit():
            return sub
        return tuple(replace(only, text=digit) for digit in only.text)

    def _entry_of_single(self, name: Name) -> Resolved | None:
        r"""Read ``x_{k,1}`` as the first entry of the vector ``x_k`` that is declared alone."""
        for cut in range(len(name.sub) - 1, 0, -1):
            whole = full_key(replace(name, sub=name.sub[:cut]))
            rest = name.sub[cut:]
            if whole in self.single and all(s.head == "number" or self.is_index(s) for s in rest):
                return Resolved(whole, rest)
        return None

    def written_whole(self, node: Surface) -> Resolved | None:
        r"""Resolve a name of which a mark is part: ``w'``, ``x'_i``, ``dW``, ``\Delta w``.

        None where the prime is a derivative or a transpose, or the change a differential (a finite change,
        ``\Delta w``, never is).
        """
        if node.head == "diff":
            change = self.change(node)
            own = change is not None and (node.text == "Delta" or change.key in self.adjoints)
            return change if own else None
        inner = node.args[0] if node.args else node
        if inner.head != "name" or inner.name is None:
            return None
        resolved = self.resolve(inner.name)
        key = resolved.key + "'" * primes_of(node)
        return Resolved(key, resolved.indices) if key in self.primed else None

    def change(self, node: Surface) -> Resolved | None:
        r"""Resolve the name that a change of a name would be: ``dW``, ``\Delta w``, ``d\sigma^2``."""
        inner, mark = node.args[0], CHANGES.get(node.text)
        square = inner.head == "pow" and inner.args[1].text == "2"
        name = inner.args[0].name if square else inner.name
        if mark is None or name is None or inner.head not in ("name", "pow"):
            return None
        resolved = self.resolve(name)
        if square and resolved.key not in self.squares:
            return None
        return Resolved(f"{mark}{resolved.key}{'^2' * square}", resolved.indices)

    def quantity(self, node: Surface) -> Resolved | None:
        """Resolve a name, or a call whose arguments are indices: ``P(k | x_n, θ)`` is a family over k and n.

        At least one argument must be a bare index letter; a function of the document stays a call.
        """
        if node.head == "name" and node.name is not None:
            return self.resolve(node.name)
        callee = node.args[0].name if node.head == "call" else None
        if callee is None or full_key(callee) in self.functions:
            return None
        indices: list[Surface] = []
        pattern: list[str] = []
        bare = False
        for leaf, mark in _leaves(node.args[1:]):
            if leaf.name is None:
                return None
            resolved = self.resolve(leaf.name)
            if not resolved.indices and resolved.key in self.letters and leaf.name.font == "":
                bare = True
                indices.append(leaf)
                pattern.append(f"{mark}\\cdot")
            else:
                indices.extend(resolved.indices)
                pattern.append(f"{mark}{resolved.key}")
        key = f"{full_key(callee)}({''.join(pattern)})"
        return Resolved(key, tuple(indices)) if bare or key in self.applied else None

    def _ordinal(self, key: str, name: Name) -> bool:
        rank = len(self.shapes.get(key, ()))
        scripts = len(name.sub) + (len(name.sup) if name.sup_bracket == "(" else 0)
        return self.families.get(key, 0) >= scripts > 0 or rank >= scripts > 0

    def space(self, key: str) -> Space:
        """Return the space of a symbol; a scalar where nothing else is known."""
        shape = self.shapes.get(key)
        return SCALAR if not shape else Space(shape)


def size_of(item: Surface, key: Callable[[Name], str] = full_key) -> Size | None:
    """Read a size: ``m``, ``n+1``, ``10``, ``D_x``; None where it is none of these."""
    match item.head:
        case "number" if item.text.isdigit():
            return Size("", int(item.text))
        case "name" if item.name is not None:
            return Size(key(item.name))
        case "group" if len(item.args) == 1:
            return size_of(item.args[0], key)
        case "add" if len(item.args) == 2:
            a, b = item.args
            sign = 1
            if b.head == "neg":
                b, sign = b.args[0], -1
            left = size_of(a, key)
            if left is not None and b.head == "number" and b.text.isdigit():
                return Size(left.name, left.offset + sign * int(b.text))
            return None
        case _:
            return None
