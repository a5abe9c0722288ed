"""Our side of Daphne. Nothing else imports daphne, twisted or autobahn."""
