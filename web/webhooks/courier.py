"""Takes events to webhooks: in order, signed, at least once, and again until they arrive."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from events.codec import encode
from events.cursors import Cursor
from events.recorded import Recorded, public
from events.store import EventStore, History, StoreError
from events.timestamp import to_ms
from tracker.frames import epoch
from web.clock import now
from web.webhooks.destinations import BadDestination, Destination, destination
from web.webhooks.network import Answer, Sender
from web.webhooks.pauses import asked_pause, pause_before
from web.webhooks.resolver import Resolver, TooManyLookups
from web.webhooks.subscriptions import Webhook, Webhooks

GONE: Final = 410
_PATIENCE_SECONDS: Final = 10.0
"""For one attempt in all: the name, the connection, the request and the head of the answer."""

_LONGEST_PAUSE: Final = 30.0
"""Seconds before deliveries begin again after a fault of the tracker."""

_NO_ANSWER: Final = Answer(0)

_log: Final = structlog.get_logger("webhooks")


Find = Callable[[str], Awaitable[Destination]]


class Courier:
    """Delivers for all webhooks, each at its own pace."""

    def __init__(
        self,
        store: EventStore,
        webhooks: Webhooks,
        sender: Sender,
        *,
        now: Callable[[], str],
        find: Find,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """
        Args:
            store: The log: it is the outbox too.
            webhooks: To whom.
            sender: By what.
            now: Returns the canonical timestamp of this moment.
            find: Returns where a url leads, or raises `BadDestination`.
            pause: Sleeps for so many seconds.
        """
        self._store: Final = store
        self._webhooks: Final = webhooks
        self._sender: Final = sender
        self._now: Final = now
        self._find: Final = find
        self._pause: Final = pause
        self._tasks: Final[dict[str, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Deliver until cancelled; webhooks that come and go meanwhile are minded."""
        cursors = self._webhooks.cursors
        saving = asyncio.create_task(cursors.run(), name="webhook-cursors")
        try:
            while True:
                ring = self._webhooks.changed.listen()
                standing = {webhook.id: webhook for webhook in self._webhooks.all()}
                for number in self._tasks.keys() - standing.keys():
                    self._tasks.pop(number).cancel()
                for number in standing.keys() - self._tasks.keys():
                    work = self._serve(standing[number])
                    self._tasks[number] = asyncio.create_task(work, name=f"webhook-{number}")
                await ring.wait()
        finally:
            under_way = [saving, *self._tasks.values()]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            await cursors.close()

    async def _serve(self, webhook: Webhook) -> None:
        attempt = 0
        while self._webhooks.stands(webhook):
            before = self._webhooks.cursors.of(webhook.id)
            try:
                await self._tell(webhook)
                attempt = 0
            except Exception as problem:  # noqa: BLE001 - else one accident ends it, and nobody sees
                if not self._webhooks.stands(webhook):
                    return
                foreseen = isinstance(problem, StoreError)
                trouble = str(problem) if foreseen else f"a fault of the tracker ({problem!r})"
                self._failed(webhook, trouble, None if foreseen else problem)
                attempt = attempt if self._webhooks.cursors.of(webhook.id) == before else 0
                await self._pause(pause_before(attempt))
                attempt += 1

    async def _tell(self, webhook: Webhook) -> None:
        """Deliver from its cursor on, through every history that has begun since."""
        cursor = self._webhooks.cursors.of(webhook.id)
        for history in await self._store.histories_of(webhook.ceremony, cursor.history):
            after = cursor.version if cursor.history == history.number else 0
            # One that was superseded ends by itself, once all of it was delivered.
            async for recorded in self._store.subscribe(history, after):
                if not await self._deliver(webhook, history, recorded):
                    return

    def _failed(self, webhook: Webhook, trouble: str, problem: Exception | None = None) -> None:
        if webhook.id not in self._webhooks.failing:
            _log.warning("webhook fails", webhook=webhook.id, problem=trouble, exc_info=problem)
        self._webhooks.failing[webhook.id] = trouble

    async def _deliver(self, webhook: Webhook, history: History, recorded: Recorded) -> bool:
        """Return once it has arrived, or false where nobody is to be told any more."""
        body = encode(
            {
                "type": f"{webhook.ceremony}.event",
                "timestamp": recorded.occurred_at,
                "data": {"epoch": epoch(history), "recorded": public(recorded)},
            }
        )
        number = recorded.id  # not the epoch, which a restored backup has another one of
        attempt = 0
        while True:
            trouble, answer = await self._attempt(webhook, number, body)
            if trouble is None:
                break
            if answer.status == GONE:
                await self._webhooks.remove(webhook.id, by="the address, by 410")
                _log.info("webhook gone", webhook=webhook.id)
                return False
            self._failed(webhook, trouble)
            asked = asked_pause(answer.retry_after, to_ms(self._now()))
            await self._pause(pause_before(attempt) if asked is None else asked)
            attempt += 1
        self._webhooks.failing.pop(webhook.id, None)
        if not self._webhooks.stands(webhook):
            return False
        self._webhooks.cursors.move(webhook.id, Cursor(history.number, recorded.version))
        return True

    async def _attempt(
        self, webhook: Webhook, number: str, body: bytes
    ) -> tuple[str | None, Answer]:
        seconds = str(to_ms(self._now()) // 1000)
        signed = signature(self._webhooks.secret(webhook), number, seconds, body)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "awards-night-tracker",
            "webhook-id": number,
            "webhook-timestamp": seconds,
            "webhook-signature": signed,
        }
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await self._sender.send(await self._find(webhook.url), body, headers)
        except (BadDestination, TooManyLookups) as problem:
            return str(problem), _NO_ANSWER
        except TimeoutError:
            return f"no answer within {_PATIENCE_SECONDS:g} s", _NO_ANSWER
        except OSError as problem:
            return f"no answer ({problem})", _NO_ANSWER
        arrived = 200 <= answer.status < 300  # noqa: PLR2004 - the classes of HTTP
        return None if arrived else f"answered {answer.status}", answer


def signature(secret: bytes, number: str, seconds: str, body: bytes) -> str:
    """Return the signature header of a delivery, as Standard Webhooks has it."""
    signed = b".".join((number.encode(), seconds.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


async def deliver(
    store: EventStore,
    webhooks: Webhooks,
    find: Find,
    *,
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """
    Deliver over the network until cancelled, from the first webhook on.

    What nobody foresaw is logged, and deliveries begin again where their cursors stand.
    """
    attempt = 0
    while True:
        try:
            while not webhooks.all():
                await webhooks.changed.listen().wait()
            from web.webhooks.sender import HttpSender  # noqa: PLC0415 - a fifth of the start, for most for nothing

            sender = await asyncio.to_thread(HttpSender)
            await Courier(store, webhooks, sender, now=now, find=find).run()
        except Exception as problem:  # noqa: BLE001 - else no webhook would be told of anything more
            again = min(pause_before(attempt), _LONGEST_PAUSE)
            attempt += 1
            _log.error("webhooks failed", again_in_s=again, exc_info=problem)
            await pause(again)


def finder(*, private: bool, resolve: Resolver) -> Find:
    """Return what finds the destinations that the operator allows."""

    async def find(url: str) -> Destination:
        return await destination(url, private=private, resolve=resolve)

    return find
