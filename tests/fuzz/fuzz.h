// SPDX-License-Identifier: GPL-2.0-only
//
// What the fuzzers share. A fuzzer is a function of bytes that ends the program where a promise is
// broken; libFuzzer then keeps the bytes in a file (docs/testing.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "scx/base/cpu_set.h"
#include "scx/base/result.h"

namespace scx::fuzz {

inline void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::cerr << "broken promise: " << promise << std::endl;
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// An error is for a person to read: of some length, and a cause each.
inline void require_readable(const Error& error) {
  require(!error.what.empty(), "an error says something");
  require(error.message().size() < 4096, "an error does not repeat all of its input");
}

// A format of CPU sets: what is read and written in it.
struct Format {
  Result<CpuSet> (*parse)(std::string_view text, std::int32_t max_cpu);
  std::string (*print)(const CpuSet& set);
};

void check_format(const Format& format, std::string_view text);

}  // namespace scx::fuzz
