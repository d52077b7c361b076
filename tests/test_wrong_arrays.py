"""Kinds of wrong lines about arrays that are easily confirmed or left open, each beside right ones of the same kind."""

import pytest

from gradproof.batch import check_source

RIGHT = ("proved", "agrees")


def verdicts(declared: str, *lines: str) -> list[str]:
    """Return the verdicts of display lines under declarations."""
    text = "\n".join([f"Let ${declared}$.\n", *(f"$$\n{line}\n$$\n" for line in lines)])
    shown = [x for x in check_source("a.md", text).lines if x.place.inline is None]
    return [x.verdict for x in shown]


QUADRATIC = r"x, s \in \mathbb{R}^n$, $W \in \mathbb{R}^{n \times n}$, $W^T = W"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial}{\partial s} (x-s)^T W (x-s) = -2 W (x-s)", "right"),
        (r"\frac{\partial}{\partial s} (x-s)^T W (x-s) = -2 (x-s) W", "refuted"),
        (r"\frac{\partial}{\partial s} (x-s)^T W (x-s) = -W (x-s)", "undecided"),
        (r"\frac{\partial}{\partial s} (x-s)^T W (x-s) = -2 W x", "refuted"),
        (r"\frac{\partial}{\partial s} \left((x-s)^T W (x-s)\right) = -W (x-s)", "refuted"),
    ],
)
def test_a_column_is_no_row_and_a_derivative_is_of_the_whole_side(line: str, verdict: str) -> None:
    (found,) = verdicts(QUADRATIC, line)
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("right_side", "verdict"),
    [
        (r"-\Sigma^{-T} (x-\mu)(x-\mu)^T \Sigma^{-T}", "right"),
        (r"-\Sigma^{-1} (x-\mu)(x-\mu)^T \Sigma^{-1}", "right"),
        (r"-\Sigma^{-1} (x-\mu)(x-\mu)^T \Sigma^{-T}", "refuted"),
    ],
)
def test_a_matrix_that_is_told_from_its_transpose_is_not_symmetric_by_habit(
    right_side: str, verdict: str
) -> None:
    declared = r"x, \mu \in \mathbb{R}^n$, $\Sigma \in \mathbb{R}^{n \times n}"
    left = r"\frac{\partial}{\partial \Sigma} (x-\mu)^T \Sigma^{-1} (x-\mu)"
    (found,) = verdicts(declared, f"{left} = {right_side}")
    assert found in RIGHT if verdict == "right" else found == verdict


NETWORK = (
    r"V \in \mathbb{R}^{k \times h}$, $W \in \mathbb{R}^{h \times n}$, $x \in \mathbb{R}^n$, $t \in \mathbb{R}^k",
    r"a = \tanh(W x)",
    r"o = V a",
    r"L = \frac12 \|o - t\|^2",
)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (r"\frac{\partial L}{\partial V} = (o-t) a^T", "", "refuted"),
        (r"V \leftarrow V - \eta \frac{\partial L}{\partial V}", "", "refuted"),
        (r"\frac{\partial L}{\partial V} = a (o-t)^T", "", "right"),
        (r"\frac{\partial L}{\partial a} = V^T (o-t)", "", "right"),
        (r"\frac{\partial L}{\partial W} = \left(V^T (o-t) \odot (1 - a \odot a)\right) x^T", "", "right"),
    ],
)  # fmt: skip
def test_a_gradient_in_the_shape_of_its_matrix_settles_the_layout_of_the_others(
    first: str, second: str, verdict: str
) -> None:
    turned = r"\frac{\partial L}{\partial W} = x \left(V^T (o-t) \odot (1 - a \odot a)\right)^T"
    found = verdicts(*NETWORK, first, turned)[-1]
    assert found in RIGHT if verdict == "right" else found == verdict


def test_words_settle_the_layout() -> None:
    text = (
        "Let $W \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $t \\in \\mathbb{R}^m$. "
        "{words}\n\n$$\\frac{\\partial}{\\partial W} \\|W x - t\\|^2 = 2 x (W x - t)^T$$\n"
    )
    plain = check_source("a.md", text.replace("{words}", "")).lines[-1].verdict
    told = check_source("a.md", text.replace("{words}", "I use the denominator layout."))
    assert plain in RIGHT
    assert told.lines[-1].verdict == "refuted"


