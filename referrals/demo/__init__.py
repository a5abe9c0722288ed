"""Demo invitation codes and referrals, among the demo members (matchmaker/demo)."""
