"""What we change of Daphne; nothing else imports daphne, twisted or autobahn."""
