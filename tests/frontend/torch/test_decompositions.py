"""Rules for operators that torch-mlir lowers wrongly or not at all, against torch."""

from typing import Any

import torch
from torch import nn

import isthmus

from .conftest import Check

aten, prims = torch.ops.aten, torch.ops.prims


class Pooling(nn.Module):
    def forward(self, image: torch.Tensor) -> Any:
        average = nn.functional.avg_pool2d
        return (
            nn.functional.adaptive_max_pool2d(image, (3, 4), return_indices=True),
            nn.functional.adaptive_max_pool1d(image[0], 5),
            average(image[0], 3, 2),
            average(image, (3, 2), (2, 3), (1, 1), True, False),
            average(image, 3, 2, 1, True, True),
        )


def test_pooling_with_windows_that_differ(check: Check) -> None:
    torch.manual_seed(0)
    check(Pooling(), (torch.randn(2, 3, 8, 11),))


class Arithmetic(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor, base: torch.Tensor, power: torch.Tensor) -> Any:
        return aten.mm(a, b), torch.clamp(base, -1.5, 2.5), torch.pow(base, power)


def test_integer_arithmetic_wraps_and_promotes_as_torch_does(check: Check) -> None:
    a, b = torch.full((2, 9), 100, dtype=torch.int8), torch.full((9, 3), 77, dtype=torch.int8)
    base = torch.tensor([3, -1, 2, 7, -2, 0, 1, -1])
    power = torch.tensor([5, 3, -1, 40, 63, 0, -4, -3])
    check(Arithmetic(), (a, b, base, power), tolerance=0)


class Signs(nn.Module):
    def forward(self, x: torch.Tensor) -> Any:
        return torch.signbit(x), torch.copysign(torch.full_like(x, 3.0), x), torch.isfinite(1 / x)


def test_the_sign_of_zero_and_nan_is_seen(check: Check) -> None:
    nan = torch.tensor(float("nan"))
    check(Signs(), (torch.stack([torch.tensor(-0.0), torch.tensor(0.0), nan, -nan, torch.tensor(-2.0)]),))


def test_bits_are_read_in_narrower_elements(check: Check) -> None:
    class Bits(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return x.view(torch.int8), x.view(torch.int16), x.view(torch.int32)

    check(Bits(), (torch.tensor([[1.5, -2.25], [-0.0, 3e38]]),), tolerance=0)


class Selection(nn.Module):
    def forward(self, x: torch.Tensor, mask: torch.Tensor, rows: torch.Tensor, v: torch.Tensor) -> Any:
        return (
            aten.index_put(x, (mask,), v),
            aten.index_put(x, (mask,), v, True),
            aten.index_put(x, (rows, mask), v[:, 0]),
            *torch.kthvalue(x, 2, dim=1, keepdim=True),
        )


def test_writes_at_masks_take_the_values_in_order(check: Check) -> None:
    torch.manual_seed(0)
    mask = torch.tensor([True, False, True, True, False])
    check(Selection(), (torch.randn(5, 5), mask, torch.tensor([4, 0, 2]), torch.randn(3, 5)))


class Draws(nn.Module):
    def forward(self, weights: torch.Tensor) -> Any:
        return torch.multinomial(weights, 20000, replacement=True), torch.multinomial(weights, 3)


def test_categorical_draws_follow_the_weights() -> None:
    weights = torch.tensor([[1.0, 2.0, 0.0, 5.0], [4.0, 1.0, 3.0, 0.0]])
    drawn, distinct = isthmus.load(isthmus.compile(Draws(), (weights,)))(weights)
    for row, expected in zip(drawn, weights / 8, strict=True):
        shares = torch.bincount(row, minlength=4) / 20000
        assert torch.allclose(shares, expected, atol=0.02)  # five standard deviations
    assert [sorted(row.tolist()) for row in distinct] == [[0, 1, 3], [0, 1, 2]]


class Views(nn.Module):
    def forward(self, x: torch.Tensor) -> Any:
        return prims.squeeze(x, [0]), prims.split_dim(x, 1, 2), prims.view_of(x) + 1


def test_primitive_views_are_views(check: Check) -> None:
    program = torch.export.export(Views(), (torch.randn(1, 6, 2),))
    before = str(program.graph)
    check(Views(), (torch.randn(1, 6, 2),))
    isthmus.compile(program)
    assert str(program.graph) == before  # the user's program is not changed


def test_small_unsigned_constants_keep_their_sign(check: Check) -> None:
    class Bytes(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.tensor([200, 3], dtype=torch.uint8).to(torch.float32) + x

    check(Bytes(), (torch.zeros(2),))


class Numbers(nn.Module):
    def forward(self, a: torch.Tensor, b: torch.Tensor) -> Any:
        return float(a) + int(b), float(a) > int(b), tuple(torch.sort(b.reshape(1)))


def test_numbers_read_from_tensors_come_back_as_numbers(check: Check) -> None:
    check(Numbers(), (torch.tensor(2.5), torch.tensor(-7)))


def test_a_contraction_over_nothing_is_zero(check: Check) -> None:
    class Empty(nn.Module):
        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            return a @ b

    check(Empty(), (torch.randn(3, 0), torch.randn(0, 4)))


def test_a_row_of_attention_that_sees_nothing_is_zero(check: Check) -> None:
    class Masked(nn.Module):
        def forward(self, q: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return nn.functional.scaled_dot_product_attention(q, q, q, attn_mask=mask)

    torch.manual_seed(0)
    check(Masked(), (torch.randn(1, 2, 3, 8), torch.tensor([[True, False, True], [False] * 3, [True] * 3])))
