"""make bench: how fast the nearby page is, as ratios measured in one run."""
