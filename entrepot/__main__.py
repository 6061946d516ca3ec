"""``python -m entrepot``: the same as the ``entrepot`` command."""

from entrepot.cli import main

if __name__ == "__main__":
    main()
