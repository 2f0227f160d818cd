#!/usr/bin/env python3
"""Reads a JSON-LD catalogue with rdflib, which shares no code with ours, and prints what it says as JSON."""
import json
import sys

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

CSVW = rdflib.Namespace("http://www.w3.org/ns/csvw#")
graph = rdflib.Graph().parse(sys.argv[1], format="json-ld")
catalogue = graph.value(predicate=RDF.type, object=DCAT.Catalog)
found = []
for dataset in sorted(graph.objects(catalogue, DCAT.dataset)):
    schema = graph.value(graph.value(dataset, DCAT.distribution), CSVW.tableSchema)
    columns = Collection(graph, graph.value(schema, CSVW.column))
    title = graph.value(dataset, DCTERMS.title)
    found.append({
        "id": str(dataset), "title": str(title), "language": title.language,
        "code": str(graph.value(dataset, DCTERMS.identifier)),
        "publisher": str(graph.value(graph.value(dataset, DCTERMS.publisher), FOAF.name)),
        "frequency": str(graph.value(dataset, DCTERMS.accrualPeriodicity)),
        "access": str(graph.value(dataset, DCTERMS.accessRights)),
        "issued": graph.value(dataset, DCTERMS.issued).toPython().isoformat(),
        "columns": [str(graph.value(column, CSVW.name)) for column in columns],
        "types": [str(graph.value(column, CSVW.datatype)) for column in columns],
    })
print(json.dumps(found))
