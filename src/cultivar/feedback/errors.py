"""What a person may meet when giving feedback.

    CultivarError
    ├── BadRequest
    │   ├── InstanceUnknown    400 unknown_instance       the answer has no instance of this id
    │   └── BadPlace           400 bad_place              a box or outline that is none, or leaves its photo
    ├── NotFound
    │   └── FeedbackUnknown    404 unknown_feedback       unknown, or somebody else's
    └── Invalid
        ├── ClassUnknown       422 unknown_class          not a class of the pack that answered
        ├── Contradiction      422 contradiction          two parts of the feedback exclude each other
        └── NothingSaid        422 nothing_said           neither `is_correct` nor `satisfied`, nor what gives it

Feedback on an unknown prediction is `unknown_prediction`, of predictions.
"""

from cultivar.kernel.errors import BadRequest, Invalid, NotFound


class InstanceUnknown(BadRequest):
    code = "unknown_instance"
    title = "The answer has no such instance"


class BadPlace(BadRequest):
    code = "bad_place"
    title = "This box or outline is not valid, or not within its photo"


class FeedbackUnknown(NotFound):
    code = "unknown_feedback"
    title = "There is no such feedback"


class ClassUnknown(Invalid):
    code = "unknown_class"
    title = "This model knows no such class"


class Contradiction(Invalid):
    code = "contradiction"
    title = "This feedback contradicts itself"


class NothingSaid(Invalid):
    code = "nothing_said"
    title = "Say whether the answer was right, or whether you are satisfied"
