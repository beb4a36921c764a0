"""Checks objects of the Prometheus operator in YAML files: a line for each file says how many, or what is wrong.

The models know types, patterns and what is required, but drop keys they do not know: so what they read must also come
back whole.
"""

import pathlib
import sys

import yaml
from cloudcoil.models.prometheus_operator import v1

KINDS = {"PrometheusRule": v1.PrometheusRule, "ServiceMonitor": v1.ServiceMonitor}


def difference(given, known, path):
    """The first place where `given` has something that `known` lacks."""
    if isinstance(given, dict) and isinstance(known, dict):
        pairs = [(key, given[key], known.get(key)) for key in given]
    elif isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(given, known, strict=True))]
    else:
        return None if given == known else path
    return next(filter(None, (difference(a, b, f"{path}.{key}") for key, a, b in pairs)), None)


def check(path):
    """How many objects were checked, or what is wrong with the first bad one."""
    checked = 0
    for document in yaml.safe_load_all(pathlib.Path(path).read_text()):
        model = KINDS.get(document["kind"])
        if not model:
            continue
        try:
            known = model.model_validate(document).model_dump(mode="json", by_alias=True, exclude_unset=True)
        except ValueError as problem:
            return " ".join(str(problem).split())
        unknown = difference(document, known, document["kind"])
        if unknown:
            return f"{unknown} is not known"
        checked += 1
    return f"{checked} objects are good"


for path in sys.argv[1:]:
    print(check(path))
