#!/usr/bin/env bash
# Brings Spark (PyPI's pyspark, 440 MB) into the testbed cache; needs Java 17 and Python 3.11. What is there is skipped.
#   eval "$(test/testbed/spark/install.sh)"
set -euo pipefail
VERSION="${VELIB_SPARK_VERSION:-4.0.1}"
FOLDER="${VELIB_TESTBED_CACHE:-$HOME/.cache/velib-testbed}/dist/spark-$VERSION"

if [ ! -f "$FOLDER/.done" ]; then
  rm -rf "$FOLDER"
  python3 -m venv "$FOLDER" >&2
  "$FOLDER/bin/pip" install -q --disable-pip-version-check --no-cache-dir "pyspark==$VERSION" >&2
  touch "$FOLDER/.done"
fi
home="$("$FOLDER/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')"
echo "export TEST_SPARK_PYTHON='$FOLDER/bin/python' TEST_SPARK_HOME='$home'"
