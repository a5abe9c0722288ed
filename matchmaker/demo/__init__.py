"""Demo members: plausible people in real cities, the same for the same seed."""
