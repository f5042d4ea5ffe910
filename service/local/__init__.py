"""Everything on one machine: the embedded database, and the programs that `doseline run` keeps alive."""


class LocalError(Exception):
    """Something on this machine is not as it must be; the text is one line that an operator can act on."""
