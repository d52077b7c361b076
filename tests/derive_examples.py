"""Questions with the results that a person expects: losses that people write down, and their derivatives."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A question; `result` in TeX has to be the same function, `style` None takes the one that is chosen."""

    name: str
    formulas: tuple[str, ...]
    wrt: str
    result: str
    declare: tuple[str, ...] = ()
    style: str | None = None
    order: int = 1


def example(name, formula, wrt, result, *declare, style=None, order=1):
    formulas = (formula,) if isinstance(formula, str) else tuple(formula)
    return Example(name, formulas, wrt, result, declare, style, order)


SOFTMAX = r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}"
NETWORK = (
    r"E = \frac12 \sum_k (t_k - o_k)^2",
    r"o_k = \sigma(n_k), n_k = \sum_j w_{jk} h_j",
    r"h_j = \sigma(m_j), m_j = \sum_i v_{ij} x_i",
)
GAUSSIANS = r"D = \log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2} - \frac12"

DATA = (r"X \in \mathbb{R}^{m \times n}", r"w \in \mathbb{R}^n", r"y \in \mathbb{R}^m")
LOGISTIC = (r"J = -(y^T \log z + (1-y)^T \log(1-z))", r"z = \sigma(h), h = X w")
LOGISTIC_MEAN = r"J = -\frac1m (y^T \log\sigma(Xw) + (1-y)^T \log(1-\sigma(Xw)))"

