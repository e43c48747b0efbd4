"""The tables the demo prints."""

import numpy as np
from experiment import COMPILED, NETWORK, TWIN, Outcome
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
        f"  {'lead time, MTU':24}" + "".join(f"{lead:8g}" for lead in shown) + "   below half the spread",
        f"  {'           days':24}"
        + "".join(f"{lead * DAYS_PER_MTU:8g}" for lead in shown)
        + "              for days",
    ]
    for name in outcome.forecasts:
        if name != TWIN:
            error = outcome.error(name)
            days = lead_until(error, outcome.leads, limit) * DAYS_PER_MTU
            lines.append(f"  {name:24}" + "".join(f"{error[i]:8.3f}" for i in columns) + f"{days:22.1f}")
    return "\n".join(lines)


def closure_table(outcome: Outcome) -> str:
    """Set out how much of U each closure explains, and how far its climate is from the truth's."""
    lines = [
        "Closures on held-out samples, and their climates",
        f"  {'':24}  explained variance   Hellinger distance",
    ]
    for name, value in explained(outcome).items():
        distance = climate_distances(outcome).get(name)
        lines.append(
            f"  {name:24}{value:20.3f}" + (f"{distance:21.3f}" if distance is not None else f"{'-':>21}")
        )
    return "\n".join(lines)


def timing_table(outcome: Outcome) -> str:
    """Set out the time of a closure's call and of a step of the coarse model (four calls), in microseconds."""
    members = [int(row["members"]) for row in next(iter(outcome.timings.values()))]
    heads = [f"{'1 forecast' if count == 1 else f'{count} forecasts':>22}" for count in members]
    lines = [
        "Time, median in µs (one RK4 step of the coarse model calls the closure four times)",
        f"  {'':28}" + "".join(heads),
        f"  {'':28}" + f"{'call':>13}{'step':>9}" * len(members),
    ]
    for name, rows in outcome.timings.items():
        lines.append(f"  {name:28}" + "".join(f"{row['call']:13.1f}{row['step']:9.1f}" for row in rows))
    torch, compiled = outcome.timings[f"{NETWORK}, eager"], outcome.timings[COMPILED]
    ratios = [(a["call"] / b["call"], a["step"] / b["step"]) for a, b in zip(torch, compiled, strict=True)]
    faster = "".join(f"{call:12.1f}x{step:8.1f}x" for call, step in ratios)
    return "\n".join([*lines, f"  {'compiled is faster by':28}{faster}"])


def explained(outcome: Outcome) -> dict[str, float]:
    """Give the share of the variance of U that each closure explains."""
    return {name: explained_variance(u, outcome.true_subgrid) for name, u in outcome.subgrid.items()}


def climate_distances(outcome: Outcome) -> dict[str, float]:
    """Give the Hellinger distance of each free run's climate from the truth's."""
    densities = {name: climate_density(x) for name, x in outcome.climates.items()}
    truth = densities.pop("truth")
    return {name: hellinger(truth, density) for name, density in densities.items()}
