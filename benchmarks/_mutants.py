r"""Mutants of right derivations: one slip in one line, as it comes or respelled, labelled by the machine.

A mutant is kept only where the second evaluator (`_witness`) says that the line is false, or that its shapes do not
fit. Nothing of `gradproof.mistakes` is imported; the seeds are fixed.

What may happen after the slip:

- ``plain``: the line is left as it comes; ``respelled``: its terms and factors stand in another order, a sigmoid is
  written with ``e^{-u}``, a fraction as a product, a bracket is multiplied out, letters are renamed;
- ``merged``: the lines between the head of the chain and the slip are left out, so the step is larger;
- later lines are right again, or the rest of the chain ``carries`` the slip on.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from _slips import ALGEBRA, SLIPS, Edit, Site, unwrap
from _witness import key_of
from _witness import walk as walk_all
from _witness_document import FALSE, TRUE, UNKNOWN, Text
from derivations import document

from gradproof.notation.surface import Surface

Case = dict[str, Any]
POINTS = 4
NEW_LETTERS = ("q", "v", "c", "r", "\\theta", "\\kappa", "u", "s")


@dataclass(frozen=True)
class Mutant:
    """A derivation with one wrong line, in the form that `derivations` reads, and how it came about.

    `spans` are acceptable underlines in the document, the smallest first; none for a respelled line.
    """

    case: Case
    slip: str
    respelled: bool
    merged: bool
    carried: bool
    spans: tuple[tuple[int, int], ...]


def starts(case: Case) -> list[int]:
    """Return where each line begins in the document."""
    out: list[int] = []
    text = document(case)
    position = len(document({**case, "lines": []}))
    for line in case["lines"]:
        position = text.index(f"$$\n{line}\n$$\n", position - 1 if position else 0) + 3
        out.append(position)
        position += len(line)
    return out


def glued(before: str, text: str, after: str) -> str:
    """Join pieces of TeX; a command's name does not run into a letter."""
    out = before
    for piece in (text, after):
        if re.search(r"\\[A-Za-z]+$", out) and piece[:1].isalpha():
            out += " "
        out += piece
    return re.sub(r"(?<=[=({+\-])\s*\\cdot", " ", out)


def sides_of(text: Text, block: int) -> Surface | None:
    """Return the side of a line in which slips are made: its last."""
    row = text.rows.get(block)
    return None if row is None or row.fault or not row.links else row.last


def sites(text: Text, source: str, case: Case, block: int) -> Iterator[Site]:
    """Yield every node of a line's last side."""
    side = sides_of(text, block)
    if side is None:
        return
    row = text.rows[block]
    shapes = text.shapes
    letters = tuple(sorted({x for s in row.links[-1] for x in _letters(text, s)}))
    numbers = [
        k
        for k in (*text.base_names(), *text.book.definitions)
        if not text.book.axes.get(k) and k not in text.size_values and not re.search("[_^ ]", k)
    ]
    known = _built_upon(text) | set(shapes)
    facts = {
        "matrices": frozenset(k for k, s in shapes.items() if len(s) == 2),
        "letters": letters,
        "others": tuple(sorted(k for k in dict.fromkeys(numbers) if k in known)),
        "array": case["kind"] == "array",
        "continues": case["lines"][block].startswith("="),
        "regularised": any(x in case["topic"] for x in ("ridge", "lasso", "net", "factorisation")),
    }

    def visit(node: Surface, above: tuple[Surface, ...]) -> Iterator[Site]:
        yield Site(source, node, above, **facts)
        for arg in node.args:
            yield from visit(arg, (*above, node))

    yield from visit(side, ())


def _built_upon(text: Text) -> set[str]:
    """Return defined names from which other definitions are made."""
    return {
        key_of(n.name)
        for d in text.book.definitions.values()
        for n in walk_all(d.body)
        if n.name is not None and key_of(n.name) in text.book.definitions
    }


def _letters(text: Text, side: Surface) -> set[str]:
    return {
        s.name.base
        for n in walk_all(side)
        if n.name is not None
        for s in n.name.sub
        if s.name is not None and s.name.base in text.book.letters
    }


def edits(text: Text, source: str, case: Case) -> Iterator[tuple[int, str, Edit]]:
    """Yield every slip at every place that it fits: the line, the slip's name, the edit."""
    for block, verdict in enumerate(case["verdicts"]):
        if verdict != "ok":
            continue
        seen: set[tuple[int, int, str]] = set()
        for site in sites(text, source, case, block):
            for name, slip in SLIPS.items():
                for edit in slip(site):
                    key = (edit.start, edit.end, edit.text)
                    if key not in seen:
                        seen.add(key)
                        yield block, name, edit


