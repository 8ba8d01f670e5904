"""A loaded network, whoever runs it."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BytesIO
from threading import local
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from cultivar.vision.errors import BadManifest
from cultivar.vision.runtime.machine import Plan

Batch = NDArray[np.uint8] | NDArray[np.float32]
Outputs = dict[str, NDArray[np.float32]]
ORT_ERRORS: Final = (
    ort_errors.EPFail, ort_errors.Fail, ort_errors.InvalidArgument, ort_errors.InvalidGraph, ort_errors.InvalidProtobuf,
    ort_errors.NoModel, ort_errors.NotImplemented, ort_errors.RuntimeException,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Port:
    """One input or output of a graph; None stands for a free dimension."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


class ModelSession(Protocol):
    """May be called from several threads at once."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    def run(self, batch: Batch) -> Outputs:
        """All outputs by name for a batch of the one input, first axis = photo."""
        ...


@cache
def share_memory() -> None:
    """One arena for what all sessions of the process compute, where each would keep the most that it ever needed."""
    place = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ort.create_and_register_allocator(place, ort.OrtArenaCfg({}))


class OnnxRuntimeSession:
    def __init__(self, model: bytes, plan: Plan) -> None:
        share_memory()
        options = ort.SessionOptions()
        options.add_session_config_entry("session.use_env_allocators", "1")
        options.intra_op_num_threads, options.inter_op_num_threads = plan.threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = ort.InferenceSession(model, options, providers=list(plan.execution))
        self.inputs = tuple(_ort_port(port) for port in self._session.get_inputs())
        self.outputs = tuple(_ort_port(port) for port in self._session.get_outputs())

    def run(self, batch: Batch) -> Outputs:
        found = self._session.run(None, {self.inputs[0].name: batch})
        return {port.name: values for port, values in zip(self.outputs, found, strict=True)}


class OpenVinoSession:
    """The same graph by OpenVINO; one infer request a thread, since a request is not shared."""

    def __init__(self, model: bytes, plan: Plan) -> None:
        openvino = import_module("openvino")
        core = openvino.Core()
        config = {
            "INFERENCE_NUM_THREADS": plan.lanes * plan.threads,
            "NUM_STREAMS": plan.lanes,
            "INFERENCE_PRECISION_HINT": "f32",
        }
        self._compiled: Any = core.compile_model(core.read_model(BytesIO(model)), "CPU", config)
        self.inputs = tuple(_openvino_port(port) for port in self._compiled.inputs)
        self.outputs = tuple(_openvino_port(port) for port in self._compiled.outputs)
        self._requests = local()

    def run(self, batch: Batch) -> Outputs:
        if not hasattr(self._requests, "mine"):
            self._requests.mine = self._compiled.create_infer_request()
        found = self._requests.mine.infer({self.inputs[0].name: batch})
        return {port.name: np.array(found[port.name]) for port in self.outputs}


def open_session(model: bytes, plan: Plan) -> ModelSession:
    """Build a session from the bytes of an ONNX file.

    Raises BadManifest when the runtime does not take them, or is not installed.
    """
    try:
        return OpenVinoSession(model, plan) if plan.provider == "openvino" else OnnxRuntimeSession(model, plan)
    except ModuleNotFoundError as error:
        raise BadManifest("OpenVINO is chosen but not installed: install the extra `openvino`.") from error
    except (*ORT_ERRORS, RuntimeError) as error:
        raise BadManifest(f"The network cannot be loaded: {str(error).splitlines()[0]}") from error


def available_providers() -> tuple[str, ...]:
    """ONNX Runtime's execution providers in this installation, best first."""
    return tuple(ort.get_available_providers())


def _ort_port(port: Any) -> Port:
    shape = tuple(size if isinstance(size, int) else None for size in port.shape)
    return Port(port.name, port.type.removeprefix("tensor(").removesuffix(")").replace("float", "float32"), shape)


def _openvino_port(port: Any) -> Port:
    shape = tuple(size.get_length() if size.is_static else None for size in port.get_partial_shape())
    dtype = {"u8": "uint8", "f32": "float32"}.get(port.get_element_type().get_type_name(), "unknown")
    return Port(port.get_any_name(), dtype, shape)
