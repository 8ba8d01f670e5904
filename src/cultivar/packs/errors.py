"""What can go wrong with a pack."""

from cultivar.kernel.errors import Broken


class BadPack(Broken):
    """A pack folder that does not hold together; the detail names file, line and field."""

    code = "bad_pack"
    title = "This pack is not valid"
