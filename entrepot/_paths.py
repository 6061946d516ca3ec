"""Where the application's packages (``store``, ``ews`` …) are: first on ``sys.path``.

In an installation they lie in ``entrepot/_app``, so that site-packages gains one name only; in a
checkout beside this package. The program's entry points import this module before anything else of
ours. ``import entrepot`` and ``entrepot.testing`` do not: somebody's test suite may well have a
``store`` of its own.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ROOT = _HERE / "_app" if (_HERE / "_app").is_dir() else _HERE.parent

if sys.path[:1] != [str(ROOT)]:
    sys.path.insert(0, str(ROOT))
