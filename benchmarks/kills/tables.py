"""What came out of the trials, as tables."""

import math
import statistics
from collections import Counter

from kills.phases import PHASES
from kills.trial import LATEST_S, SIGNALS


def failures(trials):
    """Everything that must not be, a line each."""
    lines = []
    for trial in trials:
        for kill in trial.kills:
            where = f"trial {kill.trial}, {kill.world}: {kill.command}, {kill.signal} while {kill.phase}"
            lost = [f"{kill.lost} announced points lost"] if kill.lost else []
            lines += [f"{where}: {what}" for what in (*lost, *kill.wrong_points, *kill.unsafe, *kill.other)]
        lines += [f"trial {trial.number}: {what}" for what in trial.wrong]
    return lines


def tables(trials, references, speeds, seconds):
    """Markdown: where they were killed, what was found, what became of the runs."""
    kills = [kill for trial in trials for kill in trial.kills]
    names = [number.name for number in SIGNALS]
    count = Counter((kill.signal, kill.phase) for kill in kills)
    lines = [f"| killed while | {' | '.join(names)} | all |", f"|---|{'---:|' * (len(names) + 1)}"]
    for phase in PHASES:
        row = [count[name, phase] for name in names]
        lines.append(f"| {phase} | {' | '.join(map(str, row))} | {sum(row)} |")
    total = [sum(count[name, phase] for phase in PHASES) for name in names]
    lines += [f"| all | {' | '.join(map(str, total))} | {sum(total)} |", "", "| | |", "|---|---:|"]
    caught = [kill for kill in kills if kill.signal != "SIGKILL"]
    latencies = [(kill.latency_s, kill.latency_s / speeds[kill.world]) for kill in caught if kill.latency_s is not None]
    followed = Counter(trial.followed_by for trial in trials if trial.followed_by)
    resumed = Counter(trial.resumed for trial in trials)
    facts = {
        "kills": len(kills),
        "of them of a run that was resumed": sum(kill.command == "resume" for kill in kills),
        "points announced": sum(kill.announced for kill in kills),
        "announced points lost": sum(kill.lost for kill in kills),
        "wrong points read": sum(len(kill.wrong_points) for kill in kills),
        "torn last lines, left out and reported": sum(kill.torn for kill in kills),
        "unsafe ends": sum(len(kill.unsafe) for kill in kills),
        "other faults": sum(len(kill.other) for kill in kills) + sum(len(trial.wrong) for trial in trials),
        f"first ramp command after a signal, worst (bench time; limit {LATEST_S:g} s)": _worst(latencies, 0),
        "the same, worst (wall time)": _worst(latencies, 1),
        "the same, median (wall time)": f"{statistics.median(wall for _, wall in latencies):.4f} s"
        if latencies
        else "-",
        "largest dI/dt (limit 10 A/s)": f"{max(kill.steepest_a_per_s for kill in kills):.6g} A/s",
        "made safe first after SIGKILL": ", ".join(f"{n} by `{name}`" for name, n in followed.items()) or "-",
        "resumed runs": ", ".join(
            f"{n} {name}" for name, n in resumed.items() if name in {"equal", "differs", "failed"}
        ),
        "points they measured": sum(trial.points_resumed for trial in trials),
        "runs that were through, or had not begun": resumed["through"] + resumed["refused"],
        "wall time": f"{seconds:.0f} s",
    }
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    return "\n".join([*lines, *_spread(references)])


def _worst(latencies, which):
    return f"{max(pair[which] for pair in latencies):.3f} s" if latencies else "-"


def _spread(references):
    """How the points of killed runs differ from those of the uninterrupted one, where there is noise."""
    lines = []
    for reference in references:
        if reference.z:
            rms = math.sqrt(statistics.fmean(z * z for z in reference.z))
            inside = statistics.fmean(abs(z) < 1.96 for z in reference.z)
            found = f"rms {rms:.2f}, {100 * inside:.1f} % within 1.96, largest {max(map(abs, reference.z)):.1f}"
            lines.append(f"| z of {len(reference.z)} values of X, Y and H against the uninterrupted run | {found} |")
        else:
            lines.append("| X, Y and H of every point without noise | compared bit by bit |")
    return lines
