"""Work of several threads that ends soon after Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

Action = Callable[[], object]


class Crew:
    """Does actions; on Ctrl-C, or when one fails, the others are asked to stop.

    Parameters
    ----------
    halt : callable
        Asks all actions to come to an end.
    """

    def __init__(self, halt: Action) -> None:
        self._halt = halt
        self._failures: list[Exception] = []
        self.interrupted = False

    def attempt(self, action: Action) -> None:
        """Do one action in this thread."""
        try:
            action()
        except KeyboardInterrupt:
            self.interrupted = True
            self._halt()
        except Exception as failure:
            self._halt()
            self._failures.append(failure)

    def together(self, own: Action, others: Sequence[Action]) -> None:
        """Do one action in this thread, and each of the others in a thread of its own.

        Raises
        ------
        Exception
            The first failure of this crew.
        """
        threads = [threading.Thread(target=self.attempt, args=(action,)) for action in others]
        for thread in threads:
            self.attempt(thread.start)
        self.attempt(own)
        for thread in threads:
            while thread.is_alive():
                self.attempt(partial(thread.join, 0.1))  # Windows sees Ctrl-C between two joins
        for failure in self._failures:
            raise failure
