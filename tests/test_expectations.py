r"""Expectations as linear operators: laws are proved, what is no law has a counterexample or a reason."""

import pytest

import gradproof
from gradproof.diagnostic import FileReport

LAWS = (
    r"\mathbb E[a x + b] = a \mathbb E[x] + b",
    r"\mathbb E[x + y] = \mathbb E[x] + \mathbb E[y]",
    r"\operatorname{Var}(x) = \mathbb E[(x - \mathbb E[x])^2] = \mathbb E[x^2] - \mathbb E[x]^2",
    r"\operatorname{Cov}(x, y) = \mathbb E[xy] - \mathbb E[x]\mathbb E[y]",
    r"\operatorname{Var}(ax + b) = a^2 \operatorname{Var}(x)",
    r"\nabla_\theta \mathbb{E}_{x\sim p_\theta}[f(x)] = \mathbb{E}_{x\sim p_\theta}[f(x)\nabla_\theta\log p_\theta(x)]",
    r"\nabla_\theta \mathbb{E}_{x\sim p}[f(x,\theta)] = \mathbb{E}_{x\sim p}[\nabla_\theta f(x,\theta)]",
    r"\mathbb{E}_{x\sim p_\theta}[\nabla_\theta \log p_\theta(x)] = 0",
    r"\operatorname{KL}(q\|p) = \mathbb{E}_{q}\left[\log\frac{q(z)}{p(z)}\right]",
    r"\mathbb E_{x}[\mathbb E_{y}[x y]] = \mathbb E_{x}[x] \mathbb E_{y}[y]",
)  # fmt: skip

NO_LAWS = (
    r"\mathbb E[x^2] = \mathbb E[x]^2",
    r"\mathbb E_{x}[\log x] = \log \mathbb E_{x}[x]",
    r"\nabla_\theta \mathbb{E}_{x\sim p_\theta}[f(x,\theta)] = \mathbb{E}_{x\sim p_\theta}[\nabla_\theta f(x,\theta)]",
    r"\nabla_\theta \mathbb{E}_{x\sim p_\theta}[x^2] = \mathbb{E}_{x\sim p_\theta}[x^2 \nabla_\theta p_\theta(x)]",
)

OPEN = (
    (r"\mathbb E[xy] = \mathbb E[x]\mathbb E[y]", "x and y are independent"),
    (r"\mathbb E[a x + b] = a \mathbb E[x]", "b has expectation 0"),
    (r"\operatorname{Var}(x + y) = \operatorname{Var}(x) + \operatorname{Var}(y)", "x and y are independent"),
    (r"\mathbb E_{\epsilon\sim\mathcal N(0,1)}[(x+\epsilon)^2] = x^2 + 2", "stands on one side only"),
)  # fmt: skip
"""Lines that hold under something that is not said, with that."""

BIAS = r"""Let $y = f + \epsilon$ where $\mathbb E[\epsilon] = 0$ and $\operatorname{Var}(\epsilon) = \sigma^2$.

$$ \mathbb E[(y - g)^2] = \mathbb E[(f + \epsilon - g)^2] = (f-g)^2 + \sigma^2 $$

$$ \mathbb E[(h - f)^2] = (\mathbb E[h] - f)^2 + \operatorname{Var}(h) $$

$$ \mathbb E[(y - g)^2] = (f-g)^2 - \sigma^2 $$
"""

POLICY = r"""Let $J(\theta) = \mathbb{E}_{\tau\sim p_\theta}[R(\tau)]$.

$$ \nabla_\theta J(\theta) = \mathbb{E}_{\tau\sim p_\theta}[R(\tau)\nabla_\theta\log p_\theta(\tau)] $$

$$ \nabla_\theta J(\theta) = \mathbb{E}_{\tau\sim p_\theta}[(R(\tau) - b)\nabla_\theta\log p_\theta(\tau)] $$

$$ \nabla_\theta J(\theta) = \mathbb{E}_{\tau\sim p_\theta}[R(\tau)^2\nabla_\theta\log p_\theta(\tau)] $$
"""

