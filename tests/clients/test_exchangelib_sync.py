"""exchangelib: following a mailbox, by synchronisation and by all three kinds of notification."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import pytest
from exchangelib.errors import ErrorInvalidSyncStateData, ErrorSubscriptionNotFound
from exchangelib.folders import Folder
from exchangelib.items import Message
from exchangelib.properties import CreatedEvent, ModifiedEvent, MovedEvent, NewMailEvent
from exchangelib.services import SendNotification
from exchangelib.services.get_streaming_events import GetStreamingEvents

from tests.clients.passing import time_passes


def changes(folder: Any, **options: Any) -> list[tuple[str, str | None]]:
    """What happened in a folder since the last time."""
    found = folder.sync_items(only_fields=["subject"], **options)
    return [(kind, getattr(item, "subject", None)) for kind, item in found]


def test_items_are_followed_by_sync(account: Any) -> None:
    inbox = account.inbox
    one = Message(account=account, folder=inbox, subject="One").save()
    two = Message(account=account, folder=inbox, subject="Two").save()
    assert sorted(changes(inbox)) == [("create", "One"), ("create", "Two")]
    assert inbox.item_sync_state
    assert changes(inbox) == []

    one.subject = "One, changed"
    one.save(update_fields=["subject"])
    assert changes(inbox) == [("update", "One, changed")]

    two.is_read = True
    two.save(update_fields=["is_read"])
    (change,) = inbox.sync_items(only_fields=["subject"])
    assert change[0] == "read_flag_change" and change[1][1] is True
    assert change[1][0].id == two.id

    moved_away = one.id
    one.move(to_folder=account.trash)
    (change,) = inbox.sync_items(only_fields=["subject"])
    assert change[0] == "delete" and change[1].id == moved_away
    assert changes(account.trash) == [("create", "One, changed")]

    short_lived = Message(account=account, folder=inbox, subject="Short").save()
    short_lived.delete()
    assert ("create", "Short") not in changes(inbox)


def test_a_big_folder_comes_in_rounds_and_a_fresh_sync_sees_the_same(account: Any) -> None:
    account.bulk_create(account.inbox, [Message(subject=f"{n:03}") for n in range(130)])
    found = changes(account.inbox, max_changes_returned=50)
    while more := changes(account.inbox, max_changes_returned=50):
        found += more
    assert sorted(subject for _, subject in found) == [f"{n:03}" for n in range(130)]
    account.inbox.filter(subject__startswith="00").delete()
    assert [kind for kind, _ in changes(account.inbox)] == ["delete"] * 10


def test_an_item_to_ignore_and_a_bad_state(account: Any) -> None:
    mine = Message(account=account, folder=account.inbox, subject="Mine").save()
    Message(account=account, folder=account.inbox, subject="Theirs").save()
    assert changes(account.inbox, ignore=[mine]) == [("create", "Theirs")]
    with pytest.raises(ErrorInvalidSyncStateData):
        changes(account.inbox, sync_state="bm9uc2Vuc2U=")


def test_folders_are_followed_by_sync(account: Any) -> None:
    top = account.msg_folder_root
    first = {folder.name for kind, folder in top.sync_hierarchy() if kind == "create"}
    assert {"Inbox", "Sent Items", "Calendar"} <= first
    assert list(top.sync_hierarchy()) == []
    project = Folder(parent=account.inbox, name="Project").save()
    assert [(k, f.name) for k, f in top.sync_hierarchy()] == [("create", "Project")]
    project.name = "Programme"
    project.save(update_fields=["name"])
    assert [(k, f.name) for k, f in top.sync_hierarchy()] == [("update", "Programme")]
    gone = project.id
    project.delete()
    ((kind, folder_id),) = top.sync_hierarchy()
    assert (kind, folder_id.id) == ("delete", gone)


def kinds(notification: Any) -> list[type]:
    return [type(event) for event in notification.events]


def test_pull_notifications(account: Any, anna: Any) -> None:
    inbox = account.inbox
    with inbox.pull_subscription() as (subscription, watermark):
        anna.receives(subject="News")
        (notification,) = inbox.get_events(subscription, watermark)
        assert notification.subscription_id == subscription
        assert {CreatedEvent, NewMailEvent} <= set(kinds(notification))
        created = next(e for e in notification.events if isinstance(e, CreatedEvent))
        item = inbox.get(id=created.item_id.id, changekey=created.item_id.changekey)
        assert item.subject == "News"
        assert created.parent_folder_id.id == inbox.id
        watermark = notification.events[-1].watermark

        item.is_read = True
        item.save(update_fields=["is_read"])
        item.move(to_folder=account.trash)
        events = [e for n in inbox.get_events(subscription, watermark) for e in n.events]
        assert {ModifiedEvent, MovedEvent} <= {type(event) for event in events}
        moved = next(e for e in events if isinstance(e, MovedEvent))
        assert moved.old_item_id.id == created.item_id.id and moved.item_id.id == item.id
    with pytest.raises(ErrorSubscriptionNotFound):
        list(inbox.get_events(subscription, watermark))


def test_a_whole_mailbox_is_pulled(account: Any) -> None:
    subscription, watermark = account.subscribe_to_pull()
    Message(account=account, folder=account.drafts, subject="Draft").save()
    (notification,) = account.inbox.get_events(subscription, watermark)
    assert CreatedEvent in kinds(notification)
    account.unsubscribe(subscription)


def test_streaming_notifications(account: Any, anna: Any) -> None:
    inbox = account.inbox
    with inbox.streaming_subscription() as subscription:
        timer = threading.Timer(0.3, anna.receives, kwargs={"subject": "Streamed"})
        timer.start()
        stream = inbox.get_streaming_events(
            subscription, connection_timeout=1, max_notifications_returned=1
        )
        (notification,) = stream
        timer.join()
        assert notification.subscription_id == subscription
        assert set(kinds(notification)) & {CreatedEvent, NewMailEvent}


def test_a_stream_ends_when_its_time_is_over(account: Any, server: Any) -> None:
    with account.inbox.streaming_subscription() as subscription:
        service = GetStreamingEvents(account=account)
        stream = service.call(subscription_ids=[subscription], connection_timeout=1)
        with time_passes(server):
            assert list(stream) == []
        assert service.connection_status == service.CLOSED


def test_several_subscriptions_share_a_stream_and_a_dead_one_is_named(
    account: Any, anna: Any
) -> None:
    inbox, sent = account.inbox, account.sent
    one, other = inbox.subscribe_to_streaming(), sent.subscribe_to_streaming()
    Message(account=account, subject="To me", to_recipients=[anna.address]).send_and_save()
    stream = inbox.get_streaming_events([one, other], max_notifications_returned=2)
    assert {notification.subscription_id for notification in stream} == {one, other}

    account.unsubscribe(other)
    service = GetStreamingEvents(account=account)
    with pytest.raises(ErrorSubscriptionNotFound) as caught:
        list(service.call(subscription_ids=[one, other], connection_timeout=1))
    assert other in str(caught.value) and one not in str(caught.value)
    assert service.connection_status != service.CLOSED  # the good one would go on
    with pytest.raises(ErrorSubscriptionNotFound):
        list(service.call(subscription_ids=[other], connection_timeout=1))
    assert service.connection_status == service.CLOSED
    with pytest.raises(ErrorSubscriptionNotFound):
        account.unsubscribe(other)
    account.unsubscribe(one)


def test_a_pull_goes_on_where_the_last_one_ended(exchange_factory: Any) -> None:
    """exchangelib writes the watermark in another namespace than the contract says; a server that
    is no test double takes it."""
    server = exchange_factory(options=("--empty", "--users", "1"), is_double=False)
    account = server.people()[0].account()
    first, watermark = account.inbox.subscribe_to_pull()
    Message(account=account, folder=account.inbox, subject="Missed").save()
    account.unsubscribe(first)
    second, same = account.inbox.subscribe_to_pull(watermark=watermark)
    (notification,) = account.inbox.get_events(second, same)
    assert CreatedEvent in kinds(notification)


@pytest.fixture
def listener() -> Iterator[tuple[str, SimpleQueue[bytes], Callable[[bytes], None]]]:
    """An HTTP server that takes pushed notifications: its URL, what came, what it shall answer."""
    calls: SimpleQueue[bytes] = SimpleQueue()
    answers: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calls.put(body)
            answer = answers[-1]
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/push", calls, answers.append
        httpd.shutdown()


def test_push_notifications(listener: Any, exchange_factory: Any, ews_watch: Any) -> None:
    """The server calls back where its settings allow: here one port of this machine."""
    url, calls, answer = listener
    allowed = json.dumps([urlsplit(url).netloc])
    server = exchange_factory(environment={"ENTREPOT_PUSH_ALLOWED": allowed})
    anna = server.person("anna")
    account = anna.account()
    service = SendNotification(protocol=None)
    answer(service.ok_payload())
    with account.inbox.push_subscription(
        callback_url=url, event_types=["NewMailEvent", "CreatedEvent"], status_frequency=1
    ) as (subscription, _watermark):
        anna.receives(subject="Pushed")
        seen: set[type] = set()
        while NewMailEvent not in seen:
            body = calls.get(timeout=20)
            if ews_watch.contract.is_here:
                assert ews_watch.contract.broken_push(body) == []
            (notification,) = service.parse(body)
            assert notification.subscription_id == subscription
            seen |= set(kinds(notification))
        answer(service.unsubscribe_payload())
        anna.receives(subject="The last one")
        assert calls.get(timeout=20)
        anna.receives(subject="Nobody is told")
    assert account.inbox.all().count() == 3
    assert calls.empty()
