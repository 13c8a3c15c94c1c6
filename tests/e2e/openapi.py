#!/usr/bin/env python3
"""Holds the answers of /api/v1 to their description. Usage: openapi.py URL ID SECRET

Every path and method that is described is asked, in an order that gives each something to answer, and each answer, the
refusals too, must be of the schema that is written for its status. The account is to have bought and to have an order
open; AAPL is to have a book.
"""
import json
import re
import sys
import urllib.error
import urllib.request

url, key, secret = sys.argv[1:4]
problems = []


def ask(method, path, body=None, with_key=True):
    request = urllib.request.Request(url + path, method=method, data=None if body is None else json.dumps(body).encode())
    if with_key:
        request.add_header("Authorization", f"Bearer {key}:{secret}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


description = ask("GET", "/api/v1/openapi.json", with_key=False)[1]


def check(where, value, schema):
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if value is None:
        if not schema.get("nullable"):
            problems.append(f"{where}: null")
        return
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "number": (int, float)}
    kind = schema["type"]
    if not isinstance(value, kinds[kind]) or (kind == "integer" and isinstance(value, bool)):
        problems.append(f"{where}: {value!r} is no {kind}")
        return
    if "enum" in schema and value not in schema["enum"]:
        problems.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        problems.append(f"{where}: {value!r} is not like {schema['pattern']}")
    if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", value):
        problems.append(f"{where}: {value!r} is no time")
    if kind == "array":
        for index, item in enumerate(value):
            check(f"{where}[{index}]", item, schema["items"])
    if kind == "object" and "properties" in schema:
        for name in schema.get("required", []):
            if name not in value:
                problems.append(f"{where}: {name} is missing")
        for name, item in value.items():
            if name in schema["properties"]:
                check(f"{where}.{name}", item, schema["properties"][name])
            elif not schema.get("additionalProperties", True):
                problems.append(f"{where}: {name} is not described")


asked = set()


def call(method, pattern, path, body=None, status=None, with_key=True):
    got, answer = ask(method, path, body, with_key)
    where = f"{method} {path} {got}"
    operation = description["paths"][pattern][method.lower()]
    asked.add((method, pattern))
    if status is not None and got != status:
        problems.append(f"{where}: expected {status}: {answer}")
    if str(got) not in operation["responses"]:
        problems.append(f"{where}: this status is not described")
    elif "content" not in operation["responses"][str(got)]:
        if answer is not None:
            problems.append(f"{where}: {answer!r} where nothing is described")
    else:
        check(where, answer, operation["responses"][str(got)]["content"]["application/json"]["schema"])
    return answer


order = call("POST", "/api/v1/orders", "/api/v1/orders", {"symbol": "AAPL", "side": "buy", "quantity": 1, "price": "1.00"}, 201)
call("POST", "/api/v1/orders", "/api/v1/orders", {"symbol": "AAPL", "side": "buy", "quantity": 100000, "price": "1.00"}, 400)
call("POST", "/api/v1/orders", "/api/v1/orders", {"symbol": "AAPL"}, 422)
call("GET", "/api/v1/orders", "/api/v1/orders", status=200)
call("GET", "/api/v1/orders/{id}", f"/api/v1/orders/{order['id']}", status=200)
call("GET", "/api/v1/orders/{id}", "/api/v1/orders/99999", status=404)
call("PATCH", "/api/v1/orders/{id}", f"/api/v1/orders/{order['id']}", {"quantity": 2}, 200)
call("DELETE", "/api/v1/orders/{id}", f"/api/v1/orders/{order['id']}", status=200)
call("DELETE", "/api/v1/orders/{id}", f"/api/v1/orders/{order['id']}", status=409)
call("DELETE", "/api/v1/orders", "/api/v1/orders?symbol=AAPL", status=200)
for name in ("fills", "account", "portfolio", "key", "quotes", "symbols", "market"):
    call("GET", f"/api/v1/{name}", f"/api/v1/{name}", status=200)
    call("GET", f"/api/v1/{name}", f"/api/v1/{name}", status=401, with_key=False)
for name in ("quotes", "depth", "tape", "bars", "symbols"):
    call("GET", f"/api/v1/{name}/{{symbol}}", f"/api/v1/{name}/AAPL", status=200)
    call("GET", f"/api/v1/{name}/{{symbol}}", f"/api/v1/{name}/NONE", status=404)
session = "/api/v1/session"
call("POST", session, session, {"key": key, "secret": secret}, 201, with_key=False)
call("POST", session, session, {"key": key, "secret": "wrong"}, 401, with_key=False)
call("POST", session, session, {"key": 1}, 422, with_key=False)
call("GET", session, session, status=200)
call("GET", session, session, status=401, with_key=False)
call("DELETE", session, session, status=204, with_key=False)
call("GET", "/api/v1/stream", "/api/v1/stream", status=426)
call("GET", "/api/v1/openapi.json", "/api/v1/openapi.json", status=200)

described = {(method.upper(), path) for path, methods in description["paths"].items() for method in methods}
for method, path in sorted(described - asked):
    problems.append(f"{method} {path} is described and was not asked")
for problem in problems:
    print(problem)
print(f"openapi: {len(asked)} operations, {len(problems)} problem(s)")
sys.exit(1 if problems else 0)
