"""Servers, clients and patience: what the live tests and the benchmarks stand on."""