def heads(case: Case) -> list[int]:
    """Return for each line the line in which its chain begins."""
    out: list[int] = []
    for k, line in enumerate(case["lines"]):
        out.append(out[-1] if line.startswith("=") and out else k)
    return out


def with_lines(case: Case, lines: Sequence[str], verdicts: Sequence[str], wrong: int) -> Case:
    """Return the derivation with other lines."""
    return {**case, "lines": [*lines], "verdicts": [*verdicts], "first_wrong": wrong}


def says(text: Text, block: int) -> str:
    """Return the truth of a line; shapes that do not fit make it false."""
    worlds = text.worlds(POINTS, seed=1)
    found = text.truth(block, worlds)
    wrong_shape = text.reason.startswith("shapes") or "a number beside" in text.reason
    if re.match(r"shapes \((\d+), 1\) and \(\1, 1\)", text.reason):
        wrong_shape = False  # a product of columns may be meant entry by entry
    return FALSE if found == UNKNOWN and wrong_shape else found


def given(case: Case) -> list[bool]:
    """Return which lines define."""
    return [v == "given" for v in case["verdicts"]]


def mutate(case: Case, block: int, slip: str, edit: Edit, chance: random.Random) -> Mutant | None:
    """Return one mutant, or None where the line is still true or cannot be judged."""
    source = document(case)
    begin = starts(case)[block]
    old = case["lines"][block]
    end = begin + len(old)
    if not begin <= edit.start <= edit.end <= end:
        return None
    line = glued(old[: edit.start - begin], edit.text, source[edit.end : end])
    copied = slip in ALGEBRA or chance.random() < 0.25
    side = sides_of(Text(source, given(case)), block)
    assert side is not None
    kept = [*case["lines"][:block]], [*case["verdicts"][:block]]
    if copied:
        line = f"= {line[side.span.start - begin :]}"
        kept = [*kept[0], old], [*kept[1], "ok"]
    wrong = with_lines(
        {**case, "causes": list(edit.causes)},
        [*kept[0], line, *case["lines"][block + 1 :]],
        [*kept[1], "wrong", *case["verdicts"][block + 1 :]],
        block + copied,
    )
    block += copied
    text = Text(document(wrong), given(wrong))
    if block not in text.rows or text.rows[block].fault or says(text, block) != FALSE:
        return None
    start = edit.start
    if copied:
        start += starts(wrong)[block] + 2 - side.span.start
    spans = _spans(text, block, start, start + len(edit.text))
    mutant = Mutant(wrong, slip, False, False, False, spans)
    roll = chance.random()
    if roll < 0.5:
        mutant = respelled(mutant, text, chance) or mutant
    if chance.random() < 0.3 and not copied:
        mutant = merged(mutant)
    if chance.random() < 0.4:
        mutant = carried(mutant, chance)
    return mutant


def _spans(text: Text, block: int, start: int, end: int) -> tuple[tuple[int, int], ...]:
    side = text.rows[block].last
    assert side is not None
    out: list[tuple[int, int]] = [(start, end)] if end > start else []
    chain: list[Surface] = []
    node: Surface | None = side
    while node is not None:
        chain.append(node)
        node = next((a for a in node.args if a.span.start <= start and end <= a.span.end), None)
    for depth, node in reversed(list(enumerate(chain))):
        out.append((node.span.start, node.span.end))
        if depth == 0 or (depth == 1 and chain[0].head == "add"):
            break
    return tuple(dict.fromkeys(out))


def merged(mutant: Mutant) -> Mutant:
    """Leave out the lines between the head of the chain and the slip."""
    case = mutant.case
    block = case["first_wrong"]
    head = heads(case)[block]
    if head == block or case["verdicts"][head] == "given":
        return mutant
    left = case["lines"][head].split("=", 1)[0]
    line = left + case["lines"][block]
    new = with_lines(
        case,
        [*case["lines"][:head], line, *case["lines"][block + 1 :]],
        [*case["verdicts"][:head], *case["verdicts"][block:]],
        head,
    )
    if document(new)[starts(new)[head] : starts(new)[head] + len(left)] != left:
        return mutant
    moved = starts(new)[head] + len(left) - starts(case)[block]
    spans = tuple((a + moved, b + moved) for a, b in mutant.spans)
    return replace(mutant, case=new, merged=True, spans=spans)


