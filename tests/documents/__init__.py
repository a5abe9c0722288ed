"""The five documents and the user's card as a checklist: one test for each promise."""
