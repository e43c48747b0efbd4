"""The standard lowering, stage by stage: what runs, what each stage accepts and what it leaves."""

from dataclasses import dataclass

from .contracts import Contract, OpSet

TENSOR_PROGRAM = OpSet(
    (
        *("func.*", "linalg.*", "tensor.*", "arith.*", "math.*", "scf.*", "cf.*", "complex.*", "affine.*"),
        *("tm_tensor.*", "ml_program.*", "hpc.parameter"),
    )
)
"""What IREE reads, and `hpc.parameter`, which the border turns into IREE's own."""

KERNELS = TENSOR_PROGRAM | OpSet(("hpc.launch", "memref.*", "vector.*"))
"""What the border to IREE takes: besides, launches of kernels and the kernels' own operations."""

STENCIL_PROGRAM = TENSOR_PROGRAM | OpSet(("hpc.stencil", "hpc.yield"))
"""A program whose work on neighbours can be told from other work."""

CAPTURED = TENSOR_PROGRAM | OpSet(("hpc.attention", "hpc.call", "hpc.fft"))


@dataclass(frozen=True)
class Stage:
    """Name a part of the lowering.

    `pipeline` may hold `{skip}`, the results that get no destination, and `{outputs}`, how many there are.
    """

    name: str
    pipeline: str
    contract: Contract


def _stage(name: str, pipeline: str, accepts: OpSet, leaves: OpSet) -> Stage:
    return Stage(name, pipeline, Contract(name, accepts, leaves))


OPERATORS = _stage(
    "operators",
    "clean,resolve-calls,convert-hpc-fft,convert-hpc-attention",
    CAPTURED,
    TENSOR_PROGRAM,
)
SAFETY = _stage(
    "safety",
    "guard-indices{{at={outputs}}}",
    TENSOR_PROGRAM,
    TENSOR_PROGRAM,
)
SIMPLIFY = _stage(
    "simplify",
    "split-complex,fold-empty-loops,fold-pairs,contractions-to-matmul,fold-constants,"
    "split-transposed-convolutions,convolution-channels-last,split-narrow-convolutions,pad-filters,"
    "fuse-elementwise,clean",
    TENSOR_PROGRAM,
    TENSOR_PROGRAM,
)
STENCILS = _stage(
    "stencils",
    "form-stencils,split-domains,fuse-stencils,convert-hpc-stencil",
    STENCIL_PROGRAM,
    TENSOR_PROGRAM,
)
NUMERICS = _stage(
    "numerics",
    "func.func(convert-complex-to-standard),expand-math,clean",
    TENSOR_PROGRAM,
    TENSOR_PROGRAM,
)
BORDER = _stage(
    "border",
    "add-destinations{{skip='{skip}'}}",
    KERNELS,
    KERNELS,
)

HOST = _stage(
    "host",
    "hoist-weights,slice-inserts",
    KERNELS,
    KERNELS,
)
"""Behind the border, for what goes to IREE as it is."""

LOOPS = _stage(
    "kernels",
    "sorts-to-loops,form-kernels,generate-kernels,address-reads",
    KERNELS,
    KERNELS,
)
"""Behind the border, for machines whose loops we write ourselves: `border.to_border` decides."""

STAGES: tuple[Stage, ...] = (OPERATORS, SAFETY, SIMPLIFY, STENCILS, NUMERICS, BORDER)


def stages_for(precision: str | None) -> tuple[Stage, ...]:
    """Give the standard lowering, with a stage that narrows the arithmetic when a preset is asked for."""
    if precision is None:
        return STAGES
    place = STAGES.index(STENCILS)  # stencils with several results could not be narrowed
    return (*STAGES[:place], _precision(precision), *STAGES[place:])


def _precision(preset: str) -> Stage:
    """Narrow f64 to f32 first: the presets of 16 bits know no format between theirs and f32."""
    narrowing = ",".join(
        f"assign-precision{{{{compute={name}}}}},apply-precision" for name in dict.fromkeys(("f32", preset))
    )
    return _stage("precision", f"{narrowing},fuse-elementwise,clean", TENSOR_PROGRAM, TENSOR_PROGRAM)
