"""Work of several threads that ends soon after Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ...threads import Helper
from ...watch import answered

Action = Callable[[], object]

_PAUSE = 0.05  # seconds


class Crew:
    """Does actions; on Ctrl-C, or when one fails, the others are asked to stop.

    Parameters
    ----------
    halt : callable
        Asks all actions to come to an end.
    look : callable
        Lets others look on while this thread waits.
    """

    def __init__(self, halt: Action, look: Action) -> None:
        self._halt, self._look = halt, look
        self._failures: list[Exception] = []
        self.interrupted = False

    def attempt(self, action: Action) -> None:
        """Do one action in this thread."""
        try:
            action()
        except KeyboardInterrupt:
            answered()
            self.interrupted = True
            self._halt()
        except Exception as failure:
            self._halt()
            self._failures.append(failure)
        except BaseException:  # nobody waits for the others
            self._halt()
            raise

    def together(self, own: Action, others: Sequence[Action]) -> None:
        """Do one action in this thread, and each of the others in a thread of its own.

        Raises
        ------
        Exception
            The first failure of this crew.
        """
        threads = [Helper(partial(self.attempt, action)) for action in others]
        for thread in threads:
            self.attempt(thread.start)
        self.attempt(own)
        while threads:
            self.attempt(partial(self._wait, threads))
        for failure in self._failures:
            raise failure

    def _wait(self, threads: list[Helper]) -> None:
        """Wait for one of the threads that go on; Windows sees Ctrl-C between two times."""
        if threads[-1].ended(_PAUSE):
            threads.pop()
        self._look()
