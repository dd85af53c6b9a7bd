from . import portal, recipient_portal
