"""Who is asking: schemes, the credential cache, the lock-out, what a refusal tells."""

import asyncio
import base64

import pytest
import structlog

from entrepot import authentication
from entrepot.authentication import Refusal, decode_basic
from entrepot.passwords import hash_password, is_password, new_password
from store.commands import AddAccount, RemoveAccount, UpdateAccount
from store.model import Principal
from tests.entrepot.conftest import PASSWORD

pytestmark = pytest.mark.anyio

ADDRESS = "203.0.113.7"
ANNA = "anna@demo.example"


def basic(login=ANNA, password=PASSWORD, encoding="utf-8"):
    return "Basic " + base64.b64encode(f"{login}:{password}".encode(encoding)).decode()


@pytest.fixture
def hashings(monkeypatch):
    """Each password that was hashed."""
    hashed = []

    def noted(password, password_hash):
        hashed.append(password)
        return is_password(password, password_hash)

    monkeypatch.setattr(authentication, "is_password", noted)
    return hashed


async def sign_in(authenticate, header=None, address=ADDRESS, device="", **more):
    return await authenticate(header or basic(), address, device, secure=True, **more)


@pytest.mark.parametrize("login", [ANNA, "ANNA@demo.example", "DEMO\\anna", "demo\\Anna", "anna"])
async def test_every_form_of_the_login_signs_in(authenticate, login):
    principal = await sign_in(authenticate, basic(login))
    assert isinstance(principal, Principal)
    assert (principal.address, principal.role) == (ANNA, "user")
    assert principal.mailbox_id > 0


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"an\0na:x").decode(),
        "NTLM TlRMTVNTUAABAAAA",
        "Negotiate YIIB",
        "Bearer abc.def.ghi",
        "Digest username=anna",
        basic(password=""),
        basic(login=""),
        basic(password="wrong"),
        basic(login="nobody@demo.example"),
        "x" * 10_000,
    ],
)
async def test_everything_else_is_refused_in_the_same_words(authenticate, header):
    refusal = await authenticate(header, ADDRESS, secure=True)
    assert isinstance(refusal, Refusal)
    assert refusal.status == 401
    assert refusal.headers == [("WWW-Authenticate", 'Basic realm="Entrepot", charset="UTF-8"')]
    assert refusal.text == "Sign in with your mail address and password.\n"


async def test_plain_http_never_asks_for_a_password(authenticate):
    for header in (None, basic()):
        refusal = await authenticate(header, ADDRESS)
        assert (refusal.status, refusal.headers) == (403, [])
    assert isinstance(await authenticate(basic(), "127.0.0.1"), Principal)
    assert isinstance(await authenticate(basic(), "::1"), Principal)


async def test_passwords_in_utf_8_and_latin_1_and_both_normal_forms(authenticate, store):
    await store.system().execute(
        UpdateAccount(ANNA, password_hash=hash_password("Gr\u00fc\u00dfe"))
    )
    for password, encoding in (("Grüße", "utf-8"), ("Grüße", "latin-1"), ("Gru\u0308ße", "utf-8")):
        assert isinstance(
            await sign_in(authenticate, basic(password=password, encoding=encoding)), Principal
        )


async def test_a_password_is_hashed_once_and_again_when_time_has_passed(
    authenticate, hashings, clock
):
    for _ in range(5):
        assert isinstance(await sign_in(authenticate), Principal)
    assert len(hashings) == 1
    clock.advance(301)
    assert isinstance(await sign_in(authenticate), Principal)
    assert len(hashings) == 2


async def test_every_program_with_the_right_password_is_known(authenticate, hashings):
    """Also one whose password needed no hashing: others' failures never keep it out."""
    for device in ("Mail/1", "Calendar/1"):
        assert isinstance(await sign_in(authenticate, device=device), Principal)
    assert len(hashings) == 1
    for number in range(60):
        authenticate.lock_out.trying(ADDRESS, f"user{number}@demo.example", "spray")
    for device in ("Mail/1", "Calendar/1"):
        assert isinstance(await sign_in(authenticate, device=device), Principal)
    assert isinstance(await sign_in(authenticate, device="Unknown/1"), Refusal)


async def test_many_first_requests_at_once_hash_once(authenticate, hashings):
    results = await asyncio.gather(*(sign_in(authenticate) for _ in range(20)))
    assert all(isinstance(result, Principal) for result in results)
    assert len(hashings) == 1


async def test_a_new_password_ends_the_old_one_at_once(authenticate, store):
    await sign_in(authenticate)
    await store.system().execute(UpdateAccount(ANNA, password_hash=hash_password("new one")))
    assert isinstance(await sign_in(authenticate), Refusal)
    assert isinstance(await sign_in(authenticate, basic(password="new one")), Principal)


