"""Layout tree to surface tree: what is read, with which spans, choices, notes and labels."""

import json
import sys
from pathlib import Path

import pytest

from gradproof.notation.grammar import HABIT_CALLABLES, Options, name_key, parse_rows
from gradproof.notation.surface import HEADS, RELATIONS, FormulaRow, Name, Surface
from gradproof.notation.tex import parse_layout

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from sexpr import Tree, normal, parse_tree, tree_of, tree_of_rows

FORMULAS = [
    json.loads(line)
    for line in (Path(__file__).parent / "formulas" / "reading.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def rows_of(text: str, options: Options | None = None) -> tuple[FormulaRow, ...]:
    plain = not any(mark in text for mark in "\\{%&")
    layout = parse_layout(text, plain=plain)
    return parse_rows(layout.nodes, options, notes=layout.notes)


def row_of(text: str, options: Options | None = None) -> FormulaRow:
    (row,) = rows_of(text, options)
    return row


def read(text: str, options: Options | None = None) -> Tree:
    return normal(tree_of_rows(rows_of(text, options)))


def tree(expected: str) -> Tree:
    return normal(parse_tree(expected))


def nodes_of(row: FormulaRow) -> list[Surface]:
    stack = [side for statement in row.statements for side in statement.sides]
    out: list[Surface] = []
    while stack:
        node = stack.pop()
        out.append(node)
        stack += node.args
        if node.name is not None:
            stack += (*node.name.sub, *node.name.sup)
    return out


def taking(text: str, kind: str, reading: str, base: Options | None = None) -> Tree:
    """Read `text` with the choice of that kind turned to `reading`."""
    (choice,) = {c for row in rows_of(text, base) for c in row.choices if c.kind == kind}
    assert reading in choice.alternatives
    return read(text, Options(overrides={choice.key: reading}))


# ------------------------------------------------------------------ formulas


@pytest.mark.parametrize("entry", FORMULAS, ids=[entry["id"] for entry in FORMULAS])
def test_formula_is_read(entry: dict[str, object]) -> None:
    rows = rows_of(str(entry["tex"]))
    expected = [normal(parse_tree(text)) for text in entry["expect"]]  # type: ignore[attr-defined]
    assert normal(tree_of_rows(rows)) in expected
    kinds = sorted({note.kind for row in rows for note in row.notes})
    assert kinds == entry.get("notes", [])
    assert not any(note.fatal for row in rows for note in row.notes)


def test_every_head_is_documented_and_relations_are_known() -> None:
    seen: set[str] = set()
    for entry in FORMULAS:
        for row in rows_of(entry["tex"]):
            seen |= {node.head for node in nodes_of(row)}
            assert all(r in RELATIONS for s in row.statements for r in s.relations)
    assert seen <= set(HEADS)
    assert len(seen) >= 45


# ------------------------------------------------------------------ spans


@pytest.mark.parametrize("entry", FORMULAS, ids=[entry["id"] for entry in FORMULAS])
def test_spans_nest(entry: dict[str, str]) -> None:
    text = entry["tex"]
    for row in rows_of(text):
        assert 0 <= row.span.start <= row.span.end <= len(text)
        for node in nodes_of(row):
            assert row.span.start <= node.span.start <= node.span.end <= row.span.end
            for arg in node.args:
                assert node.span.start <= arg.span.start, (node, arg)
                assert arg.span.end <= node.span.end, (node, arg)


SPANS = [
    (r"a - \hat{y}_i^{(j)}", "neg", r"- \hat{y}_i^{(j)}"),
    (r"a - \hat{y}_i^{(j)}", "add", r"a - \hat{y}_i^{(j)}"),
    (r"2x^2 y", "pow", "x^2"),
    (r"2 \left( a \right)^2", "group", r"\left( a \right)"),
    (r"c\| x \|_2^2", "norm", r"\| x \|_2"),
    (r"\frac{a}{b}^2", "div", r"\frac{a}{b}"),
    (r"y f(x)^2 z", "call", "f(x)"),
    (r"y f(x)^2 z", "pow", "f(x)^2"),
    (r"w^T x", "transpose", "w^T"),
    (r"b + \sum_{i=1}^n x_i y_i + c", "sum", r"\sum_{i=1}^n x_i y_i"),
    (r"a \frac{d}{dx} x^2 + 1", "deriv", r"\frac{d}{dx} x^2"),
    (r"\frac{\partial L}{\partial w}^T", "deriv", r"\frac{\partial L}{\partial w}"),
    (r"a\,dX\,b", "diff", "dX"),
    (r"2 \nabla_w L x", "grad", r"\nabla_w L"),
    (r"\left.a\right|_{x=0}", "at", r"\left.a\right|_{x=0}"),
    (r"a + y_i\log \hat y_i", "call", r"\log \hat y_i"),
    (r"dL/dw + 1", "deriv", "dL/dw"),
    (r"x \in \mathbb{R}^n", "space", r"\mathbb{R}^n"),
    (r"c\begin{pmatrix} a & b \end{pmatrix}^T", "matrix", r"\begin{pmatrix} a & b \end{pmatrix}"),
    (r"a:b + c", "frob", "a:b"),
    (r"1/2m + k", "div", "1/2m"),
    (r"f'(x) + 1", "prime", "f'"),
    (r"\sqrt{x}^3", "sqrt", r"\sqrt{x}"),
    (r"(Az)_i + b", "index", "(Az)_i"),
]


@pytest.mark.parametrize(("text", "head", "expected"), SPANS)
def test_span_names_exactly_the_node(text: str, head: str, expected: str) -> None:
    offset = 7
    layout = parse_layout(text, offset=offset)
    (row,) = parse_rows(layout.nodes)
    found = [
        text[n.span.start - offset : n.span.end - offset] for n in nodes_of(row) if n.head == head
    ]
    assert expected in found


def test_names_keep_their_parts() -> None:
    (side,) = row_of(r"\mathbf{\hat{y}}_{ij}^{(k)}").statements[0].sides
    assert side.head == "name"
    name = side.name
    assert name is not None
    assert (name.base, name.accents, name.font, name.sup_bracket) == ("y", ("hat",), "mathbf", "(")
    assert [tree_of(item) for item in name.sub] == ["i", "j"]
    assert [tree_of(item) for item in name.sup] == ["k"]
    assert name_key(name) == r"\hat y"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("y", "y"),
        (r"\theta_0", r"\theta"),
        (r"\text{out}_i", "out"),
        (r"\mathbf w", "w"),
        (r"\bar{\hat x}", r"\bar \hat x"),
    ],
)
def test_name_key(text: str, key: str) -> None:
    name = row_of(text).statements[0].sides[0].name
    assert isinstance(name, Name)
    assert name_key(name) == key