def carried(mutant: Mutant, chance: random.Random) -> Mutant:
    """Let the rest of the chain repeat the wrong side in another spelling."""
    case = mutant.case
    block = case["first_wrong"]
    text = Text(document(case), given(case))
    side = sides_of(text, block)
    if side is None:
        return mutant
    spelled = Speller(document(case), chance, case["kind"] == "array").write(side)
    line = f"= {spelled}"
    if spelled == document(case)[side.span.start : side.span.end]:
        return mutant
    stop = block + 1
    while stop < len(case["lines"]) and case["lines"][stop].startswith("="):
        stop += 1
    new = with_lines(
        case,
        [*case["lines"][: block + 1], line, *case["lines"][stop:]],
        [*case["verdicts"][: block + 1], "follows-from-wrong", *case["verdicts"][stop:]],
        block,
    )
    return replace(mutant, case=new, carried=True) if same(new, block) else mutant


def same(case: Case, block: int) -> bool:
    """Tell whether the side of the next line is equal to the side of this one."""
    text = Text(document(case), given(case))
    sides = [sides_of(text, k) for k in (block, block + 1)]
    if sides[0] is None or sides[1] is None:
        return False
    return text.equal(sides[0], sides[1], text.worlds(POINTS, seed=2)) == TRUE


def respelled(mutant: Mutant, text: Text, chance: random.Random) -> Mutant | None:
    """Spell the wrong side in another way; None where it cannot be."""
    case = mutant.case
    block = case["first_wrong"]
    side = sides_of(text, block)
    assert side is not None
    source = document(case)
    spelled = Speller(source, chance, case["kind"] == "array").write(side)
    if spelled == source[side.span.start : side.span.end]:
        return None
    both = with_lines(
        case,
        [*case["lines"][: block + 1], f"= {spelled}"],
        [*case["verdicts"][: block + 1], "ok"],
        block,
    )
    if not same(both, block):
        return None
    line = case["lines"][block]
    head = source[starts(case)[block] : side.span.start]
    tail = line[side.span.end - starts(case)[block] :]
    new = with_lines(
        case,
        [*case["lines"][:block], head + spelled + tail, *case["lines"][block + 1 :]],
        case["verdicts"],
        block,
    )
    if case["kind"] == "scalar" and chance.random() < 0.4:
        new = renamed(new, chance)
    return replace(mutant, case=new, respelled=True, spans=())


def renamed(case: Case, chance: random.Random) -> Case:
    """Rename two letters everywhere."""
    text = Text(document(case), given(case))
    used = {key_of(n.name) for n in text.nodes if n.name is not None}
    plain = sorted(k for k in text.shapes if len(k) == 1 and k.islower() and k not in "eid")
    free = [x for x in NEW_LETTERS if x not in used]
    names = dict(zip(chance.sample(plain, min(2, len(plain))), free, strict=False))

    def tokens(source: str) -> str:
        out = ""
        for piece in re.findall(r"\\[A-Za-z]+|[A-Za-z]|[^A-Za-z\\]+|\\.", source):
            out = glued(out, names.get(piece, piece), "")
        return out

    keep = re.compile(r"\\(?:mathbb|mathbf|operatorname|begin|end)\{[^}]*\}")

    def whole(source: str) -> str:
        parts = keep.split(source)
        kept = keep.findall(source)
        out = tokens(parts[0])
        for word, part in zip(kept, parts[1:], strict=True):
            out = out + word + tokens(part)
        return out

    return {
        **case,
        "declarations": [whole(d) for d in case["declarations"]],
        "lines": [whole(x) for x in case["lines"]],
    }


