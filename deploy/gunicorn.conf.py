"""gunicorn -c deploy/gunicorn.conf.py interview.wsgi:application

Every number can be set from the environment; the defaults suit a machine of two cores.
"""

import os

bind = f"{os.environ.get('VIVA_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Each worker loads the models for itself (docs/operations.md has the memory): threads first, and a
# second worker for a second pair of cores.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 8
worker_class = "gthread"
# Not preloaded: the models' thread pools do not survive a fork.
preload_app = False
timeout = 120
graceful_timeout = 30  # a reload (HUP) lets requests in work finish
keepalive = 5
# Leaks of native libraries, should there be any, do not grow for ever; workers take turns.
max_requests = 20_000
max_requests_jitter = 2_000
# Answers are 20,000 characters at most; request lines stay short.
limit_request_line = 4094
loglevel = "warning"
accesslog = None  # the web server in front has it