# ------------------------------------------------------------------ rows, words, conditions


def test_labels_where_and_conditions() -> None:
    row = row_of(r"\text{Chain rule: } a = b \text{ if } c > 0, \text{ where } c = d \quad (3)")
    assert [text for text, _ in row.labels] == ["Chain rule:", "if", "where", "(3)"]
    assert [s.relations for s in row.statements] == [("=",), (">",), ("=",)]
    assert row.conditions == (1,)
    assert row.where == 2


def test_label_spans_point_at_the_words() -> None:
    text = r"a = b \quad \text{(product rule)}"
    row = row_of(text)
    ((words, span),) = row.labels
    assert words == "(product rule)"
    assert text[span.start : span.end] == r"\text{(product rule)}"


def test_rows_that_go_on_are_joined_and_blank_ones_dropped() -> None:
    rows = rows_of(r"a &= b \\ &\quad + c \\ \\ d &= e + \\ &\quad f \\ \cr")
    assert [tree_of_rows((row,)) for row in rows] == [
        tree("(eq a (add b c))"),
        tree("(eq d (add e f))"),
    ]


def test_a_side_left_empty_is_a_hole() -> None:
    first = row_of("= x").statements[0]
    last = row_of("m = ").statements[0]
    assert first.sides[0].head == "hole"
    assert last.sides[1].head == "hole"
    assert not row_of("m = ").notes


def test_notes_of_the_layout_go_to_their_rows() -> None:
    rows = rows_of(r"a = b \\ c = \left( d")
    assert [[note.kind for note in row.notes] for row in rows] == [[], ["bracket-unbalanced"]]


def test_implications_begin_statements() -> None:
    row = row_of(r"a = 0 \Rightarrow b = c")
    assert [s.relations for s in row.statements] == [("=",), ("=>", "=")]
    assert row.statements[1].sides[0].head == "hole"


# ------------------------------------------------------------------ call or product


def test_declared_names_decide() -> None:
    text = "h(x + y)"
    assert read(text) == tree("(mul (add x y) h)")
    assert read(text, Options(callables=frozenset({"h"}))) == tree("(call h (add x y))")
    assert read("J(x)", Options(not_callables=frozenset({"J"}))) == tree("(mul J x)")
    assert read(r"\hat y(x)", Options(not_callables=frozenset({r"\hat y"}))) == tree("(mul haty x)")


