"""Fields of phones, invitations and referrals, in and out."""
