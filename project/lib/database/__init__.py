"""The database engine: PostGIS, with a bound on every wait for it."""
