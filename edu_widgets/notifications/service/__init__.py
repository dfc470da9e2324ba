"""Notifications on the service: sending, read marks, chosen actions, and expiry."""

from edu_widgets.notifications import commands
from edu_widgets.notifications.service import expiry, read_receipts, sending
from edu_widgets.service.features import Feature

FEATURE = Feature(
    "notifications",
    rules={
        commands.SEND_NOTIFICATION.name: sending.send,
        commands.MARK_NOTIFICATIONS.name: read_receipts.mark,
        commands.CLEAR_NOTIFICATIONS.name: read_receipts.clear,
        commands.NOTIFICATION_ACTION.name: sending.act,
    },
    erase=expiry.erase,
    timers=(expiry.EXPIRING,),
)
