"""The DNS records by which mail and clients find a server."""

from __future__ import annotations


def dns_records(domain: str, host: str) -> str:
    """Zone-file lines: MX, Autodiscover by name and by SRV, SPF, DMARC."""
    rows = [
        (f"{host}.", "A", "<address of this server>", ""),
        (f"{domain}.", "MX", f"10 {host}.", "mail comes here"),
        (f"autodiscover.{domain}.", "CNAME", f"{host}.", "clients find the server"),
        (f"_autodiscover._tcp.{domain}.", "SRV", f"0 0 443 {host}.", "and by another way"),
        (f"_submission._tcp.{domain}.", "SRV", f"0 1 587 {host}.", "programs that hand in mail"),
        (f"{domain}.", "TXT", '"v=spf1 mx -all"', "who sends for the domain (add your relay)"),
        (f"_dmarc.{domain}.", "TXT", f'"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"', ""),
    ]
    width = max(len(row[0]) for row in rows)
    lines = [
        f"{name:<{width}}  IN  {kind:<5}  {value}{f'   ; {why}' if why else ''}"
        for name, kind, value, why in rows
    ]
    return "\n".join(lines)
