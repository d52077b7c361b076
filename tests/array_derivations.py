"""Right derivations about vectors, matrices and networks, in the layouts that people use: none may be accused."""
# ruff: noqa: E501

Case = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A name, declarations, the lines."""

RIGHT: tuple[Case, ...] = (
    (
        "normal-eq",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"w \in \mathbb{R}^n",
            r"y \in \mathbb{R}^m",
        ),
        (
            r"J(w) = \|Xw - y\|^2",
            r"J(w) = (Xw-y)^T(Xw-y)",
            r"= w^T X^T X w - 2 y^T X w + y^T y",
            r"\nabla_w J = 2X^T X w - 2X^T y",
            r"= 2 X^T(Xw - y)",
            r"\nabla^2_w J = 2X^T X",
        ),
    ),
    (
        "normal-eq-row",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"w \in \mathbb{R}^n",
            r"y \in \mathbb{R}^m",
        ),
        (
            r"J(w) = \|Xw - y\|^2",
            r"\frac{\partial J}{\partial w} = 2 (Xw-y)^T X",
            r"\frac{\partial J}{\partial w} = 2w^T X^T X - 2y^T X",
        ),
    ),
    (
        "ridge",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"w \in \mathbb{R}^n",
            r"y \in \mathbb{R}^m",
            r"\lambda > 0",
        ),
        (
            r"J = \frac{1}{2m}\|Xw - y\|_2^2 + \frac{\lambda}{2} w^T w",
            r"\frac{\partial J}{\partial w} = \frac{1}{m} X^T(Xw-y) + \lambda w",
            r"\frac{\partial^2 J}{\partial w \partial w^T} = \frac1m X^T X + \lambda I",
        ),
    ),
    (
        "quad-num",
        (
            r"A \in \mathbb{R}^{n \times n}",
            r"x \in \mathbb{R}^n",
            r"b \in \mathbb{R}^n",
        ),
        (
            r"f(x) = x^T A x + b^T x",
            r"\frac{\partial f}{\partial x} = x^T(A + A^T) + b^T",
            r"\frac{\partial f}{\partial x} = (A+A^T)x + b",
            r"\frac{\partial f}{\partial x} = Ax + A^T x + b",
        ),
    ),
    (
        "quad-mixed",
        (
            r"A \in \mathbb{R}^{n \times n}",
            r"x \in \mathbb{R}^n",
        ),
        (
            r"f = x^T A x",
            r"\frac{\partial f}{\partial x} = Ax + x^T A",
        ),
    ),
    (
        "logreg-matrix",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"w \in \mathbb{R}^n",
            r"y \in \{0,1\}^m",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"p = \sigma(Xw)",
            r"L = -y^T \log p - (1-y)^T \log(1-p)",
            r"\nabla_w L = X^T(p - y)",
            r"\nabla_w^2 L = X^T \operatorname{diag}(p \odot (1-p)) X",
        ),
    ),
    (
        "logreg-row",
        (
            r"x \in \mathbb{R}^{n}",
            r"w \in \mathbb{R}^n",
            r"y \in \{0,1\}",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"z = w^T x",
            r"a = \sigma(z)",
            r"L = -(y\log a + (1-y)\log(1-a))",
            r"\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1-y}{1-a}",
            r"\frac{\partial L}{\partial z} = a - y",
            r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial z}\frac{\partial z}{\partial w} = (a-y)x^T",
            r"\frac{\partial L}{\partial w} = (a-y)x",
        ),
    ),
    (
        "softmax-jac",
        (r"z \in \mathbb{R}^n",),
        (
            r"s = \operatorname{softmax}(z)",
            r"\frac{\partial s}{\partial z} = \operatorname{diag}(s) - s s^T",
        ),
    ),
    (
        "mlp-col",
        (
            r"x \in \mathbb{R}^n",
            r"W_1 \in \mathbb{R}^{h \times n}",
            r"b_1 \in \mathbb{R}^h",
            r"W_2 \in \mathbb{R}^{k \times h}",
            r"b_2 \in \mathbb{R}^k",
            r"y \in \mathbb{R}^k",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"z_1 = W_1 x + b_1",
            r"a_1 = \sigma(z_1)",
            r"z_2 = W_2 a_1 + b_2",
            r"L = \frac12 \|z_2 - y\|^2",
            r"\delta_2 = \frac{\partial L}{\partial z_2} = z_2 - y",
            r"\frac{\partial L}{\partial W_2} = \delta_2 a_1^T",
            r"\frac{\partial L}{\partial b_2} = \delta_2",
            r"\frac{\partial L}{\partial a_1} = W_2^T \delta_2",
            r"\frac{\partial L}{\partial z_1} = (W_2^T\delta_2) \odot a_1 \odot (1-a_1)",
            r"\frac{\partial L}{\partial W_1} = ((W_2^T\delta_2) \odot a_1 \odot (1-a_1)) x^T",
        ),
    ),
    (
        "mlp-row",
        (
            r"x \in \mathbb{R}^n",
            r"W_1 \in \mathbb{R}^{n \times h}",
            r"b_1 \in \mathbb{R}^h",
            r"W_2 \in \mathbb{R}^{h \times k}",
            r"b_2 \in \mathbb{R}^k",
            r"y \in \mathbb{R}^k",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"z_1 = x W_1 + b_1",
            r"a_1 = \sigma(z_1)",
            r"z_2 = a_1 W_2 + b_2",
            r"L = \frac12 \|z_2 - y\|^2",
            r"\frac{\partial L}{\partial z_2} = z_2 - y",
            r"\frac{\partial L}{\partial W_2} = a_1^T (z_2 - y)",
            r"\frac{\partial L}{\partial a_1} = (z_2 - y) W_2^T",
            r"\frac{\partial L}{\partial W_1} = x^T (((z_2-y)W_2^T) \odot a_1 \odot (1-a_1))",
        ),
    ),
    (
        "mlp-batch",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"W_1 \in \mathbb{R}^{n \times h}",
            r"W_2 \in \mathbb{R}^{h \times k}",
            r"Y \in \mathbb{R}^{m \times k}",
            r"b \in \mathbb{R}^{k}",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"H = \sigma(X W_1)",
            r"Z = H W_2 + b",
            r"L = \frac{1}{2m} \|Z - Y\|_F^2",
            r"\frac{\partial L}{\partial Z} = \frac1m (Z - Y)",
            r"\frac{\partial L}{\partial W_2} = \frac1m H^T (Z-Y)",
            r"\frac{\partial L}{\partial b} = \frac1m (Z-Y)^T \mathbf 1",
            r"\frac{\partial L}{\partial W_1} = \frac1m X^T\left(((Z-Y)W_2^T) \odot H \odot (1-H)\right)",
        ),
    ),
    (
        "chain-den",
        (
            r"x \in \mathbb{R}^n",
            r"A \in \mathbb{R}^{m \times n}",
            r"B \in \mathbb{R}^{k \times m}",
            r"c \in \mathbb{R}^k",
        ),
        (
            r"u = A x",
            r"v = B u",
            r"f = c^T v",
            r"\frac{\partial f}{\partial x} = \frac{\partial u}{\partial x}\frac{\partial v}{\partial u}\frac{\partial f}{\partial v}",
            r"\frac{\partial u}{\partial x} = A^T",
            r"\frac{\partial v}{\partial u} = B^T",
            r"\frac{\partial f}{\partial v} = c",
            r"\frac{\partial f}{\partial x} = A^T B^T c",
        ),
    ),
    (
        "chain-num",
        (
            r"x \in \mathbb{R}^n",
            r"A \in \mathbb{R}^{m \times n}",
            r"B \in \mathbb{R}^{k \times m}",
            r"c \in \mathbb{R}^k",
        ),
        (
            r"u = A x",
            r"v = B u",
            r"f = c^T v",
            r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial v}\frac{\partial v}{\partial u}\frac{\partial u}{\partial x}",
            r"= c^T B A",
            r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial u} A",
        ),
    ),
    (
        "logdet",
        (r"X \in \mathbb{R}^{n \times n}",),
        (
            r"f = \log |\det X|",
            r"\frac{\partial f}{\partial X} = X^{-T}",
            r"df = \operatorname{tr}(X^{-1} dX)",
        ),
    ),
    (
        "logdet-num",
        (r"X \in \mathbb{R}^{n \times n}",),
        (
            r"f = \log \det X",
            r"\frac{\partial f}{\partial X} = X^{-1}",
        ),
    ),
    (
        "trace-diff",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"A \in \mathbb{R}^{n \times m}",
        ),
        (
            r"f = \operatorname{tr}(A X)",
            r"df = \operatorname{tr}(A\, dX)",
            r"\frac{\partial f}{\partial X} = A^T",
            r"\frac{\partial f}{\partial X} = A",
        ),
    ),
    (
        "inverse-diff",
        (
            r"X \in \mathbb{R}^{n \times n}",
            r"A \in \mathbb{R}^{n \times n}",
        ),
        (
            r"d(X^{-1}) = -X^{-1}\, dX\, X^{-1}",
            r"f = \operatorname{tr}(A X^{-1})",
            r"df = -\operatorname{tr}(A X^{-1} dX X^{-1})",
            r"= -\operatorname{tr}(X^{-1} A X^{-1} dX)",
            r"\frac{\partial f}{\partial X} = -(X^{-1} A X^{-1})^T",
        ),
    ),
    (
        "gp",
        (
            r"K \in \mathbb{R}^{n \times n}",
            r"K^T = K",
            r"y \in \mathbb{R}^n",
        ),
        (
            r"L = -\frac12 y^T K^{-1} y - \frac12 \log\det K",
            r"dL = \frac12 y^T K^{-1} dK K^{-1} y - \frac12 \operatorname{tr}(K^{-1} dK)",
            r"\alpha = K^{-1} y",
            r"dL = \frac12 \operatorname{tr}((\alpha\alpha^T - K^{-1}) dK)",
        ),
    ),
    (
        "pca",
        (
            r"S \in \mathbb{R}^{n \times n}",
            r"S^T = S",
            r"u \in \mathbb{R}^n",
            r"\lambda \in \mathbb{R}",
        ),
        (
            r"L = u^T S u + \lambda(1 - u^T u)",
            r"\frac{\partial L}{\partial u} = 2 S u - 2\lambda u",
            r"\frac{\partial L}{\partial \lambda} = 1 - u^T u",
        ),
    ),
    (
        "attention",
        (
            r"Q \in \mathbb{R}^{n \times d}",
            r"K \in \mathbb{R}^{m \times d}",
            r"V \in \mathbb{R}^{m \times k}",
            r"G \in \mathbb{R}^{n \times m}",
        ),
        (
            r"S = \frac{1}{\sqrt d} Q K^T",
            r"L = \operatorname{tr}(G^T S)",
            r"\frac{\partial L}{\partial Q} = \frac{1}{\sqrt d} G K",
            r"\frac{\partial L}{\partial K} = \frac{1}{\sqrt d} G^T Q",
        ),
    ),
    (
        "mf",
        (
            r"R \in \mathbb{R}^{m \times n}",
            r"U \in \mathbb{R}^{m \times k}",
            r"V \in \mathbb{R}^{n \times k}",
            r"\lambda > 0",
        ),
        (
            r"J = \|R - U V^T\|_F^2 + \lambda\|U\|_F^2",
            r"\frac{\partial J}{\partial U} = -2(R - UV^T)V + 2\lambda U",
            r"\frac{\partial J}{\partial V} = -2(R-UV^T)^T U",
        ),
    ),
    (
        "kl-gauss",
        (
            r"\mu \in \mathbb{R}^n",
            r"s \in \mathbb{R}^n",
        ),
        (
            r"KL = \frac12 \sum_{i=1}^n (\mu_i^2 + e^{s_i} - s_i - 1)",
            r"\frac{\partial KL}{\partial \mu} = \mu",
            r"\frac{\partial KL}{\partial s} = \frac12 (e^{s} - 1)",
        ),
    ),
    (
        "softmax-matrix",
        (
            r"X \in \mathbb{R}^{m \times n}",
            r"W \in \mathbb{R}^{n \times k}",
            r"Y \in \mathbb{R}^{m \times k}",
        ),
        (
            r"L = \frac12\|XW - Y\|_F^2",
            r"\nabla_W L = X^T(XW - Y)",
            r"\frac{\partial L}{\partial W} = X^T X W - X^T Y",
        ),
    ),
    (
        "norm-vector",
        (
            r"x \in \mathbb{R}^n",
            r"a \in \mathbb{R}^n",
        ),
        (
            r"f = \|x - a\|",
            r"\nabla_x f = \frac{x - a}{\|x - a\|}",
            r"\frac{\partial f}{\partial x} = \frac{(x-a)^T}{\|x-a\|}",
        ),
    ),
    (
        "rnn-step",
        (
            r"W \in \mathbb{R}^{n \times n}",
            r"U \in \mathbb{R}^{n \times k}",
            r"h \in \mathbb{R}^n",
            r"x \in \mathbb{R}^k",
            r"c \in \mathbb{R}^n",
        ),
        (
            r"a = W h + U x",
            r"s = \tanh(a)",
            r"L = c^T s",
            r"\frac{\partial s}{\partial a} = \operatorname{diag}(1 - s \odot s)",
            r"\frac{\partial s}{\partial a} = 1 - s^2",
            r"\frac{\partial L}{\partial a} = c \odot (1 - s^2)",
            r"\frac{\partial L}{\partial h} = W^T (c \odot (1-s^2))",
            r"\frac{\partial L}{\partial W} = (c \odot (1 - s^2)) h^T",
            r"\frac{\partial L}{\partial U} = (c\odot(1-s^2)) x^T",
            r"\frac{\partial s}{\partial h} = \operatorname{diag}(1-s\odot s) W",
            r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial s}\frac{\partial s}{\partial a}\frac{\partial a}{\partial W}",
        ),
    ),
    (
        "course",
        (
            r"X \in \mathbb{R}^{n \times m}",
            r"W_1 \in \mathbb{R}^{h \times n}",
            r"b_1 \in \mathbb{R}^{h \times 1}",
            r"W_2 \in \mathbb{R}^{1 \times h}",
            r"b_2 \in \mathbb{R}",
            r"Y \in \{0,1\}^{1 \times m}",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"Z_1 = W_1 X + b_1",
            r"A_1 = \tanh(Z_1)",
            r"Z_2 = W_2 A_1 + b_2",
            r"A_2 = \sigma(Z_2)",
            r"J = -\frac1m \sum_{i=1}^m (Y_{1i} \log A_{2,1i} + (1-Y_{1i})\log(1-A_{2,1i}))",
            r"dZ_2 = A_2 - Y",
            r"dW_2 = \frac1m dZ_2 A_1^T",
            r"dZ_1 = W_2^T dZ_2 \odot (1 - A_1^2)",
            r"dW_1 = \frac1m dZ_1 X^T",
        ),
    ),
    (
        "hess-quad",
        (
            r"A \in \mathbb{R}^{n \times n}",
            r"x \in \mathbb{R}^n",
        ),
        (
            r"f = x^T A x",
            r"\nabla_x^2 f = A + A^T",
            r"\frac{\partial^2 f}{\partial x \partial x^T} = A + A^T",
            r"\frac{\partial^2 f}{\partial x^2} = A + A^T",
        ),
    ),
    (
        "lin-by-W",
        (
            r"W \in \mathbb{R}^{m \times n}",
            r"x \in \mathbb{R}^n",
            r"b \in \mathbb{R}^m",
            r"g \in \mathbb{R}^m",
        ),
        (
            r"z = W x + b",
            r"L = g^T z",
            r"\frac{\partial L}{\partial W} = g x^T",
            r"\frac{\partial z}{\partial x} = W",
            r"\frac{\partial z}{\partial x} = W^T",
            r"\frac{\partial z}{\partial W} = x^T",
            r"\frac{\partial z}{\partial b} = I",
            r"\frac{\partial L}{\partial x} = W^T g",
            r"\frac{\partial L}{\partial b} = 1 \cdot g",
        ),
    ),
    (
        "adjoint-transp",
        (
            r"A \in \mathbb{R}^{m \times n}",
            r"x \in \mathbb{R}^n",
            r"b \in \mathbb{R}^m",
        ),
        (
            r"r = A x - b",
            r"f = \frac12 r^T r",
            r"\frac{\partial f}{\partial r} = r",
            r"\frac{\partial r}{\partial x} = A",
            r"\frac{\partial f}{\partial x} = \left(\frac{\partial r}{\partial x}\right)^T \frac{\partial f}{\partial r} = A^T r",
            r"\frac{\partial f}{\partial A} = r x^T",
        ),
    ),
    (
        "gauss-mle",
        (
            r"\Sigma \in \mathbb{R}^{d \times d}",
            r"\Sigma^T = \Sigma",
            r"\mu \in \mathbb{R}^d",
            r"x_n \in \mathbb{R}^d",
            r"n = 1, \dots, N",
        ),
        (
            r"L = -\frac12 \sum_{n=1}^N (x_n - \mu)^T \Sigma^{-1} (x_n - \mu)",
            r"\frac{\partial L}{\partial \mu} = \sum_{n=1}^N \Sigma^{-1}(x_n - \mu)",
            r"= \Sigma^{-1} \sum_{n=1}^N (x_n - \mu)",
        ),
    ),
    (
        "elementwise-chain",
        (
            r"h \in \mathbb{R}^n",
            r"y \in \mathbb{R}^n",
            r"\sigma(t)=\frac{1}{1+e^{-t}}",
        ),
        (
            r"z = \sigma(h)",
            r"L = \frac12\|z - y\|^2",
            r"\frac{\partial L}{\partial h} = \frac{\partial L}{\partial z} \odot \frac{\partial z}{\partial h}",
            r"= (z - y) \odot z \odot (1-z)",
            r"\frac{\partial L}{\partial h} = (z-y) z (1-z)",
            r"\frac{\partial z}{\partial h} = z \odot (1 - z)",
            r"\frac{\partial z}{\partial h} = z(1-z)",
        ),
    ),
    (
        "matrix-product-rule",
        (
            r"X \in \mathbb{R}^{n \times n}",
            r"Y \in \mathbb{R}^{n \times n}",
        ),
        (
            r"\partial(XY) = (\partial X) Y + X (\partial Y)",
            r"d(XY) = (dX)Y + X\, dY",
            r"d(X^{-1}) = -X^{-1}(dX)X^{-1}",
            r"d(\operatorname{tr} X) = \operatorname{tr}(dX)",
            r"d(\det X) = \det(X) \operatorname{tr}(X^{-1} dX)",
        ),
    ),
    (
        "triplet",
        (
            r"a \in \mathbb{R}^n",
            r"p \in \mathbb{R}^n",
            r"q \in \mathbb{R}^n",
        ),
        (
            r"L = \|a - p\|^2 - \|a - q\|^2",
            r"\frac{\partial L}{\partial a} = 2(a-p) - 2(a-q)",
            r"= 2(q - p)",
            r"\frac{\partial L}{\partial p} = -2(a - p)",
            r"\frac{\partial L}{\partial q} = 2 (a-q)",
        ),
    ),
    (
        "cosine",
        (
            r"u \in \mathbb{R}^n",
            r"v \in \mathbb{R}^n",
        ),
        (
            r"c = \frac{u^T v}{\|u\|\|v\|}",
            r"\frac{\partial c}{\partial u} = \frac{v}{\|u\|\|v\|} - c \frac{u}{\|u\|^2}",
        ),
    ),
    (
        "chol",
        (
            r"L \in \mathbb{R}^{n \times n}",
            r"v \in \mathbb{R}^n",
        ),
        (
            r"f = v^T L L^T v",
            r"\frac{\partial f}{\partial L} = 2 v v^T L",
            r"\frac{\partial f}{\partial v} = 2 L L^T v",
        ),
    ),
    (
        "linear-vec",
        (
            r"A \in \mathbb{R}^{m \times n}",
            r"B \in \mathbb{R}^{n \times k}",
        ),
        (
            r"Y = A B",
            r"f = \|Y\|_F^2",
            r"\frac{\partial f}{\partial A} = 2 A B B^T",
            r"\frac{\partial f}{\partial B} = 2 A^T A B",
            r"\frac{\partial f}{\partial A} = \frac{\partial f}{\partial Y} B^T",
        ),
    ),
    (
        "newton",
        (
            r"A \in \mathbb{R}^{n \times n}",
            r"A^T = A",
            r"x \in \mathbb{R}^n",
            r"b \in \mathbb{R}^n",
        ),
        (
            r"f(x) = \frac12 x^T A x - b^T x",
            r"\nabla f(x) = A x - b",
            r"\nabla^2 f(x) = A",
            r"x_{new} = x - A^{-1}(Ax - b)",
            r"x - A^{-1}(Ax-b) = A^{-1} b",
        ),
    ),
    (
        "hinge",
        (
            r"w \in \mathbb{R}^n",
            r"x_i \in \mathbb{R}^n",
            r"y_i \in \{-1,1\}",
            r"i = 1, \dots, m",
            r"C > 0",
        ),
        (
            r"J = \frac12 \|w\|^2 + C\sum_{i=1}^m \max(0, 1 - y_i w^T x_i)",
            r"\nabla_w J = w - C \sum_{i=1}^m y_i x_i \mathbb{1}[y_i w^T x_i < 1]",
        ),
    ),
    (
        "bn-vector",
        (
            r"x \in \mathbb{R}^{m}",
            r"\gamma \in \mathbb{R}",
            r"\beta \in \mathbb{R}",
            r"\epsilon > 0",
            r"g \in \mathbb{R}^m",
        ),
        (
            r"\mu = \frac1m \sum_{i=1}^m x_i",
            r"v = \frac1m \sum_{i=1}^m (x_i - \mu)^2",
            r"\hat x_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}",
            r"y_i = \gamma \hat x_i + \beta",
            r"L = \sum_{i=1}^m g_i y_i",
            r"\frac{\partial L}{\partial \gamma} = \sum_{i=1}^m g_i \hat x_i",
            r"\frac{\partial L}{\partial \beta} = \sum_{i=1}^m g_i",
        ),
    ),
)
