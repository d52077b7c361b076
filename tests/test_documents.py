import json
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.notation.documents import Document, UnreadableDocument, read_document


def scan(text: str, name: str = "post.md", **options: Any) -> Document:
    return read_document(name, text, **options)


def found(document: Document) -> list[tuple[str, str]]:
    return [(region.kind, document.text(region)) for region in document.regions]


def formulas(text: str, name: str = "post.md", **options: Any) -> list[str]:
    return [body for _, body in found(scan(text, name, **options))]


def kinds(document: Document) -> list[str]:
    return [remark.note.kind for remark in document.remarks]


# Markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sum rule: $$a = b$$ and on", [("display", "a = b")]),
        ("$$a$$ $$b$$", [("display", "a"), ("display", "b")]),
        ("$$a$$$$b$$", [("display", "a"), ("display", "b")]),
        ("$$\na = b\n\\\\ = c\n$$\n", [("display", "a = b\n\\\\ = c")]),
        ("$$\n\na = b\n\n$$\n", [("display", "a = b")]),
        ("$m = $ number of examples\n$\\hat y = $ value", [("inline", "m ="), ("inline", "\\hat y =")]),
        ("w.r.t $ \\hat y$, we get $ = a $ $ = b $",
         [("inline", "\\hat y"), ("inline", "= a"), ("inline", "= b")]),
        ("$a$$b$", [("inline", "a"), ("inline", "b")]),
        ("it costs $5 and $6", []),
        ("it costs $5, $x$ is free", [("inline", "x")]),
        ("between $5 and $10 for $x = 3$", [("inline", "x = 3")]),
        ("US$ 5 and US$ 6, $y$", [("inline", "y")]),
        ("$5x = 3$ and $2$ and $20$ years", [("inline", "5x = 3"), ("inline", "2"), ("inline", "20")]),
        ("$5.\n$$a=b$$", [("display", "a=b")]),
        ("set $HOME and $PATH here", []),
        ("\\$5 and \\$6", []),
        ("the $i$th of $n$-many", [("inline", "i"), ("inline", "n")]),
        ("$a \\text{ if $b$ holds} = c$", [("inline", "a \\text{ if $b$ holds} = c")]),
        ("$$a \\text{ if $b$ holds}$$", [("display", "a \\text{ if $b$ holds}")]),
        ("$$a = \\$5$$", [("display", "a = \\$5")]),
        ("\\(x\\) and \\[y = 1\\]", [("inline", "x"), ("display", "y = 1")]),
        ("\\\\(x\\\\) and \\\\[y = 1\\\\]", [("inline", "x"), ("display", "y = 1")]),
        ("see \\[1\\] and \\(see the other one below\\)", []),
        ("\\begin{align*}\na &= b\\\\\n&= c\n\\end{align*}", [("display", "a &= b\\\\\n&= c")]),
        ("$$\\begin{aligned}a &= b\\end{aligned}$$", [("display", "\\begin{aligned}a &= b\\end{aligned}")]),
        ("\\begin{alignat}{2}a &= b\\end{alignat}", [("display", "a &= b")]),
        ("```math\na = b\n```\nand `$x$`", [("display", "a = b")]),
        ("~~~ {.math}\na\n~~~\n", [("display", "a")]),
        ("```python\nx = '$$a$$'\n```\n$$b$$", [("display", "b")]),
        ("``a $x$ ` $y$`` $z$", [("inline", "z")]),
        ("we have $`a = b`$ here", [("inline", "a = b")]),
        ("<!-- $$a$$ --> $b$", [("inline", "b")]),
        ("<pre>$$a$$</pre> <code>$c$</code> $b$", [("inline", "b")]),
        ("text\n\n    code $$a$$\n    $b$\n\n$c$", [("inline", "c")]),
        ("- item\n\n    $$a$$\n", [("display", "a")]),
        ("text\n\n    $$a = b$$\n", [("display", "a = b")]),
        ("| $a$ | $b$ |\n|---|---|\n| $c$ | d |", [("inline", "a"), ("inline", "b"), ("inline", "c")]),
        ("[a link](http://x/$y$) $z$", [("inline", "z")]),
        ("---\nprice: $x$\n---\n$y$", [("inline", "y")]),
        ("> $$\n> a = b\n> $$\n", [("display", "a = b")]),
        ("$$$$ and $x$", [("inline", "x")]),
        ("$a \\ $", [("inline", "a \\ ")]),
        ("设$x=1$为", [("inline", "x=1")]),
    ],
)  # fmt: skip
def test_markdown(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(scan(text)) == expected


def test_before_heading_and_numbers() -> None:
    document = scan(
        "# Loss\n**Sum rule:** $$a = b$$ with $c$\n\n$$d$$\n\nSolution 2:\n\nThen\n$$e$$\n"
    )
    assert [(r.kind, r.number, r.heading, r.before) for r in document.regions] == [
        ("display", 0, 1, "Loss Sum rule:"),
        ("inline", 0, 1, "with"),
        ("display", 1, 1, ""),
        ("display", 2, 2, "Solution 2: Then"),
    ]


@pytest.mark.parametrize(
    "line",
    ["# A", "Solution 1:", "**Answer 2**", "Case 1", "### Case (b)", "Second solution:", "Title\n====="],
)  # fmt: skip
def test_heading_lines(line: str) -> None:
    assert [r.heading for r in scan(f"$a$\n\n{line}\n\n$b$").regions] == [0, 1]


@pytest.mark.parametrize("line", ["Case $i = k$:", "An answer is here", "Sum rule:", "Part of it."])
def test_lines_that_are_no_headings(line: str) -> None:
    assert {r.heading for r in scan(f"$a$\n\n{line}\n\n$b$").regions} == {0}


def test_quoted_lines_are_blanked_not_read_as_relations() -> None:
    text = "> so\n> $$\n> a = b\n> = c\n> $$\n"
    document = scan(text)
    (region,) = document.regions
    assert document.text(region) == "a = b\n  = c"
    assert document.source_of(region).slice(region.span) == "a = b\n> = c"


@pytest.mark.parametrize("opener", ["$$", "\\begin{align}"])
def test_unclosed_display_ends_with_its_paragraph(opener: str) -> None:
    document = scan(f"{opener} a = b\n= c\nand so this is the text of it.\n\n$$d = e$$\n")
    assert found(document) == [("display", "a = b\n= c"), ("display", "d = e")]
    (remark,) = document.remarks
    assert "never closed" in remark.note.message
    assert remark.region == 0
    assert document.sources[0][1].slice(remark.note.span) == opener


def test_unclosed_inline_is_not_read_and_said() -> None:
    document = scan("so $x = 3 and this\n\n$y$")
    assert found(document) == [("inline", "y")]
    assert kinds(document) == ["unclosed"]


def test_blank_line_in_display_with_prose_between_is_not_crossed() -> None:
    text = "$$\na = b\n\nThen we find that the loss is\n\n$$\nc = d\n$$\n"
    assert formulas(text) == ["a = b", "c = d"]


def test_wrong_end_is_noted() -> None:
    document = scan("\\begin{align*}a &= b\\end{equation} $c$")
    assert found(document) == [("display", "a &= b"), ("inline", "c")]
    assert kinds(document) == ["wrong-end"]


def test_pragmas_in_markdown() -> None:
    document = scan(
        "$a$ <!-- gradproof: ignore[sign-lost, x] the book does so --> $b$\n<!-- other -->"
    )
    (pragma,) = document.pragmas
    assert (pragma.kind, pragma.names, pragma.reason) == (
        "ignore",
        ("sign-lost", "x"),
        "the book does so",
    )
    assert pragma.region == 1


def test_unknown_pragma_is_noted() -> None:
    document = scan("<!-- gradproof: ingore[x] -->")
    assert document.pragmas == ()
    assert kinds(document) == ["pragma-unknown"]


def test_prose_is_kept_in_order() -> None:
    document = scan("Let *y* be\none-hot, $a$ for [one](http://a) example.\n\nNext &amp; last")
    assert [(p.text, p.region) for p in document.prose] == [
        ("Let y be one-hot,", 0),
        ("for one example.", 1),
        ("Next & last", 1),
    ]
    source = document.sources[0][1]
    assert source.slice(document.prose[-1].span) == "Next &amp; last"


def test_macros_between_formulas() -> None:
    document = scan("$a$\n\\newcommand{\\p}{\\frac{a}{b}}\n$b$ $\\newcommand{\\q}{x}$")
    assert [(document.text(m), m.region) for m in document.macros] == [
        ("\\newcommand{\\p}{\\frac{a}{b}}", 1)
    ]
    assert len(document.regions) == 3


# TeX

PAPER = r"""\documentclass{article}
\usepackage{amsmath} % costs $5
\newcommand{\loss}[1]{\mathcal{L}(#1)} \def\be{\begin{equation}}
\def\ee{\end{equation}} \DeclareMathOperator*{\argmin}{arg\,min}
\let\eps\varepsilon
\newenvironment{eq}{\begin{align}}{\end{align}}
\title{On $x$}
\begin{document}
\section{Loss of $J$} % $$ not this $$
Let \emph{$y$} be 5\% \be J = 1 \label{a} \ee
\[ a = b % the $ sign \]
 + c \] % gradproof: ignore[sign-lost] on purpose
\begin{align*}
  a &= b \\ % first
    &= c
\end{align*}
\verb|$$x$$| and \url{http://a/%20$}
\begin{verbatim}
$$ no $$
\end{verbatim}
\begin{comment} $no$ \end{comment}
\textbf{Solution 2}

$$ d = \text{ if $x$ } $$ \(e\)$f$$g$
\begin{subequations}\begin{gather} h \end{gather}\end{subequations}
\end{document}
$$ after the end $$
"""


def test_tex_document() -> None:
    document = scan(PAPER, "paper.tex")
    assert [(r.kind, r.environment, r.heading) for r in document.regions] == [
        ("inline", "", 1),
        ("inline", "", 1),
        ("display", "equation", 1),
        ("display", "", 1),
        ("display", "align", 1),
        ("display", "", 2),
        ("inline", "", 2),
        ("inline", "", 2),
        ("inline", "", 2),
        ("display", "gather", 2),
    ]
    texts = formulas(PAPER, "paper.tex")
    assert texts[:3] == ["J", "y", "J = 1 \\label{a}"]
    assert [" ".join(t.split()) for t in texts[3:5]] == ["a = b + c", "a &= b \\\\ &= c"]
    assert texts[5:] == ["d = \\text{ if $x$ }", "e", "f", "g", "h"]
    assert [m.command for m in document.macros] == [
        "newcommand", "def", "def", "DeclareMathOperator", "let",
    ]  # fmt: skip
    assert document.text(document.macros[-1]) == "\\let\\eps\\varepsilon"
    assert [p.names for p in document.pragmas] == [("sign-lost",)]
    assert document.pragmas[0].region == 4
    assert document.regions[2].before == "be 5%"
    assert document.remarks == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a \\% $x$ % $y$\n$z$", ["x", "z"]),
        ("\\\\[2pt] and \\[a\\\\[2pt] b\\]", ["a\\\\[2pt] b"]),
        ("\\begin{eqnarray} a &=& b \\end{eqnarray}", ["a &=& b"]),
        (
            "\\begin{equation}\\begin{split}a\\end{split}\\end{equation}",
            ["\\begin{split}a\\end{split}"],
        ),
        ("\\begin{math}x\\end{math}\\begin{displaymath}y\\end{displaymath}", ["x", "y"]),
        ("\\begin{multline*}a\\\\+b\\end{multline*}", ["a\\\\+b"]),
        ("\\begin{lstlisting}$a$\\end{lstlisting}$b$", ["b"]),
        ("\\begin{minted}{python}$a$\\end{minted}$b$", ["b"]),
        ("\\begin{dmath}[label={a}]x = y\\end{dmath}", ["x = y"]),
        ("$x\n\n$y$", ["y"]),
        ("\\begin{itemize}\\item $$a = b \\end{itemize} $c$", ["a = b", "c"]),
    ],
)
def test_tex_forms(text: str, expected: list[str]) -> None:
    assert formulas(text, "a.tex") == expected


