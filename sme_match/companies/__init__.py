"""Companies (企業), contacts, certificates and sharing between support bodies."""
