"""Judges the studies that `stemma-bench judging --samples FILE` wrote once more, with SciPy and NumPy.

    python3 tools/bench.d/Judging/scipy_reference.py FILE

Prints one JSON line for each test of each kind of output: how many values were compared and the largest
difference. `of` says in what: relative for statistics, bounds and exact p-values (limit: 1e-9), for p-values
by permutation in standard errors of the two Monte Carlo estimates (limit: 5, which hundreds of comparisons
reach only by chance of one in a thousand). Exit status 1 where a limit is exceeded.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import optimize, stats

DIVERGENCE, EQUIVALENCE = 0.01, 0.05
ROUNDS = 1999
RANDOM = np.random.default_rng(1)

# A test's name, what it says (statistic, low, high, p or permuted p), and SciPy's value of it.
Value = tuple[str, str, float]
Data = dict[str, Any]


def share(name: str, failures: int, trials: int, part: float) -> Iterator[Value]:
    """Clopper and Pearson's bounds."""
    low = stats.beta.ppf(DIVERGENCE * part, failures, trials - failures + 1) if failures else 0.0
    high = stats.beta.ppf(1 - EQUIVALENCE, failures + 1, trials - failures) if failures < trials else 1.0
    yield from ((name, "statistic", failures / trials), (name, "low", low), (name, "high", high))


def hall(t: float, a: float) -> float:
    """Solves q + a q²/3 + a² q³/27 + a/6 = -t, the transformation of Hall (1992), by bracketing."""
    return optimize.brentq(lambda q: q + a * q**2 / 3 + a**2 * q**3 / 27 + a / 6 + t, -1e4, 1e4, xtol=1e-15, rtol=1e-15)


def mean(name: str, x: np.ndarray, part: float, error: float | None = None, center: float | None = None) -> Iterator[Value]:
    """Student's lower limit, and the upper one with the skewness taken out."""
    n = len(x)
    if error is None:
        error = x.std(ddof=1) / np.sqrt(n)
    value = x.mean() if center is None else center
    low, high = stats.t.ppf(1 - DIVERGENCE * part, n - 1), stats.t.ppf(1 - EQUIVALENCE, n - 1)
    skewness = stats.skew(x, bias=False) if x.any() else 0.0
    a = max(skewness, 0) * (1 + 3 / np.sqrt(n)) / np.sqrt(n)
    upper = value - hall(high, a) * error if a > 1e-9 else value + high * error
    yield from ((name, "statistic", value), (name, "low", value - low * error), (name, "high", upper))


def permuted(a: np.ndarray, b: np.ndarray, statistic: Any, alternative: str = "greater") -> float:
    test = stats.permutation_test((a, b), statistic, permutation_type="independent", n_resamples=ROUNDS, alternative=alternative, rng=RANDOM)
    return float(test.pvalue)


def equivalence(name: str, a: np.ndarray, b: np.ndarray) -> Iterator[Value]:
    """Welch's test, its interval widened by the error of a margin of one deviation, and the F interval."""
    welch = stats.ttest_ind(b, a, equal_var=False)
    difference = b.mean() - a.mean()
    margin_error = a.std(ddof=1) / np.sqrt(2 * (len(a) - 1))
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b) + margin_error**2)
    half = stats.t.ppf(1 - EQUIVALENCE, welch.df) * error
    yield (name + ".mean_difference", "statistic", abs(difference))
    yield (name + ".mean_difference", "low", difference - half)
    yield (name + ".mean_difference", "high", difference + half)
    yield (name + ".mean_difference", "p", float(welch.pvalue))
    ratio = b.var(ddof=1) / a.var(ddof=1)
    low, high = stats.f.ppf([EQUIVALENCE, 1 - EQUIVALENCE], len(b) - 1, len(a) - 1)
    yield (name + ".deviation_ratio", "low", np.sqrt(ratio / high))
    yield (name + ".deviation_ratio", "high", np.sqrt(ratio / low))