@pytest.mark.parametrize(
    "line",
    ["\\section{A}", "\\paragraph{A}", "\\textbf{Solution 2}", "\\noindent{\\bf Case 1:}", "\\begin{solution}"],
)  # fmt: skip
def test_tex_headings(line: str) -> None:
    assert [r.heading for r in scan(f"$a$\n\n{line}\n\n$b$", "a.tex").regions] == [0, 1]


FILES = {
    "main.tex": "\\begin{document}$a$\\input{sub/one}$b$\\include{two}\\input{no}$c$\\end{document}",
    "sub/one.tex": "\\newcommand{\\k}{k}$$d$$ \\input{sub/one}",
    "two.tex": "$$e$$ $f$",
}


def test_included_files_are_read_in_order() -> None:
    def loader(name: str) -> bytes | None:
        return FILES[name].encode() if name in FILES else None

    document = read_document("main.tex", FILES["main.tex"], loader=loader)
    assert [(k, n.number) for (k, _), n in zip(found(document), document.regions, strict=True)] == [
        ("inline", 0), ("display", 0), ("inline", 1), ("display", 1), ("inline", 2), ("inline", 3),
    ]  # fmt: skip
    assert formulas(FILES["main.tex"], "main.tex", loader=loader) == ["a", "d", "b", "e", "f", "c"]
    assert [document.source_of(r).path for r in document.regions] == [
        "main.tex", "sub/one.tex", "main.tex", "two.tex", "two.tex", "main.tex",
    ]  # fmt: skip
    assert [(i.name, i.resolved is None) for i in document.includes] == [
        ("sub/one", False), ("sub/one", True), ("two", False), ("no", True),
    ]  # fmt: skip
    assert document.source_of(document.macros[0]).path == "sub/one.tex"
    reasons = [i.reason for i in document.includes]
    assert reasons[1] == "it includes itself"
    assert reasons[3] == "there is no such file"


