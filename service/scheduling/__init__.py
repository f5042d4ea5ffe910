"""Clinic sessions and the places in them."""