def test_declared_words() -> None:
    assert read("abx + c") == tree("(add (mul a b x) c)")
    assert read("abx + c", Options(words=frozenset({"abx"}))) == tree("(add abx c)")
    assert read(r"FL = \alpha", Options(words=frozenset({"FL"}))) == tree("(eq FL alpha)")


def test_a_macro_without_definition_may_name_a_quantity() -> None:
    row = row_of(r"\loss = x^2")
    assert [(note.kind, note.fatal) for note in row.notes] == [("unknown-macro", False)]
    assert any(note.fatal for note in row_of(r"\frac{d\loss}{dx} = 2x").notes)
    known = Options(words=frozenset({r"\loss"}))
    assert read(r"\frac{d\loss}{dx} = 2x", known) == tree("(eq (D loss x) (mul 2 x))")


@pytest.mark.parametrize("letter", ["J", "L", "f", r"\ell", r"\sigma"])
def test_habits(letter: str) -> None:
    assert letter in HABIT_CALLABLES
    assert row_of(rf"{letter}(w)").statements[0].sides[0].head == "call"


@pytest.mark.parametrize("letter", ["m", "w", "x", r"\hat y", r"\lambda", "X"])
def test_letters_that_multiply(letter: str) -> None:
    row = row_of(rf"{letter}(a - b)")
    assert row.statements[0].sides[0].head == "mul"
    assert not row.choices


@pytest.mark.parametrize(
    "text", ["p(1-p)", r"\sigma(1-\sigma)", r"\hat y(1-\hat y)", r"o_b(1-o_b)"]
)
def test_a_name_is_not_applied_to_itself(text: str) -> None:
    row = row_of(text)
    assert row.statements[0].sides[0].head == "mul"
    assert not row.choices


# ------------------------------------------------------------------ choices


@pytest.mark.parametrize(
    ("text", "kind", "other", "usual_reading", "other_reading"),
    [
        ("h(x)", "call", "product", "(call h x)", "(mul h x)"),
        (r"\sum_i a_i + b_i", "sum-scope", "term", "(sum (add a_i b_i) i)", "(add (sum a_i i) b_i)"),
        (
            r"\frac{d}{dx}(x)(y + x)", "operator-scope", "factor",
            "(D (mul (add x y) x) x)", "(mul (D x x) (add x y))",
        ),
        (r"\frac{d}{dx} x^2 + x", "operator-rest", "rest", "(add (D (pow x 2) x) x)", "(D (add (pow x 2) x) x)"),
        ("1/2m", "slash-scope", "first", "(pow (mul 2 m) -1)", "(mul (pow 2 -1) m)"),
        (r"\sin ab", "function-scope", "first", "(sin (mul a b))", "(mul (sin a) b)"),
        (r"AB\odot C", "hadamard-scope", "tight", "(had (mul A B) C)", "(mul (had B C) A)"),
        (r"\frac{\delta a}{\delta b}", "quotient", "quotient", "(D a b)", "(mul (pow (mul b delta) -1) a delta)"),
        (r"\frac{dg}{dx}(x)", "at-scope", "product", "(at (D g x) x)", "(mul (D g x) x)"),
        (r"\nabla (u) A", "gradient-scope", "term", "(mul (grad u) A)", "(grad (mul A u))"),
        (r"\frac{\partial FL}{\partial p}", "word", "word", "(D (mul F L) p)", "(D FL p)"),
    ],
)  # fmt: skip
def test_choices_turn(
    text: str, kind: str, other: str, usual_reading: str, other_reading: str
) -> None:
    assert read(text) == tree(usual_reading)
    assert taking(text, kind, other) == tree(other_reading)


def test_a_missing_bracket_may_stand_elsewhere() -> None:
    text = r"s(1-\sigma(a)b"
    row = row_of(text)
    (choice,) = [c for c in row.choices if c.kind == "bracket-close"]
    assert read(text) == tree("(mul s (add 1 (mul -1 (call sigma a) b)))")
    (other,) = choice.alternatives
    turned = read(text, Options(overrides={choice.key: other}))
    assert turned == tree("(mul s (add 1 (mul -1 (call sigma a))) b)")


