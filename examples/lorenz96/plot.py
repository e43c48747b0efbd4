"""The demo's figure: forecast error, closure, climate, and how the compiled network follows torch."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from closures import Polynomial
from experiment import COMPILED, NETWORK, NONE, QUARTIC, REFIT, TWIN, WHOLE_MODEL, Outcome
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from model import DAYS_PER_MTU, Array
from skill import CLIMATE_BINS, climate_density, evaluate

# The palette of Okabe and Ito, safe for colour-blind readers.
COLOURS = {
    NONE: "#999999",
    QUARTIC: "#E69F00",
    REFIT: "#009E73",
    NETWORK: "#0072B2",
    COMPILED: "#D55E00",
    WHOLE_MODEL: "#D55E00",
}
STYLE: dict[Any, Any] = {
    "font.size": 9.5,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.13,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}


def draw(path: Path, outcome: Outcome, polynomials: dict[str, Polynomial]) -> None:
    """Write the figure; `polynomials` are drawn through the subgrid tendencies."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 8.6), layout="constrained")
        panels = figure.subplots(2, 2)
        _errors(panels[0, 0], outcome)
        _closure(panels[0, 1], outcome, polynomials)
        _climate(panels[1, 0], outcome.climates)
        _rounding(panels[1, 1], outcome)
        figure.suptitle(
            "Two-scale Lorenz-96 (K = 8, J = 32, F = 20, h = 1, b = c = 10): a closure trained in PyTorch, "
            "compiled by Isthmus",
            fontsize=12,
        )
        figure.savefig(path, dpi=140)


def _errors(axes: Axes, outcome: Outcome) -> None:
    for name in (NONE, QUARTIC, REFIT, NETWORK):
        error = outcome.error(name)
        axes.plot(
            outcome.leads, error, color=COLOURS[name], linewidth=2.4 if name == NETWORK else 1.8, label=name
        )
    compiled = outcome.error(COMPILED)
    axes.plot(
        outcome.leads[::4],
        compiled[::4],
        "o",
        color=COLOURS[COMPILED],
        fillstyle="none",
        markersize=6,
        label=COMPILED,
    )
    axes.axhline(np.sqrt(2) * outcome.truth.std(), color="black", linestyle=":", linewidth=1)
    axes.text(
        outcome.leads[-1],
        np.sqrt(2) * outcome.truth.std(),
        "two unrelated states",
        ha="right",
        va="bottom",
        fontsize=8.5,
    )
    axes.set(title=f"a  Forecast error, {outcome.truth.shape[1]} cases later than the training data")
    axes.set(ylabel="RMSE of X", xlim=(0, outcome.leads[-1]), ylim=(0, None))
    axes.legend(loc="best")
    _lead_axes(axes)


def _lead_axes(axes: Axes) -> None:
    axes.set_xlabel("lead time (model time units; 1 MTU ≈ 5 days)")
    days = axes.secondary_xaxis("top", (_to_days, _to_mtu))
    days.set_xlabel("days", fontsize=8.5)
    days.tick_params(labelsize=8.5)


def _to_days(mtu: Any) -> Any:
    return mtu * DAYS_PER_MTU


def _to_mtu(days: Any) -> Any:
    return days / DAYS_PER_MTU


def _closure(axes: Axes, outcome: Outcome, polynomials: dict[str, Polynomial]) -> None:
    x, subgrid, network = (
        u.ravel() for u in (outcome.states, outcome.true_subgrid, outcome.subgrid[NETWORK])
    )
    axes.hexbin(x, subgrid, gridsize=90, bins="log", cmap="Greys", mincnt=1, linewidths=0)
    some = np.random.default_rng(0).choice(x.size, min(1500, x.size), replace=False)
    axes.plot(x[some], network[some], ".", color=COLOURS[NETWORK], markersize=2.2, alpha=0.7, label="network")
    line = np.linspace(x.min(), x.max(), 200)
    for name, polynomial in polynomials.items():
        axes.plot(line, evaluate(polynomial, line), color=COLOURS[name], linewidth=2, label=name)
    axes.plot([], [], "s", color="grey", markersize=6, label="truth (log density)")
    axes.set(title="b  Subgrid tendency, held-out samples", xlabel="$X_k$")
    axes.set_ylabel(r"$U_k = (hc/b)\,\sum_j Y_{j,k}$")
    axes.legend(loc="upper left", markerscale=1.6)


def _climate(axes: Axes, climates: dict[str, Array]) -> None:
    centres = (CLIMATE_BINS[:-1] + CLIMATE_BINS[1:]) / 2
    axes.fill_between(centres, climate_density(climates["truth"]), color="black", alpha=0.15, label="truth")
    for name, x in climates.items():
        if name != "truth":
            axes.plot(centres, climate_density(x), color=COLOURS[name], linewidth=1.8, label=name)
    axes.set(title="c  Climate of free runs", xlabel="$X_k$", ylabel="probability density")
    axes.set(xlim=(CLIMATE_BINS[0], CLIMATE_BINS[-1]), ylim=(0, None))
    axes.legend(loc="upper right")


def _rounding(axes: Axes, outcome: Outcome) -> None:
    leads = outcome.leads[1:]
    axes.semilogy(
        leads, outcome.error(NETWORK)[1:], color=COLOURS[NETWORK], linewidth=2.4, label="torch − truth"
    )
    axes.semilogy(
        leads,
        outcome.apart(TWIN)[1:],
        color="black",
        linestyle="--",
        linewidth=1.4,
        label="torch, hidden units reordered − torch (rounding alone)",
    )
    axes.semilogy(
        leads, outcome.apart(COMPILED)[1:], color=COLOURS[COMPILED], linewidth=1.8, label="compiled − torch"
    )
    axes.set(title="d  Compiled and torch differ by rounding alone")
    axes.set(ylabel="RMS difference of X", xlim=(0, outcome.leads[-1]))
    axes.set_ylim(top=300)
    axes.legend(loc="upper left")
    _lead_axes(axes)
