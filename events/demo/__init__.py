"""Demo organizations and events, among the demo members (matchmaker/demo)."""
