// SPDX-License-Identifier: GPL-2.0-only
//
// Numbers by chance that are the same on every machine (SplitMix64; Steele, Lea and Flood, 2014).
#pragma once

#include <cstdint>

namespace scx::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Of first … last; the bias of the remainder is below 2^-32 for what is asked here.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    return first >= last ? first : first + next() % (last - first + 1);
  }

 private:
  std::uint64_t state_;
};

}  // namespace scx::sim
