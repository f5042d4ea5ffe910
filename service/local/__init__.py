"""Everything on one machine: the embedded database, and the programs that `doseline run` keeps alive."""

from typing import Final

# The exit code of a command when an operator has to change something: another start would not help.
OPERATOR_NEEDED: Final = 2


class LocalError(Exception):
    """Something on this machine is not as it must be; the text is one line that an operator can act on."""
