"""A line of the log is one JSON object and names the request that it belongs to."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from sme_match.core.logs import FIELDS, request_id, write_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    logger = logging.getLogger("sme_match")
    before = (logger.handlers, logger.level, logger.propagate)
    stream = io.StringIO()
    write_logs(stream)
    yield stream
    logger.handlers, logger.level, logger.propagate = before


def test_a_line_carries_its_fields_and_its_request(stream: io.StringIO) -> None:
    token = request_id.set("r1")
    logging.getLogger("sme_match.anything").info("Wrote %s", 3, extra={FIELDS: {"status": 200}})
    request_id.reset(token)

    line = json.loads(stream.getvalue())
    assert (line["request"], line["message"], line["status"]) == ("r1", "Wrote 3", 200)
    assert line["at"].endswith("Z")


def test_an_error_stays_on_its_line(stream: io.StringIO) -> None:
    logging.getLogger("sme_match").error("Failed", exc_info=ValueError("two\nlines"))

    [line] = stream.getvalue().splitlines()
    assert "ValueError: two\nlines" in json.loads(line)["error"]
