"""Capabilities meet only at their surface, and vision takes nothing of the kernel but its errors."""

from collections.abc import Iterator

import grimp
import pytest

SURFACE = {"service", "events", "errors", "schemas"}  # what a capability shows its neighbours
PROCESS_MAY_ALSO = {"web": {"api"}, "worker": {"jobs"}, "cli": {"commands"}, "trainer": {"format"}}
STARTS = {  # one process holds another: the server its jobs, the program both
    ("web", "worker", "subscriptions"),
    ("web", "worker", "process"),
    ("cli", "worker", "engine"),
    ("cli", "web", "server"),
    ("cli", "worker", "process"),
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("cultivar", include_external_packages=False)


def imports(graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in sorted(graph.modules - {"cultivar"}):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            yield importer, imported


def reaches_in(importer: str, imported: str) -> bool:
    """Whether this import goes past the surface of the capability that it names."""
    here = importer.split(".")[1]
    capability, *module = imported.split(".")[1:] or [here]
    if (here, capability, *module[:1]) in STARTS:
        return False
    allowed = SURFACE | PROCESS_MAY_ALSO.get(here, set())
    return capability not in {"kernel", "vision", here} and not allowed.intersection(module[:1])


def test_capabilities_meet_only_at_their_surface(graph: grimp.ImportGraph) -> None:
    reaching = [f"{a} reaches into {b}" for a, b in imports(graph) if reaches_in(a, b)]
    assert not reaching, "\n".join(reaching)


def test_vision_takes_nothing_of_the_kernel_but_its_errors(graph: grimp.ImportGraph) -> None:
    taken = [
        f"{a} imports {b}"
        for a, b in imports(graph)
        if a.startswith("cultivar.vision") and b.startswith("cultivar.kernel") and b != "cultivar.kernel.errors"
    ]
    assert not taken, "\n".join(taken)


@pytest.mark.parametrize(
    ("importer", "imported", "wrong"),
    [
        ("cultivar.feedback.service", "cultivar.predictions.service", False),
        ("cultivar.feedback.service", "cultivar.predictions.service.ask", False),
        ("cultivar.feedback.service", "cultivar.predictions.tables", True),
        ("cultivar.feedback.service", "cultivar.predictions", True),
        ("cultivar.feedback.service", "cultivar.predictions.api", True),
        ("cultivar.web.app", "cultivar.predictions.api", False),
        ("cultivar.web.app", "cultivar.predictions.jobs", True),
        ("cultivar.worker.process", "cultivar.predictions.jobs", False),
        ("cultivar.web.process", "cultivar.worker.subscriptions", False),
        ("cultivar.web.process", "cultivar.worker.people", True),
        ("cultivar.predictions.api", "cultivar.kernel.http", False),
    ],
)
def test_the_check_itself_tells_a_surface_from_an_inside(importer: str, imported: str, wrong: bool) -> None:
    assert reaches_in(importer, imported) is wrong
