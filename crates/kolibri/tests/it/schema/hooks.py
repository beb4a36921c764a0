"""What schemathesis has to be told of the API beyond its document."""

import json
import os
from pathlib import Path

import schemathesis

DOCUMENT = Path(__file__).parents[5] / "docs" / "openapi.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["components"]["schemas"]
MOST_BYTES = {"stimulus": SCHEMAS["StimulusText"]["x-max-bytes"], "response": SCHEMAS["ResponseText"]["x-max-bytes"]}
# A drill of the size that is asked for would run for hours.
MOST_EVENTS = 100


@schemathesis.serializer("application/x-ndjson")
def write_lines(ctx, value):
    """One line: what the document describes is a line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Bounds a drill that would be started."""
    if case.operation.label != "POST /api/v1/soaks" or not isinstance(case.body, dict):
        return
    events = [case.body.get(name, default) for name, default in [("minutes", 10), ("events_per_minute", 1000)]]
    if all(isinstance(number, int) and number > 0 for number in events) and events[0] * events[1] > MOST_EVENTS:
        case.body |= {"minutes": 1, "events_per_minute": MOST_EVENTS}


@schemathesis.hook
def filter_body(ctx, body):
    """What the document cannot say: JSON Schema takes 1.0 for an integer, and times since the year 1; it counts no bytes."""
    fields = body if isinstance(body, dict) else {}
    texts = all(is_text(fields.get(name), most) for name, most in MOST_BYTES.items())
    return texts and not has_whole_float(body) and since_1970(fields.get("taken"))


@schemathesis.hook
def filter_query(ctx, query):
    """Times before the Unix epoch are no times of this node."""
    return all(since_1970((query or {}).get(name)) for name in ["since", "until"])


def is_text(text, most):
    """Whether the node judges a text as a schema does: by its emptiness, and by its length if it is too long in any case."""
    if not isinstance(text, str) or not text or len(text) > most:
        return True
    return any(map(str.isalnum, text)) and len(text.encode(errors="replace")) <= most


def has_whole_float(value):
    if isinstance(value, dict):
        return any(map(has_whole_float, value.values()))
    return isinstance(value, float) and value.is_integer()


def since_1970(time):
    is_time = isinstance(time, str) and time[:4].isdigit() and time[4:5] == "-"
    return not is_time or 1970 < int(time[:4]) < 2554


if os.environ.get("NO_TOKEN"):

    @schemathesis.check
    def needs_a_token(ctx, response, case):
        """Nothing of the API is told without the token."""
        if case.path.startswith("/api/"):
            assert response.status_code in (400, 401, 405), f"answered {response.status_code} without a token"