ELBO = r"""Let $q_\phi(z|x)$ be the encoder.

$$ \log p_\theta(x) = \mathbb E_{q_\phi(z|x)}[\log p_\theta(x,z) - \log p_\theta(z|x)] $$

$$
\mathbb E_{q_\phi(z|x)}[\log p_\theta(x,z) - \log q_\phi(z|x)]
  = \mathbb E_{q_\phi(z|x)}[\log p_\theta(x|z)] - \mathrm{KL}(q_\phi(z|x) \| p(z))
$$

$$
\mathbb E_{q_\phi(z|x)}[\log p_\theta(x,z) - \log q_\phi(z|x)]
  = \mathbb E_{q_\phi(z|x)}[\log p_\theta(x|z)] + \mathrm{KL}(q_\phi(z|x) \| p(z))
$$
"""

LEAST_SQUARES = r"""Let $w\in\mathbb R^d$, $L(w) = \mathbb E[(y - w^T x)^2]$ with random $x\in\mathbb R^d$ and $y$.

$$ \nabla L(w) = -2 \mathbb E[(y - w^T x) x] $$

$$ \nabla L(w) = 2 \mathbb E[x x^T] w - 2 \mathbb E[y x] $$

$$ \nabla L(w) = 2 \mathbb E[x x^T] w - \mathbb E[y x] $$
"""

ONE_EXAMPLE = r"""Let $x_i \in \mathbb R^d$ and $w\in\mathbb R^d$, and draw $i$ from $\{1,\dots,n\}$.

$$ \mathbb E_i[(y_i - w^T x_i) x_i] = \frac1n\sum_{i=1}^n (y_i - w^T x_i) x_i $$
"""

MOVED = r"""Let $z = \mu + \sigma\epsilon$ with $\epsilon\sim\mathcal N(0,1)$.

$$ \nabla_\mu \mathbb E_{\epsilon}[z^2] = \mathbb E_\epsilon[2 z] $$

$$ \nabla_\sigma \mathbb E_{\epsilon}[z^2] = \mathbb E_\epsilon[2 z \epsilon] $$

$$ \nabla_\sigma \mathbb E_{\epsilon}[z^2] = \mathbb E_\epsilon[2 z] $$
"""


def judged(text: str) -> FileReport:
    """Check one formula or document."""
    source = text if "$" in text else f"$$\n{text}\n$$"
    return gradproof.check(source, dialect="markdown").files[0]


def displayed(report: FileReport) -> list[str]:
    """Return the verdicts of the lines that are displayed."""
    return [line.verdict for line in report.lines if line.place.block is not None]


@pytest.mark.parametrize("law", LAWS)
def test_what_holds_for_every_distribution_is_right(law: str) -> None:
    report = judged(law)
    assert displayed(report) in (["proved"], ["agrees"])
    assert any(a.kind == "expectation" for a in report.assumptions)


@pytest.mark.parametrize("line", NO_LAWS)
def test_what_is_no_law_has_a_distribution_as_counterexample(line: str) -> None:
    report = judged(line)
    assert displayed(report) == ["refuted"]
    (finding,) = report.findings
    assert finding.counterexample is not None
    assert finding.counterexample.certified


@pytest.mark.parametrize(("line", "told"), OPEN)
def test_what_needs_more_than_is_said_is_left_open_with_it(line: str, told: str) -> None:
    (row,) = judged(line).lines
    assert row.verdict == "undecided"
    assert told in (row.reason or "")


@pytest.mark.parametrize(
    ("document", "verdicts"),
    [
        (BIAS, ["proved", "proved", "refuted"]),
        (POLICY, ["proved", "proved", "refuted"]),
        (ELBO, ["proved", "proved", "refuted"]),
        (LEAST_SQUARES, ["agrees", "agrees", "refuted"]),
        (ONE_EXAMPLE, ["proved"]),
        (MOVED, ["proved", "proved", "undecided"]),
    ],
    ids=["bias", "policy", "elbo", "least-squares", "one-example", "moved"],
)  # fmt: skip
def test_derivations_with_expectations(document: str, verdicts: list[str]) -> None:
    assert displayed(judged(document)) == verdicts


def test_words_about_the_distribution_keep_from_accusing() -> None:
    line = r"$$ \mathbb E[x^4] = 3 \mathbb E[x^2]^2 $$"
    assert displayed(judged(line)) == ["refuted"]
    assert displayed(judged(f"Let $x$ be Gaussian with zero mean.\n\n{line}")) == ["undecided"]


def test_independence_that_is_said_is_used() -> None:
    line = r"$$ \mathbb E[xy] = \mathbb E[x]\mathbb E[y] $$"
    assert displayed(judged(f"The quantities $x$ and $y$ are independent.\n\n{line}")) == ["proved"]
