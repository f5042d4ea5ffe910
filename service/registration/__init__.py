"""Facilities, children and the adults who answer for them."""
