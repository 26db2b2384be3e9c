// SPDX-License-Identifier: GPL-2.0-only
//
// CpuSet: a set of CPU numbers of any size, and the two formats in which the kernel writes one.
// cpu_set_t and a struct cpumask have a size that somebody chose at build time; this one has none,
// so a program built once is right on a machine of 2 CPUs and of 8,192. Not for hot paths and not
// for cids: a BPF program has cmasks.
//
//   CpuSet online = SCX_TRY(parse_cpu_list("0-3,8"));
//   for (CpuId cpu : online & node) …
//   to_cpu_list(online);  // "0-3,8"
//
// Memory and time go with the 64-bit words that have members, not with the distance between them:
// the threads of a core may have numbers half a machine apart, and the sets of all cores together
// still cost what the CPUs cost. A set within two such words lies in the object itself.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "scx/base/ids.h"
#include "scx/base/result.h"
#include "scx/base/small_vector.h"

namespace scx {

class CpuSet {
  using Word = std::uint64_t;
  static constexpr std::int32_t kBits = 64;

  // Bit b stands for CPU index * 64 + b.
  struct Chunk {
    std::int32_t index;
    Word bits;
    bool operator==(const Chunk&) const = default;
  };

 public:
  // Walks the members in ascending order, each step in constant time. Changing the set ends the
  // validity of its iterators.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = CpuId;
    using difference_type = std::ptrdiff_t;
    using pointer = const CpuId*;
    using reference = CpuId;

    Iterator() = default;
    CpuId operator*() const { return CpuId{at_->index * kBits + std::countr_zero(left_)}; }
    Iterator& operator++() {
      left_ &= left_ - 1;
      if (left_ == 0 && ++at_ != end_) left_ = at_->bits;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const {
      return at_ == other.at_ && left_ == other.left_;
    }

   private:
    friend class CpuSet;
    Iterator(const Chunk* at, const Chunk* end)
        : at_(at), end_(end), left_(at == end ? 0 : at->bits) {}

    const Chunk* at_ = nullptr;
    const Chunk* end_ = nullptr;
    Word left_ = 0;  // of at_'s members, this one and those above
  };

  CpuSet() = default;
  CpuSet(std::initializer_list<CpuId> cpus);
  // {0, 1, 5}, for tables and tests.
  static CpuSet of(std::initializer_list<std::int32_t> cpus);
  // first … last, both in it; empty when last < first.
  static CpuSet range(CpuId first, CpuId last);

  // An id that is none (negative) is no member: inserting or erasing it does nothing.
  void insert(CpuId cpu);
  void insert_range(CpuId first, CpuId last);
  void erase(CpuId cpu);
  void clear();

  bool contains(CpuId cpu) const;
  bool contains_all(const CpuSet& other) const;
  bool intersects(const CpuSet& other) const;
  bool empty() const { return chunks_.empty(); }
  std::size_t count() const;

  // The lowest and highest member and the lowest one above `cpu`; none where there is none.
  CpuId first() const { return next(CpuId{}); }
  CpuId last() const;
  CpuId next(CpuId cpu) const;

  Iterator begin() const { return {chunks_.begin(), chunks_.end()}; }
  Iterator end() const { return {chunks_.end(), chunks_.end()}; }

  CpuSet& operator|=(const CpuSet& other);
  CpuSet& operator&=(const CpuSet& other);
  CpuSet& operator-=(const CpuSet& other);  // set difference
  friend CpuSet operator|(CpuSet a, const CpuSet& b) { return std::move(a |= b); }
  friend CpuSet operator&(CpuSet a, const CpuSet& b) { return std::move(a &= b); }
  friend CpuSet operator-(CpuSet a, const CpuSet& b) { return std::move(a -= b); }
  bool operator==(const CpuSet&) const = default;

 private:
  // Ascending by index, none with no bits: so equal sets have equal chunks.
  SmallVector<Chunk, 2> chunks_;
};

// The largest CPU number that the parsers accept unless told otherwise. Kernels go to 8,191; the
// bound keeps a corrupt file from asking for gigabytes.
inline constexpr std::int32_t kMaxCpu = 65535;

// The kernel's list format, as /sys/devices/system/cpu/online has it: numbers and ranges with
// commas between them, "0-3,8", where a range may take a pattern, "0-31:2/4": of every group of 4
// from 0 on, the first 2. White space around the whole is ignored; an empty text is the empty set.
// Errors: invalid, saying what was found at which character (counted from 1): no number, a range
// that runs backwards, a group of 0 or smaller than what is taken of it, a CPU above max_cpu.
Result<CpuSet> parse_cpu_list(std::string_view text, std::int32_t max_cpu = kMaxCpu);

// The shortest list of numbers and ranges, in ascending order: "0-3,8"; "" for the empty set.
std::string to_cpu_list(const CpuSet& set);

// The kernel's mask format, as …/topology/thread_siblings has it: hexadecimal words of 32 bits,
// most significant first, commas between them: "ff,00000000" is 32-39. The first word has 1 to 8
// digits, the others have 8. White space around the whole is ignored.
// Errors: invalid, as above; an empty text is one.
Result<CpuSet> parse_cpu_mask(std::string_view text, std::int32_t max_cpu = kMaxCpu);

// As parse_cpu_mask() takes it, without leading zeros; "0" for the empty set.
std::string to_cpu_mask(const CpuSet& set);

}  // namespace scx
