"""Loss geometry: points that the losses push around."""
