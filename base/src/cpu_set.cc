// SPDX-License-Identifier: GPL-2.0-only
#include "scx/base/cpu_set.h"

#include <algorithm>
#include <bit>

namespace scx {

CpuSet::CpuSet(std::initializer_list<CpuId> cpus) {
  for (CpuId cpu : cpus) insert(cpu);
}

CpuSet CpuSet::of(std::initializer_list<std::int32_t> cpus) {
  CpuSet set;
  for (std::int32_t cpu : cpus) set.insert(CpuId{cpu});
  return set;
}

CpuSet CpuSet::range(CpuId first, CpuId last) {
  CpuSet set;
  set.insert_range(first, last);
  return set;
}

CpuSet::Word CpuSet::word(std::int32_t index) const {
  if (index < base_) return 0;
  const auto at = static_cast<std::size_t>(index - base_);
  return at < words_.size() ? words_[at] : 0;
}

void CpuSet::cover(std::int32_t first, std::int32_t last) {
  if (words_.empty()) base_ = first;
  if (first < base_) {
    words_.insert(words_.begin(), static_cast<std::size_t>(base_ - first), 0);
    base_ = first;
  }
  const auto needed = static_cast<std::size_t>(last - base_) + 1;
  if (needed > words_.size()) words_.resize(needed);
}

void CpuSet::shrink() {
  while (!words_.empty() && words_.back() == 0) words_.pop_back();
  const auto used = std::find_if(words_.begin(), words_.end(), [](Word w) { return w != 0; });
  base_ = words_.empty() ? 0 : base_ + static_cast<std::int32_t>(used - words_.begin());
  words_.erase(words_.begin(), used);
}

void CpuSet::insert(CpuId cpu) { insert_range(cpu, cpu); }

void CpuSet::insert_range(CpuId first, CpuId last) {
  const std::int32_t from = std::max(first.value(), 0);
  const std::int32_t to = last.value();
  if (!last.valid() || to < from || !first.valid()) return;
  cover(from / kBits, to / kBits);
  for (std::int32_t w = from / kBits; w <= to / kBits; ++w) {
    Word bits = ~Word{0};
    if (w == from / kBits) bits &= ~Word{0} << (from % kBits);
    if (w == to / kBits) bits &= ~Word{0} >> (kBits - 1 - to % kBits);
    words_[static_cast<std::size_t>(w - base_)] |= bits;
  }
}

void CpuSet::erase(CpuId cpu) {
  if (!contains(cpu)) return;
  words_[static_cast<std::size_t>(cpu.value() / kBits - base_)] &=
      ~(Word{1} << (cpu.value() % kBits));
  shrink();
}

void CpuSet::clear() {
  words_.clear();
  base_ = 0;
}

bool CpuSet::contains(CpuId cpu) const {
  return cpu.valid() && (word(cpu.value() / kBits) >> (cpu.value() % kBits) & 1) != 0;
}

bool CpuSet::contains_all(const CpuSet& other) const {
  for (std::size_t w = 0; w < other.words_.size(); ++w) {
    if ((other.words_[w] & ~word(other.base_ + static_cast<std::int32_t>(w))) != 0) return false;
  }
  return true;
}

bool CpuSet::intersects(const CpuSet& other) const {
  for (std::size_t w = 0; w < other.words_.size(); ++w) {
    if ((other.words_[w] & word(other.base_ + static_cast<std::int32_t>(w))) != 0) return true;
  }
  return false;
}

std::size_t CpuSet::count() const {
  std::size_t sum = 0;
  for (Word w : words_) sum += static_cast<std::size_t>(std::popcount(w));
  return sum;
}

CpuId CpuSet::last() const {
  if (words_.empty()) return {};
  const auto top = static_cast<std::int32_t>(words_.size()) - 1;
  return CpuId{(base_ + top) * kBits + kBits - 1 - std::countl_zero(words_.back())};
}

CpuId CpuSet::next(CpuId cpu) const {
  const std::int64_t from = std::max<std::int64_t>(std::int64_t{cpu.value()} + 1, 0);
  const std::int64_t start = std::max<std::int64_t>(from, std::int64_t{base_} * kBits);
  auto w = static_cast<std::size_t>(start / kBits - base_);
  Word mask = ~Word{0} << (start % kBits);
  for (; w < words_.size(); ++w, mask = ~Word{0}) {
    const Word bits = words_[w] & mask;
    if (bits == 0) continue;
    return CpuId{(base_ + static_cast<std::int32_t>(w)) * kBits + std::countr_zero(bits)};
  }
  return {};
}

CpuSet& CpuSet::operator|=(const CpuSet& other) {
  if (other.empty()) return *this;
  cover(other.base_, other.base_ + static_cast<std::int32_t>(other.words_.size()) - 1);
  const auto shift = static_cast<std::size_t>(other.base_ - base_);
  for (std::size_t w = 0; w < other.words_.size(); ++w) words_[w + shift] |= other.words_[w];
  return *this;
}

CpuSet& CpuSet::operator&=(const CpuSet& other) {
  for (std::size_t w = 0; w < words_.size(); ++w) {
    words_[w] &= other.word(base_ + static_cast<std::int32_t>(w));
  }
  shrink();
  return *this;
}

CpuSet& CpuSet::operator-=(const CpuSet& other) {
  for (std::size_t w = 0; w < words_.size(); ++w) {
    words_[w] &= ~other.word(base_ + static_cast<std::int32_t>(w));
  }
  shrink();
  return *this;
}

}  // namespace scx
