from __future__ import annotations

import asyncio

import pytest

from campaignkit.serve import pages


@pytest.fixture
def kernels(monkeypatch):
    """Two kernels, a clock that the test sets, and the list of those that were ended."""
    manager = pages.PageKernels(cull_idle_timeout=60)
    manager.clock, manager.ended = 0.0, []
    manager._kernels = {"watched": object(), "alone": object()}
    manager._kernel_connections = {"watched": 1, "alone": 0}

    async def shut_down(kernel):
        manager.ended.append(kernel)
        del manager._kernels[kernel]

    monkeypatch.setattr(pages.time, "monotonic", lambda: manager.clock)
    monkeypatch.setattr(manager, "shutdown_kernel", shut_down)
    return manager


def look(kernels, at: float) -> list[str]:
    kernels.clock = at
    asyncio.run(kernels.cull_kernels())
    return kernels.ended


def test_a_kernel_without_a_page_ends_after_a_while_and_one_with_a_page_never(kernels):
    assert look(kernels, at=0) == []
    assert look(kernels, at=59) == []
    assert look(kernels, at=60) == ["alone"]
    assert look(kernels, at=10_000) == ["alone"]


def test_a_page_that_comes_back_in_time_keeps_its_kernel(kernels):
    look(kernels, at=0)
    kernels._kernel_connections["alone"] = 1
    look(kernels, at=50)
    kernels._kernel_connections["alone"] = 0
    assert look(kernels, at=70) == []
    assert look(kernels, at=129) == []
    assert look(kernels, at=130) == ["alone"]