EXAMPLES = (
    example(
        "binary-cross-entropy",
        r"-(y \log\hat y + (1-y)\log(1-\hat y))",
        "y_hat",
        r"\frac{\hat y - y}{\hat y (1 - \hat y)}",
    ),
    example(
        "binary-cross-entropy-mean",
        r"J = -\frac{1}{m} \sum_{i=1}^m (y_i \log\hat y_i + (1-y_i) \log(1-\hat y_i))",
        r"\hat y_i",
        r"\frac{\hat y_i - y_i}{m \hat y_i (1 - \hat y_i)}",
    ),
    example(
        "logistic-regression",
        r"J = -(y \log z + (1-y) \log(1-z)), z = \sigma(h), h = w x + b",
        "w",
        r"(z - y) x",
    ),
    example(
        "logistic-regression-elementwise",
        r"J = -(y \log z + (1-y) \log(1-z)), z = \sigma(h), h = w x + b",
        "w",
        r"(z - y) x",
        style="elementwise",
    ),
    example(
        "logistic-regression-data",
        (
            r"J = -\frac1m \sum_{i=1}^m (y_i \log z_i + (1-y_i) \log(1-z_i))",
            r"z_i = \sigma(h_i), h_i = \sum_j X_{ij} w_j",
        ),
        "w_j",
        r"\frac1m \sum_i (z_i - y_i) X_{ij}",
    ),
    example(
        "logistic-loss-of-signs",
        r"L = \sum_{i=1}^m \log(1 + e^{-y_i w x_i}) + \frac\lambda2 w^2",
        "w",
        r"\lambda w - \sum_{i=1}^m \frac{y_i x_i}{1 + e^{y_i w x_i}}",
    ),
    example(
        "softmax-cross-entropy",
        (r"J = -\sum_k y_k \log p_k", SOFTMAX),
        "z_i",
        "p_i - y_i",
        r"\sum_k y_k = 1",
    ),
    example(
        "softmax-cross-entropy-batch",
        r"J = -\frac1N \sum_{n=1}^N \sum_k t_{nk} \log y_{nk}, y_{nk} = \frac{e^{a_{nk}}}{\sum_j e^{a_{nj}}}",
        "a_{ni}",
        r"\frac{y_{ni} - t_{ni}}{N}",
        r"\sum_k t_{nk} = 1",
    ),
    example(
        "softmax-jacobian",
        r"s_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        "z_k",
        r"s_i (\delta_{ik} - s_k)",
    ),
    example("log-sum-exp", r"f = \log \sum_j e^{z_j}", "z_i", r"\frac{e^{z_i}}{\sum_j e^{z_j}}"),
    example(
        "linear-regression-slope",
        r"\frac{1}{2m} \sum_{i=1}^m (\theta_0 + \theta_1 x_i - y_i)^2",
        "theta_1",
        r"\frac1m \sum_{i=1}^m (\theta_0 + \theta_1 x_i - y_i) x_i",
    ),
    example(
        "ridge",
        r"J = \frac1m \sum_{i=1}^m (y_i - \sum_j X_{ij} w_j)^2 + \lambda \sum_j w_j^2",
        "w_k",
        r"2\lambda w_k - \frac2m \sum_{i=1}^m X_{ik} (y_i - \sum_j X_{ij} w_j)",
    ),
    example(
        "lasso",
        r"J = \sum_i (y_i - \sum_j X_{ij} w_j)^2 + \lambda \sum_j |w_j|",
        "w_j",
        r"\lambda \operatorname{sign}(w_j) - 2 \sum_i X_{ij} (y_i - \sum_k X_{ik} w_k)",
    ),
    example(
        "elastic-net",
        r"J = \frac12 (y - w x)^2 + \lambda |w| + \frac\mu2 w^2",
        "w",
        r"(w x - y) x + \lambda \operatorname{sign}(w) + \mu w",
    ),
    example(
        "huber",
        r"L = \begin{cases} \frac12 (y-f)^2 & |y-f| \le \delta \\ \delta |y-f| - \frac12 \delta^2 & \text{otherwise}"
        r" \end{cases}",
        "f",
        r"\begin{cases} f - y & |y-f| \le \delta \\ -\delta \operatorname{sign}(y-f) & \text{otherwise} \end{cases}",
    ),
    example(
        "hinge", r"L = \max(0, 1 - y (w x + b))", "w", r"-y x \mathbf{1}\{1 - (w x + b) y > 0\}"
    ),
    example("squared-hinge", r"L = \max(0, 1 - y h)^2", "h", r"-2 y \max(0, 1 - y h)"),
    example(
        "focal",
        r"L = -\alpha (1-p)^\gamma \log p",
        "p",
        r"\alpha \gamma (1-p)^{\gamma-1} \log p - \frac{\alpha (1-p)^\gamma}{p}",
    ),
    example("gaussians-mean", GAUSSIANS, "mu_1", r"\frac{\mu_1 - \mu_2}{\sigma_2^2}"),
    example(
        "gaussians-deviation",
        GAUSSIANS,
        "sigma_2",
        r"\frac{1}{\sigma_2} - \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{\sigma_2^3}",
        r"\sigma_1 > 0",
        r"\sigma_2 > 0",
    ),
    example(
        "variational-mean",
        r"D = -\frac12 \sum_j (1 + \log s_j - \mu_j^2 - s_j)",
        r"s_j",
        r"\frac12 (1 - \frac{1}{s_j})",
    ),
    example(
        "normal-likelihood",
        r"L = n \log\sigma + \frac{1}{2\sigma^2} \sum_{i=1}^n (x_i - \mu)^2",
        "sigma",
        r"\frac{n}{\sigma} - \frac{1}{\sigma^3} \sum_{i=1}^n (x_i - \mu)^2",
    ),
    example(
        "poisson",
        r"L = \sum_i (e^{\eta_i} - y_i \eta_i), \eta_i = \sum_j X_{ij} \beta_j",
        "beta_j",
        r"\sum_i (e^{\eta_i} - y_i) X_{ij}",
    ),
    example(
        "poisson-rate",
        r"L = -\sum_{i=1}^n (y_i \log\lambda - \lambda)",
        "lambda",
        r"n - \frac1\lambda \sum_{i=1}^n y_i",
    ),
    example(
        "triplet",
        r"L = \max(0, d_p - d_n + \alpha), d_p = \sum_k (a_k - p_k)^2, d_n = \sum_k (a_k - n_k)^2",
        "a_k",
        r"2 (n_k - p_k) \mathbf{1}\{d_p - d_n + \alpha > 0\}",
    ),
    example(
        "contrastive",
        r"L = y d^2 + (1-y) \max(0, m-d)^2",
        "d",
        r"2 y d - 2 (1-y) \max(0, m-d)",
    ),
    example(
        "matrix-factorisation",
        r"L = \frac12 \sum_{i,j} (R_{ij} - \sum_k U_{ik} V_{jk})^2 + \frac\lambda2 \sum_{i,k} U_{ik}^2",
        "U_ik",
        r"\lambda U_{ik} - \sum_j V_{jk} (R_{ij} - \sum_l U_{il} V_{jl})",
    ),
    example("two-layers-outer", NETWORK, "w_{jk}", r"(o_k - t_k) o_k (1 - o_k) h_j"),
    example(
        "two-layers-inner",
        NETWORK,
        "v_{ij}",
        r"h_j (1 - h_j) x_i \sum_k (o_k - t_k) o_k (1 - o_k) w_{jk}",
    ),
    example(
        "deep-scalar",
        r"J = \frac12 (a - y)^2, a = \sigma(z), z = v h, h = \tanh(s), s = w x",
        "w",
        r"(a - y) a (1 - a) v (1 - h^2) x",
    ),
    example(
        "two-paths",
        r"J = u v, u = x^2, v = \sin(x u)",
        "x",
        r"2 x \sin(x^3) + 3 x^4 \cos(x^3)",
    ),
    example(
        "policy-gradient",
        r"J = -A \log p_a, p_a = \frac{e^{\theta_a}}{\sum_j e^{\theta_j}}",
        r"\theta_k",
        r"A (p_k - \delta_{ak})",
        r"a = 1, \dots, n",
        style="elementwise",
    ),
    example("entropy", r"S = -\sum_i p_i \log p_i", "p_j", r"-\log p_j - 1"),
    example("log-cosh", r"L = \log\cosh(y - \hat y)", "y_hat", r"-\tanh(y - \hat y)"),
    example(
        "quantile", r"L = (\tau - \mathbf{1}\{y < q\}) (y - q)", "q", r"\mathbf{1}\{y < q\} - \tau"
    ),
    example(
        "cauchy",
        r"L = \frac1n \sum_{i=1}^n \log(1 + (x_i - \mu)^2 / \gamma^2)",
        "mu",
        r"-\frac2n \sum_{i=1}^n \frac{x_i - \mu}{\gamma^2 + (x_i - \mu)^2}",
    ),
    example(
        "swish",
        r"f = x \sigma(\beta x)",
        "x",
        r"\sigma(\beta x) (1 + \beta x (1 - \sigma(\beta x)))",
    ),
    example("softplus-twice", r"f = \log(1 + e^x)", "x", r"\frac{e^x}{(1 + e^x)^2}", order=2),
    example("identity", "J = x", "x", "1"),
    example("line-twice", "J = a x + b", "x", "0", order=2),
    example("newton", r"L = (w x - y)^2 + \lambda w^2", "w", r"2 x^2 + 2\lambda", order=2),
    example(
        "named-inside",
        r"f = e^{-x^2/2} \sin(3x)",
        "x",
        r"(3\cos(3x) - x \sin(3x)) e^{-x^2/2}",
        style="chain",
    ),
    example("first-question-chain", LOGISTIC, "w", r"X^T (z - y)", *DATA, style="chain"),
    example("first-question-gradient", LOGISTIC, "w", r"X^T (z - y)", *DATA, style="differential"),
    example(
        "first-question-differential",
        r"J = -\frac1m (y : \log\hat y + (1-y) : \log(1-\hat y))",
        r"\hat y",
        r"\frac{\hat y - y}{m (\hat y - \hat y \odot \hat y)}",
        r"y \in \mathbb{R}^m",
        r"\hat y \in (0, 1)^m",
    ),
    example(
        "first-question-entries",
        LOGISTIC,
        "w",
        r"\sum_k (z_k - y_k) X_{kj}",
        *DATA,
        style="elementwise",
    ),
    example("logistic-mean", LOGISTIC_MEAN, "w", r"\frac1m X^T (\sigma(Xw) - y)", *DATA),
    example(
        "logistic-mean-named",
        LOGISTIC_MEAN,
        "w",
        r"\frac1m X^T (\sigma(Xw) - y)",
        *DATA,
        style="chain",
    ),
    example(
        "logistic-hessian",
        LOGISTIC_MEAN,
        "w",
        r"\frac1m X^T \operatorname{diag}(\sigma(Xw) \odot (1 - \sigma(Xw))) X",
        *DATA,
        order=2,
    ),
    example(
        "softmax-vector",
        r"s = \operatorname{softmax}(z)",
        "z",
        r"\operatorname{diag}(s) - s s^T",
        r"z \in \mathbb{R}^n",
    ),
    example(
        "least-squares",
        r"J = \|X W - Y\|_F^2",
        "W",
        r"2 X^T (X W - Y)",
        r"X \in \mathbb{R}^{m \times n}",
        r"W \in \mathbb{R}^{n \times k}",
        r"Y \in \mathbb{R}^{m \times k}",
    ),
    example(
        "ridge-vector",
        r"J = \frac{1}{2m} \|X w - y\|_2^2 + \frac\lambda2 \|w\|_2^2",
        "w",
        r"\frac1m X^T (X w - y) + \lambda w",
        *DATA,
    ),
    example("log-det", r"J = \log\det X", "X", r"(X^{-1})^T", r"X \in \mathbb{R}^{n \times n}"),
    example(
        "trace-of-inverse",
        r"J = \operatorname{tr}(A X^{-1} B)",
        "X",
        r"-(X^{-1})^T A^T B^T (X^{-1})^T",
        r"X, A, B \in \mathbb{R}^{n \times n}",
    ),
    example(
        "quadratic-form-hessian",
        r"J = x^T A x + \lambda x^T x",
        "x",
        r"2 A + 2 \lambda I",
        r"A \in \mathbb{R}^{n \times n}",
        r"A^T = A",
        r"x \in \mathbb{R}^n",
        order=2,
    ),
    example(
        "two-layer-network",
        (r"H = \sigma(X W_1), z = \sigma(H w_2)", r"J = -\frac1m (y^T \log z + (1-y)^T \log(1-z))"),
        "W_1",
        r"\frac1m X^T (((z - y) w_2^T) \odot H \odot (1 - H))",
        r"X \in \mathbb{R}^{m \times n}",
        r"W_1 \in \mathbb{R}^{n \times k}",
        r"w_2 \in \mathbb{R}^k",
        r"y \in \mathbb{R}^m",
    ),
    example(
        "gaussian-process",
        r"L = -\frac12 y^T K^{-1} y - \frac12 \log\det K",
        "K",
        r"\frac12 ((K^{-1})^T y y^T (K^{-1})^T - (K^{-1})^T)",
        r"K \in \mathbb{R}^{n \times n}",
        r"y \in \mathbb{R}^n",
    ),
    example(
        "principal-components",
        r"J = \operatorname{tr}(V^T C V)",
        "V",
        r"2 C V",
        r"C \in \mathbb{R}^{n \times n}",
        r"V \in \mathbb{R}^{n \times k}",
        r"C^T = C",
    ),
    example(
        "word-vectors",
        r"J = -\log\sigma(u^T v) - \log\sigma(-n^T v)",
        "v",
        r"(\sigma(u^T v) - 1) u + (1 - \sigma(-n^T v)) n",
        r"u, v, n \in \mathbb{R}^d",
    ),
    example(
        "logistic-loss-over-examples",
        r"J = \sum_{i=1}^m \log(1 + e^{-y_i x_i^T w})",
        "w",
        r"-\sum_{i=1}^m \frac{y_i x_i}{1 + e^{y_i x_i^T w}}",
        r"w \in \mathbb{R}^n",
        r"x_i \in \mathbb{R}^n",
    ),
    example(
        "attention",
        r"A = \operatorname{softmax}(\frac{Q K^T}{\sqrt d}), J = \operatorname{tr}(G^T A V)",
        "V",
        r"A^T G",
        r"Q, K, V, G \in \mathbb{R}^{n \times d}",
    ),
)
