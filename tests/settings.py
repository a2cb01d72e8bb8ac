"""The settings of the tests: those of the product, with a folder, a broker and a hasher apart.

Loaded before any conftest, so this is where the folder must be set.
"""

import atexit
import os
import shutil
import tempfile

os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="steward-tests-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from config.settings import *

# Argon2 is slow on purpose, and no test is about that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# What a test sends stays in its process. The test with a real worker says otherwise.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Workers that run side by side share one Redis.
CACHES["default"]["KEY_PREFIX"] = f"tests-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
# Nothing is collected for a test, neither a manifest nor the files.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir()
