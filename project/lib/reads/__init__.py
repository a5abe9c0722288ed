"""How lists are read: parameters in, one statement, a page out."""