def test_keys_do_not_depend_on_the_reading_taken() -> None:
    text = r"\sum_i h(x_i) + k(y_i)"
    row = row_of(text)
    keys = {choice.key for choice in row.choices}
    assert len(keys) == len(row.choices) == 3
    for choice in row.choices:
        for other in choice.alternatives:
            again = row_of(text, Options(overrides={choice.key: other}))
            assert choice.key in {c.key for c in again.choices}
            assert next(c for c in again.choices if c.key == choice.key).taken == other


@pytest.mark.parametrize(
    "text",
    [
        r"\sum_i a_i + b", r"\frac{d}{dx} x^2 + c", r"J(\mathbf w) = 1", r"\frac{d}{dx} x^2 \sin x", "1/m X",
        r"\nabla_w L + x", r"f(x)g(x)", r"\ell(w + v)", r"\frac{\partial L}{\partial z}(1-z^2)",
    ],
)  # fmt: skip
def test_no_choice_where_one_reading_is_admissible(text: str) -> None:
    assert row_of(text).choices == ()


# ------------------------------------------------------------------ notes


@pytest.mark.parametrize(
    ("text", "where"),
    [("a(b + c", "("), ("a + b) = c", ")"), (r"[x + y", "["), (r"\{ x", r"\{")],
)
def test_unbalanced_brackets_are_repaired_with_a_note(text: str, where: str) -> None:
    row = row_of(text)
    (note,) = row.notes
    assert note.kind == "bracket-unbalanced"
    assert not note.fatal
    assert text[note.span.start : note.span.end] == where
    assert "read " in note.message


def test_an_unclosed_bracket_does_not_swallow_the_relation() -> None:
    assert read("f(x = y") == tree("(eq (call f x) y)")


@pytest.mark.parametrize(
    "text",
    [
        r"a \blob b", r"a + ", r"a \pm b", r"f^{-1}(x)", r"\frac{\partial^2 f}{\partial x}", r"D_x (x^2)", "2 3",
        r"\overline{x+y}", r"d \| \cdot \|_F(Y)", r"\nabla \cdot F", r"x^\circ", r"\binom{n}{k}", r"a = * b",
        r"\frac{}{a}",
        r"\sqrt{x}_{i=1}^n", r"\frac{d}{dt}\Big|_{t=0} f(t)", r"\sum_i", r"()", r"x^{\circ y}",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_unread(text: str) -> None:
    notes = [note for row in rows_of(text) for note in row.notes]
    assert any(note.fatal for note in notes)
    for note in notes:
        assert 0 <= note.span.start <= note.span.end <= len(text)
        assert note.message


def test_a_row_that_is_unread_leaves_the_others() -> None:
    rows = rows_of(r"a = b \\ c = 2\blob \\ d = e")
    assert [any(note.fatal for note in row.notes) for row in rows] == [False, True, False]


def test_reading_is_deterministic() -> None:
    for entry in FORMULAS[::7]:
        assert rows_of(entry["tex"]) == rows_of(entry["tex"])


@pytest.mark.parametrize(
    "text", [r"\text{for }y=1:\quad\frac{\partial L}{\partial z}=p-1", r"y=1: x=2"]
)
def test_a_colon_after_a_condition_separates(text: str) -> None:
    row = row_of(text)
    assert len(row.statements) == 2
    assert row.conditions == (0,)
    assert not any(side.head == "frob" for s in row.statements for side in s.sides)


def test_a_reversed_definition_sign_joins() -> None:
    (statement,) = row_of(r"a - y =: \delta").statements
    assert statement.relations == ("=",)
    assert statement.sides[1].head == "name"


def test_a_bar_over_several_letters_is_one_name() -> None:
    (statement,) = row_of(r"\overline{xy}").statements
    name = statement.sides[0].name
    assert name is not None
    assert (name.base, name.accents) == ("{xy}", ("bar",))


def test_d_x_before_x_is_no_product() -> None:
    assert any(note.fatal for note in row_of(r"D_x x^2 = 2x").notes)


@pytest.mark.parametrize("text", ["d2y/dx2", "d^2y/dx^2"])
def test_a_plain_second_derivative(text: str) -> None:
    (row,) = parse_rows(parse_layout(text, plain=True).nodes)
    (side,) = row.statements[0].sides
    assert side.head == "deriv"
    assert len(side.args) == 3


def test_plain_scripts_of_several_digits_are_one_number() -> None:
    (row,) = parse_rows(parse_layout("a¹² + x₁₂", plain=True).nodes)
    power, name = row.statements[0].sides[0].args
    assert power.args[1].text == "12"
    assert name.name is not None
    assert [item.text for item in name.name.sub] == ["12"]