class Speller:
    """Writes a tree in another way: other orders, other spellings of functions and fractions."""

    def __init__(self, source: str, chance: random.Random, array: bool) -> None:
        self.source, self.chance, self.array = source, chance, array

    def write(self, node: Surface) -> str:
        """Return another spelling."""
        roll = self.chance.random
        if node.head == "add":
            return self._sum(node)
        if node.head == "mul" and not self.array and roll() < 0.7:
            return self._product(node)
        if node.head == "call" and len(node.args) == 2 and roll() < 0.8:
            callee = node.args[0]
            if callee.name is not None and callee.name.base == "\\sigma" and not self.array:
                inner = self.write(unwrap(node.args[1]))
                minus = rf"-\left({inner}\right)" if not inner.isalnum() else f"-{inner}"
                return rf"\frac{{1}}{{1+e^{{{minus}}}}}"
            if node.text == "exp":
                return f"e^{{{self.write(unwrap(node.args[1]))}}}"
        if node.head == "pow" and self._of(node.args[0]) == "e" and roll() < 0.5:
            return rf"\exp\left({self.write(unwrap(node.args[1]))}\right)"
        if node.head == "div" and node.text == "frac" and not self.array and roll() < 0.4:
            top, below = node.args
            if self._of(top).strip("{}") not in ("1", "") and "d" not in self._of(top)[:1]:
                return rf"\frac{{1}}{{{self.write(below)}}}\left({self.write(top)}\right)"
        return self._spliced(node)

    def _of(self, node: Surface) -> str:
        return self.source[node.span.start : node.span.end]

    def _spliced(self, node: Surface) -> str:
        if node.head in ("deriv", "grad", "diff", "name", "delta", "range"):
            return self._of(node)
        out, position = "", node.span.start
        for arg in sorted(node.args, key=lambda a: a.span.start):
            if arg.span.start < position:
                return self._of(node)
            out = glued(out, self.source[position : arg.span.start], "")
            out = glued(out, self.write(arg), "")
            position = arg.span.end
        return glued(out, self.source[position : node.span.end], "")

    def _sum(self, node: Surface) -> str:
        terms = [
            (t.head == "neg", self.write(t.args[0] if t.head == "neg" else t)) for t in node.args
        ]
        if self.chance.random() < 0.7:
            terms.reverse()
        terms.sort(key=lambda t: "\\sum" in t[1])  # what stands behind a sum may be read into it
        out = ""
        for minus, text in terms:
            sign = "-" if minus else "+" if out else ""
            out += f" {sign} {text}" if out else f"{sign}{text}"
        return out

    def _product(self, node: Surface) -> str:
        last = [a for a in node.args if a.head in ("diff", "deriv", "sum")]
        rest = [a for a in node.args if a not in last]
        numbers = [a for a in rest if a.head == "number"]
        letters = [a for a in rest if a.head != "number"]
        if self.chance.random() < 0.7:
            letters.reverse()
        if len(numbers) + len(letters) == 2 and not last and letters[0].head != "add":
            pair = self._multiplied_out(numbers + letters)
            if pair is not None and self.chance.random() < 0.5:
                return pair
        texts = [self._factor(a) for a in (*numbers, *letters, *last)]
        out = texts[0]
        for text in texts[1:]:
            out = (
                out + r"\cdot " + text
                if text[0].isdigit() or out[-1].isdigit()
                else glued(out, " " + text, "")
            )
        return out

    def _factor(self, node: Surface) -> str:
        text = self.write(node)
        return rf"\left({text}\right)" if node.head in ("add", "neg") else text

    def _multiplied_out(self, factors: Sequence[Surface]) -> str | None:
        """Return a(b + c) as ab + ac, in brackets."""
        brackets = [f for f in factors if f.head == "group" and f.args[0].head == "add"]
        others = [f for f in factors if f not in brackets]
        if len(brackets) != 1 or len(others) != 1:
            return None
        factor = self._factor(others[0])
        out = ""
        for term in brackets[0].args[0].args:
            minus = term.head == "neg"
            text = self._factor(term.args[0] if minus else term)
            sign = "-" if minus else "+" if out else ""
            out += f" {sign} {factor}\\cdot {text}" if out else f"{sign}{factor}\\cdot {text}"
        return rf"\left({out}\right)"


def mutants(
    cases: Sequence[Case], each: int | None, seed: int = 0, wanted: Set[str] | None = None
) -> Iterator[Mutant]:
    """Yield the mutants of some derivations.

    Args:
        cases: all right derivations; how rare a slip is among them decides about the order.
        each: how many mutants a derivation gives; None: every slip at every place.
        seed: chooses places and forms; nothing of the checker depends on it.
        wanted: names of those that give mutants; None: all.
    """
    found = {}
    for case in cases:
        source = document(case)
        found[case["id"]] = list(edits(Text(source, given(case)), source, case))
    frequency = Counter(slip for each_one in found.values() for _, slip, _ in each_one)
    for case in cases:
        if wanted is not None and case["id"] not in wanted:
            continue
        chance = random.Random(f"{seed} {case['id']}")
        chosen = found[case["id"]]
        chance.shuffle(chosen)
        taken = 0
        for block, slip, edit in balanced(chosen, frequency):
            if each is not None and taken >= each:
                break
            mutant = mutate(case, block, slip, edit, chance)
            if mutant is not None:
                taken += 1
                name = f"{case['id']}/{taken}"
                yield replace(mutant, case={**mutant.case, "id": name})


def balanced(
    found: Sequence[tuple[int, str, Edit]], frequency: Mapping[str, int]
) -> list[tuple[int, str, Edit]]:
    """Return the edits in turn by how rare the slip is and as they come."""
    count: Counter[str] = Counter()
    keyed: list[tuple[int, int, int, tuple[int, str, Edit]]] = []
    for k, item in enumerate(found):
        count[item[1]] += 1
        keyed.append((count[item[1]], frequency[item[1]], k, item))
    rare = [item for *_, item in sorted(keyed, key=lambda x: x[:3])]
    out: list[tuple[int, str, Edit]] = []
    for pair in zip(rare, found, strict=True):
        out += [item for item in pair if item not in out]
    return out
