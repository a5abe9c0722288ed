"""Map programs that nobody here wrote, against a service that runs (BASE_URL)."""
