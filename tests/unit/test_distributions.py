"""Percentiles, the uncertainty of shares, and histograms."""

from __future__ import annotations

import pytest

from sfnorch.distributions import build_histogram, estimate_share, spread_values


def test_percentiles_shares_and_bins():
    assert spread_values(list(map(float, range(1, 101)))) == (1, 50, 90, 99, 100, 50.5)
    assert spread_values([5.0]) == (5, 5, 5, 5, 5, 5)
    assert spread_values([1.0, 2.0, 3.0, 4.0, 5.0]) == (1, 3, 5, 5, 5, 3)  # no value between two runs
    assert estimate_share(0, 10)[:2] == (0, 0)
    assert estimate_share(0, 10).high == pytest.approx(0.2775, abs=1e-3)  # the published interval of 0 of 10
    assert estimate_share(5, 10)[1:] == (pytest.approx(0.2366, abs=1e-3), pytest.approx(0.7634, abs=1e-3))
    assert estimate_share(10, 10).high == 1
    for values in ([3.0], [0.0, 59.0, 61.0, 3599.0], [1e7, 2e7], [0.0, 0.25]):
        bins = build_histogram(values)
        assert len(bins) <= 20
        assert sum(each.cases for each in bins) == len(values)
        assert bins[0].start <= min(values)
        assert max(values) < bins[-1].end
