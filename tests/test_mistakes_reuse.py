"""Variants are built and evaluated from shared parts; the result is the same as from nothing."""

import numpy as np
import pytest
from test_mistakes import BASE, CASES, N, a, b, d, exp, j, k, log, sin, total, w, x

from gradproof.differentiate import Memory, evaluate_derivatives
from gradproof.evaluate import make_samples
from gradproof.expr import Context, Derivative, Entry, Idx, Neg, Size, Sum, Sym, replace_at
from gradproof.mistakes import catalogue
from gradproof.mistakes.bench import Bench, equal, measure, together
from gradproof.mistakes.opened import opened
from gradproof.mistakes.presented import presented
from gradproof.mistakes.scales import Scales
from gradproof.mistakes.sites import Workshop
from gradproof.rewrite import num


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_variant_from_shared_parts_is_the_variant(name):
    context, before, after = CASES[name]
    samples = make_samples((before.e, after.e), context, points=8)
    bench = Bench(samples, context)
    shop = Workshop(before.e, context)
    count = 0
    placed = [p for m in catalogue().values() for p in shop.places(m, after.e)]
    for p in placed[:: 1 + len(placed) // 40]:
        built = shop.build((p,))
        if built is None:
            continue
        if p.stage == "derivative":

            def choose(seen, p=p):
                return p.wrong if (seen.path, seen.rule, seen.wrt, seen.node) == (
                    p.path, p.name, p.wrt, p.node) else None  # fmt: skip

            fresh = evaluate_derivatives(before.e, context, choose, steps=False).expr
        elif p.stage == "before":
            fresh = replace_at(before.e, p.path, p.wrong)
        else:
            fresh = replace_at(shop.evaluated, p.path, p.wrong)
        shared, alone = bench.value(built), measure(fresh, samples, context)
        if alone is None or shared is None:
            continue
        values = together(shared, alone)
        assert values is not None
        both = np.isfinite(values[0]) & np.isfinite(values[1])
        np.testing.assert_allclose(values[0][both], values[1][both], rtol=1e-9, atol=1e-12)
        count += 1
    assert count


def test_a_memory_gives_back_what_does_not_change():
    line = d(sin(x) * exp(a * x) + log(b + x), x).e
    memory = Memory()
    first = evaluate_derivatives(line, BASE, steps=False, memory=memory).expr
    seen = []
    again = evaluate_derivatives(
        line, BASE, lambda a: seen.append(a.path), steps=False, memory=memory.recalling([(0, 1)])
    ).expr
    assert again == first
    assert (0, 1) in seen
    assert not any(path[:2] == (0, 0) for path in seen)
    assert not memory.recalls


def test_a_memory_is_no_use_where_the_line_is_another():
    line, other = d(sin(x), x).e, d(exp(x), x).e
    memory = Memory()
    evaluate_derivatives(line, BASE, steps=False, memory=memory)
    found = evaluate_derivatives(other, BASE, steps=False, memory=memory.recalling([])).expr
    assert found == evaluate_derivatives(other, BASE, steps=False).expr


def test_axes_open_as_indices_turn_up_and_values_stay_comparable():
    context = BASE
    first, second = Entry(w.e, (j,)), Entry(w.e, (k,))
    samples = make_samples((first, second), context, points=5)
    bench = Bench(samples, context)
    one, two = bench.value(first), bench.value(second)
    assert one.names == ("j",)
    assert two.names == ("j", "k")
    values = together(one, two)
    assert values[0].shape == values[1].shape
    assert not equal(one, two)
    assert equal(one, bench.value(first))
    assert equal(measure(second, samples, context), two)


def test_what_is_differentiated_is_written_out():
    context, before, _ = CASES["chain-link-repeated"]
    inside = opened(before.e, context)
    assert isinstance(inside, Derivative)
    assert inside.body == context.definitions["E"][0].body
    assert opened((a * x).e, context) is None


def test_invented_sizes_and_letters_are_replaced_for_print():
    fresh = Idx("k_{1}")
    e = Sum(Neg(Entry(w.e, (fresh,))), fresh, num(1), Sym("n_{i}"))
    shown = presented(e, Context())
    assert isinstance(shown, Sum)
    assert shown.lower is None
    assert shown.upper is None
    assert shown.index == Idx("i")
    assert shown.body == Neg(Entry(w.e, (Idx("i"),)))
    plain = total(w[j], j).e
    assert presented(plain, BASE) is plain
    assert N.shape == (Size("n"),)


def test_a_factor_that_is_a_size_is_no_number():
    wrong = total(w[j] * x, j).e
    right = (1 / a * 0 + total(w[j] * x, j) / (1 * total(num(1), j))).e
    exprs = (wrong, right)
    samples = make_samples(exprs, BASE, points=6)
    scales = Scales(exprs, BASE, samples, Bench(samples, BASE))
    number, mended = scales.mended(wrong, wrong, right)
    assert number is None
    assert mended is not None
    assert equal(measure(mended, samples, BASE), measure(right, samples, BASE))
    number, mended = scales.mended(wrong, wrong, (2 * total(w[j] * x, j)).e)
    assert number == 2
