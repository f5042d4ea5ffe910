"""The carrier: everything that knows how texts reach phones and come back."""