@pytest.mark.parametrize(
    ("labels", "loss"),
    [
        (r"Z \in \mathbb{R}^{1 \times n}$, $Y \in \{0,1\}^{1 \times n}$, $\sum_i Y_i = 1", r"\sum_i Y_i \log P_i"),
        (r"Z \in \mathbb{R}^{n+1}$, $Y \in \{0,1\}^{n+1}$, $\sum_{i=0}^n Y_i = 1", r"\sum_{i=0}^n Y_i \log P_i"),
        (r"Z \in \mathbb{R}^n$, $Y \in \mathbb{R}^n$, $\mathbf{1}^T Y = 1", r"Y^T \log P"),
        (r"Z \in \mathbb{R}^{m \times k}$, $Y \in \{0,1\}^{m \times k}$, $\sum_j Y_{ij} = 1",
         r"\sum_{i=1}^m \sum_{j=1}^k Y_{ij} \log P_{ij}"),
    ],
)  # fmt: skip
def test_labels_that_sum_to_one_are_sampled_however_that_is_said(labels: str, loss: str) -> None:
    lines = (r"P = \operatorname{softmax}(Z)", f"J = -{loss}")
    right, wrong = (rf"\frac{{\partial J}}{{\partial Z}} = {side}" for side in ("P - Y", "P + Y"))
    found = verdicts(labels, *lines, right, wrong)
    assert found[-2] in RIGHT
    assert found[-1] == "refuted"


def test_what_holds_without_a_constraint_holds_under_one_that_cannot_be_sampled() -> None:
    declared = r"x \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $x^T A x = 1"
    gradient = r"\frac{\partial}{\partial x} \log(x^T A x)"
    found = verdicts(
        declared,
        rf"{gradient} = \frac{{(A + A^T) x}}{{x^T A x}}",
        rf"{gradient} = (A + A^T) x",
        rf"{gradient} = A A x x^T",
    )
    assert found[0] in RIGHT
    assert found[1:] == ["undecided", "refuted"]


@pytest.mark.parametrize(
    ("last", "verdict"), [(r"h^T \delta", "right"), (r"\delta h^T", "refuted"), (r"h \delta^T", "refuted")]
)  # fmt: skip
def test_behind_a_link_that_cannot_be_decided_the_first_side_is_compared(
    last: str, verdict: str
) -> None:
    declared = r"h \in \mathbb{R}^{1 \times n}$, $y \in \mathbb{R}^{1 \times k}$, $W \in \mathbb{R}^{n \times k}"
    chain = r"\frac{\partial J}{\partial W} = \frac{\partial z}{\partial W} \frac{\partial J}{\partial z}"
    found = verdicts(
        declared, r"z = h W", r"J = \frac12 \|z - y\|^2", r"\frac{\partial J}{\partial z} = z - y = \delta",
        f"{chain} = {last}",
    )[-1]  # fmt: skip
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial \operatorname{tr}(A X^{-1})}{\partial X^{-1}} = A^T", "right"),
        (r"\frac{\partial \operatorname{tr}(A X^{-1})}{\partial X^{-1}} = 2 A^T", "refuted"),
        (
            r"\frac{\partial \operatorname{tr}(A X^{-1})}{\partial X^{-1}}"
            r" \frac{\partial X^{-1}}{\partial X} = A^T X^{-2}",
            "refuted",
        ),
        (r"\frac{\partial \log \sigma(w^T x)}{\partial (w^T x)} = 1 - \sigma(w^T x)", "right"),
        (r"\frac{\partial \log \sigma(w^T x)}{\partial (w^T x)} = \sigma(w^T x)", "refuted"),
        (r"\frac{\partial (w^T x + \|w\|^2)}{\partial (w^T x)} = 1", "undecided"),
    ],
)
def test_derivatives_by_something_composed(line: str, verdict: str) -> None:
    (found,) = verdicts(r"A, X \in \mathbb{R}^{n \times n}$, $w, x \in \mathbb{R}^n", line)
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"d(X^{-1}) = -X^{-1} X^{-1} dX", "undecided"),
        (r"d(X^{-1}) = -X^{-1} dX X^{-1}", "right"),
        (r"d(x^{-1}) = -x^{-1} x^{-1} dx", "right"),
    ],
)
def test_what_holds_for_numbers_alone_is_not_confirmed_where_matrices_may_be_meant(
    line: str, verdict: str
) -> None:
    found = check_source("a.md", f"$$\n{line}\n$$\n").lines[-1].verdict
    assert found in RIGHT if verdict == "right" else found == verdict


