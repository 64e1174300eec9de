"""Takes events to webhooks: in order, signed, at least once, and again until they arrive."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

import structlog

from events.codec import encode
from events.recorded import Recorded, public
from events.store import EventStore, History, StoreError
from events.timestamp import to_ms
from tracker.frames import epoch
from web.clock import now
from web.webhooks.destinations import BadDestination, Destination, destination
from web.webhooks.subscriptions import Cursor, Webhook, Webhooks

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
"""Seconds between two attempts; they double from the first to the longest."""
GONE: Final = 410
_PATIENCE_SECONDS: Final = 10.0

_log: Final = structlog.get_logger("webhooks")


class Sender(Protocol):
    """The network, as a courier needs it."""

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        """
        Return the status that came; redirects are not followed.

        Raises:
            OSError: Nothing came.
        """
        ...


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
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _serve(self, webhook: Webhook) -> None:
        attempt = 0
        while self._webhooks.stands(webhook):
            before = self._webhooks.cursor(webhook)
            try:
                await self._tell(webhook)
                attempt = 0
            except Exception as problem:  # noqa: BLE001 - else one accident ends it, and nobody sees
                if not self._webhooks.stands(webhook):
                    return
                foreseen = isinstance(problem, StoreError)
                trouble = str(problem) if foreseen else f"a fault of the tracker ({problem!r})"
                self._failed(webhook, trouble, None if foreseen else problem)
                attempt = attempt if self._webhooks.cursor(webhook) == before else 0
                await self._pause(pause_before(attempt))
                attempt += 1

    async def _tell(self, webhook: Webhook) -> None:
        """Deliver from its cursor on, through every history that has begun since."""
        cursor = self._webhooks.cursor(webhook)
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
            trouble, status = await self._attempt(webhook, number, body)
            if trouble is None:
                break
            if status == GONE:
                await self._webhooks.remove(webhook.id, by="the address, by 410")
                _log.info("webhook gone", webhook=webhook.id)
                return False
            self._failed(webhook, trouble)
            await self._pause(pause_before(attempt))
            attempt += 1
        self._webhooks.failing.pop(webhook.id, None)
        await self._webhooks.delivered(webhook, Cursor(history.number, recorded.version))
        return self._webhooks.stands(webhook)

    async def _attempt(self, webhook: Webhook, number: str, body: bytes) -> tuple[str | None, int]:
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
                status = await self._sender.send(await self._find(webhook.url), body, headers)
        except BadDestination as problem:
            return str(problem), 0
        except TimeoutError:
            return f"no answer within {_PATIENCE_SECONDS:g} s", 0
        except OSError as problem:
            return f"no answer ({problem})", 0
        arrived = 200 <= status < 300  # noqa: PLR2004 - the classes of HTTP
        return None if arrived else f"answered {status}", status


def signature(secret: bytes, number: str, seconds: str, body: bytes) -> str:
    """Return the signature header of a delivery, as Standard Webhooks has it."""
    signed = b".".join((number.encode(), seconds.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def pause_before(attempt: int) -> float:
    """Return seconds to wait: doubling, and spread so that no two march in step."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 20))
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


async def deliver(store: EventStore, webhooks: Webhooks, find: Find) -> None:
    """Deliver over the network until cancelled, from the first webhook on."""
    while not webhooks.all():
        await webhooks.changed.listen().wait()
    from web.webhooks.sender import HttpSender  # noqa: PLC0415 - a fifth of the start, for most for nothing

    sender = HttpSender()
    try:
        await Courier(store, webhooks, sender, now=now, find=find).run()
    finally:
        await sender.close()


def finder(*, private: bool) -> Find:
    """Return what finds the destinations that the operator allows."""

    async def find(url: str) -> Destination:
        return await destination(url, private=private)

    return find