def tensor(d: Data) -> Iterator[Value]:
    r, t = (np.array(d[side]).reshape(-1, d["width"]) for side in ("reference", "recomputed"))
    n, norm, drift = len(r), np.linalg.norm(r, axis=1), np.linalg.norm(t - r, axis=1)
    relative = drift / np.maximum(norm, 1e-3 * np.median(norm))
    yield ("row_drift.max", "statistic", relative.max())
    yield ("row_drift.mean", "statistic", relative.mean())
    yield from share("row_drift.share", int((relative > 0.016).sum()), n, 0.5)
    delta = (t - r) / norm[:, None]

    def square(rows: np.ndarray) -> float:
        return (np.sum(rows.sum(0) ** 2) - np.sum(rows**2)) / (len(rows) * (len(rows) - 1))

    # Fewer than 64 rows: the jackknife leaves out one at a time.
    u2, left = square(delta), np.array([square(np.delete(delta, i, 0)) for i in range(n)])
    error = np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2))
    yield ("common_drift", "statistic", np.sqrt(max(0, u2)))
    yield ("common_drift", "low", np.sqrt(max(0, u2 - stats.t.ppf(1 - DIVERGENCE / 2, n - 1) * error)))
    # The score limit, solved numerically: the largest square y with y - t·√(A + B·y) = u2.
    q, centred, direction = stats.t.ppf(1 - EQUIVALENCE, n - 1), delta - delta.mean(0), delta.mean(0)
    gram = centred @ centred.T
    a = 2 * (np.sum(gram**2) - np.sum(np.diag(gram) ** 2)) / (n * (n - 1)) ** 2 * n / (n - 1)
    b = 4 * np.var(delta @ direction, ddof=1) / np.sum(direction**2) / n
    score = optimize.brentq(lambda y: y - q * np.sqrt(a + b * y) - u2, max(0, u2), 1, xtol=1e-18, rtol=1e-14)
    yield ("common_drift", "high", np.sqrt(max(u2 + q * error, score, 0)))
    yield ("common_drift", "permuted p", sign_flip(delta))


def sign_flip(delta: np.ndarray) -> float:
    flips = RANDOM.integers(0, 2, (ROUNDS, len(delta))) * 2 - 1
    lengths = np.sum((flips @ delta) ** 2, 1)
    observed = np.sum(delta.sum(0) ** 2)
    return (1 + np.sum(lengths >= observed * (1 - 1e-10))) / (ROUNDS + 1)


def probabilities(d: Data) -> Iterator[Value]:
    r, t = (np.array(d[side]).reshape(-1, d["width"]) for side in ("reference", "recomputed"))
    variation = 0.5 * np.abs(t - r).sum(1)
    yield ("total_variation.max", "statistic", variation.max())
    yield from mean("total_variation.mean", variation, 0.5)
    yield from share("total_variation.share", int((variation > 0.05).sum()), len(r), 0.5)
    p, q = np.maximum(r, 1e-12), np.maximum(t, 1e-12)
    yield ("kl.mean", "statistic", max(0, np.mean(stats.entropy(p, q, axis=1))))
    flips = r.argmax(1) != t.argmax(1)
    yield ("decision_flips", "statistic", flips.sum())


def labels(d: Data) -> Iterator[Value]:
    r, t = np.array(d["reference"]), np.array(d["recomputed"])
    flips = r != t
    if flips.any():
        yield from share("flips.share", int(flips.sum()), len(r), 0.5)
        classes = np.unique(r)
        worst = max(classes, key=lambda c: (flips[r == c].mean(), -c))
        yield from share("flips.worst_class", int(flips[r == worst].sum()), int((r == worst).sum()), 0.5 / len(classes))


