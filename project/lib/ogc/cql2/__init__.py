"""CQL2, the query language of OGC API (OGC 21-065r2), as SQL conditions."""
