"""The table of Isthmus's own passes: from the name in a pipeline to the class, imported on first use."""

import difflib
from importlib import import_module

from isthmus.errors import PassError

from .passes import Pass
from .upstream_passes import UPSTREAM_PASSES

PASSES: dict[str, str] = {
    "add-destinations": "add_destinations:AddDestinations",
    "address-reads": "address_reads:AddressReads",
    "apply-precision": "apply_precision:ApplyPrecision",
    "assign-precision": "assign_precision:AssignPrecision",
    "clean": "clean:Clean",
    "contractions-to-matmul": "contractions_to_matmul:ContractionsToMatmul",
    "convert-hpc-attention": "convert_hpc_attention:ConvertHpcAttention",
    "convert-hpc-fft": "convert_hpc_fft:ConvertHpcFft",
    "convert-hpc-stencil": "convert_hpc_stencil:ConvertHpcStencil",
    "convolution-channels-last": "convolution_channels_last:ConvolutionChannelsLast",
    "expand-math": "expand_math:ExpandMath",
    "fold-constants": "fold_constants:FoldConstants",
    "fold-empty-loops": "fold_empty_loops:FoldEmptyLoops",
    "fold-pairs": "fold_pairs:FoldPairs",
    "form-kernels": "form_kernels:FormKernels",
    "form-stencils": "form_stencils:FormStencils",
    "fuse-elementwise": "fuse_elementwise:FuseElementwise",
    "fuse-stencils": "fuse_stencils:FuseStencils",
    "generate-kernels": "generate_kernels:GenerateKernels",
    "guard-indices": "guard_indices:GuardIndices",
    "hoist-weights": "hoist_weights:HoistWeights",
    "pad-filters": "pad_filters:PadFilters",
    "resolve-calls": "resolve_calls:ResolveCalls",
    "slice-inserts": "slice_inserts:SliceInserts",
    "sorts-to-loops": "sorts_to_loops:SortsToLoops",
    "split-complex": "split_complex:SplitComplex",
    "split-domains": "split_domains:SplitDomains",
    "split-narrow-convolutions": "split_narrow_convolutions:SplitNarrowConvolutions",
    "split-transposed-convolutions": "split_transposed_convolutions:SplitTransposedConvolutions",
}
"""Each row is `"kebab-case-name": "module:Class"`, the module relative to this package."""


def pass_named(name: str) -> type[Pass]:
    """Import the class of one of our passes; an unknown name is a `PassError` with close matches."""
    if name not in PASSES:
        raise unknown_pass(name)
    module, _, kind = PASSES[name].partition(":")
    found: type[Pass] = getattr(import_module(f".{module}", __package__), kind)
    return found


def unknown_pass(name: str) -> PassError:
    """Describe a name that is neither in our table nor upstream's."""
    close = difflib.get_close_matches(name, [*PASSES, *UPSTREAM_PASSES], n=3)
    if close:
        choices = " or ".join(f"'{match}'" for match in close)
        return PassError(f"unknown pass '{name}': did you mean {choices}?", note=_LISTING)
    own = ", ".join(f"'{match}'" for match in PASSES)
    return PassError(f"unknown pass '{name}': expected one of {own}, or one of upstream's", note=_LISTING)


_LISTING = "'isthmus-opt --list-passes' lists every pass with its options"
