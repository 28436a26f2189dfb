"""Makes reference.json: what SciPy and NumPy say, for the tests of Judging. Needs scipy >= 1.15.

    python3 Tests/JudgingTests/reference.py > Tests/JudgingTests/reference.json
"""

import json

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(20261125)


def rows(function, *columns):
    return [[*map(float, row), float(function(*row))] for row in zip(*columns)]


def grid(*axes):
    return zip(*np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(axes)))


def clopper_pearson():
    counts = [(0, 29), (0, 59), (1, 10_000), (5, 100), (17, 1000), (99, 100), (100, 100), (0, 1),
              (500, 1000), (3, 2995), (12_345, 1_000_000)]
    out = []
    for k, n in counts:
        for level in (0.05, 0.01, 0.005):
            upper = 1.0 if k == n else stats.beta.ppf(1 - level, k + 1, n - k)
            lower = 0.0 if k == 0 else stats.beta.ppf(level, k, n - k + 1)
            out.append([k, n, level, float(upper), float(lower)])
    return out


def welch():
    out = []
    for n, m, scale in ((5, 7, 1), (30, 30, 2), (3, 100, 0.1)):
        a, b = rng.normal(0, 1, n), rng.normal(0.3, scale, m)
        test = stats.ttest_ind(b, a, equal_var=False)
        interval = test.confidence_interval(0.90)
        ratio = b.var(ddof=1) / a.var(ddof=1)
        low, high = stats.f.ppf([0.05, 0.95], m - 1, n - 1)
        out.append({
            "a": a.tolist(), "b": b.tolist(), "p": test.pvalue, "df": test.df,
            "interval": [interval.low, interval.high],
            "ratio": [float(np.sqrt(ratio / high)), float(np.sqrt(ratio / low))]})
    return out


def energy():
    """The statistic, and SciPy's own permutation p-value."""
    out = []
    for n, m, shift in ((12, 15, 0), (20, 20, 1.0), (30, 25, 0.5)):
        a, b = rng.normal(0, 1, n), rng.normal(shift, 1, m)

        def statistic(x, y):
            return stats.energy_distance(x, y) ** 2 / 1.0

        test = stats.permutation_test((a, b), statistic, permutation_type="independent",
                                      n_resamples=9999, alternative="greater", rng=rng)
        out.append({"a": a.tolist(), "b": b.tolist(), "statistic": float(test.statistic),
                    "p": float(test.pvalue)})
    return out


def mean_limits():
    out = []
    for n in (2, 5, 40, 300):
        x = rng.exponential(1, n)
        error = x.std(ddof=1) / np.sqrt(n)
        t = stats.t.ppf(0.95, n - 1)
        g = stats.skew(x, bias=False) if n > 2 else 0.0
        # Hall's transformation inverted numerically: T + aT²/3 + a²T³/27 + a/6 = -t.
        a = max(g, 0) * (1 + 3 / np.sqrt(n)) / np.sqrt(n)
        root = optimize.brentq(lambda q: q + a * q**2 / 3 + a**2 * q**3 / 27 + a / 6 + t,
                               -1e3, 1e3, xtol=1e-14, rtol=1e-14)
        out.append({"x": x.tolist(), "mean": x.mean(), "variance": x.var(ddof=1),
                    "skewness": stats.skew(x), "upper": x.mean() - root * error,
                    "lower": x.mean() - t * error})
    return out


def sign_flip():
    x = rng.normal(0.25, 1, (12, 3))
    observed = np.sum(x.sum(0) ** 2)
    bits = (np.arange(1 << 12)[:, None] >> np.arange(12)) & 1
    flipped = np.sum(((1 - 2 * bits) @ x) ** 2, 1)
    return {"x": x.tolist(), "p": float(np.mean(flipped >= observed * (1 - 1e-12)))}


def adjusted(p):
    order = np.argsort(p, kind="stable")
    holm = np.empty_like(p)
    holm[order] = np.minimum(1, np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]))
    return {"p": p.tolist(), "holm": holm.tolist(),
            "bh": stats.false_discovery_control(p, method="bh").tolist()}


def tensor():
    """The statistics of section 3.1, in float64, as the prose has them."""
    out = []
    for n, dim, noise, shift in ((40, 6, 1e-3, 0), (64, 3, 1e-2, 3e-3), (100, 17, 1e-4, 1e-4)):
        r = rng.normal(0, 1, (n, dim)).astype(np.float32)
        t = (r + noise * rng.normal(0, 1, (n, dim)) + shift).astype(np.float32)
        a, b = r.astype(float), t.astype(float)
        norm = np.linalg.norm(a, axis=1)
        drift = np.linalg.norm(b - a, axis=1)
        d = drift / np.maximum(norm, 1e-3 * np.median(norm))
        e = np.max(np.abs(b - a) / (norm[:, None] / np.sqrt(dim)))
        delta = (b - a) / norm[:, None]

        def u2(delta):
            n = len(delta)
            return (np.sum(delta.sum(0) ** 2) - np.sum(delta**2)) / (n * (n - 1))

        groups = np.arange(n) % 64
        left = np.array([u2(delta[groups != g]) for g in range(min(n, 64))])
        k = len(left)
        se = np.sqrt((k - 1) / k * np.sum((left - left.mean()) ** 2))
        out.append({"dim": dim, "r": r.ravel().tolist(), "t": t.ravel().tolist(),
                    "max": d.max(), "element": e, "u2": u2(delta), "se": se})
    return out


def main():
    beta = [(0.5, 0.5), (1, 1), (2, 5), (30, 0.5), (0.5, 800), (600, 1), (5000, 7000), (1e5, 3)]
    ps = [1e-10, 1e-4, 0.01, 0.05, 0.3, 0.5, 0.9, 0.99, 0.999]
    pairs = [(p, a, b) for p in ps for a, b in beta]
    values = {
        "betaInverse": [[p, a, b, float(stats.beta.ppf(p, a, b))] for p, a, b in pairs],
        "beta": [[x, a, b, float(stats.beta.cdf(x, a, b)), float(stats.beta.sf(x, a, b))]
                 for x in (1e-6, 0.01, 0.2, 0.41, 0.42, 0.9, 0.999) for a, b in beta],
        "normal": rows(stats.norm.ppf, [1e-300, 1e-20, 1e-9, 0.005, 0.05, 0.3, 0.5, 0.7, 0.95,
                                        0.999, 1 - 1e-9]),
        "t": rows(stats.t.ppf, *grid(ps, [1, 2, 3.7, 10, 29, 500, 1e5])),
        "f": rows(stats.f.ppf, *grid([0.01, 0.05, 0.5, 0.95, 0.99], [1, 4, 29, 300], [2, 29, 99])),
        "chi2": rows(stats.chi2.ppf, *grid(ps, [1, 2, 9, 99, 1000])),
        "chi2sf": rows(stats.chi2.sf, *grid([0.1, 1, 10, 100, 400], [1, 2, 9, 99, 300])),
        "clopperPearson": clopper_pearson(),
        "welch": welch(), "energy": energy(), "means": mean_limits(), "signFlip": sign_flip(),
        "adjusted": [adjusted(rng.uniform(0, 1, n) ** 3) for n in (1, 7, 50)],
        "tensor": tensor(),
    }
    print(json.dumps(values))


main()