def draws(d: Data) -> Iterator[Value]:
    table = np.array([d["reference"], d["recomputed"]])
    observed = stats.chi2_contingency(table, lambda_="log-likelihood", correction=False).statistic
    yield ("g_test", "statistic", observed)
    n, m = table.sum(1)
    p, q = (table[0] + 1) / (n + 2), (table[1] + 1) / (m + 2)
    reach = np.abs(q - p) + stats.norm.ppf(1 - EQUIVALENCE) * np.sqrt(p * (1 - p) / (n + 2) + q * (1 - q) / (m + 2))
    yield ("category_share.max", "high", reach.max())
    # Tables of these margins, as a permutation makes them.
    tables = stats.random_table(table.sum(1), table.sum(0)).rvs(ROUNDS, random_state=RANDOM)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(tables > 0, tables * np.log(tables / expected), 0)
    yield ("g_test", "permuted p", (1 + np.sum(2 * terms.sum((1, 2)) >= observed - 1e-9)) / (ROUNDS + 1))


def runs(d: Data) -> Iterator[Value]:
    a, b = np.array(d["reference"]), np.array(d["recomputed"])
    yield ("energy", "statistic", stats.energy_distance(a, b) ** 2)
    yield ("energy", "permuted p", permuted(a, b, stats.energy_distance))
    yield from equivalence("sample", a, b)


def curves(d: Data) -> Iterator[Value]:
    sides = [np.log(np.array(d[side])).reshape(len(d[side]), 20, -1).mean(2) for side in ("reference", "recomputed")]
    for name, part in (("curve.final", slice(18, 20)), ("curve.whole", slice(0, 20))):
        yield from equivalence(name, *(side[:, part].mean(1) for side in sides))
    scaled = np.concatenate(sides) / sides[0].std(0, ddof=1)
    distances = np.linalg.norm(scaled[:, None] - scaled[None], axis=2)
    n, m = len(sides[0]), len(sides[1])

    def energy(order: np.ndarray) -> float:
        x, y = order[:n], order[n:]
        within = distances[np.ix_(x, x)].sum() / n**2 + distances[np.ix_(y, y)].sum() / m**2
        return 2 * distances[np.ix_(x, y)].mean() - within

    observed = energy(np.arange(n + m))
    yield ("energy", "statistic", observed)
    extreme = sum(energy(RANDOM.permutation(n + m)) >= observed - 1e-12 for _ in range(ROUNDS))
    yield ("energy", "permuted p", (1 + extreme) / (ROUNDS + 1))


def tokens(d: Data) -> Iterator[Value]:
    sums = np.abs(np.array(d["shifts"]))
    clusters, count = sums.sum(1), sums.shape[1]
    center = sums.mean()
    residuals = clusters - center * count
    error = np.sqrt(len(clusters) * residuals.var(ddof=1)) / sums.size
    yield from mean("log_probability.mean", residuals, 1, error, center)


def discrepancies(kernel: np.ndarray, n: int) -> np.ndarray:
    """Unbiased MMD² of permutations: of each the members of the first sample are ones in a row of zeros."""
    count = len(kernel)
    first = np.zeros((ROUNDS, count))
    np.put_along_axis(first, RANDOM.permuted(np.tile(np.arange(count), (ROUNDS, 1)), axis=1)[:, :n], 1, axis=1)
    second, pairs = 1 - first, kernel - np.diag(np.diag(kernel))
    m = count - n
    within = np.sum(first @ pairs * first, 1) / (n * (n - 1)) + np.sum(second @ pairs * second, 1) / (m * (m - 1))
    return within - 2 * np.sum(first @ pairs * second, 1) / (n * m)


