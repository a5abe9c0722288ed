"""Demo members: plausible people around real cities, the same for the same seed."""
