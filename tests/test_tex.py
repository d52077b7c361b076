"""The TeX layer: structure, places, macros, repairs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.notation.tex import Layout, LayoutResult, Macros, parse_layout
from gradproof.notation.tex.layout import LAYOUT
from gradproof.source import Span


def written(node: Layout | None) -> str:
    """A compact spelling of a layout tree, independent of how it was typed."""
    if node is None:
        return ""
    inside = " ".join(written(child) for child in node.args)
    head = {
        "symbol": node.text, "number": node.text, "operator": node.text, "command": "\\" + node.text,
        "word": f"<{node.text}>", "text": f"“{node.text}”",
        "prime": "'" * int(node.text if node.kind == "prime" else 0),
        "ampersand": "&", "newrow": "//", "space": "␣", "group": "{" + inside + "}",
        "fraction": f"frac{inside}", "radical": f"root{inside}", "accent": f"{node.text}{inside}",
        "font": f"{node.text}{inside}", "delimited": f"⟦{node.text}: {inside}⟧",
        "environment": f"⟦{node.text}: {inside}⟧",
    }[node.kind]  # fmt: skip
    return (
        head
        + (f"_{written(node.sub)}" if node.sub else "")
        + (f"^{written(node.sup)}" if node.sup else "")
    )


def spell(result: LayoutResult) -> str:
    return " ".join(written(node) for node in result.nodes)


def read(text: str, **options: bool) -> str:
    """Read without a note."""
    result = parse_layout(text, **options)
    assert result.notes == ()
    return spell(result)


def everything(nodes: tuple[Layout, ...]) -> Iterator[Layout]:
    for node in nodes:
        yield node
        yield from everything(node.args)
        yield from everything(
            tuple(script for script in (node.sub, node.sup) if script is not None)
        )


TEX = [
    # fonts
    (r"\mathbf{w}^T \boldsymbol{x} \bm y", r"mathbf{w}^{T} boldsymbol{x} boldsymbol{y}"),
    (r"\mathcal L \mathbb{R}^n \mathsf T \mathit{x} \mathscr F",
     r"mathcal{L} mathbb{R}^{n} mathsf{T} mathit{x} mathscr{F}"),
    (r"{\bf w}^T {\cal L} {\rm tr}(A) {\it x}", r"{mathbf{w}}^{T} {mathcal{L}} {<tr>} ( A ) {mathit{x}}"),
    (r"\bf w = \rm x", r"mathbf{w} = x"),
    (r"\rm{tr}(A) \bf{x}_i", r"{<tr>} ( A ) {mathbf{x}}_{i}"),
    (r"\boxed{x^2}^2 \boxed{x}^2", r"{x^{2}}^{2} x^{2}"),
    (r"{\bf w \rm tr} {\bf a \over b}", r"{mathbf{w} <tr>} {mathbf{frac{a} {b}}}"),
    (r"\mathrm{d}x \mathrm dx \mathrm{dx}", r"mathrm{d} x mathrm{d} x mathrm{d x}"),
    (r"\mathbf{\mathbf{w}}", r"mathbf{mathbf{w}}"),
    (r"\mathbf{Xw} \mathbf{out}", r"mathbf{X w} <out>"),
    # accents
    (r"\hat y_i \widehat{y} \bar x \overline{x} \tilde x \vec x \dot x \ddot x",
     r"hat{y}_{i} hat{y} bar{x} bar{x} tilde{x} vec{x} dot{x} ddot{x}"),
    (r"\hat{\boldsymbol{y}} \mathbf{\hat y} {\hat y}", r"hat{boldsymbol{y}} mathbf{hat{y}} {hat{y}}"),
    (r"\hat\theta^{(i)} \hat\,x", r"hat{\theta}^{( i )} hat{x}"),
    # fractions and roots
    (r"\frac{a}{b} \dfrac ab \tfrac12 \cfrac1{23} \nicefrac{1}{2} \sfrac12",
     r"frac{a} {b} frac{a} {b} frac{1} {2} frac{1} {23} frac{1} {2} frac{1} {2}"),
    (r"\frac1m X \frac12x \frac\partial L", r"frac{1} {m} X frac{1} {2} x frac{\partial} {L}"),
    (r"{1-y \over 1-\hat y} {a \over b} c", r"{frac{1 - y} {1 - hat{y}}} {frac{a} {b}} c"),
    (r"a \over b", r"frac{a} {b}"),
    (r"a & b \over c \\ d", r"a & frac{b} {c} // d"),
    (r"x^\frac12 \frac {1} {2}", r"x^{frac{1} {2}} frac{1} {2}"),
    (r"\sqrt{x} \sqrt x \sqrt[3]{x} \sqrt[n+1] 2", r"root{x} root{x} root{x} {3} root{2} {n + 1}"),
    (r"\sqrt[{]}]x", r"root{x} {{]}}"),
    # brackets
    (r"\left( a \right) \left[ a \right) \left\{ a \right\} \left. a \right|_{w}",
     r"⟦( ): a⟧ ⟦[ ): a⟧ ⟦lbrace rbrace: a⟧ ⟦. |: a⟧_{w}"),
    (r"\left\| x \right\|_2^2 \left< a \right> \left\lVert a\right\rVert",
     r"⟦Vert Vert: x⟧_{2}^{2} ⟦langle rangle: a⟧ ⟦lVert rVert: a⟧"),
    (r"\left( a \middle| b \right)^T", r"⟦( ): a | b⟧^{T}"),
    (r"\big( a \Bigr) \bigl[ \biggr] \Bigg\| \big. \Big/ \bigl\{ \bigm|", r"( a ) [ ] \Vert / \lbrace |"),
    (r"\{ \} \lbrace \rbrace \| \lvert \rVert \langle \lfloor \lbrack",
     r"\lbrace \rbrace \lbrace \rbrace \Vert \lvert \rVert \langle \lfloor ["),
    # scripts
    (r"x_i^2 x^2_i x_{ij} x_{12}", r"x_{i}^{2} x_{i}^{2} x_{i j} x_{12}"),
    (r"\sum_{i=1}^m \sum\limits_i^n \prod\nolimits_k", r"\sum_{i = 1}^{m} \sum_{i}^{n} \prod_{k}"),
    (r"f' f'' f’ x'^2 f^\prime f^{\prime} f^{\prime\prime T} f_i' f^{'}",
     r"f^{'} f^{''} f^{'} x^{' 2} f^{'} f^{'} f^{'' T} f_{i}^{'} f^{'}"),
    (r"{}^T A ^2 x\!^2 (a)\,^T", r"{}^{T} A^{2} x^{2} ( a )^{T}"),
    (r"= {}_i x", r"= {}_{i} x"),
    (r"e^{-x} e^{x_{i_j}}", r"e^{- x} e^{x_{i_{j}}}"),
    # environments
    (r"\begin{align} a &= b \\ &= c \end{align}", r"⟦align: a & = b // & = c⟧"),
    (r"\begin{align*} a \end{align*}\begin{array}{c|c} a & b \\[2pt] \hline c \end{array}",
     r"⟦align: a⟧ ⟦array: a & b // c⟧"),
    (r"\begin{cases} x & x>0 \\ 0 & \text{otherwise}\end{cases}", r"⟦cases: x & x > 0 // 0 & “otherwise”⟧"),
    (r"\begin{equation}\begin{split} a &= b \end{split}\end{equation}", r"⟦equation: ⟦split: a & = b⟧⟧"),
    (r"\begin{aligned}[t] a \end{aligned}\begin{alignat}{2} a \end{alignat}", r"⟦aligned: a⟧ ⟦alignat: a⟧"),
    (r"\left(\begin{matrix} a & b \\ c & d\end{matrix}\right)", r"⟦( ): ⟦matrix: a & b // c & d⟧⟧"),
    (r"\eqalign{ a &= b \cr &= c \cr } \cases{a & b \cr c} \pmatrix{1 & 2\cr}",
     r"⟦eqalign: a & = b // & = c //⟧ ⟦cases: a & b // c⟧ ⟦pmatrix: 1 & 2 //⟧"),
    (r"\sum_{\substack{i\\ j}} a \\ [0,1] \\* b \\[1em] c \newline d \\[a] \\[2]",
     r"\sum_{{i // j}} a // [ 0 , 1 ] // b // c // d // [ a ] // [ 2 ]"),
    # words and prose
    (r"\operatorname{diag}(x) \operatorname*{arg\,max}_w \mathrm{tr} A \mathop{\rm arg\,min}_w",
     r"<diag> ( x ) <argmax>_{w} <tr> A <argmin>_{w}"),
    (r"\text{tanh}(x) + \text{output} \times \text{sech}^2 x", r"<tanh> ( x ) + <output> \times <sech>^{2} x"),
    (r"w_{\text{new}} W_{\mathrm{in}} L_{\text{cross-entropy}} x_{\text{all}}",
     r"w_{<new>} W_{<in>} L_{<cross-entropy>} x_{<all>}"),
    (r"\sum_{i \text{ and } j}", r"\sum_{i “ and ” j}"),
    (r"\mbox{Chain rule: } a = b", r"“Chain rule: ” a = b"),
    (r"a, \text{ where } b \text{ if } c", r"a , “ where ” b “ if ” c"),
    (r"a &= b && \text{mean} \\ c \quad \text{definition}", r"a & = b & & “mean” // c ␣ “definition”"),
    (r"\intertext{and so} a \shortintertext{thus}", r"“and so” a “thus”"),
    (r"x^{\text{T}} \text{d}x \textbf{x} \textrm{d}", r"x^{mathrm{T}} mathrm{d} x mathbf{x} mathrm{d}"),
    (r"\text{if $x > 0$ and}", r"{“if ” x > 0 “ and”}"),
    (r"1 + \text{1} \text{=} 2 \text{2x}", r"1 + {1} {=} 2 {2 x}"),
    (r"{\rm softmax}(z) {\rm d}x", r"{<softmax>} ( z ) {mathrm{d}} x"),
    # left out
    (r"a\,b\;c\:d\!e~f\ g\thinspace h", r"a b c d e f g h"),
    (r"a \quad b \qquad c \hspace{1cm} d \hspace{-3pt} e", r"a ␣ b ␣ c ␣ d e"),
    (r"a \tag{1.1} \label{eq:a} \nonumber \notag \phantom{x} \displaystyle b \cite{k} \footnote{x}", r"a b"),
    (r"\underbrace{x+y}_{\text{error}} z \overbrace{a}^{n}_i", r"{x + y} z a_{i}"),
    (r"\overset{!}{=} \stackrel{def}{=} \underset{w}{x}", r"= = x"),
    (r"\underset{w}{\min} \underset{x\sim p}{\mathbb E} \underset{w}{\operatorname{argmin}} \underset{w}{\arg\min}",
     r"\min_{w} mathbb{E}_{x \sim p} <argmin>_{w} {\arg \min_{w}}"),
    (r"\boxed{a=b} \fbox{c} \cancel{x} \color{red}{y} \textcolor{red}{z+1} \mathbin{:}",
     r"{a = b} c x {y} {z + 1} :"),
    ("a % the loss\n + 1 % done", r"a + 1"),
    (r"a % no newline", r"a"),
    (r"\kern3pt x \mkern-2mu y \rule{1pt}{2pt} z", r"x y z"),
    (r"a = b \eqno(1)", r"a = b"),
    # signs and numbers
    (r"\not= \neq \not\in \leq \geqslant \rightarrow \gets \dots \cdots \lt \vert",
     r"\ne \ne \notin \le \ge \to \leftarrow \ldots \cdots < |"),
    (r"3.14 2x .5 1. a.b 10\,000 0{,}5 x.5", r"3.14 2 x 0.5 1 . a . b 10000 0.5 x . 5"),
    (r"\alpha*x \foo{a} \binom n k", r"\alpha * x \foo {a} \binom n k"),
    (r"\xrightarrow{p} \% \_", r"\to % _"),
    # unicode within TeX
    (r"\frac{∂J}{∂ŷ} = ŷ − y", r"frac{\partial J} {\partial hat{y}} = hat{y} - y"),
    ("Xᵀ A⁻¹ x₁² yᵢⱼ X^ᵀ X⊤", r"X^{T} A^{- 1} x_{1}^{2} y_{i j} X^{T} X^{\top}"),
    ("½ √2 √(x+1) √12 ∛x ℝ 𝟙 𝐱 𝑥 ℒ ℓ",
     r"frac{1} {2} root{2} root{( x + 1 )} root{12} root{x} {3} mathbb{R} mathbb{1} mathbf{x} x mathcal{L} \ell"),
    ("Σᵢ yᵢ Σ_k^{-1} ∑ Πᵢ pᵢ N(μ, Σ_k)",
     r"\sum_{i} y_{i} \Sigma_{k}^{- 1} \sum \prod_{i} p_{i} N ( \mu , \Sigma_{k} )"),
    ("x̄ ŷ σ̂ x⃗ ≠ ≠ ∉ ≤ · × ⊙ ∘ ⟨a⟩ ‖x‖ … ∞ →",
     r"bar{x} hat{y} hat{\sigma} vec{x} "
     r"\ne \ne \notin \le \cdot \times \odot \circ \langle a \rangle \Vert x \Vert \ldots \infty \to"),
    ("a\u2062b\u200bc\u00a0d", "a b c d"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEX, ids=[text for text, _ in TEX])
def test_tex(text: str, expected: str) -> None:
    assert read(text) == expected


PLAIN = [
    ("∂L/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ))", r"\partial L / \partial hat{y} = ( hat{y} - y ) / ( hat{y} ( 1 - hat{y} ) )"),
    ("dJ/dw = X^T (z - y)", r"d J / d w = X^{T} ( z - y )"),
    ("J = −(1/m) Σᵢ yᵢ log ŷᵢ", r"J = - ( 1 / m ) \sum_{i} y_{i} \log hat{y}_{i}"),
    ("sigma(w^T x) + exp(-lambda)", r"\sigma ( w^{T} x ) + \exp ( - \lambda )"),
    ("x^{(i)} x^(i) x_(t-1) e^(-x)", r"x^{( i )} x^{( i )} x_{( t - 1 )} e^{( - x )}"),
    ("y_hat_i yhat thetahat x_bar", r"hat{y}_{i} hat{y} hat{\theta} bar{x}"),
    ("sum_i x_i w_new w_old x_ij W_hh x_12 h_t1 W_in",
     r"\sum_{i} x_{i} w_{<new>} w_{<old>} x_{i j} W_{<hh>} x_{12} h_{t 1} W_{<in>}"),
    ("x^2 x**2 x^-1 e^-x e^-2t 2*x x^10 2^n", r"x^{2} x^{2} x^{- 1} e^{- x} e^{- 2} t 2 * x x^{10} 2^{n}"),
    ("a <= b >= c != d ~= e -> f <- g => h", r"a \le b \ge c \ne d \approx e \to f \leftarrow g \Rightarrow h"),
    ("y ∈ {0,1}, where w in R^n", r"y \in \lbrace 0 , 1 \rbrace , “where” w \in R^{n}"),
    ("dsigma/dx dlog(x) dyhat", r"d \sigma / d x d \log ( x ) d hat{y}"),
    ("loss = softmax(Xw) + KL(p, q)", r"<loss> = <softmax> ( X w ) + <KL> ( p , q )"),
    ("1e-3 2.5e2 3.5 2e x", "0.001 250 3.5 2 e x"),
    ("sqrt(x+1) √2 A @ B x ~ p", r"root{( x + 1 )} root{2} A \cdot B x \sim p"),
    (r"\frac{a}{b} + \sigma", r"frac{a} {b} + \sigma"),
    ("X.T @ y log2(x) log 2 a.Tb", r"X^{T} \cdot y \log_{2} ( x ) \log 2 a . T b"),
    ("f'(x) = g''(x)", "f^{'} ( x ) = g^{''} ( x )"),
    ("-(1/m) * (y*log(z))", r"- ( 1 / m ) * ( y * \log ( z ) )"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLAIN, ids=[text for text, _ in PLAIN])
def test_plain(text: str, expected: str) -> None:
    assert read(text, plain=True) == expected


MACROS = [
    (r"\newcommand{\R}{\mathbb{Q}} \R^n", r"mathbb{Q}^{n}"),
    (r"\newcommand\w{\mathbf w}\w_i", r"mathbf{w}_{i}"),
    (r"\renewcommand*{\pd}[2]{\frac{d#1}{d#2}}\pd{L}{w}", r"frac{d L} {d w}"),
    (r"\newcommand{\p}[2][x]{#1 + #2}\p{y} \p[z]{y}", r"x + y z + y"),
    (r"\providecommand{\R}{Q} \providecommand{\R}{P} \R", r"Q"),
    (r"\def\pa#1{\partial #1}\frac{\pa L}{\pa w}", r"frac{\partial L} {\partial w}"),
    (r"\def\a#1#2{#2#1}\a xy", r"y x"),
    (r"\let\old\frac\renewcommand{\frac}[2]{\old{#2}{#1}}\frac{a}{b}", r"frac{b} {a}"),
    (r"\let\b=\beta \b", r"\beta"),
    (r"\DeclareMathOperator{\foo}{foo}\DeclareMathOperator*{\am}{arg\,max}\foo x \am_w", r"<foo> x <argmax>_{w}"),
    (r"\DeclarePairedDelimiter{\n}{\lVert}{\rVert}\n{x}_2 \n*{x} \n[\big]{x}",
     r"⟦lVert rVert: x⟧_{2} ⟦lVert rVert: x⟧ ⟦lVert rVert: x⟧"),
    (r"\NewDocumentCommand{\q}{m m}{#1/#2}\q{a}{b}", r"a / b"),
    (r"\newcommand{\ab}{a b}\frac\ab c", r"frac{a b} {c}"),
    (r"\newcommand{\yh}{\hat{y}}\frac\yh2 x^\yh", r"frac{hat{y}} {2} x^{hat{y}}"),
    (r"\def\be{\begin{align}}\def\ee{\end{align}}\be a \ee", r"⟦align: a⟧"),
    (r"\def\outer{\def\inner##1{#1 ##1}}", ""),
    (r"\def\o#1{\def\i##1{#1 ##1}}\o{a}\i{b}", "a b"),
    (r"\def\a#1{#1}\a{\a{\a{x}}}", "x"),
    # predefined
    (r"\norm{x}_2^2 \abs*{x} \norm[\big]{x}", r"⟦lVert rVert: x⟧_{2}^{2} ⟦lvert rvert: x⟧ ⟦lVert rVert: x⟧"),
    (r"\inner{a}{b} \inner{a,b}", r"⟦langle rangle: a , b⟧ ⟦langle rangle: a , b⟧"),
    (r"\pdv{L}{w} \pdv[2]{f}{x} \pdv{x} f \pdv{f}{x}{y} \dv{f}{x}",
     r"frac{\partial L} {\partial w} frac{\partial^{2} f} {\partial x^{2}} frac{\partial} {\partial x} f "
     r"frac{\partial^{2} f} {\partial x \partial y} frac{d f} {d x}"),
    (r"\pd{L}{w} {x}", r"frac{\partial L} {\partial w} {x}"),
    (r"\tr(A) \diag x \softmax \argmin_w \E[x] \R^n \KL \bs{x} \Tr \sign",
     r"<tr> ( A ) <diag> x <softmax> <argmin>_{w} mathbb{E} [ x ] mathbb{R}^{n} <KL> boldsymbol{x} <Tr> <sign>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MACROS, ids=[text for text, _ in MACROS])
def test_macros(text: str, expected: str) -> None:
    assert read(text) == expected


def test_preamble() -> None:
    preamble = r"""
    \documentclass{article} \usepackage{amsmath} % \newcommand{\no}{x}
    \newcommand{\vect}[1]{\mathbf{#1}}
    \newcommand{\R}{\mathbb{R}} \makeatletter \def\foo@bar{x} \makeatother
    """
    macros, notes = Macros.read(preamble)
    assert "no" not in macros.table
    assert macros.table["vect"].parameters == 1
    assert [note.kind for note in notes] == ["macro-definition"]
    assert (
        spell(parse_layout(r"\vect{x} \in \R^n", macros=macros)) == r"mathbf{x} \in mathbb{R}^{n}"
    )


def test_the_authors_macros_win_and_last() -> None:
    macros, _ = Macros.read(r"\newcommand{\tr}{T}")
    later, _ = Macros.read(r"\newcommand{\tr}{S}\newcommand{\q}{q}")
    assert spell(parse_layout(r"\tr", macros=macros)) == "T"
    assert spell(parse_layout(r"\tr \q", macros=macros.merge(later))) == "S q"
    first = parse_layout(r"\newcommand{\w}{\omega} \w")
    assert spell(parse_layout(r"\w", macros=first.macros)) == r"\omega"
    assert macros.merge(Macros()) is macros


def test_a_definition_that_is_not_understood_leaves_its_name_unread() -> None:
    result = parse_layout(r"\def\norm(#1){\|#1\|}\norm(x)")
    assert [note.kind for note in result.notes] == ["macro-definition"]
    assert not result.notes[0].fatal
    assert spell(result) == r"\norm ( x )"


def test_places_of_macros() -> None:
    text = r"a \pd{L}{ww} b"
    result = parse_layout(text, offset=100)
    fraction = result.nodes[1]
    call = Span(102, 112)
    assert fraction.span == call
    above, below = fraction.args
    assert above.args[0].span == call  # \partial comes from the body
    assert above.args[1].span == Span(106, 107)
    assert [node.span for node in below.args[1:]] == [Span(109, 110), Span(110, 111)]
    assert result.nodes[2].span == Span(113, 114)


def test_places() -> None:
    text = r"x_i^2 + \frac{a}{\hat b}"
    nodes = parse_layout(text, offset=10).nodes
    assert [node.span for node in nodes] == [Span(10, 15), Span(16, 17), Span(18, 34)]
    x = nodes[0]
    assert x.sub is not None
    assert x.sup is not None
    assert (x.sub.span, x.sup.span) == (Span(12, 13), Span(14, 15))
    assert nodes[2].args[1].args[0].span == Span(27, 33)


def test_places_of_unicode() -> None:
    nodes = parse_layout("σ(ŷᵢ) ≤ ½").nodes
    assert [node.span for node in nodes] == [
        Span(0, 1), Span(1, 2), Span(2, 4), Span(4, 5), Span(6, 7), Span(8, 9),
    ]  # fmt: skip
    assert parse_layout("y\u0302_i").nodes[0].span == Span(0, 4)
    plain = parse_layout("sigma(y_hat)", plain=True, offset=5).nodes
    assert [node.span for node in plain] == [Span(5, 10), Span(10, 11), Span(11, 16), Span(16, 17)]


def test_words_take_the_place_of_their_command() -> None:
    text = r"\operatorname{tr} A + \text{output}"
    nodes = parse_layout(text).nodes
    assert text[nodes[0].span.start : nodes[0].span.end] == r"\operatorname{tr}"
    assert text[nodes[-1].span.start : nodes[-1].span.end] == r"\text{output}"


REPAIRS = [
    ("{a", "{a}", "brace-unbalanced", False),
    ("a}b", "a b", "brace-unbalanced", False),
    (r"\left( a", "⟦( ): a⟧", "bracket-unbalanced", False),
    (r"\left\{ a", "⟦lbrace rbrace: a⟧", "bracket-unbalanced", False),
    (r"{\left[ a} b", "{⟦[ ]: a⟧} b", "bracket-unbalanced", False),
    (r"\left( a \\ b", "⟦( ): a⟧ // b", "bracket-unbalanced", False),
    (r"a \right)", "a )", "bracket-unbalanced", False),
    (r"a \right.", "a", "bracket-unbalanced", False),
    (r"\begin{align} a", "⟦align: a⟧", "environment-unbalanced", False),
    (r"a \end{align}", "a", "environment-unbalanced", False),
    (r"\begin{align} a \end{aligned}", "⟦align: a⟧", "environment-unbalanced", False),
    (r"\begin{align}\begin{split} a \end{align}", "⟦align: ⟦split: a⟧⟧", "environment-unbalanced", False),
    (r"\frac{a}", "frac{a} {}", "argument-missing", True),
    (r"{\sqrt} a", "{root{}} a", "argument-missing", True),
    ("x^", "x^{}", "argument-missing", True),
    ("x_^2", "x_{}^{2}", "argument-missing", True),
    (r"\hat & y", "hat{} & y", "argument-missing", True),
    (r"\pd{L}", r"frac{\partial} {\partial L}", None, False),
    (r"\def\a#1{x#1}\a", "x", "argument-missing", True),
    ("x_a_b", "x_{a b}", "double-script", False),
    ("x^a^b", "x^{a b}", "double-script", True),
    (r"a \over b \over c", "frac{frac{a b} {c}} {}", "over-ambiguous", True),
    ("x^10", "x^{1} 0", "script-digit", False),
    ("1{,}000", "1.000", "number-ambiguous", True),
    ("Σ x", r"\Sigma x", "sum-or-letter", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "kind", "fatal"), REPAIRS)
def test_repairs(text: str, expected: str, kind: str | None, fatal: bool) -> None:
    result = parse_layout(text)
    assert spell(result) == expected
    assert [note.kind for note in result.notes] == ([kind] if kind else [])
    assert any(note.fatal for note in result.notes) is fatal
    for note in result.notes:
        assert 0 <= note.span.start <= note.span.end <= len(text)
        assert len(note.message) > 20


def test_every_kind_has_a_description() -> None:
    for text, _ in TEX:
        for node in everything(parse_layout(text).nodes):
            assert node.kind in LAYOUT
            for script in (node.sub, node.sup):
                assert script is None or script.kind == "group"


ATOMS = st.sampled_from(
    [
        "x",
        "y",
        "W",
        "12",
        "3.5",
        r"\alpha",
        r"\sigma ",
        "(",
        ")",
        "+",
        "-",
        "=",
        r"\cdot ",
        "|",
        ",",
        "ℓ",
        "é",
    ]
)
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(" ".join),
        st.tuples(inner, inner).map(lambda pair: rf"\frac{{{pair[0]}}}{{{pair[1]}}}"),
        st.tuples(st.sampled_from("xyz"), inner, inner).map(lambda three: f"{three[0]}_{{{three[1]}}}^{{{three[2]}}}"),
        inner.map(lambda text: rf"\left[{text}\right]"),
        inner.map(lambda text: rf"\hat{{{text}}}"),
        inner.map(lambda text: rf"\begin{{cases}}{text} & {text} \\ {text}\end{{cases}}"),
        inner.map(lambda text: rf"\sqrt[3]{{{text}}}"),
    ),
    max_leaves=12,
)  # fmt: skip


@given(FORMULAS)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_leaves_are_the_source(text: str) -> None:
    """Every leaf's place holds its own text, and the leaves are all the text but its structure."""
    result = parse_layout(text, offset=3)
    assert result.notes == ()
    leaves: list[str] = []
    for node in everything(result.nodes):
        if node.kind in ("symbol", "number", "operator", "command") and not (node.sub or node.sup):
            piece = text[node.span.start - 3 : node.span.end - 3]
            assert piece in (node.text, "\\" + node.text, "ℓ")
        if node.kind in ("symbol", "number", "operator", "command"):
            leaves.append(node.text)
    structure = text
    for word in (
        r"\frac",
        r"\left[",
        r"\right]",
        r"\hat",
        r"\begin{cases}",
        r"\end{cases}",
        r"\sqrt[3]",
        r"\\",
        "&",
    ):
        structure = structure.replace(word, " 3" if word == r"\sqrt[3]" else " ")
    for mark in "{}_^\\ ":
        structure = structure.replace(mark, "")
    assert sorted("".join(leaves)) == sorted(structure.replace("ℓ", "ell"))


@given(FORMULAS, st.integers(0, 1000))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_offsets_shift_everything(text: str, offset: int) -> None:
    here = [node.span for node in everything(parse_layout(text).nodes)]
    there = [node.span for node in everything(parse_layout(text, offset=offset).nodes)]
    assert [span.shift(offset) for span in here] == there


@given(FORMULAS)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_parents_hold_their_children(text: str) -> None:
    for node in everything(parse_layout(text).nodes):
        for child in (*node.args, node.sub, node.sup):
            if child is not None:
                assert node.span.cover(child.span) == node.span
