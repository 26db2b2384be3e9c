// SPDX-License-Identifier: GPL-2.0-only
//
// What a piece of work costs, in counts that are the same on every run: what it takes from the heap
// through operator new, and the basic blocks that it passes. A program that links cost.cc has its
// own operator new; what C libraries take with malloc() is not counted. Basic blocks are those of
// code compiled with -fsanitize-coverage=trace-pc, so of none in most programs.
#pragma once

#include <cstdint>

namespace scx::test {

struct Cost {
  std::int64_t allocations = 0;
  std::int64_t peak_bytes = 0;  // the most held at a time, above what was held before
  std::int64_t blocks = 0;
};

// Of the whole program, so one at a time, and while no other thread works.
class Meter {
 public:
  Meter();
  Cost cost() const;

 private:
  std::int64_t allocations_, bytes_, blocks_;
};

}  // namespace scx::test