async def test_a_disabled_account_is_out_with_its_next_request(authenticate, store):
    await sign_in(authenticate)
    await store.system().execute(UpdateAccount(ANNA, is_disabled=True))
    assert isinstance(await sign_in(authenticate), Refusal)
    await store.system().execute(UpdateAccount(ANNA, is_disabled=False))
    assert isinstance(await sign_in(authenticate), Principal)


async def test_a_removed_account_is_out_with_its_next_request(authenticate, store):
    await sign_in(authenticate)
    await store.system().execute(RemoveAccount(ANNA))
    assert isinstance(await sign_in(authenticate), Refusal)


async def test_a_change_by_another_process_counts_within_seconds(authenticate, store, clock):
    """Another process's commit reaches this one's bus never, so the stamp is looked at."""
    await sign_in(authenticate)
    store.bus.on_revocation(authenticate.drop)
    authenticate._stop_listening()
    store.bus._revocations.clear()
    await store.system().execute(UpdateAccount(ANNA, is_disabled=True))
    assert isinstance(await sign_in(authenticate), Principal)  # not yet known
    clock.advance(6)
    assert isinstance(await sign_in(authenticate), Refusal)


async def test_an_account_without_password_lets_nobody_in(authenticate, store):
    await store.system().execute(AddAccount("office@demo.example", "Office", role="shared"))
    for password in ("", " ", "x"):
        refusal = await sign_in(authenticate, basic("office@demo.example", password))
        assert isinstance(refusal, Refusal)


async def test_guessing_waits_and_even_the_right_password_then(authenticate, clock):
    for number in range(5):
        await sign_in(authenticate, basic(password=f"guess {number}"), "198.51.100.1")
    refusal = await sign_in(authenticate, basic(), "198.51.100.1")
    assert isinstance(refusal, Refusal)
    assert refusal.retry_after_s > 0
    assert ("Retry-After", str(refusal.retry_after_s)) in refusal.headers
    clock.advance(refusal.retry_after_s)
    assert isinstance(await sign_in(authenticate, basic(), "198.51.100.1"), Principal)


async def test_a_cached_password_cannot_be_guessed_at_full_speed(authenticate, hashings):
    await sign_in(authenticate, device="Phone")
    for number in range(5):
        await sign_in(authenticate, basic(password=f"guess {number}"), "198.51.100.1")
    assert isinstance(await sign_in(authenticate, basic(), "198.51.100.1"), Refusal)
    assert isinstance(await sign_in(authenticate, device="Phone"), Principal)


async def test_a_spray_does_not_lock_out_the_owner(authenticate, hashings, clock):
    await sign_in(authenticate, device="Phone")
    for number in range(200):
        await sign_in(authenticate, basic(password=f"guess {number}"), "203.0.113.99", "spray")
    assert len(hashings) < 10  # the rest had to wait and cost nothing
    clock.advance(301)
    assert isinstance(await sign_in(authenticate, device="Phone"), Principal)


async def test_an_unknown_name_costs_the_same_hash_as_a_known_one(authenticate, monkeypatch):
    hashed: list[str] = []
    real = authentication.is_password

    def counted(password: str, password_hash: str) -> bool:
        hashed.append(password)
        return real(password, password_hash)

    monkeypatch.setattr(authentication, "is_password", counted)
    await sign_in(authenticate, basic(ANNA, "wrong"), "198.51.1.1")
    await sign_in(authenticate, basic("nobody@demo.example", "wrong"), "198.52.1.1")
    assert hashed == ["wrong", "wrong"]


async def test_the_log_names_the_reason_and_no_password(authenticate):
    with structlog.testing.capture_logs() as logs:
        await sign_in(authenticate, basic(password="hunter2"))
    assert logs[0]["reason"] == "wrong name or password"
    assert "hunter2" not in repr(logs)


async def test_the_smtp_door_asks_with_name_and_password(authenticate):
    assert isinstance(await authenticate.password("anna", PASSWORD, ADDRESS), Principal)
    assert isinstance(await authenticate.password("anna", "wrong", ADDRESS), Refusal)


def test_basic_credentials_may_have_colons_in_the_password():
    assert decode_basic(basic(password="a:b:c").removeprefix("Basic ")) == (ANNA, "a:b:c")


def test_made_passwords_differ_and_hash():
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    one = made.pop()
    assert is_password(one, hash_password(one))
    assert not is_password(one, "")
    assert not is_password(one, "no hash at all")
    with pytest.raises(ValueError, match="1 to 1024"):
        hash_password("")
