"""Counters in Prometheus's text form. They name nobody, and only loopback may read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from store.model import Event

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """What one server counted since it started."""

    def __init__(self) -> None:
        self.under_way = 0
        self.items = Counter[str]()
        self._requests = Counter[tuple[str, int]]()
        self._seconds = Counter[str]()
        self._buckets = Counter[tuple[str, float]]()

    def request(self, door: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests[door, status] += 1
        self._seconds[door] += seconds  # type: ignore[assignment]
        for bucket in _BUCKETS_S:
            if seconds <= bucket:
                self._buckets[door, bucket] += 1

    def events(self, events: Sequence[Event]) -> None:
        """Count committed changes by kind; listens to the store's bus."""
        for event in events:
            if event.item_id:
                self.items[event.kind] += 1

    def text(self) -> str:
        """All counters, in the exposition format 0.0.4."""
        lines = [
            "# TYPE entrepot_requests_under_way gauge",
            f"entrepot_requests_under_way {self.under_way}",
            "# TYPE entrepot_item_events_total counter",
            *(
                f'entrepot_item_events_total{{kind="{kind}"}} {count}'
                for kind, count in sorted(self.items.items())
            ),
            "# TYPE entrepot_requests_total counter",
            *(
                f'entrepot_requests_total{{door="{door}",status="{status}"}} {count}'
                for (door, status), count in sorted(self._requests.items())
            ),
            "# TYPE entrepot_request_seconds histogram",
        ]
        for door, seconds in sorted(self._seconds.items()):
            count = sum(n for (name, _), n in self._requests.items() if name == door)
            lines += [
                f'entrepot_request_seconds_bucket{{door="{door}",le="{bucket:g}"}} '
                f"{self._buckets[door, bucket]}"
                for bucket in _BUCKETS_S
            ]
            lines += [
                f'entrepot_request_seconds_bucket{{door="{door}",le="+Inf"}} {count}',
                f'entrepot_request_seconds_sum{{door="{door}"}} {seconds:.6f}',
                f'entrepot_request_seconds_count{{door="{door}"}} {count}',
            ]
        return "\n".join(lines) + "\n"
