"""Numbers of the chat, with their units."""

TEXT_MAX_LENGTH = 4_000  # characters of a message

HISTORY_LIMIT = 50  # messages per page
HISTORY_LIMIT_MAX = 100

BIGINT_MAX = 2**63 - 1

MAX_FRAME_BYTES = 16 * 1024
MAX_RESUMED_ROOMS = 1_000

# Socket limits.
MAX_FRAME_BYTES = 16 * 1024
MAX_RESUMED_ROOMS = 1_000  # rooms in one `resume`
MAX_SOCKETS = 20  # of a member, on all servers together
MESSAGES_PER_S, MESSAGES_BURST = 10, 20  # of a member, however they are sent
FRAMES_PER_S, FRAMES_BURST = 50, 100  # of a socket, of any type
