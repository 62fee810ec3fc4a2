"""The real oci program, loaded once. Each call is a fork of a process that has imported the program: it
takes over the caller's arguments, environment, directory and descriptors, runs the program's own main
function, and ends as the program does. What a call saves is the start of Python and the imports, most
of its half second of computing.

Usage: loaded.py SOCKET [SERVICE], with the Python of the program's virtual environment; it serves until
its standard input ends. loaded_oci is how to call it. The program imports the commands of one service
only, the first that its arguments name, so calls of another SERVICE need another process.
"""
import fcntl
import json
import os
import selectors
import signal
import socket
import sys


def imported(words):
    """The program's main function, after its own imports for these arguments."""
    sys.argv = ["oci", *words]
    import oci_cli.cli  # pylint: disable=import-outside-toplevel
    return oci_cli.cli.cli


def received(connection):
    """What loaded_oci has sent, and the caller's descriptors."""
    head, descriptors, _, _ = socket.recv_fds(connection, 8, 250)
    try:
        with connection.makefile("rb") as rest:
            return json.loads(rest.read(int.from_bytes(head, "big"))), descriptors
    except (ValueError, ConnectionError):
        # Whoever reads what the call would have written must not wait for its end.
        for fd in descriptors:
            os.close(fd)
        raise


def become(call, descriptors):
    """Takes over what makes the caller's process."""
    os.setsid()
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 1000) for fd in descriptors]  # beyond all numbers wanted
    os.closerange(0, 1000)
    for fd, number in zip(high, call["descriptors"]):
        os.dup2(fd, number)
    os.closerange(1000, 1000 + len(high))
    os.chdir(call["directory"])
    os.environ.clear()
    os.environ.update(call["environment"])
    os.environ["OCI_PYTHON_SDK_NO_SERVICE_IMPORTS"] = "1"  # the program's import sets it
    sys.argv = call["words"]


def run(main):
    """Runs the program; ends the process as Python ends after it."""
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # pylint: disable=broad-except
        sys.excepthook(*sys.exc_info())
        code = 1
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


class Server:
    def __init__(self, path, main):
        self.main = main
        self.waiting = selectors.DefaultSelector()
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        self.listening.listen(64)
        self.waiting.register(self.listening, selectors.EVENT_READ, self.begin)

    def begin(self):
        connection, _ = self.listening.accept()
        try:
            call, descriptors = received(connection)
        except (ValueError, ConnectionError):  # the caller was killed before it had sent all
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            become(call, descriptors)
            run(self.main)
        for fd in descriptors:
            os.close(fd)
        end = os.pidfd_open(pid)

        def caller_is_gone():
            os.kill(pid, signal.SIGKILL)
            self.waiting.unregister(connection)
            connection.close()

        def ended():
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            self.waiting.unregister(end)
            os.close(end)
            if connection.fileno() < 0:
                return
            self.waiting.unregister(connection)
            try:
                connection.sendall(str(code).encode())
            except ConnectionError:
                pass  # the caller is gone
            connection.close()

        self.waiting.register(connection, selectors.EVENT_READ, caller_is_gone)
        self.waiting.register(end, selectors.EVENT_READ, ended)

    def serve(self):
        self.waiting.register(sys.stdin, selectors.EVENT_READ, sys.exit)
        while True:
            for key, _ in self.waiting.select():
                if self.waiting.get_map().get(key.fd) is key:  # still, after those before it
                    key.data()


if __name__ == "__main__":
    server = Server(sys.argv[1], imported(sys.argv[2:]))
    print("ready", flush=True)
    server.serve()
