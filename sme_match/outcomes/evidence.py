"""Documents that show an amount (見積書, 注文書): what a file is, told by its content. Pure."""

MOST_BYTES = 10 * 1024 * 1024
_PDF_SEARCHED = 1024
"""The mark of a PDF may stand behind a few bytes of something else (ISO 32000-1, annex H.3.4.1)."""
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1"})


def sniff(data: bytes) -> str | None:
    """Return the media type of a PDF or an image (PNG, JPEG, WebP, HEIC); None for anything else."""
    for mark, media_type in _IMAGES:
        if data.startswith(mark):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return "application/pdf" if b"%PDF-" in data[:_PDF_SEARCHED] else None
