#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes bot_api.json, the table that telegram-sim checks requests against.

usage: make_bot_api.py DESCRIPTION.json > bot_api.json

DESCRIPTION.json is the machine-readable Bot API of
github.com/PaulSonOfLars/telegram-bot-api-spec. Only facts are taken from it:
names, types, what is required, and the limits read from the sentences; the
sentences themselves are left out.

    "methods"  name -> fields        "types"  name -> {"fields": ...} or {"any": [names]}
    a field    {"types": [...], "required": true, "min": 1, "max": 64, "unit": "bytes",
                "parsed": true (the limit counts what is left after parse_mode), "is": "default"}
    "updates"  the kinds of update, for allowed_updates
"""
import json
import re
import sys

METHODS = """getMe getUpdates getWebhookInfo setWebhook deleteWebhook sendMessage editMessageText
editMessageReplyMarkup deleteMessage answerCallbackQuery setMyCommands deleteMyCommands
getMyCommands sendChatAction sendDocument getChat""".split()


def base_type(name):
    while name.startswith("Array of "):
        name = name[len("Array of "):]
    return name


def field_facts(field):
    facts = {"types": field["types"]}
    text = field["description"]
    if field["required"]:
        facts["required"] = True
    limit = re.search(r"(\d+)-(\d+) (characters|bytes)(.{0,9})", text)
    if limit:
        facts.update(min=int(limit[1]), max=int(limit[2]), unit=limit[3])
        if limit[4].startswith(" after"):
            facts["parsed"] = True
    constant = re.search(r", must be ([a-z_]+)$", text.rstrip("."))
    if constant:
        facts["is"] = constant[1]
    return facts


def fields_facts(owner):
    return {field["name"]: field_facts(field) for field in owner.get("fields", [])}


def reachable(description, names):
    found = {}

    def visit(name):
        name = base_type(name)
        entry = description["types"].get(name)
        if entry is None or name in found:
            return
        if entry.get("subtypes"):
            found[name] = {"any": entry["subtypes"]}
            for subtype in entry["subtypes"]:
                visit(subtype)
            return
        found[name] = {"fields": fields_facts(entry)}
        for field in entry.get("fields", []):
            for type_name in field["types"]:
                visit(type_name)

    for method in names:
        for field in description["methods"][method].get("fields", []):
            for type_name in field["types"]:
                visit(type_name)
    return dict(sorted(found.items()))


def print_rows(name, rows, last):
    print(f' "{name}": {{')
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in rows.items()]
    print(",\n".join(lines))
    print(" }" + ("" if last else ","))


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        description = json.load(source)
    updates = [field["name"] for field in description["types"]["Update"]["fields"]]
    updates.remove("update_id")
    print("{")
    print(f' "version": {json.dumps(description["version"])},')
    print(f' "updates": {json.dumps(updates)},')
    print_rows("methods", {name: fields_facts(description["methods"][name]) for name in METHODS}, False)
    print_rows("types", reachable(description, METHODS), True)
    print("}")


if __name__ == "__main__":
    main()