BY_X, BY_C = r"\frac{\partial}{\partial x}", r"\frac{\partial}{\partial c}"
COLUMNS = r"x, b \in \mathbb{R}^n$, $c \in \mathbb{R}^k$, $M \in \mathbb{R}^{n \times k}"


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ((r"\nabla_x \|x\|^2 = 2x", r"\nabla_x (b^T x) = b^T"), "refuted"),
        ((r"\nabla_x \|x\|^2 = 2x^T", r"\nabla_x (b^T x) = b^T"), "right"),
        ((r"\nabla_x \|x\|^2 = 2x", r"\frac{\partial}{\partial x} (b^T x) = b^T"), "right"),
        (("f = x^T M c", f"{BY_X} f = M c", f"{BY_C} f = x^T M"), "refuted"),
        (("f = x^T M c", f"{BY_X} f = c^T M^T", f"{BY_C} f = x^T M"), "right"),
        (("s = b^T x", "f = s^2", f"{BY_X} f = 2 s b", f"{BY_X} s = b^T"), "right"),
    ],
)  # fmt: skip
def test_gradients_by_vectors_are_columns_or_rows_throughout(
    lines: tuple[str, ...], verdict: str
) -> None:
    found = verdicts(COLUMNS, *lines)[-1]
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("first", "verdict"), [("A^T", "refuted"), ("A", "right"), (r"\operatorname{tr}(A) I", "right")]
)
def test_a_square_matrix_shows_the_layout_where_it_is_not_its_transpose(
    first: str, verdict: str
) -> None:
    body = (
        r"\operatorname{tr}(A) \operatorname{tr}(X)" if "tr" in first else r"\operatorname{tr}(A X)"
    )
    found = verdicts(
        r"A, X \in \mathbb{R}^{n \times n}",
        rf"\frac{{\partial}}{{\partial X}} {body} = {first}",
        r"\frac{\partial}{\partial X} \log \det X = X^{-1}",
    )[-1]
    assert found in RIGHT if verdict == "right" else found == verdict


LEAST_SQUARES = (
    r"X \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$, $y \in \mathbb{R}^m",
    r"\nabla_w \|Xw - y\|^2 = 2 X^T X w - 2 X^T y = 0",
)


@pytest.mark.parametrize(
    ("solution", "verdict"),
    [(r"w = (X^T X)^{-1} X^T y", "right"), (r"w = X^T y (X^T X)^{-1}", "refuted")],
)
def test_nothing_solves_an_equation_between_different_shapes(solution: str, verdict: str) -> None:
    found = verdicts(*LEAST_SQUARES, solution)[-1]
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"d \operatorname{tr}(W^T W) = 2 \operatorname{tr}(W^T dW)", "right"),
        (r"d \operatorname{tr}(W^T W) = 2 \operatorname{tr}(W dW)", "refuted"),
        (r"d \operatorname{tr}(W^T W) = 2 W : dW", "right"),
    ],
)
def test_the_trace_is_of_a_product_of_matrices(line: str, verdict: str) -> None:
    (found,) = verdicts(r"W \in \mathbb{R}^{n \times k}", line)
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(("side", "verdict"), [("X dZ^T", "right"), ("dZ X^T", "refuted")])
def test_what_reaches_a_declared_vector_has_its_shape(side: str, verdict: str) -> None:
    declared = (
        r"X \in \mathbb{R}^{n \times m}$, $w \in \mathbb{R}^n$, $Y \in \mathbb{R}^{1 \times m}"
    )
    forward = ("Z = w^T X", r"J = \frac12 \sum_{i=1}^m (Z_i - Y_i)^2", "dZ = Z - Y")
    found = verdicts(declared, *forward, f"dw = {side}")
    assert found[2] in RIGHT
    assert found[3] in RIGHT if verdict == "right" else found[3] == verdict


