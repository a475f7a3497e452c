"""The command ``symgd``: a face of the library for the shell."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

from ..errors import ConfigurationError, SymgdError
from .commands import run
from .options import OPTIONS
from .output import tell
from .parser import parsed

_FOUND, _NOT_FOUND, _BAD_INPUT, _INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Words of the command line after its name; by default those of this process.

    Returns
    -------
    int
        Exit status: 0 for a verified minimum, 1 for none, 2 for bad input or a file that cannot
        be written, 130 after Ctrl-C.

    Examples
    --------
    >>> main(["minimize", "(x - 1)**2", "--x0", "0"])
    The run reached a minimum: x = 1, f = 0 (f'' = 2), after 2 steps.
    0
    """
    try:
        given = parsed(sys.argv[1:] if argv is None else argv)
        with warnings.catch_warnings():
            warnings.showwarning = _tell  # type: ignore[assignment]
            found = run(given)
    except ConfigurationError as error:
        tell(str(_in_options(error)))
        return _BAD_INPUT
    except SymgdError as error:
        tell(str(error))
        return _BAD_INPUT
    except KeyboardInterrupt:
        tell("interrupted")
        return _INTERRUPTED
    return _FOUND if found else _NOT_FOUND


def _in_options(error: ConfigurationError) -> ConfigurationError:
    """Name the option in place of the argument."""
    got = "nothing" if error.got is None else error.got
    return ConfigurationError(OPTIONS.get(error.argument, error.argument), got, error.takes)


def _tell(message: Warning | str, *_: Any) -> None:
    tell(f"warning: {message}")
