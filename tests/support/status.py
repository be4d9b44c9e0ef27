#!/usr/bin/python3
"""Looks at what `ssh-forward-agentd status --json` says.

    status.py FILE EXPRESSION...     each a Python expression over the document's members, to be true
    status.py FILE documented PAGE   every member of it is in the man page, as *name*

In expressions: ids, links, listeners ... are the document's members; one(LIST, NAME=VALUE...) is the one item of a
list that has these.
"""
import json
import sys


def one(items, **members):
    found = [item for item in items
             if all(item.get(name) == value for name, value in members.items())]
    if len(found) != 1:
        sys.exit('%d items have %s, not one: %s' % (len(found), members, items))
    return found[0]


def names(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from names(member)
    elif isinstance(value, list):
        for item in value:
            yield from names(item)


def main():
    with open(sys.argv[1], encoding='ascii') as file:
        text = file.read()
    if text.count('\n') != 1:
        sys.exit('the document is not one line')
    document = json.loads(text)
    if sys.argv[2] == 'documented':
        with open(sys.argv[3], encoding='utf-8') as file:
            page = file.read()
        missing = sorted({name for name in names(document)
                          if '*%s*' % name not in page.replace('\\_', '_')})
        if missing:
            sys.exit('%s does not name %s' % (sys.argv[3], ', '.join(missing)))
        return
    for expression in sys.argv[2:]:
        if eval(expression, dict(document, one=one)) is not True:
            sys.exit('not so: %s\n%s' % (expression, json.dumps(document, indent=1)))


main()
