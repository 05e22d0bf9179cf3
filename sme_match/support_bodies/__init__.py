"""Support bodies (支援機関): the tenants and their settings."""
