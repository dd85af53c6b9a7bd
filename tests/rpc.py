"""Clients of a running Odoo: what another program, or the web client, can call.

All of them have ``call(model, method, *args, **kwargs)`` and raise `RpcError`, so that
a test can try the same thing at every door.
"""

import http.cookiejar
import itertools
import json
import threading
import urllib.error
import urllib.request
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import pytest

# Long enough for a busy machine, short enough that a stuck server ends the test.
PATIENCE = 180


class RpcError(Exception):
    """The server's answer was an error.

    ``kind`` is the exception's class where the door tells it; ``is_refusal`` says
    whether a person would read a sentence, and not the trace of a programming error.
    """

    def __init__(self, kind, message, is_refusal):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
        self.is_refusal = is_refusal


class TimeoutTransport(xmlrpc.client.Transport):
    """xmlrpc.client waits for ever unless its connection is told not to."""

    def make_connection(self, host):
        connection = super().make_connection(host)
        connection.timeout = PATIENCE
        return connection


class XmlRpcClient:
    """``execute_kw`` over XML-RPC."""

    KINDS = {2: "UserError", 3: "AccessDenied", 4: "AccessError"}

    def __init__(self, url, database, login, password=None):
        self.url, self.database = url, database
        self.login, self.password = login, password or login
        self.models = self._proxy("object")
        uid = self._guard(
            self._proxy("common").authenticate, database, login, self.password, {}
        )
        if not uid:
            raise RpcError("AccessDenied", f"{login} cannot log in", True)
        self.uid = uid

    def _proxy(self, service):
        return xmlrpc.client.ServerProxy(
            f"{self.url}/xmlrpc/2/{service}",
            transport=TimeoutTransport(),
            allow_none=True,
        )

    def _guard(self, function, *args):
        try:
            return function(*args)
        except xmlrpc.client.Fault as fault:
            kind = self.KINDS.get(fault.faultCode, "ServerError")
            raise RpcError(
                kind, fault.faultString, fault.faultCode in self.KINDS
            ) from None

    def call(self, model, method, *args, **kwargs):
        return self._guard(
            self.models.execute_kw,
            self.database,
            self.uid,
            self.password,
            model,
            method,
            list(args),
            kwargs,
        )


class HttpClient:
    """POST of JSON with cookies; no proxy stands between here and the server."""

    def __init__(self, url, database, login, password=None):
        self.url, self.database = url, database
        self.login, self.password = login, password or login
        self.numbers = itertools.count(1)
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )
        self.uid = self._log_in()
        if not self.uid:
            raise RpcError("AccessDenied", f"{login} cannot log in", True)

    def json(self, path, **params):
        """Return the result of a JSON-RPC route.

        :raise RpcError: the route answered with an error
        """
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(self.numbers),
            "params": params,
        }
        request = urllib.request.Request(
            f"{self.url}{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                result = json.load(answer)
        except urllib.error.HTTPError as error:
            raise RpcError(f"HTTP {error.code}", error.reason, error.code < 500) from (
                error
            )
        if "error" in result:
            data = result["error"].get("data", {})
            name = data.get("name", "")
            raise RpcError(
                name.rpartition(".")[2],
                data.get("message", str(result["error"])),
                name.startswith("odoo."),
            )
        return result.get("result")


class JsonRpcClient(HttpClient):
    """``execute_kw`` over JSON-RPC."""

    def _log_in(self):
        return self.json(
            "/jsonrpc",
            service="common",
            method="authenticate",
            args=[self.database, self.login, self.password, {}],
        )

    def call(self, model, method, *args, **kwargs):
        return self.json(
            "/jsonrpc",
            service="object",
            method="execute_kw",
            args=[
                self.database,
                self.uid,
                self.password,
                model,
                method,
                args,
                kwargs,
            ],
        )


class WebClient(HttpClient):
    """What the browser does: a session, ``call_kw`` and pages."""

    def _log_in(self):
        answer = self.json(
            "/web/session/authenticate",
            db=self.database,
            login=self.login,
            password=self.password,
        )
        return answer["uid"]

    def call(self, model, method, *args, **kwargs):
        return self.json(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def page(self, path, data=None):
        """Return ``(status, text)`` of a page; ``data`` makes it a POST."""
        try:
            with self.opener.open(
                f"{self.url}{path}", data, timeout=PATIENCE
            ) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


DOORS = {"xmlrpc": XmlRpcClient, "jsonrpc": JsonRpcClient, "web": WebClient}


def refused(words, function, *args, **kwargs):
    """Assert that a call is refused with a sentence, one that has ``words``."""
    with pytest.raises(RpcError, match=words) as caught:
        function(*args, **kwargs)
    assert caught.value.is_refusal, caught.value


def at_once(*calls):
    """Make all calls at the same moment, each in its thread.

    :return: the results in the order of ``calls``; a refusal is its exception
    """
    barrier = threading.Barrier(len(calls), timeout=PATIENCE)

    def make(call):
        barrier.wait()
        try:
            return call()
        except RpcError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(make, call) for call in calls]
        return [future.result(2 * PATIENCE) for future in futures]
