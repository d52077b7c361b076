"""A hundred steps of gradient descent for logistic regression, with the gradient that `gradproof.compile` made.

The data: hours of study of twenty students, and who passed the exam.
"""

import numpy as np

import gradproof

HOURS = [
    0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
    2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50,
]  # fmt: skip
PASSED = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1]
STEPS = 100
RATE = 1.0


def main() -> None:
    """Fit, and print the falling loss."""
    made = gradproof.compile(
        [r"J = -\frac{1}{m} (y^T \log z + (1-y)^T \log(1-z))", r"z = \sigma(X w)"],
        wrt="w",
        declare=[r"X \in \mathbb{R}^{m \times n}"],
    )
    hours = np.array(HOURS)
    scaled = (hours - hours.mean()) / hours.std()
    data = {"X": np.column_stack([np.ones_like(scaled), scaled]), "y": np.array(PASSED)}
    w = np.zeros(2)
    print("gradient descent for logistic regression, with the compiled gradient")
    for step in range(STEPS + 1):
        loss, gradient = made.value_and_gradient(**data, w=w)
        if step in (0, 1, 2, 5, 10, 20, 50, STEPS):
            print(f"  step {step:3}   J = {loss:.6f}   |gradient| = {np.linalg.norm(gradient):.6f}")
        w = w - RATE * gradient
    print(f"  w = {w[0]:.4f} + {w[1]:.4f} x, x the scaled hours")


if __name__ == "__main__":
    main()
