"""Attack A19 (SOGo CVE-2026-8851): SQL is never put together from text, and names do no harm."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from store.commands import CheckIntegrity
from tests.lessons.conftest import ID_ONLY, INBOX, change, new
from tests.security.house import House, opened

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]
# Functions that take SQL as text.
TAKERS = {"text", "exec_driver_sql", "executescript", "literal_column", "DDL"}
NASTY = (
    "'",
    '"',
    "''; DROP TABLE item; --",
    '"); DROP TABLE item; --',
    "' OR '1'='1",
    "a' UNION SELECT password_hash FROM account --",
    "\\",
    "\\' OR 1=1 --",
    "%",
    "_",
    "%s %(x)s {x} :x $1 ?",
    "$.x",
    "$[0]",
    "a.b",
    "a]b[",
    "`",
    "\u0085\u2028",
    "\ufffd",
    "🙈",
    "a" * 200,
    "-- x",
    "/* x */",
    "NULL",
    "0x27",
)


def _files() -> list[Path]:
    return sorted((ROOT / "store").rglob("*.py"))


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(ROOT)))
def test_attack_a19_no_sql_is_made_by_formatting(file: Path) -> None:
    """What ``text()`` and its kin are given is written there as it is; migrations too."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
        given = node.args[0]
        is_method = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "self"
        if name in TAKERS and not is_method:
            assert not _is_formatted(given), f"{file}:{node.lineno}: {ast.unparse(node)[:200]}"
        if ast.unparse(given).startswith(("f'PRAGMA ", 'f"PRAGMA ')):
            continue  # of SQLite, which takes no parameters there; from a list of ours
        if name in ("execute", "executemany", "scalar", "scalars"):
            assert not isinstance(given, ast.JoinedStr | ast.BinOp), f"{file}:{node.lineno}"


def _is_formatted(node: ast.expr) -> bool:
    """Whether a text is put together of anything but constants (in capitals, or written out)."""
    return any(map(_formats, ast.walk(node)))


def _formats(part: ast.AST) -> bool:
    match part:
        case ast.FormattedValue(value=ast.Name(id=name)):
            return not name.lstrip("_").isupper()
        case ast.FormattedValue() | ast.BinOp(op=ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "replace")):
            return True
    return False


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    async with opened(tmp_path_factory.mktemp("house"), "anna", "ben") as house:
        house.live = await house.furnish("anna")
        yield house


def _hash(house: House) -> str:
    return hashlib.sha256(repr([house.rows(who) for who in ("anna", "ben")]).encode()).hexdigest()


def _find(*, restriction: str = "", order: str = "", query: str = "", paths: str = "") -> str:
    return (
        f'<m:FindItem Traversal="Shallow"><m:ItemShape>{ID_ONLY}{paths}</m:ItemShape>{restriction}'
        f"{order}<m:ParentFolderIds>{INBOX}</m:ParentFolderIds>{query}</m:FindItem>"
    )


@pytest.mark.parametrize("nasty", NASTY)
async def test_attack_a19_reading_with_names_like_these_changes_nothing(
    house: House, nasty: str
) -> None:
    before = _hash(house)
    value, text = quoteattr(nasty), escape(nasty)
    named = (
        f'<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName={value}'
        ' PropertyType="String"/>'
    )
    header = f'<t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex={value}/>'
    constant = f"<t:FieldURIOrConstant><t:Constant Value={value}/></t:FieldURIOrConstant>"
    subject = '<t:FieldURI FieldURI="item:Subject"/>'
    folder = f"<t:FolderId Id={value}/><t:FolderId Id={value} ChangeKey={value}/>"
    bodies = [
        _find(restriction=f"<m:Restriction><t:IsEqualTo>{path}{constant}</t:IsEqualTo>"
              "</m:Restriction>")
        for path in (named, header, subject)
    ]  # fmt: skip
    bodies += [
        _find(restriction=f"<m:Restriction><t:Contains ContainmentMode=\"{mode}\">{named}"
              f"<t:Constant Value={value}/></t:Contains></m:Restriction>")
        for mode in ("Substring", "PrefixOnWords", "FullString", "Prefixed", "ExactPhrase")
    ]  # fmt: skip
    bodies += [
        _find(restriction=f"<m:Restriction><t:Exists>{named}</t:Exists></m:Restriction>"),
        _find(order=f'<m:SortOrder><t:FieldOrder Order="Ascending">{named}</t:FieldOrder>'
              "</m:SortOrder>"),
        _find(paths=f"<t:AdditionalProperties>{named}{header}</t:AdditionalProperties>"),
        _find(query=f"<m:QueryString>{text}</m:QueryString>"),
        _find(query=f"<m:QueryString>subject:{text} OR from:({text})</m:QueryString>"),
        f"<m:GetFolder><m:FolderShape>{ID_ONLY}</m:FolderShape><m:FolderIds>{folder}</m:FolderIds>"
        "</m:GetFolder>",
        '<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>'
        f"{text}</m:UnresolvedEntry></m:ResolveNames>",
        f"<m:GetUserConfiguration><m:UserConfigurationName Name={value}>{INBOX}"
        "</m:UserConfigurationName><m:UserConfigurationProperties>All"
        "</m:UserConfigurationProperties></m:GetUserConfiguration>",
        f"<m:GetFolder><m:FolderShape>{ID_ONLY}</m:FolderShape><m:FolderIds>"
        f'<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>{text}</t:EmailAddress>'
        "</t:Mailbox></t:DistinguishedFolderId></m:FolderIds></m:GetFolder>",
        f"<m:GetServerTimeZones><m:Ids><t:Id>{text}</t:Id></m:Ids></m:GetServerTimeZones>",
    ]  # fmt: skip
    for body in bodies:
        answer = await house.ask(body)
        assert "ErrorInternalServer" not in answer
        assert "argon2" not in answer and "sqlite" not in answer.lower()
    assert _hash(house) == before
    assert house.broken == []


@pytest.mark.parametrize("nasty", NASTY)
async def test_attack_a19_what_is_written_under_such_a_name_is_read_and_found_by_it(
    house: House, nasty: str
) -> None:
    value, text = quoteattr(nasty), escape(nasty)
    named = (
        f'<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName={value}'
        ' PropertyType="String"/>'
    )
    property = f"<t:ExtendedProperty>{named}<t:Value>{text}</t:Value></t:ExtendedProperty>"
    categories = f"<t:Categories><t:String>{text}</t:String></t:Categories>"
    id = await new(house, subject=text, more=f"{categories}{property}")
    constant = f"<t:FieldURIOrConstant><t:Constant Value={value}/></t:FieldURIOrConstant>"
    for path in (named, '<t:FieldURI FieldURI="item:Subject"/>'):
        restriction = f"<m:Restriction><t:IsEqualTo>{path}{constant}</t:IsEqualTo></m:Restriction>"
        answer = await house.ask(_find(restriction=restriction))
        assert re.findall(r'<t:ItemId Id="([^"]+)"', answer) == [id], (path, answer)
    updated = await change(
        house, id, f"<t:SetItemField>{named}<t:Message>{property}</t:Message></t:SetItemField>"
    )
    assert "NoError" in updated
    made = await house.ask(
        f"<m:CreateFolder><m:ParentFolderId>{INBOX}</m:ParentFolderId><m:Folders><t:Folder>"
        f"<t:DisplayName>{text}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"
    )
    assert "ErrorInternalServer" not in made
    assert house.broken == []


async def test_attack_a19_the_store_is_sound_after_it(house: House) -> None:
    assert await house.store.system().execute(CheckIntegrity()) == []
