"""What a person may meet in monitoring."""

from cultivar.kernel.errors import Conflict, NotFound


class AlertUnknown(NotFound):
    code = "alert_not_found"
    title = "There is no such alert"


class AlertClosed(Conflict):
    code = "alert_closed"
    title = "This alert is over"