def test_includes_without_loader_are_named() -> None:
    document = scan("\\input{a} $x$", "m.tex")
    assert found(document) == [("inline", "x")]
    assert kinds(document) == ["include"]


def test_include_limits() -> None:
    chain = read_document(
        "0.tex", "\\input{1}", loader=lambda n: b"\\input{%d}" % (int(n[:-4]) + 1)
    )
    assert "limit:include-depth" in chain.includes[-1].reason
    wide = read_document("m.tex", "\\input{a}" * 150, loader=lambda _: b"$x$")
    assert len(wide.regions) == 100
    assert "limit:includes" in wide.includes[-1].reason
    asked: list[str] = []
    outside = read_document(
        "m.tex", "\\input{/etc/passwd}", loader=lambda n: asked.append(n) or None
    )
    assert "absolute" in outside.includes[0].reason
    assert asked == []


# notebooks


def notebook(*cells: tuple[str, Any]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]})


def test_notebook() -> None:
    text = notebook(
        ("markdown", ["# A\n", "$$a = b$$\n", "and $c$"]),
        ("code", "x = '$$d$$'"),
        ("raw", "$$e$$"),
        ("markdown", "$$f$$"),
    )
    document = scan(text, "a.ipynb")
    assert [(r.cell, r.number, r.heading) for r in document.regions] == [
        (0, 0, 1),
        (0, 0, 1),
        (3, 1, 1),
    ]
    assert [key for key, _ in document.sources] == [0, 3]
    first = document.regions[0]
    assert first.span.start == len("# A\n$$")
    assert dict(document.sources)[0].slice(first.span) == "a = b"


