"""Drives any server that speaks Exchange Web Services from outside, and says what it finds.

`python -m conformance --ews URL --user ADDRESS --password WORD` runs scenarios over HTTP. Each
is a plain function that reads as an example of use, and names the requirements of Microsoft's
specifications that it shows. Every answer is held against the published contract. Nothing here
imports the server.
"""
