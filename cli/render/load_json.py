"""What many sessions came to, as JSON (schema: docs/schemas/load.schema.json)."""

from __future__ import annotations

import json

from drivers.latencies import Latencies
from drivers.load import Tally

PERCENTILES = (50, 90, 99)


def to_json(tally: Tally) -> str:
    """Return the sums as one JSON document; latencies are in milliseconds."""
    document = {
        "version": 1,
        "count": tally.load.count,
        "concurrency": tally.load.concurrency,
        "rate": tally.load.rate,
        "done": tally.done,
        "failed": tally.failed,
        "elapsed_s": round(tally.elapsed, 3),
        "throughput_per_s": round(tally.throughput, 1),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "sessions": _latencies(tally.sessions),
        "requests": _latencies(tally.requests),
        "errors": [{"message": message, "count": count} for message, count in tally.errors.most_common()],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _latencies(latencies: Latencies) -> dict[str, object]:
    if not latencies.count:
        return {"count": 0, "latency_ms": None}
    shown = {f"p{percent}": _ms(latencies.percentile(percent)) for percent in PERCENTILES}
    ends = {
        "min": _ms(latencies.minimum),
        "mean": _ms(latencies.mean),
        "max": _ms(latencies.maximum),
    }
    return {"count": latencies.count, "latency_ms": shown | ends}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
