"""What ``entrepot demo`` prints for people: addresses, passwords, and how to connect a client."""

from __future__ import annotations

from typing import Any


def welcome(word: dict[str, Any]) -> str:
    """Instructions for the demo server that ``word`` describes."""
    users = word["users"]
    width = max(len(user["address"]) for user in users) if users else 0
    rows = [
        f"  {user['address']:<{width}}  {user['password']}  {user['role']}" for user in users[:8]
    ]
    if len(users) > len(rows):
        rows.append(f"  … and {len(users) - len(rows)} more with the same password")
    secure = f"{word['https']}/EWS/Exchange.asmx" if "https" in word else word["ews"]
    first = users[0] if users else {"address": "user@demo.example", "password": "password"}
    return "\n".join(
        [
            "",
            "Entrepot serves a demo organisation.",
            "",
            f"  EWS           {word['ews']}",
            *([f"                {secure}   (self-signed)"] if secure != word["ews"] else []),
            f"  ActiveSync    {word['eas']}",
            f"  Autodiscover  {word['autodiscover']}",
            f"  SMTP          {word['smtp']}",
            f"  Data          {word['folder']}",
            "",
            "Accounts (address, password, role):",
            *rows,
            "",
            "Connect a client:",
            f"  Outlook for Mac, Apple Mail   Exchange account by hand, server {secure}",
            f"  Evolution, Thunderbird        Exchange Web Services, host URL {word['ews']}",
            f"  Phones                        Exchange account, server {_host(secure)}, with SSL",
            f"  DavMail                       davmail.url={word['ews']}, davmail.mode=EWS",
            "  curl                          curl -u "
            f"'{first['address']}:{first['password']}' {_base(word)}/health",
            "  Python                        pip install exchangelib, then",
            "      from exchangelib import Account, Configuration, Credentials, DELEGATE",
            f"      who = Credentials({first['address']!r}, {first['password']!r})",
            f"      config = Configuration(service_endpoint={word['ews']!r}, credentials=who,",
            "                             auth_type='basic')",
            f"      account = Account({first['address']!r}, config=config, autodiscover=False,",
            "                        access_type=DELEGATE)",
            "      print([item.subject for item in account.inbox.all()[:10]])",
            "  Send a message                swaks --to "
            f"{first['address']} --server {word['smtp']}",
            "",
            "Stop with Ctrl-C. The data stays; start again and it is still there.",
        ]
    )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _base(word: dict[str, Any]) -> str:
    return str(word["http"])
