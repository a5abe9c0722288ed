"""Rate limits that one process counts in its own memory, for when Redis fails."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

# Some megabytes. Beyond, the keys that were used least recently are forgotten.
MAX_KEYS = 20_000
SECOND_NS = 1_000_000_000


class ProcessLimits:
    """Token buckets: as many times as a limit says at once, and again in its window.

    Each is one instant (GCRA), when it will be full again, so that a limit of a
    thousand takes no more memory than a limit of one.
    """

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._full_at_ns: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def count(
        self, limits: Mapping[str, int], window_s: float, times: int = 1
    ) -> float:
        """Count an attempt under all keys and return 0, or return the seconds to wait.

        `limits`: by key, how many are allowed within `window_s`.
        """
        if times > min(limits.values()):
            return window_s
        window_ns = int(window_s * SECOND_NS)
        with self._lock:
            now_ns = time.monotonic_ns()
            full_at_ns = {
                key: max(self._full_at_ns.get(key, 0), now_ns)
                + times * window_ns // limit
                for key, limit in limits.items()
            }
            wait_ns = max(full_at_ns.values()) - now_ns - window_ns
            if wait_ns > 0:
                for key in limits.keys() & self._full_at_ns.keys():
                    self._full_at_ns.move_to_end(key)
                return wait_ns / SECOND_NS
            for key, instant_ns in full_at_ns.items():
                self._full_at_ns[key] = instant_ns
                self._full_at_ns.move_to_end(key)
            while len(self._full_at_ns) > self._max_keys:
                self._full_at_ns.popitem(last=False)
        return 0

    def forget(self) -> None:
        """Forget all counts, for tests."""
        with self._lock:
            self._full_at_ns.clear()

    def __len__(self) -> int:
        return len(self._full_at_ns)


limits_of_process = ProcessLimits()
