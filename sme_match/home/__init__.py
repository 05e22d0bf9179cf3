"""Role home pages: what needs me today."""
