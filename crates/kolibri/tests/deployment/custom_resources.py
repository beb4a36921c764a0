"""Checks objects of the Prometheus operator: reads YAML from standard input, exits with 1 and says what is wrong.

The models know types, patterns and what is required, but drop keys they do not know: so what they read must also come
back whole.
"""

import sys

import yaml
from cloudcoil.models.prometheus_operator import v1

KINDS = {"PrometheusRule": v1.PrometheusRule, "ServiceMonitor": v1.ServiceMonitor}


def difference(given, known, path):
    """The first place where `given` has something that `known` lacks."""
    if isinstance(given, dict) and isinstance(known, dict):
        pairs = [(key, given[key], known.get(key)) for key in given]
    elif isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(given, known))]
    else:
        return None if given == known else path
    return next(filter(None, (difference(a, b, f"{path}.{key}") for key, a, b in pairs)), None)


checked = 0
for document in yaml.safe_load_all(sys.stdin):
    model = KINDS.get(document["kind"])
    if not model:
        continue
    known = model.model_validate(document).model_dump(mode="json", by_alias=True, exclude_unset=True)
    unknown = difference(document, known, document["kind"])
    if unknown:
        sys.exit(f"{unknown} is not known")
    checked += 1
print(f"{checked} objects checked")
