"""Numbers of the members' app, with their units."""

AVATAR_MAX_BYTES = 5 * 1024 * 1024
AVATAR_MAX_PIXELS = 40_000_000
AVATAR_MAX_SIDE_PX = 1024

DISTANCE_MAX_KM = 20_000