def test_prose_of_one_cell_does_not_lead_into_the_next() -> None:
    document = scan(notebook(("markdown", "Sum rule:"), ("markdown", "$$a$$")), "a.ipynb")
    assert document.regions[0].before == ""


def test_old_notebook_format() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "markdown", "source": ["$a$"]}]}]}
    assert formulas(json.dumps(old), "a.ipynb") == ["a"]


# plain text

PLAIN = """Gradient of the logistic loss
=============================

y in {0,1}
X ∈ R^{m×n}

The model is
z = X w
p = sigma(z)

L = -(y log p + (1-y) log(1-p))

Sum rule: dL/dp = -(y/p - (1-y)/(1-p))
        = (p - y)/(p (1-p))   (common denominator)
Chain rule: dL/dw = X^T (p - y)

Hence the gradient is dL/dw = X^T (p - y).
This holds for every batch size, and costs $5.
"""


def test_plain_text() -> None:
    document = scan(PLAIN, "notes.txt")
    assert document.dialect == "plain"
    assert [[" ".join(line.split()) for line in body.split("\n")] for _, body in found(document)] == [
        ["y in {0,1}", "X ∈ R^{m×n}"],
        ["z = X w", "p = sigma(z)"],
        ["L = -(y log p + (1-y) log(1-p))"],
        ["dL/dp = -(y/p - (1-y)/(1-p))", "= (p - y)/(p (1-p))", "dL/dw = X^T (p - y)"],
        ["dL/dw = X^T (p - y)."],
    ]  # fmt: skip
    assert all(r.plain and r.kind == "display" for r in document.regions)
    assert [r.before for r in document.regions] == [
        "Gradient of the logistic loss", "The model is", "", "Sum rule:", "Hence the gradient is",
    ]  # fmt: skip
    assert [words for words, _ in document.regions[3].skips] == [
        "(common denominator)",
        "Chain rule:",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "dJ/dw = X^T (z - y)", "y in {0,1}", "X ∈ R^{m×n}", "w := w - alpha dJ/dw", "w <- w - eta * grad",
        "softmax(z)_i = exp(z_i) / sum_j exp(z_j)", "= 2 x", "dL = y:d log(p)", "L = sum_i y_i log p_i",
        "∂L/∂ŷ = -(y/ŷ - (1-y)/(1-ŷ))", "f: R^n -> R", "w_new = w - learning_rate * grad", "m = 1",
        "\\frac{a}{b} = c", "y^T y = 1", "loss = -mean(y * log(p))", "accuracy = correct / total",
    ],
)  # fmt: skip
def test_plain_formula_lines(line: str) -> None:
    assert formulas(line, "a.txt", dialect="plain") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The loss is small.", "and/or", "see https://a.b/?x=1", "x = np.array([1, 2])", "import numpy as np",
        "We know that z = Xw and so the loss falls.", "2020-01-01", "TODO", "Hello, world!", "-----", "C++",
        "m = number of training examples", "- first point", "e.g. a well-known result", "<b>bold</b>",
    ],
)  # fmt: skip
def test_plain_prose_lines(line: str) -> None:
    assert formulas(line, "a.txt", dialect="plain") == []


