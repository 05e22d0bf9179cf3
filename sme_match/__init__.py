"""sme_match: matching of small manufacturers with buyers, for regional support bodies."""
