"""An attacker who has time: the member reports its place again and again."""

import random
from collections.abc import Callable, Sequence
from statistics import NormalDist

from tests.attack.attackers import FromMap
from tests.attack.geodesy import Place, bearing, mean, metres, moved
from tests.attack.trials import Scene

COMMUTE_M = 8_000

# The places that a member reports whose home is here, the phone's noise being so large.
# The first of every `EVERY` is at home.
Life = Callable[[Place, float, int], Sequence[Place]]


def at_rest(home: Place, noise_m: float, times: int) -> Sequence[Place]:
    return _fixes(home, noise_m, times, seed=1)


def commuting(home: Place, noise_m: float, times: int) -> Sequence[Place]:
    """At home, at work, at home: one report at each, none on the way."""
    work = moved(home, 60, COMMUTE_M)
    at_work = _fixes(work, noise_m, times, seed=2)
    pairs = zip(at_rest(home, noise_m, times), at_work, strict=True)
    return [place for pair in pairs for place in pair]


EVERY = {at_rest: 1, commuting: 2}


def _fixes(place: Place, noise_m: float, times: int, seed: int) -> Sequence[Place]:
    """A phone's fixes of one place: normal errors, the same ones every time."""
    rng = random.Random(seed)
    fixes = []
    for _ in range(times):
        east = moved(place, 90, rng.gauss(0, noise_m))
        fixes.append(moved(east, 0, rng.gauss(0, noise_m)))
    return fixes


def watch(scene: Scene, places: Sequence[Place]) -> tuple[list[Place], str]:
    """What the map shows while the member is at `places`, and a digest of it all."""
    log = scene.spies.set_out(scene.victim.id)
    points = []
    for place in places:
        scene.victim.move(place)
        point = FromMap().find(scene.spies, scene.victim.id)
        assert point is not None
        points.append(point)
    return points, log.digest


def estimate(points: Sequence[Place], noise_m: float) -> Place:
    """Where somebody at rest is whose points were these, the noise being known.

    One point seen: there is no better guess. Two neighbours seen: it is beside their
    common edge, on the side that is seen more often, and how often tells how far.
    """
    lats = sorted({point.lat for point in points})
    bands = {lat: [p for p in points if p.lat == lat] for lat in lats}
    most = max(bands.values(), key=len)
    here = _between(sorted(set(most)), most, noise_m)
    if len(lats) != 2:
        return here
    south, north = (Place(here.lon, lat) for lat in lats)
    both = [Place(here.lon, point.lat) for point in points]
    return _between([south, north], both, noise_m)


def _between(ends: Sequence[Place], seen: Sequence[Place], noise_m: float) -> Place:
    if len(ends) != 2:
        return mean(seen)
    start, end = ends
    # Never certain, so that the normal distribution has an answer.
    share = (seen.count(end) + 0.5) / (len(seen) + 1)
    edge_m = metres(start, end) / 2
    beyond_m = NormalDist(0, noise_m).inv_cdf(share)
    return moved(start, bearing(start, end), edge_m + beyond_m)
