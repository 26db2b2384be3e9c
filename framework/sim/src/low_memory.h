// SPDX-License-Identifier: GPL-2.0-only
//
// The simulated arena: memory below 2 GiB, for policies take the low half of an address in the
// arena for the whole of it, and AddressSanitizer has what is above. It has one place, so there is
// one at a time in a process. Only touched pages cost memory.
#pragma once

#include <cstdint>
#include <optional>

#include "scx/base/result.h"

namespace scx::sim {

class LowMemory {
 public:
  // Errors: busy where there is one already.
  static Result<LowMemory> reserve();
  LowMemory(LowMemory&& other) noexcept;
  LowMemory& operator=(LowMemory&&) = delete;
  ~LowMemory();

  std::uint64_t base() const { return base_; }
  // Zeroed memory, on pages of its own; 0 where no more is left.
  std::uint64_t pages(std::uint64_t nr);
  // Takes all of it back.
  void clear();

 private:
  explicit LowMemory(std::uint64_t base) : base_(base), next_(base) {}
  std::uint64_t base_, next_;
};

}  // namespace scx::sim