def test_plain_lists_and_ambiguous_dashes() -> None:
    listed = scan("- a = b\n- c = d\n* e = f\n1. g = h", "a.txt", dialect="plain")
    assert [line.strip() for line in listed.source_of(listed.regions[0]).text.split("\n")]
    assert [line.strip() for line in found(listed)[0][1].split("\n")] == [
        "a = b",
        "c = d",
        "e = f",
        "g = h",
    ]
    lone = scan("- a = b", "a.txt", dialect="plain")
    assert lone.regions == ()
    assert lone.remarks[0].note.fatal
    summed = scan("L =\n - y log p\n - (1-y) log(1-p)", "a.txt", dialect="plain")
    assert found(summed)[0][1] == "L =\n - y log p\n - (1-y) log(1-p)"


@pytest.mark.parametrize("line", ["For y = 0: J = -log(1-p)", "if y = 1, J = -log p"])
def test_plain_conditions_are_not_read_and_said(line: str) -> None:
    document = scan(line, "a.txt", dialect="plain")
    assert document.regions == ()
    assert kinds(document) == ["condition"]


def test_plain_sentence_labels() -> None:
    assert formulas("Proof. a = b", "a.txt", dialect="plain") == ["a = b"]
    assert formulas("Step 2. dJ/dw = X", "a.txt", dialect="plain") == ["dJ/dw = X"]
    assert scan("For all of you x is fine", "a.txt", dialect="plain").remarks == ()


# dialects


@pytest.mark.parametrize(
    ("name", "text", "dialect"),
    [
        ("a.tex", "x", "tex"), ("a.MD", "x", "markdown"), ("a.ipynb", '{"cells": []}', "notebook"),
        ("-", "\\documentclass{a}", "tex"), ("-", "so $$a$$", "markdown"), ("a.txt", "x = 1", "plain"),
        ("-", "\\begin{align}a\\end{align}", "markdown"), ("-", '{"cells": []}', "notebook"),
        ("notes", "it costs $5", "plain"), ("-", "", "plain"), ("a.txt", "$x$ is", "markdown"),
    ],
)  # fmt: skip
def test_dialect(name: str, text: str, dialect: str) -> None:
    assert scan(text, name).dialect == dialect


@pytest.mark.parametrize("name", ["a.tex", "a.md", "a.txt", "-"])
def test_empty_file(name: str) -> None:
    document = read_document(name, b"")
    assert document.regions == ()
    assert document.prose == ()
    assert document.sources[0][1].text == ""


def test_byte_order_mark_is_left_out_and_said() -> None:
    document = read_document("a.md", b"\xef\xbb\xbf$x$")
    assert document.regions[0].span.start == 1
    assert kinds(document) == ["byte-order-mark"]


