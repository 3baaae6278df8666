"""A small counterpart of Stripe on loopback, which the real ``stripe`` package talks to.

It knows checkout, its page with a button, the portal and refunds; it sends signed events at once, to one webhook.
"""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.supporters.stripe import ADDRESS, event, signed

Json = dict[str, Any]


class FakeStripe:
    """What it was asked for is in ``asked``; a repeated idempotency key gets the same answer."""

    def __init__(self) -> None:
        self.sessions: dict[str, Json] = {}
        self.answers: dict[str, Json] = {}
        self.asked: list[tuple[str, Json, dict[str, str]]] = []
        self.webhook = ""
        """The origin of the site that events go to; none are sent while it is empty."""
        self.refuses: tuple[int, Json] | None = None
        self.origin = ""

    def create(self, path: str, sent: Json, headers: dict[str, str]) -> Json:
        self.asked.append((path, sent, headers))
        again = headers.get("idempotency-key", "")
        if again and again in self.answers:
            return self.answers[again]
        if path == "/v1/checkout/sessions":
            answer = self.open_session(sent)
        else:
            answer = {"id": "bps_1", "object": path, "url": f"{self.origin}/portal"}
        self.answers[again] = answer
        return answer

    def open_session(self, sent: Json) -> Json:
        name = f"cs_{len(self.sessions) + 1}"
        self.sessions[name] = sent
        return {
            "id": name,
            "object": "checkout.session",
            "url": f"{self.origin}/checkout/{name}",
        }

    def pay(self, name: str) -> str:
        """What the supporter does on the page; returns where they are sent."""
        sent = self.sessions[name]
        figures = {
            "amount_total": int(sent["line_items[0][price_data][unit_amount]"]),
            "currency": sent["line_items[0][price_data][currency]"],
        }
        node = {
            **figures,
            "id": name,
            "object": "checkout.session",
            "mode": sent["mode"],
            "payment_status": "paid",
            "client_reference_id": sent["client_reference_id"],
            "customer_details": {"email": sent["customer_email"]},
            "payment_intent": f"pi_{name}",
        }
        self.send(event("checkout.session.completed", node, livemode=False))
        self.send(event("charge.succeeded", self.charge(name), livemode=False))
        return str(sent["success_url"])

    def refund(self, name: str) -> None:
        """All of it, as from Stripe's dashboard."""
        node = self.charge(name)
        node["amount_refunded"] = node["amount"]
        self.send(event("charge.refunded", node, livemode=False))

    def charge(self, name: str) -> Json:
        sent = self.sessions[name]
        return {
            "id": f"ch_{name}",
            "object": "charge",
            "status": "succeeded",
            "captured": True,
            "amount": int(sent["line_items[0][price_data][unit_amount]"]),
            "amount_refunded": 0,
            "currency": sent["line_items[0][price_data][currency]"],
            "payment_intent": f"pi_{name}",
            "metadata": {"contribution": sent["client_reference_id"]},
            "billing_details": {"email": sent["customer_email"]},
        }

    def send(self, sent: Json) -> None:
        if not self.webhook:
            return
        body = json.dumps(sent).encode()
        connection = http.client.HTTPConnection(urlsplit(self.webhook).netloc, timeout=10)
        headers = {"Stripe-Signature": signed(body), "Content-Type": "application/json"}
        connection.request("POST", ADDRESS, body, headers)
        response = connection.getresponse()
        assert response.status == http.HTTPStatus.OK, response.read()
        connection.close()


PAGE = """<!doctype html><html lang="en"><title>Counterpart's checkout</title><link rel="icon" href="data:,">
<form method="post"><button>Pay</button></form>"""


@contextmanager
def running() -> Iterator[FakeStripe]:
    fake = FakeStripe()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(200, PAGE.encode(), "text/html; charset=utf-8")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            if self.path.startswith("/checkout/"):
                onward = fake.pay(self.path.rpartition("/")[2])
                self.send_response(303)
                self.send_header("Location", onward)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            status, made = fake.refuses or (200, fake.create(self.path, sent, headers))
            self.answer(status, json.dumps(made).encode(), "application/json")

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
