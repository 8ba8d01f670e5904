"""What a person may meet with surveys.

    CultivarError
    ├── NotFound
    │   ├── SurveyUnknown      404 unknown_survey       unknown, or somebody else's
    │   └── PlantUnknown       404 unknown_plant        the survey has no such plant
    ├── BadRequest
    │   ├── NotALeafPhoto      400 no_severity          the prediction measures no severity
    │   └── PredictionTaken    400 prediction_taken     its leaf is another one of this survey
    └── TooLarge
        └── SurveyFull         413 survey_full          as many plants as a survey takes

A prediction that is unknown is `unknown_prediction`, of predictions.
"""

from cultivar.kernel.errors import BadRequest, NotFound, TooLarge


class SurveyUnknown(NotFound):
    code = "unknown_survey"
    title = "There is no such survey"


class PlantUnknown(NotFound):
    code = "unknown_plant"
    title = "This survey has no such plant"


class NotALeafPhoto(BadRequest):
    code = "no_severity"
    title = "This answer says nothing of how sick a leaf is"


class PredictionTaken(BadRequest):
    code = "prediction_taken"
    title = "One photo cannot stand for two leaves"


class SurveyFull(TooLarge):
    code = "survey_full"
    title = "A survey takes no more plants than this"
