"""Everything on one machine: the embedded database, and the programs that `doseline run` keeps alive."""
