"""Django's own ASGI handler, as `startproject` writes it.

DJANGO_SETTINGS_MODULE says whose pages it serves: ours, or those of stock.py.
"""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
