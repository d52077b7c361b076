"""Bytes to text, with the place of what cannot be read."""

from gradproof.notation.documents.model import UnreadableDocument

_MAGIC = (
    (b"%PDF-", "a PDF file; give the TeX or Markdown that it was made from"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a zip archive (or an office document)"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"\x7fELF", "a program"),
)


def size_text(size: int) -> str:
    """Return a size in bytes for people.

    >>> size_text(20 << 20), size_text(1500)
    ('20.0 MiB', '1500 bytes')
    """
    return f"{size / (1 << 20):.1f} MiB" if size >= 1 << 20 else f"{size} bytes"


def require_size(size: int, limit: int) -> None:
    """Raise `UnreadableDocument` if `size` bytes are more than `limit`."""
    if size > limit:
        raise UnreadableDocument(
            f"the document has {size_text(size)} ({size} bytes), the limit is {size_text(limit)} "
            f"({limit} bytes) (limit:document); split it into smaller files"
        )


def decode(data: bytes | str, limit: int) -> tuple[str, bool]:
    """Return the text and whether a byte order mark was dropped from its start.

    Raises `UnreadableDocument` for more than `limit` bytes, invalid UTF-8, NUL, a lone surrogate and files
    that are recognisably something else.
    """
    require_size(len(data), limit)
    if isinstance(data, bytes):
        text = _from_bytes(data)
    else:
        text = data
        _require_encodable(text)
        require_size(len(text.encode()), limit)
    nul = text.find("\0")
    if nul >= 0:
        raise UnreadableDocument(
            f"line {_line(text, nul)} holds a NUL character (offset {nul}); this is not a text file"
        )
    return (text[1:], True) if text.startswith("\ufeff") else (text, False)


def _from_bytes(data: bytes) -> str:
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UnreadableDocument(f"byte 0 (line 1): the file looks like {what}, not like text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument("byte 0 (line 1): the file is UTF-16; save it as UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableDocument(
            f"byte {error.start} (line {line}): 0x{data[error.start]:02x} is not valid UTF-8; "
            "save the file as UTF-8"
        ) from None


def _require_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableDocument(
            f"line {_line(text, error.start)} holds a lone surrogate U+{ord(text[error.start]):04X} "
            f"(offset {error.start}); the text was decoded wrongly before it came here"
        ) from None


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
