"""The server: the template of query children, and gunicorn with the web application, started and ended as one."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from nkgraph.answers import QueryService, Template
from nkgraph.errors import ServeError
from nkgraph.queries import CannedQuery
from nkgraph.sparql import Limits
from nkgraph.web import DatasetInfo, create_app

__all__ = ["bind", "serve"]

_WORKERS: Final = 2
_THREADS: Final = 4


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a host and port; port 0 takes a free one.

    Raises:
        ServeError: the port is in use or not allowed, or the host is not one of this machine.
    """
    if not 0 <= port <= 65535:
        raise ServeError(f"no such port: {port}", remedy="name one from 1 to 65535 with --port, or 0 for any free one")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ServeError(f"no such host or port: {host}:{port}", remedy="name another with --host, --port") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        message = f"cannot listen on port {port} of {host}: {reason}"
        raise ServeError(message, remedy="name another port with --port, or --port 0 for any free one") from error
    return listener


class _Keeper(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter, which also looks after the template: it comes round at least once a second."""

    template: Template

    def manage_workers(self) -> None:
        """Keep the workers as gunicorn does, and start the template again when it is gone."""
        super().manage_workers()
        if not self.template.is_alive():
            sys.stderr.write("the process that holds the graph has ended; starting it again\n")
            self.template.launch()

    def stop(self, graceful: bool = True) -> None:
        """Stop the workers; in a hurry (SIGINT, SIGQUIT) end the queries first, so that no worker waits for one."""
        if not graceful:
            self.template.stop()
        super().stop(graceful)


class _Application(BaseApplication):  # type: ignore[misc]
    """gunicorn with settings of ours and an application made before the workers are forked."""

    def __init__(self, listener: socket.socket, template: Template, load: Callable[[], Any], ready: str) -> None:
        self._listener = listener
        self._template = template
        self._load = load
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        settings = {
            # gunicorn owns and closes the descriptor from here on
            "bind": [f"fd://{self._listener.detach()}"],
            "worker_class": "gthread",
            "workers": _WORKERS,
            "threads": _THREADS,
            "preload_app": True,
            "loglevel": "warning",
            "accesslog": None,
            "graceful_timeout": 3,
            # above the deadline and the wait of a query
            "timeout": 60,
            "keepalive": 5,
            "control_socket_disable": True,
            "when_ready": lambda _: sys.stderr.write(self._ready) and sys.stderr.flush(),
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the web application."""
        return self._load()

    def run(self) -> None:
        """Run until a signal ends it (by SystemExit)."""
        keeper = _Keeper(self)
        keeper.template = self._template
        keeper.run()


def serve(
    paths: Sequence[Path],
    queries: Mapping[str, CannedQuery],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    files: bool = False,
    info: DatasetInfo | None = None,
    limits: Limits | None = None,
    quote: Callable[[str, int, int], str | None] | None = None,
    rules: Path | None = None,
) -> int:
    """Serve the built graph (or, with ``files``, any RDF files) over HTTP until SIGINT or SIGTERM; return the status.

    The address is printed on standard error once it answers. The port is taken before the graph is loaded, so a port
    in use is known at once. ``rules`` is the folder of the domain rules by which
    the graph is explained. When this returns, no process of it is left.

    Raises:
        ServeError: the port cannot be had, or the graph's process does not start.
        NkgraphError: the graph cannot be loaded.
    """
    limits = limits or Limits()
    listener = bind(host, port)
    number = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    try:
        with tempfile.TemporaryDirectory(prefix="nkgraph-") as folder:
            template = Template(paths, Path(folder) / "template", limits, files=files, rules=rules)
            try:
                quads = template.start()
                ready = f"serving {quads:,} quads at http://{shown}:{number}/ (stop with Ctrl-C)\n"
                service = QueryService(template.socket_path, limits)
                application = _Application(
                    listener,
                    template,
                    lambda: create_app(
                        service, queries, info=info, limits=limits, quote=quote, explain=service.explain
                    ),
                    ready,
                )
                application.run()
            except SystemExit as ended:
                return ended.code if isinstance(ended.code, int) else 0
            finally:
                template.stop()
    finally:
        listener.close()
    return 0
