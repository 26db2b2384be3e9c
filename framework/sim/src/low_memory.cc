// SPDX-License-Identifier: GPL-2.0-only
#include "low_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace scx::sim {
namespace {

constexpr std::uint64_t kBase = 0x1000'0000, kSize = 0x6000'0000, kPage = 4096;

}  // namespace

Result<LowMemory> LowMemory::reserve() {
  void* const at = ::mmap(reinterpret_cast<void*>(kBase), kSize, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (at == MAP_FAILED)
    return fail_errno(errno == EEXIST ? EBUSY : errno,
                      "cannot reserve memory below 2 GiB for the policy's arena",
                      "one simulation at a time has it");
  return LowMemory(kBase);
}

LowMemory::LowMemory(LowMemory&& other) noexcept
    : base_(std::exchange(other.base_, 0)), next_(other.next_) {}

LowMemory::~LowMemory() {
  if (base_) ::munmap(reinterpret_cast<void*>(base_), kSize);
}

std::uint64_t LowMemory::pages(std::uint64_t nr) {
  if (nr > (base_ + kSize - next_) / kPage) return 0;
  return std::exchange(next_, next_ + nr * kPage);
}

// Pages that are given back read as zero when they are used again.
void LowMemory::clear() {
  ::madvise(reinterpret_cast<void*>(base_), next_ - base_, MADV_DONTNEED);
  next_ = base_;
}

}  // namespace scx::sim
