"""The parts of a pass that are the same for every formula: products of a block of rows, sums, threads."""

from typing import Final

DOTS: Final = '''\
@_sums
def _dots(X, start, count, w, out):
    """Set out[i] to the product of row start + i and w."""
    if len(X) == 3:
        values, places, ends = X
        for i in range(count):
            s = 0.0
            for k in range(ends[start + i], ends[start + i + 1]):
                s += values[k] * w[places[k]]
            out[i] = s
    else:
        rows = X[0]
        n = rows.shape[1]
        zero = rows.dtype.type(0)
        i = 0
        while i + 4 <= count:
            a = zero
            b = zero
            c = zero
            d = zero
            for j in range(n):
                x = w[j]
                a += rows[start + i, j] * x
                b += rows[start + i + 1, j] * x
                c += rows[start + i + 2, j] * x
                d += rows[start + i + 3, j] * x
            out[i] = a
            out[i + 1] = b
            out[i + 2] = c
            out[i + 3] = d
            i += 4
        while i < count:
            a = zero
            for j in range(n):
                a += rows[start + i, j] * w[j]
            out[i] = a
            i += 1
'''
COMBINED: Final = '''\
@_sums
def _combined(X, start, count, r, part, total):
    """Add the sum over i of r[i] times row start + i."""
    if len(X) == 3:
        values, places, ends = X
        for i in range(count):
            for k in range(ends[start + i], ends[start + i + 1]):
                total[places[k]] += r[i] * values[k]
    else:
        rows = X[0]
        n = rows.shape[1]
        for j in range(n):
            part[j] = 0
        i = 0
        while i + 4 <= count:
            a = r[i]
            b = r[i + 1]
            c = r[i + 2]
            d = r[i + 3]
            for j in range(n):
                part[j] += (a * rows[start + i, j] + b * rows[start + i + 1, j]) + (
                    c * rows[start + i + 2, j] + d * rows[start + i + 3, j]
                )
            i += 4
        while i < count:
            a = r[i]
            for j in range(n):
                part[j] += a * rows[start + i, j]
            i += 1
        for j in range(n):
            total[j] += part[j]
'''
TILE: Final = '''\
@_sums
def _tile(X, start, count, W, out):
    """Set out[i] to the product of row start + i and the matrix W."""
    if len(X) == 3:
        values, places, ends = X
        for i in range(count):
            for c in range(W.shape[1]):
                out[i, c] = 0
            for k in range(ends[start + i], ends[start + i + 1]):
                for c in range(W.shape[1]):
                    out[i, c] += values[k] * W[places[k], c]
    else:
        np.dot(X[0][start : start + count], W, out[:count])
'''
OUTERS: Final = '''\
@_sums
def _outers(X, start, count, R, part, total):
    """Add the sum over i of the outer products of row start + i and R[i]."""
    if len(X) == 3:
        values, places, ends = X
        for i in range(count):
            for k in range(ends[start + i], ends[start + i + 1]):
                for c in range(R.shape[1]):
                    total[places[k], c] += values[k] * R[i, c]
    else:
        np.dot(X[0][start : start + count].T, R[:count], part)
        for j in range(part.shape[0]):
            for c in range(part.shape[1]):
                total[j, c] += part[j, c]
'''
GRAM: Final = '''\
@_sums
def _gram(X, start, count, d, scaled, part, total):
    """Add the sum over i of d[i] times the outer product of row start + i with itself."""
    if len(X) == 3:
        values, places, ends = X
        for i in range(count):
            for k in range(ends[start + i], ends[start + i + 1]):
                v = d[i] * values[k]
                for l in range(ends[start + i], ends[start + i + 1]):
                    total[places[k], places[l]] += v * values[l]
    else:
        rows = X[0][start : start + count]
        for i in range(count):
            for j in range(rows.shape[1]):
                scaled[i, j] = d[i] * rows[i, j]
        np.dot(rows.T, scaled[:count], part)
        for j in range(part.shape[0]):
            for k in range(part.shape[1]):
                total[j, k] += part[j, k]
'''
ADDED: Final = '''\
@_sums
def _added(x, count):
    """Return the sum of the first numbers."""
    s = 0.0
    for i in range(count):
        s += x[i]
    return s
'''
SOFTMAX: Final = '''\
@_plain
def _normalised(x, count, e, top, tail):
    """Set e to exp(x - top), top to the largest of each row, tail to the sum of e without that one."""
    n = x.shape[1]
    for i in range(count):
        best = 0
        for c in range(1, n):
            best = c if x[i, c] > x[i, best] else best
        top[i] = x[i, best]
        for c in range(n):
            e[i, c] = x[i, c] - top[i]
        e[i, best] = -np.inf
    flat = e.ravel()
    for k in range(count * n):
        flat[k] = _exp(flat[k])
    for i in range(count):
        s = 0.0
        for c in range(n):
            s += e[i, c]
        tail[i] = s
'''
THREADS: Final = '''\
threads = os.cpu_count() or 1
"""How many threads share a large pass; a small one is left to the thread that calls."""

_SMALL = 1_000_000
_BLOCK = 131_072
_ALONE = 262_144  # OpenBLAS leaves products of this many terms to the thread that calls
_WIDE = 16_384
_pool = None


def _pass(kernel, rows, width, columns, matrices, streams, shared, shapes):
    """Go once over the rows and return the sums, each over its shape."""
    if matrices and all(len(m) == 3 for m in matrices):  # a row of a sparse matrix is what it holds
        width = -(-max(m[0].size for m in matrices) // max(rows, 1))
    size = min(1024, _BLOCK // (max(width, 1) * 8), _ALONE // max(width * columns, 1))
    wide = width * columns > _WIDE  # then the products of a block are worth the threads of BLAS
    size = 1024 if wide else max(4, size // 4 * 4)
    if _in_rows(matrices):
        if wide or rows * width < 2 * _SMALL:
            sums = [np.zeros(s) for s in shapes]
            kernel(0, rows, size, *matrices, *streams, *shared, *sums)
            return sums
        step = -(-_SMALL // max(width, 1))
    else:
        step = -(-_SMALL // (8 * max(width, 1)))
    cuts = [(a, min(a + step, rows)) for a in range(0, rows, step)]
    return _shared_out(kernel, cuts, size, matrices, streams, shared, shapes)


def _in_rows(matrices):
    """Tell whether the numbers of each row lie side by side."""
    for m in matrices:
        if len(m) == 1 and not m[0].flags.c_contiguous:
            return False
    return True


def _shared_out(kernel, cuts, size, matrices, streams, shared, shapes):
    """Do ranges of rows in threads; their sums are added in order, whoever did them."""
    global _pool

    def work(cut):
        a, b = cut
        part = [np.zeros(s) for s in shapes]
        if _in_rows(matrices):
            kernel(a, b, size, *matrices, *streams, *shared, *part)
        else:
            packed = [m if len(m) == 3 else (np.ascontiguousarray(m[0][a:b]),) for m in matrices]
            kernel(0, b - a, size, *packed, *(s[a:b] for s in streams), *shared, *part)
        return part

    if threads > 1 and len(cuts) > 1:
        if _pool is None:
            _pool = ThreadPoolExecutor(threads)
        parts = list(_pool.map(work, cuts))
    else:
        parts = [work(c) for c in cuts]
    sums = parts[0] if parts else [np.zeros(s) for s in shapes]
    for part in parts[1:]:
        for total, p in zip(sums, part):
            total += p
    return sums
'''
HEAD: Final = """\
_rows = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
_plain = numba.njit(nogil=True, error_model="numpy", fastmath={"contract"})
_sums = numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
"""
