"""Reading lists: query parameters become one SQL statement, its rows a page."""
