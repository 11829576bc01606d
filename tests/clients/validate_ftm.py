"""Read a file of entities with the FollowTheMoney library and print, as JSON, what it finds wrong with them.

Run by the environment of other people's readers: python validate_ftm.py FILE. Prints {"read": n, "wrong": [...]}.
"""

import importlib
import json
import sys
from pathlib import Path


def find_wrong(lines: list[str]) -> list[str]:
    """Return what is wrong: schemata, properties and values that the model does not have, references that lead nowhere."""
    # Imported here: the tests collect this file with an environment that does not have the library.
    model = importlib.import_module("followthemoney").model
    invalid = importlib.import_module("followthemoney.exc").FollowTheMoneyException
    wrong = []
    entities = {data["id"]: data for data in map(json.loads, lines)}
    if len(entities) != len(lines):
        wrong.append("an identifier stands there twice")
    for identifier, data in entities.items():
        schema = model.get(data["schema"])
        if schema is None or schema.abstract:
            wrong.append(f"{identifier}: no schema {data['schema']}")
            continue
        try:
            schema.validate(data)
        except invalid as error:
            wrong.append(f"{identifier}: {error} {getattr(error, 'errors', '')}")
        for name in schema.required:
            if not data["properties"].get(name):
                wrong.append(f"{identifier}: {schema.name} requires {name}")
        for name, values in data["properties"].items():
            prop = schema.properties.get(name)
            if prop is None or prop.stub:
                wrong.append(f"{identifier}: {schema.name} has no property {name}")
                continue
            for value in values:
                kept = prop.type.clean(value)
                if kept != value:
                    wrong.append(f"{identifier}: {name} {value!r} is read as {kept!r}")
                if prop.type.name == "entity":
                    target = entities.get(value)
                    if target is None:
                        wrong.append(f"{identifier}: {name} leads to {value}, which is not there")
                    elif not model[target["schema"]].is_a(prop.range):
                        wrong.append(f"{identifier}: {name} leads to a {target['schema']}, not a {prop.range.name}")
        held = {name: sorted(values) for name, values in model.get_proxy(data).to_dict()["properties"].items()}
        if held != {name: sorted(values) for name, values in data["properties"].items()}:
            wrong.append(f"{identifier}: the library keeps other values")
    return wrong


if __name__ == "__main__":
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    found = find_wrong(text.splitlines())
    print(json.dumps({"read": len(text.splitlines()), "wrong": found}))
