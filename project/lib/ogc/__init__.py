"""OGC API - Features, Part 1: Core, over the lists of `project.lib.reads`."""
