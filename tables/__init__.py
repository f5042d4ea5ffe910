"""What is stored: the Piccolo tables of Doseline, one module per area, with one migration chain.

Rules that must hold whatever the code does stand here as constraints. Rules that Piccolo cannot
express (partial indexes, the append-only audit trail) stand as SQL in the migrations. No query and
no decision lives here.
"""