@pytest.mark.parametrize(
    ("words", "side", "verdict"),
    [
        ("", r"(B^T \otimes A)", "right"),
        ("", r"(B \otimes A)", "refuted"),
        ("", r"(A \otimes B^T)", "undecided"),
        ("Here vec stacks the rows of a matrix.", r"(A \otimes B^T)", "right"),
        ("Here vec stacks the rows of a matrix.", r"(B^T \otimes A)", "undecided"),
    ],
)
def test_what_vec_stacks_is_told_or_open(words: str, side: str, verdict: str) -> None:
    text = (
        "Let $A \\in \\mathbb{R}^{m \\times n}$, $X \\in \\mathbb{R}^{n \\times p}$, "
        f"$B \\in \\mathbb{{R}}^{{p \\times q}}$. {words}\n\n"
        f"$$\\operatorname{{vec}}(A X B) = {side} \\operatorname{{vec}}(X)$$\n"
    )
    found = check_source("a.md", text).lines[-1].verdict
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("before", "line", "verdict"),
    [
        ("Let $A$ be an invertible matrix.", r"\frac{d}{dt} A^2 = 2 A \frac{dA}{dt}", "undecided"),
        ("", r"\frac{d}{dt} A^2 = 2 A \frac{dA}{dt}", "right"),
        ("Let $A$ be an invertible matrix.", r"\frac{d}{dt} A^2 = A \frac{dA}{dt} + \frac{dA}{dt} A", "right"),
        (r"Let $A(t) \in \mathbb{R}^{n \times n}$.", r"\frac{d}{dt} A^{-1} = -A^{-2} \frac{dA}{dt}", "undecided"),
        ("For a square matrix:", r"d(X^2) = 2 X dX", "undecided"),
        ("For a square matrix:", r"d(X^2) = X dX + dX X", "right"),
    ],
)  # fmt: skip
def test_letters_of_which_words_say_matrix_are_not_numbers(
    before: str, line: str, verdict: str
) -> None:
    found = check_source("a.md", f"{before}\n\n$$\n{line}\n$$\n").lines[-1].verdict
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("side", "verdict"), [("A^{-1} b", "right"), ("b A^{-1}", "undecided"), ("A b", "refuted")]
)
def test_no_side_is_turned_twice(side: str, verdict: str) -> None:
    found = verdicts(
        r"x, b \in \mathbb{R}^n$, $A \in \mathbb{R}^{n \times n}$, $A^T = A",
        r"f(x) = \frac12 x^T A x - b^T x",
        rf"x - (\nabla^2 f)^{{-1}} \nabla f = {side}",
    )[-1]
    assert found in RIGHT if verdict == "right" else found == verdict


@pytest.mark.parametrize(
    ("outer", "verdict"), [(r"\alpha \alpha^T", "right"), (r"\alpha^T \alpha", "refuted")]
)
def test_what_differs_from_a_head_that_the_line_before_equals_is_wrong(
    outer: str, verdict: str
) -> None:
    found = verdicts(
        r"K \in \mathbb{R}^{n \times n}$, $K^T = K$, $y \in \mathbb{R}^n$, $\theta \in \mathbb{R}",
        r"L(\theta) = y^T K^{-1} y + \log|K|",
        r"\alpha = K^{-1} y",
        r"\frac{\partial L}{\partial \theta} = \operatorname{tr}\left(K^{-1} \frac{\partial K}{\partial \theta}\right)"
        r" - \alpha^T \frac{\partial K}{\partial \theta} \alpha",
        rf"= \operatorname{{tr}}\left((K^{{-1}} - {outer}) \frac{{\partial K}}{{\partial \theta}}\right)",
    )[-1]
    assert found in RIGHT if verdict == "right" else found == verdict
