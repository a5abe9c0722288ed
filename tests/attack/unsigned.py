"""Attackers who ask without a sign-in: by an address that they have got hold of.

They know what else any member may know, and make events of their own.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from PIL import Image
from PIL.ExifTags import GPS, IFD

from tests.attack import leaks
from tests.attack.accounts import Account, Log, Spies
from tests.attack.attackers import (
    EVERYWHERE_KM,
    LOOKOUTS,
    PROFILE,
    FromMap,
    bisect,
)
from tests.attack.flips import AROUND
from tests.attack.geodesy import Place, Sighting, bearing, locate, moved
from tests.attack.oracles import CENTIMETRE_M
from tests.attack.trials import Result, Scene
from tests.attack.wire import Answer

FEED_KM = 10


@dataclass
class Stranger:
    """Nobody: it sends neither a token nor a cookie. `log`: all that it was told."""

    spies: Spies
    victim: Account
    log: Log = field(default_factory=Log)

    def get(self, path: str, **params: Any) -> Answer:
        answer = self.spies.scout.wire("GET", path, params, None, None)
        # A picture's file has another name each time.
        self.log.add(answer._replace(headers={}))
        return answer

    def sees_event(self, feed: str, **params: Any) -> bool:
        return b"BEGIN:VEVENT" in self.get(feed, **params).body


class FeedAsked:
    """Whoever has a feed's address adds questions to it: is my event near its owner?

    Three events at known places, each bisected by `distance`: in 96 requests it found
    the owner of a feed that passed its parameters on, and followed them as they moved.
    """

    name = "a feed, asked for distances"

    def find(self, stranger: Stranger) -> Place | None:
        feed = stranger.victim.subscribe()
        assert feed
        sightings = []
        for place in LOOKOUTS[:3]:
            title = uuid4().hex
            stranger.spies.scout.announce(title, place)

            def within(metres: float, title: str = title) -> bool:
                km = f"{metres / 1000:.6f}"
                return stranger.sees_event(feed, search=title, distance=km)

            farthest_m = EVERYWHERE_KM * 1000
            if within(farthest_m):
                distance_m = bisect(0, farthest_m, CENTIMETRE_M, within)
                sightings.append(Sighting(place, distance_m))
        return locate(sightings) if len(sightings) == 3 else None


class FeedWatched:
    """Has the address of a feed of what is near, and walks with an event of its own
    until the feed no longer has it."""

    name = "a feed of what is near, watched"

    def find(self, stranger: Stranger) -> Place | None:
        title, scout = uuid4().hex, stranger.spies.scout
        near = {"search": title, "distance": FEED_KM}
        feed = stranger.victim.subscribe(**near) or stranger.victim.subscribe()
        here = FromMap().find(stranger.spies, stranger.victim.id)
        assert feed
        assert here
        event_id = scout.announce(title, here)
        if not stranger.sees_event(feed):
            return None

        def flip(azimuth: float) -> Sighting:
            start = moved(here, azimuth, 2 * FEED_KM * 1000)
            ahead = bearing(start, here)

            def is_seen(walked_m: float) -> bool:
                scout.move_event(event_id, moved(start, ahead, walked_m))
                return stranger.sees_event(feed)

            walked_m = bisect(0, 2 * FEED_KM * 1000, CENTIMETRE_M, is_seen)
            return Sighting(moved(start, ahead, walked_m), FEED_KM * 1000)

        return locate([flip(azimuth) for azimuth in AROUND], here)


class PictureRead:
    """Reads where the camera was, from the address of the avatar."""

    name = "the place in a picture"

    def find(self, stranger: Stranger) -> Place | None:
        profile = stranger.spies.scout.get(PROFILE.format(stranger.victim.id))
        found = stranger.get(urlsplit(profile["avatar"]).path)
        with Image.open(BytesIO(found.body)) as picture:
            written = picture.getexif().get_ifd(IFD.GPSInfo)
        return _place(written) if written else None


UNSIGNED: Mapping[Any, Callable[[], AbstractContextManager[None]]] = {
    FeedAsked(): leaks.feeds_asked,
    FeedWatched(): leaks.feeds_that_follow,
    PictureRead(): leaks.pictures_as_sent,
}
"""Attackers, and the service in which each of them finds somebody."""


def attack_unsigned(scene: Scene, attacker: Any, home: Place) -> Result:
    """The member is at home, and has a photograph of it as the avatar."""
    scene.spies.set_out(scene.victim.id)
    scene.victim.move(home)
    scene.victim.photograph(photograph_of(home))
    stranger = Stranger(scene.spies, scene.victim)
    estimate = attacker.find(stranger)
    log = stranger.log
    return Result(attacker.name, estimate, log.requests, log.digest)


def photograph_of(place: Place) -> bytes:
    """A JPEG with its place, as phones write it."""
    picture = Image.new("RGB", (64, 64), "green")
    exif = Image.Exif()
    exif[IFD.GPSInfo] = {
        GPS.GPSLatitudeRef: "N" if place.lat >= 0 else "S",
        GPS.GPSLatitude: (abs(place.lat), 0.0, 0.0),
        GPS.GPSLongitudeRef: "E" if place.lon >= 0 else "W",
        GPS.GPSLongitude: (abs(place.lon), 0.0, 0.0),
    }
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _place(written: Mapping[int, Any]) -> Place:
    lat, lon = (
        sum(float(part) / 60**power for power, part in enumerate(written[name]))
        for name in (GPS.GPSLatitude, GPS.GPSLongitude)
    )
    south, west = (
        written[GPS.GPSLatitudeRef] == "S",
        written[GPS.GPSLongitudeRef] == "W",
    )
    return Place(-lon if west else lon, -lat if south else lat)
