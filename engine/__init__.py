"""The evaluation of checked policies: who gets the lead, and what the win is worth."""