def text(d: Data) -> Iterator[Value]:
    spread, shifts, pools, within, kernels = [], [], [], [], []
    for ours, theirs in zip(d["reference"], d["recomputed"]):
        ids = np.array([answer["tokens"] for answer in ours + theirs])
        kernel = (ids[:, None] == ids[None]).mean(2)
        n, m = len(ours), len(theirs)
        blocks = kernel[:n, :n], kernel[n:, n:], kernel[:n, n:]
        x, y = ((block.sum() - len(block)) / (len(block) * (len(block) - 1)) for block in blocks[:2])
        spread.append(x + y - 2 * blocks[2].mean())
        within.append(x)
        kernels.append(kernel)
        scores = np.array([answer["logLikelihood"] for answer in ours + theirs])
        shifts.append((scores[n:].mean() - scores[:n].mean()) / scores[:n].std(ddof=1))
        # The test's unit is the deviation of both sides together.
        pools.append((scores / scores.std(ddof=1), n))
    distance = np.sqrt(max(0, np.mean(spread)) / np.mean(within))
    yield ("text_distance", "statistic", distance)
    distances = np.mean([discrepancies(kernel, len(d["reference"][0])) for kernel in kernels], axis=0)
    extreme = np.sum(distances >= np.mean(spread) - 1e-12)
    yield ("text_distance", "permuted p", (1 + extreme) / (ROUNDS + 1))
    yield ("log_likelihood.shift", "statistic", abs(np.mean(shifts)))
    half = stats.t.ppf(1 - EQUIVALENCE, len(shifts) - 1) * stats.sem(shifts)
    yield ("log_likelihood.shift", "low", np.mean(shifts) - half)
    yield ("log_likelihood.shift", "high", np.mean(shifts) + half)

    def likelihood(pools: list[tuple[np.ndarray, int]]) -> float:
        return abs(np.mean([scores[n:].mean() - scores[:n].mean() for scores, n in pools]))

    observed = likelihood(pools)
    extreme = sum(
        likelihood([(RANDOM.permutation(scores), n) for scores, n in pools]) >= observed - 1e-12
        for _ in range(ROUNDS)
    )  # fmt: skip
    yield ("log_likelihood.shift", "permuted p", (1 + extreme) / (ROUNDS + 1))


def ranking(d: Data) -> Iterator[Value]:
    distances, top = [], 0
    for ours, theirs in zip(d["reference"], d["recomputed"]):
        shared = [len(set(ours[:k]) & set(theirs[:k])) / k for k in range(1, len(ours) + 1)]
        weights = 0.9 ** np.arange(1, len(ours) + 1)
        # Webber, Moffat and Zobel's extrapolated overlap (equation 32).
        distances.append(max(0, 1 - (shared[-1] * weights[-1] + 0.1 / 0.9 * np.dot(shared, weights))))
        top += ours[0] != theirs[0]
    if d["reference"] != d["recomputed"]:
        yield from mean("rank_distance.mean", np.array(distances), 0.5)
        yield from share("top_change.share", top, len(distances), 0.5)


JUDGES = {f.__name__: f for f in (tensor, probabilities, labels, draws, runs, curves, tokens, text, ranking)}


def said(judgement: Data, name: str, what: str) -> float:
    """What Stemma's judgement says."""
    test = next(test for test in judgement["tests"] if test["name"] == name)
    match what:
        case "statistic":
            return test["statistic"]
        case "low" | "high":
            return test["interval"][what == "high"]
        case _:
            return test["pValue"]


def difference(what: str, ours: float, theirs: float) -> float:
    if what == "permuted p":
        error = np.sqrt(2 * max(theirs * (1 - theirs), 1 / ROUNDS) / ROUNDS)
        return abs(ours - theirs) / error
    # Limits near zero are differences of larger numbers.
    return abs(ours - theirs) / max(abs(ours), abs(theirs), 1e-3)


def main(path: str) -> int:
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    with open(path) as file:
        for line in file:
            study = json.loads(line)
            for name, what, theirs in JUDGES[study["kind"]](study):
                ours = said(study["judgement"], name, what)
                found[study["kind"], name, what].append(difference(what, ours, float(theirs)))
    status = 0
    for (kind, name, what), differences in found.items():
        limit = 5 if what == "permuted p" else 1e-9
        kept = bool(max(differences) <= limit)
        status |= not kept
        line = {
            "bench": "judging", "what": "scipy", "type": kind, "test": name, "compared": len(differences),
            "value": what, "largestDifference": float(f"{max(differences):.3g}"),
            "of": "standard errors" if what == "permuted p" else "relative", "limit": limit, "isKept": kept,
        }  # fmt: skip
        print(json.dumps(line))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
