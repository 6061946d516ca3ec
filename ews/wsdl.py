"""Prints the WSDL and the two XML schemas that we serve, from the contract's tables.

Clients that generate their code from them (zeep, node-ews, .NET) fetch ``services.wsdl``, and
``messages.xsd`` and ``types.xsd`` beside it; node-ews looks for the literal ``<wsdl:definitions``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import quoteattr

from schemas.ews import contract
from schemas.ews.contract import Anything, Attribute, Element, Group, Operation, Particle

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_XS = "http://www.w3.org/2001/XMLSchema"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_HEADER_PARTS = {
    "ExchangeImpersonation": "Impersonation",
    "RequestServerVersion": "RequestVersion",
}


@cache
def types_xsd() -> bytes:
    """The schema of the types namespace."""
    return _schema("t", "").encode()


@cache
def messages_xsd() -> bytes:
    """The schema of the messages namespace; it imports ``types.xsd``."""
    place = f'  <xs:import namespace="{contract.NAMESPACES["t"]}" schemaLocation="types.xsd"/>\n'
    return _schema("m", place).encode()


def _schema(namespace: str, imports: str) -> str:
    lines = list(_schema_lines(namespace))
    body = "\n".join(f"  {line}" for line in lines)
    uri = contract.NAMESPACES[namespace]
    return (
        f'{_DECLARATION}<xs:schema xmlns:xs="{_XS}" xmlns:t="{contract.NAMESPACES["t"]}"'
        f' xmlns:m="{contract.NAMESPACES["m"]}" targetNamespace="{uri}"'
        f' elementFormDefault="qualified">\n{imports}{body}\n</xs:schema>\n'
    )


def _schema_lines(namespace: str) -> Iterator[str]:
    for name in contract.simple_names():
        if contract.simple_type(name).namespace == namespace and _is_named(name):
            yield from _simple(name)
    for name in contract.complex_names():
        if contract.complex_type(name).namespace == namespace and _is_named(name):
            yield from _complex(name)
    for name in contract.global_names():
        if name[0] == namespace:
            yield from _global(name)


def _is_named(name: str) -> bool:
    """Whether a type has a name of its own: the others are printed where they are used."""
    return "." not in name


def _reference(name: str) -> str:
    """A type name with the prefix of its namespace."""
    if name.startswith("xs:"):
        return name
    if contract.is_complex(name):
        return f"{contract.complex_type(name).namespace}:{name}"
    return f"{contract.simple_type(name).namespace}:{name}"


def _typed(opening: str, kind: str, tag: str) -> Iterator[str]:
    """An element or attribute: with a type attribute, or around a type without name."""
    if _is_named(kind):
        yield f'{opening} type="{_reference(kind)}"/>'
        return
    yield f"{opening}>"
    lines = _complex(kind) if contract.is_complex(kind) else _simple(kind)
    yield from _deeper(lines)
    yield f"</xs:{tag}>"


def _deeper(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _named(tag: str, name: str) -> str:
    return f"<xs:{tag} name={quoteattr(name)}" if _is_named(name) else f"<xs:{tag}"


def _simple(name: str) -> Iterator[str]:
    found = contract.simple_type(name)
    yield f"{_named('simpleType', name)}>"
    if found.kind == "list":
        item = found.members[0]
        if _is_named(item):
            yield f'  <xs:list itemType="{_reference(item)}"/>'
        else:
            yield "  <xs:list>"
            yield from _deeper(_deeper(_simple(item)))
            yield "  </xs:list>"
    elif found.kind == "union":
        named = " ".join(_reference(m) for m in found.members if _is_named(m))
        yield f'  <xs:union memberTypes="{named}">' if named else "  <xs:union>"
        for member in found.members:
            if not _is_named(member):
                yield from _deeper(_deeper(_simple(member)))
        yield "  </xs:union>"
    else:
        yield f'  <xs:restriction base="{_reference(found.members[0])}">'
        for value in found.values:
            yield f"    <xs:enumeration value={quoteattr(value)}/>"
        for facet, value in found.facets:
            yield f"    <xs:{facet} value={quoteattr(value)}/>"
        yield "  </xs:restriction>"
    yield "</xs:simpleType>"


def _complex(name: str) -> Iterator[str]:
    found = contract.complex_type(name)
    abstract = ' abstract="true"' if found.is_abstract else ""
    yield f"{_named('complexType', name)}{abstract}>"
    inside = list(_content(found))
    if found.derivation:
        wrapper = "simpleContent" if found.derivation == "text" else "complexContent"
        derivation = "restriction" if found.derivation == "restricts" else "extension"
        yield f"  <xs:{wrapper}>"
        yield f'    <xs:{derivation} base="{_reference(found.base)}">'
        yield from (f"      {line}" for line in inside)
        yield f"    </xs:{derivation}>"
        yield f"  </xs:{wrapper}>"
    else:
        yield from _deeper(iter(inside))
    yield "</xs:complexType>"


def _content(found: contract.ComplexType) -> Iterator[str]:
    if found.content is not None:
        yield from _particle(found.content)
    for attribute in found.attributes:
        yield from _attribute(attribute)
    if found.has_soap_attributes:
        yield f'<xs:anyAttribute namespace="{_SOAP}"/>'
    if any(attribute.name == "lang" for attribute in found.attributes):
        # xml:lang, without an import of its schema, which many tools cannot find.
        uri = "http://www.w3.org/XML/1998/namespace"
        yield f'<xs:anyAttribute namespace="{uri}" processContents="skip"/>'


def _occurs(particle: Particle) -> str:
    low = f' minOccurs="{particle.min}"' if particle.min != 1 else ""
    if particle.max == 1:
        return low
    return f'{low} maxOccurs="{"unbounded" if particle.max is None else particle.max}"'


def _particle(particle: Particle) -> Iterator[str]:
    occurs = _occurs(particle)
    if isinstance(particle, Anything):
        yield (
            f'<xs:any namespace="{particle.namespace}"'
            f' processContents="{particle.process}"{occurs}/>'
        )
    elif isinstance(particle, Group):
        yield f"<xs:{particle.kind}{occurs}>"
        for part in particle.particles:
            yield from _deeper(_particle(part))
        yield f"</xs:{particle.kind}>"
    else:
        yield from _element(particle, occurs)


def _element(element: Element, occurs: str) -> Iterator[str]:
    if element.is_ref:
        yield f'<xs:element ref="{element.namespace}:{element.name}"{occurs}/>'
        return
    nillable = ' nillable="true"' if element.nillable else ""
    default = f" default={quoteattr(element.default)}" if element.default else ""
    opening = f"<xs:element name={quoteattr(element.name)}{occurs}{nillable}{default}"
    yield from _typed(opening, element.type, "element")


def _attribute(attribute: Attribute) -> Iterator[str]:
    if attribute.name == "lang":
        return
    use = ' use="required"' if attribute.is_required else ""
    if attribute.is_prohibited:
        use = ' use="prohibited"'
    default = f" default={quoteattr(attribute.default)}" if attribute.default else ""
    opening = f"<xs:attribute name={quoteattr(attribute.name)}{use}{default}"
    yield from _typed(opening, attribute.type, "attribute")


def _global(qualified: str) -> Iterator[str]:
    found = contract.global_element(qualified)
    abstract = ' abstract="true"' if found.is_abstract else ""
    head = f' substitutionGroup="{found.head}"' if found.head else ""
    opening = f"<xs:element name={quoteattr(found.name)}{abstract}{head}"
    yield from _typed(opening, found.type, "element")


def wsdl(address: str) -> bytes:
    """The WSDL with a service at ``address`` (the URL of /EWS/Exchange.asmx)."""
    operations = contract.operations().values()
    lines = [
        f'{_DECLARATION}<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"',
        '    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"',
        f'    xmlns:tns="{contract.NAMESPACES["m"]}" xmlns:t="{contract.NAMESPACES["t"]}"',
        f'    targetNamespace="{contract.NAMESPACES["m"]}">',
        "  <wsdl:types>",
        f'    <xs:schema xmlns:xs="{_XS}">',
        f'      <xs:import namespace="{contract.NAMESPACES["m"]}" schemaLocation="messages.xsd"/>',
        "    </xs:schema>",
        "  </wsdl:types>",
    ]
    for operation in operations:
        lines += _messages(operation)
    lines.append('  <wsdl:portType name="ExchangeServicePortType">')
    for operation in operations:
        lines += _port(operation)
    lines += [
        "  </wsdl:portType>",
        '  <wsdl:binding name="ExchangeServiceBinding" type="tns:ExchangeServicePortType">',
        '    <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>',
    ]
    for operation in operations:
        lines += _binding(operation)
    lines += [
        "  </wsdl:binding>",
        '  <wsdl:service name="ExchangeServices">',
        '    <wsdl:port name="ExchangeServicePort" binding="tns:ExchangeServiceBinding">',
        f"      <soap:address location={quoteattr(address)}/>",
        "    </wsdl:port>",
        "  </wsdl:service>",
        "</wsdl:definitions>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _part(header: str) -> str:
    return _HEADER_PARTS.get(header, header)


def _messages(operation: Operation) -> list[str]:
    name = operation.name
    return [
        f'  <wsdl:message name="{name}SoapIn">',
        f'    <wsdl:part name="request" element="tns:{operation.request}"/>',
        *(f'    <wsdl:part name="{_part(h)}" element="t:{h}"/>' for h in operation.headers),
        "  </wsdl:message>",
        f'  <wsdl:message name="{name}SoapOut">',
        f'    <wsdl:part name="{name}Result" element="tns:{operation.response}"/>',
        '    <wsdl:part name="ServerVersion" element="t:ServerVersionInfo"/>',
        "  </wsdl:message>",
    ]


def _port(operation: Operation) -> list[str]:
    return [
        f'    <wsdl:operation name="{operation.name}">',
        f'      <wsdl:input message="tns:{operation.name}SoapIn"/>',
        f'      <wsdl:output message="tns:{operation.name}SoapOut"/>',
        "    </wsdl:operation>",
    ]


def _binding(operation: Operation) -> list[str]:
    name = operation.name
    headers = [
        f'        <soap:header message="tns:{name}SoapIn" part="{_part(h)}" use="literal"/>'
        for h in operation.headers
    ]
    return [
        f'    <wsdl:operation name="{name}">',
        f'      <soap:operation soapAction="{operation.action}"/>',
        "      <wsdl:input>",
        '        <soap:body parts="request" use="literal"/>',
        *headers,
        "      </wsdl:input>",
        "      <wsdl:output>",
        f'        <soap:body parts="{name}Result" use="literal"/>',
        f'        <soap:header message="tns:{name}SoapOut" part="ServerVersion" use="literal"/>',
        "      </wsdl:output>",
        "    </wsdl:operation>",
    ]
