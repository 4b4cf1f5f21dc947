#!/bin/sh
# Finds a Python that is new enough and hands over to bootstrap.py. POSIX sh: there may be nothing else yet.
set -u
cd "$(dirname "$0")/.." || exit 1

# A name on PATH proves nothing: pyenv's shims exist for versions that are not chosen, and fail when called.
version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

is_suitable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if [ -n "${PYTHON:-}" ]; then
    if is_suitable "$PYTHON"; then
        exec "$PYTHON" scripts/bootstrap.py "$@"
    fi
    version=$(version_of "$PYTHON")
    if [ -n "$version" ]; then
        echo "Tandem needs Python 3.11 or newer; $PYTHON is $version." >&2
    else
        echo "PYTHON=$PYTHON does not run." >&2
    fi
    exit 1
fi

# The Python of an earlier run first: looking for one costs more than starting it.
made=.venv/bin/python
[ -f .venv/made ] || made=

old=
for name in $made python3.13 python3.12 python3.11 python3 python3.14 python; do
    if is_suitable "$name"; then
        exec "$name" scripts/bootstrap.py "$@"
    fi
    version=$(version_of "$name")
    old=${old:-${version:+; $name is $version}}
done
echo "Tandem needs Python 3.11 or newer${old:-; there is no Python here}. Choose one: make ${1:-run} PYTHON=/path/to/python3" >&2
exit 1