def test_notebook_without_cells() -> None:
    with pytest.raises(UnreadableDocument, match="cells"):
        scan("[1]", "a.ipynb")


# random documents

LETTERS = st.sampled_from(
    ["x", "\\hat y", "W_{ij}", "\\frac{a}{b}", "α", "e^{-z}", "\\text{ok}", "𝐰"]
)
FORMULA = st.lists(LETTERS, min_size=1, max_size=4).map(" + ".join)
WORDS = st.lists(
    st.sampled_from(["so", "the gradient", "follows,", "é", "🙂", "from", "it (here)", "100%."]),
    min_size=1,
    max_size=5,
).map(" ".join)
EOL = st.sampled_from(["\n", "\r\n"])


def pieces(dialect: str) -> st.SearchStrategy[tuple[str, str, str]]:
    """Return strategies of (kind or empty, formula, text)."""
    options: list[st.SearchStrategy[tuple[str, str, str]]] = [
        WORDS.map(lambda w: ("", "", (w if dialect == "markdown" else w.replace("%", "\\%")) + " ")),
        FORMULA.map(lambda f: ("inline", f, f"${f}$ ")),
        FORMULA.map(lambda f: ("inline", f, f"\\({f} + 1\\) ") if f == "" else ("inline", f, f"${f}$, ")),
        FORMULA.map(lambda f: ("display", f, f"$${f}$$ ")),
        FORMULA.map(lambda f: ("display", f, f"\n$$\n{f}\n$$\n")),
        FORMULA.map(lambda f: ("display", f"{f} = 1", f"\\[{f} = 1\\]\n")),
        FORMULA.map(lambda f: ("display", f"{f} &= 1", f"\n\\begin{{align}}{f} &= 1\\end{{align}}\n")),
        st.just(("", "", "\n\n")),
    ]  # fmt: skip
    if dialect == "markdown":
        options += [
            FORMULA.map(lambda f: ("", "", f"`${f}$` ")),
            FORMULA.map(lambda f: ("", "", f"\n\n```py\n$${f}$$\n```\n\n")),
            FORMULA.map(lambda f: ("display", f, f"\n\n```math\n{f}\n```\n\n")),
            FORMULA.map(lambda f: ("", "", f"<!-- ${f}$ --> ")),
            st.just(("", "", "\n\n# A heading\n\n")),
        ]
    else:
        options += [
            FORMULA.map(lambda f: ("", "", f"% ${f}$\n")),
            FORMULA.map(lambda f: ("", "", f"\\begin{{verbatim}}$${f}$$\\end{{verbatim}}\n")),
            FORMULA.map(lambda f: ("", "", f"\\verb|${f}$| ")),
            st.just(("", "", "\n\\section{A heading}\n")),
        ]
    return st.one_of(options)


@pytest.mark.parametrize("dialect", ["markdown", "tex"])
@settings(derandomize=True, deadline=None, max_examples=300)
@given(data=st.data())
def test_exactly_the_formulas_put_in_are_found(dialect: str, data: st.DataObject) -> None:
    parts = data.draw(st.lists(pieces(dialect), max_size=12))
    eol = data.draw(EOL)
    text = "".join(part for _, _, part in parts).replace("\n", eol)
    document = read_document(
        "-", text.encode(), dialect="markdown" if dialect == "markdown" else "tex"
    )
    expected = [(kind, formula) for kind, formula, _ in parts if kind]
    source = document.sources[0][1]
    assert source.text == text
    assert [(r.kind, source.slice(r.span)) for r in document.regions] == expected
    for kind in ("display", "inline"):
        assert [r.number for r in document.regions if r.kind == kind] == list(
            range(sum(k == kind for k, _ in expected))
        )
    spans = [r.span for r in document.regions]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert document.remarks == ()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(rows=st.lists(st.sampled_from(["a = b", "= c + d", "dL/dw = x", "y in {0,1}"]), min_size=1),
       words=st.sampled_from(["The loss is this.", "We see that it holds.", "And more of the text here."]))  # fmt: skip
def test_plain_blocks(rows: list[str], words: str) -> None:
    text = words + "\n\n" + "\n".join(rows) + "\n\n" + words + "\n"
    assert formulas(text, "a.txt", dialect="plain") == ["\n".join(rows)]


def test_paths_are_not_interpreted() -> None:
    assert PurePosixPath(scan("x", "a/b.md").sources[0][1].path) == PurePosixPath("a/b.md")
