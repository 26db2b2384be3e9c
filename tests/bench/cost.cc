// SPDX-License-Identifier: GPL-2.0-only
#include "cost.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// Atomic because libraries may have threads of their own; not so the blocks, which are many.
std::atomic<std::int64_t> allocations{0}, bytes{0}, peak{0};
std::int64_t blocks = 0;

void* take(std::size_t size) {
  void* at = std::malloc(std::max<std::size_t>(size, 1));
  if (at == nullptr) throw std::bad_alloc();
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto usable = static_cast<std::int64_t>(malloc_usable_size(at));
  const std::int64_t now = bytes.fetch_add(usable, std::memory_order_relaxed) + usable;
  if (now > peak.load(std::memory_order_relaxed)) peak.store(now, std::memory_order_relaxed);
  return at;
}

void give(void* at) noexcept {
  if (at == nullptr) return;
  bytes.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(at)), std::memory_order_relaxed);
  std::free(at);
}

}  // namespace

// All forms but the over-aligned: under a sanitizer those that are not here are the sanitizer's
// own, which do not come in pairs with these.
void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void operator delete(void* at) noexcept { give(at); }
void operator delete[](void* at) noexcept { give(at); }
void operator delete(void* at, std::size_t) noexcept { give(at); }
void operator delete[](void* at, std::size_t) noexcept { give(at); }
void operator delete(void* at, const std::nothrow_t&) noexcept { give(at); }
void operator delete[](void* at, const std::nothrow_t&) noexcept { give(at); }

// The compiler puts a call of it at the start of each basic block.
extern "C" void __sanitizer_cov_trace_pc() { ++blocks; }

namespace scx::test {

Meter::Meter() : allocations_(allocations), bytes_(bytes), blocks_(blocks) { peak = bytes.load(); }

Cost Meter::cost() const { return {allocations - allocations_, peak - bytes_, blocks - blocks_}; }

}  // namespace scx::test
