# Reads a page of metrics with Prometheus' own parser; prints one JSON object {"name{label=value,…}": number}.
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

samples = {}
with open(sys.argv[1], encoding="utf-8") as page:
    for family in text_string_to_metric_families(page.read()):
        if family.type not in ("counter", "gauge", "histogram"):
            sys.exit(f"{family.name}: a {family.type}")
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            key = f"{sample.name}{{{labels}}}"
            if key in samples:
                sys.exit(f"{key}: twice")
            samples[key] = sample.value
json.dump(samples, sys.stdout)
