#!/usr/bin/python3
"""Writes ini_cases.jsonl: files, and what Python's configparser makes of them.

A line is one case: {"text": …, "sections": {name: {key: value}}}, with [DEFAULT] and what each
section inherits, or {"text": …, "error": class, "line": number}. Run by hand; Python 3.11.
"""
import configparser
import json
import os
import random
import tempfile

BY_HAND = [
    "",
    "\n\n",
    "# only a comment\n",
    "  [DEFAULT]\n  user=U\n  tenancy=T\n",
    "\t[DEFAULT]\n\tuser=U\n\ttenancy=T\n",
    "[DEFAULT]\n  user=U\n  fingerprint=F\ntenancy=T\n",
    "[DEFAULT]\nuser=U\n  goes on\ntenancy=T\n",
    "[DEFAULT]\nuser=U\n\n  goes on after an empty line\ntenancy=T\n",
    "[DEFAULT]\nuser=U\n# comment\n  goes on after a comment\n",
    "[DEFAULT]\nuser=U\n  # indented comment\n  goes on\n",
    "[DEFAULT]\nuser=U ; not a comment\ntenancy=T # neither\n",
    "[DEFAULT]\nuser=\n  U on the next line\n",
    "[DEFAULT]\nuser=U\n\n\n",
    "[DEFAULT]\nuser=U\n   \n \ntenancy=T\n",
    "[one] # a comment\na=1\n[two] ; [three]\na=2\n",
    "[two] #same as [DEFAULT]\na=1\n",
    "[a]b]\nx=1\n",
    "[]\nx=1\n",
    "[]]\nx=1\n",
    "[ spaces ]\nx=1\n",
    "[open\nx=1\n",
    "[a]\nx=1\n  [b]\ny=2\n",
    "[a]\n  [b]\ny=2\n",
    "[DEFAULT]\na=1\n[DEFAULT]\nb=2\n",
    "[DEFAULT]\na=1\n[DEFAULT]\na=2\n",
    "[default]\na=1\n[DEFAULT]\nb=2\n",
    "[a]\nx=1\n[a]\ny=2\n",
    "[a]\nx=1\nX=2\n",
    "[a]\nx=1\n[b]\nx=2\n",
    "x=1\n[a]\n",
    "[a]\nx\n",
    "[a]\n=1\n",
    "[a]\n:1\n=2\n",
    "[a]\nx : 1\ny=a:b=c\nz: =\n",
    "[a]\nkey with spaces = value with spaces  \n",
    "[a]\nx=1\r\ny=2\r\n[b]\r\nz=3\r\n",
    "[a]\rx=1\ry=2\r",
    "[a]\nx=1\x0by=2\x0c\n",
    "[a]\n\u00a0x=1\n\u00a0\u2003y=2\n",
    "[a]\nx=\u00a0v\u3000\n",
    "[a]\nx=1\u2028y=2\n",
    "[a]\nx=1\x1c\n\x1f y=2\n",
    "[a]\nx=caf\u00e9\n[\u00fcml\u00e4ut]\ny=\U0001f600\n",
    "\ufeff[DEFAULT]\nuser=U\n",
    "\ufeff# comment\n[DEFAULT]\nuser=U\n",
    "[DEFAULT]\n\ufeffuser=U\n",
    "[a]\nx=%(y)s %\n",
    "[a]\nx=1\n\ty=2\n\t\tz=3\n",
    "[a]\n\tx=1\n y=2\n",
    "[a]\n  x=1\n y=2\n  z=3\n",
    "[a]\nx=1\n]\n",
    "[a]\nrem=1\nREM 2\n",
    "[a]\nx=1\n;y=2\n #z=3\n",
    "[a]\nx=\"quoted\"\ny='q'\n",
    "[a]\nx=1",
    "[a]\nx=1\n  ",
    "[a]",
]
INDENTS = ["", "", "", " ", "  ", "    ", "\t", "\t ", "\u00a0"]
LINES = ["[DEFAULT]", "[one]", "[two] # c", "[one] [x]", "user=U", "USER = V", "tenancy: T",
         "region=r", "key_file=/k", "more words", "# comment", "; comment", "", "", "a=b=c", "=x",
         "path=%s", "x =", "[", "value # not a comment", "one=1", "two=2", "three : 3"]
ENDS = ["\n", "\n", "\n", "\r\n", "\r"]


def random_file(source):
    end = source.choice(ENDS)
    # Most begin as people's files do, so that the rest of them is read.
    lines = [source.choice(INDENTS) + "[DEFAULT]"] if source.random() < 0.8 else []
    for _ in range(source.randint(1, 8)):
        lines.append(source.choice(INDENTS) + source.choice(LINES))
    return end.join(lines) + (end if source.random() < 0.8 else "")


def case_of(text):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(text.encode("utf-8"))
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file.name, encoding="utf-8")
    except configparser.Error as error:
        line = error.errors[0][0] if isinstance(error, configparser.ParsingError) and getattr(
            error, "errors", None) else error.lineno
        return {"text": text, "error": type(error).__name__, "line": line}
    finally:
        os.unlink(file.name)
    sections = {"DEFAULT": dict(parser["DEFAULT"])}
    sections.update({name: dict(parser[name]) for name in parser.sections()})
    return {"text": text, "sections": sections}


def main():
    source = random.Random(1)
    texts = dict.fromkeys(BY_HAND)
    while len(texts) < 1200:
        texts.setdefault(random_file(source))
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "ini_cases.jsonl"), "w", encoding="ascii") as out:
        for text in texts:
            out.write(json.dumps(case_of(text)) + "\n")


main()
