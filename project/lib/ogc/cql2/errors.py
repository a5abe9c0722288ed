"""What is wrong with a filter, in the reader's language."""


class FilterInvalid(ValueError):
    """The filter is not one that this collection takes; the message is shown."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
