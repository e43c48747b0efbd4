"""The tables the demo prints."""

import numpy as np
from experiment import COMPILED, EAGER, TWIN, WHOLE_MODEL, Outcome
from model import DAYS_PER_MTU
from skill import climate_density, explained_variance, hellinger, lead_until

SHOWN_LEADS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)


def error_table(outcome: Outcome) -> str:
    """Set out the error of each closure by lead time, and how long it stays under half the spread of X."""
    shown = [lead for lead in SHOWN_LEADS if lead <= outcome.leads[-1] + 1e-9]
    columns = [int(np.argmin(np.abs(outcome.leads - lead))) for lead in shown]
    limit = float(outcome.truth.std()) / 2
    lines = [
        f"Forecast error (RMSE of X, {outcome.truth.shape[1]} cases; X spreads by {2 * limit:.2f})",
        f"  {'lead time, MTU':34}" + "".join(f"{lead:8g}" for lead in shown) + "   below half the spread",
        f"  {'           days':34}"
        + "".join(f"{lead * DAYS_PER_MTU:8g}" for lead in shown)
        + "              for days",
    ]
    for name in outcome.forecasts:
        if name != TWIN:
            error = outcome.error(name)
            days = lead_until(error, outcome.leads, limit) * DAYS_PER_MTU
            lines.append(f"  {name:34}" + "".join(f"{error[i]:8.3f}" for i in columns) + f"{days:22.1f}")
    return "\n".join(lines)


def closure_table(outcome: Outcome) -> str:
    """Set out how much of U each closure explains, and how far its climate is from the truth's."""
    shares, distances = explained(outcome), climate_distances(outcome)
    lines = [
        "Closures: variance of U explained on held-out samples; Hellinger distance of the climate from the truth's",
        f"  {'':34}{'explained':>13}{'distance':>13}",
    ]
    for name in outcome.forecasts:
        if name in shares or name in distances:
            row = "".join(_cell(values.get(name), "", digits=3) for values in (shares, distances))
            lines.append(f"  {name:34}{row}")
    return "\n".join(lines)


def timing_table(outcome: Outcome) -> str:
    """Set out the time of a call of the closure and of a step of the coarse model, in microseconds."""
    members = [row["members"] for row in outcome.timings[COMPILED]]
    heads = [f"{'1 forecast' if count == 1 else f'{count} forecasts':>22}" for count in members]
    lines = [
        "Time in µs on one thread: a call of the closure, and a step of the coarse model (four calls)",
        f"  {'':34}" + "".join(heads),
        f"  {'':34}" + f"{'call':>13}{'step':>9}" * len(members),
    ]
    torch = outcome.timings[EAGER]
    for name, rows in outcome.timings.items():
        lines.append(
            f"  {name:34}" + "".join(_cell(row["call"], "") + _cell(row["step"], "", 9) for row in rows)
        )
    for name in (COMPILED, WHOLE_MODEL):
        pairs = list(zip(torch, outcome.timings[name], strict=True))
        ratios = [(a["call"] / b["call"] if b["call"] else None, a["step"] / b["step"]) for a, b in pairs]
        lines.append(
            f"  {'gain of ' + name:34}" + "".join(_cell(c, "x") + _cell(s, "x", 9) for c, s in ratios)
        )
    return "\n".join(lines)


def _cell(value: float | None, unit: str, width: int = 13, digits: int = 1) -> str:
    return f"{f'{value:.{digits}f}{unit}' if value is not None else '-':>{width}}"


def explained(outcome: Outcome) -> dict[str, float]:
    """Give the share of the variance of U that each closure explains."""
    return {name: explained_variance(u, outcome.true_subgrid) for name, u in outcome.subgrid.items()}


def climate_distances(outcome: Outcome) -> dict[str, float]:
    """Give the Hellinger distance of each free run's climate from the truth's."""
    densities = {name: climate_density(x) for name, x in outcome.climates.items()}
    truth = densities.pop("truth")
    return {name: hellinger(truth, density) for name, density in densities.items()}
