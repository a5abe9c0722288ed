"""Vector tiles (MVT 2.1, TileJSON 3): layers over the lists of `project.lib.reads`."""
