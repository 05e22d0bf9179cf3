"""Commands of the installation, one module per domain; `cli` lists them."""
