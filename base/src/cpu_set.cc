// SPDX-License-Identifier: GPL-2.0-only
#include "scx/base/cpu_set.h"

#include <algorithm>

namespace scx {
namespace {

// The first chunk of [from, end) whose index is not below `index`. Walks over two sets mostly want
// the chunk where they are or the one behind it, so those are looked at first.
template <typename Chunk>
Chunk* seek(Chunk* from, Chunk* end, std::int32_t index) {
  if (from == end || from->index >= index) return from;
  if (++from == end || from->index >= index) return from;
  return std::partition_point(from, end, [=](const Chunk& c) { return c.index < index; });
}

}  // namespace

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

void CpuSet::insert(CpuId cpu) {
  if (!cpu.valid()) return;
  const std::int32_t index = cpu.value() / kBits;
  const Word bit = Word{1} << (cpu.value() % kBits);
  if (chunks_.empty() || chunks_.back().index < index) {
    chunks_.push_back({index, bit});
  } else if (chunks_.back().index == index) {
    chunks_.back().bits |= bit;
  } else {
    Chunk* at = seek(chunks_.begin(), chunks_.end(), index);
    if (at->index != index) at = chunks_.insert(at, {index, 0});
    at->bits |= bit;
  }
}

void CpuSet::insert_range(CpuId first, CpuId last) {
  if (!first.valid() || last < first) return;
  const std::int32_t from = first.value() / kBits, to = last.value() / kBits;
  CpuSet range;
  range.chunks_.resize(static_cast<std::size_t>(to - from) + 1);
  std::int32_t index = from;
  for (Chunk& chunk : range.chunks_) chunk = {index++, ~Word{0}};
  range.chunks_.front().bits &= ~Word{0} << (first.value() % kBits);
  range.chunks_.back().bits &= ~Word{0} >> (kBits - 1 - last.value() % kBits);
  if (empty()) {
    *this = std::move(range);
  } else {
    *this |= range;
  }
}

void CpuSet::erase(CpuId cpu) {
  if (!cpu.valid()) return;
  const std::int32_t index = cpu.value() / kBits;
  Chunk* at = seek(chunks_.begin(), chunks_.end(), index);
  if (at == chunks_.end() || at->index != index) return;
  at->bits &= ~(Word{1} << (cpu.value() % kBits));
  if (at->bits == 0) chunks_.erase(at);
}

void CpuSet::clear() { chunks_.resize(0); }

bool CpuSet::contains(CpuId cpu) const {
  if (!cpu.valid()) return false;
  const std::int32_t index = cpu.value() / kBits;
  const Chunk* at = seek(chunks_.begin(), chunks_.end(), index);
  return at != chunks_.end() && at->index == index && (at->bits >> (cpu.value() % kBits) & 1) != 0;
}

bool CpuSet::contains_all(const CpuSet& other) const {
  const Chunk* at = chunks_.begin();
  for (const Chunk& theirs : other.chunks_) {
    at = seek(at, chunks_.end(), theirs.index);
    if (at == chunks_.end() || at->index != theirs.index) return false;
    if ((theirs.bits & ~at->bits) != 0) return false;
  }
  return true;
}

bool CpuSet::intersects(const CpuSet& other) const {
  if (other.chunks_.size() > chunks_.size()) return other.intersects(*this);
  const Chunk* at = chunks_.begin();
  for (const Chunk& theirs : other.chunks_) {
    at = seek(at, chunks_.end(), theirs.index);
    if (at == chunks_.end()) return false;
    if (at->index == theirs.index && (theirs.bits & at->bits) != 0) return true;
  }
  return false;
}

std::size_t CpuSet::count() const {
  std::size_t sum = 0;
  for (const Chunk& chunk : chunks_) sum += static_cast<std::size_t>(std::popcount(chunk.bits));
  return sum;
}

CpuId CpuSet::last() const {
  if (empty()) return {};
  const Chunk& top = chunks_.back();
  return CpuId{top.index * kBits + kBits - 1 - std::countl_zero(top.bits)};
}

CpuId CpuSet::next(CpuId cpu) const {
  if (cpu.value() == INT32_MAX) return {};
  const std::int32_t from = std::max(cpu.value() + 1, 0), index = from / kBits;
  const Chunk* at = seek(chunks_.begin(), chunks_.end(), index);
  if (at == chunks_.end()) return {};
  Word bits = at->bits;
  if (at->index == index) bits &= ~Word{0} << (from % kBits);
  if (bits == 0) {
    if (++at == chunks_.end()) return {};
    bits = at->bits;
  }
  return CpuId{at->index * kBits + std::countr_zero(bits)};
}

CpuSet& CpuSet::operator|=(const CpuSet& other) {
  std::size_t missing = 0;
  Chunk* at = chunks_.begin();
  for (const Chunk& theirs : other.chunks_) {
    at = seek(at, chunks_.end(), theirs.index);
    if (at != chunks_.end() && at->index == theirs.index) {
      at->bits |= theirs.bits;
    } else {
      ++missing;
    }
  }
  if (missing == 0) return *this;
  // The missing ones go in from the highest on, so that each chunk moves once.
  const std::size_t before = chunks_.size();
  chunks_.resize(before + missing);
  Chunk* to = chunks_.end();
  const Chunk* mine = chunks_.begin() + before;
  for (const Chunk* theirs = other.chunks_.end(); missing > 0;) {
    --theirs;
    while (mine != chunks_.begin() && mine[-1].index > theirs->index) *--to = *--mine;
    if (mine != chunks_.begin() && mine[-1].index == theirs->index) continue;
    *--to = *theirs;
    --missing;
  }
  return *this;
}

CpuSet& CpuSet::operator&=(const CpuSet& other) {
  Chunk* to = chunks_.begin();
  const Chunk* at = other.chunks_.begin();
  for (const Chunk& mine : chunks_) {
    at = seek(at, other.chunks_.end(), mine.index);
    if (at == other.chunks_.end()) break;
    const Word both = at->index == mine.index ? mine.bits & at->bits : 0;
    if (both != 0) *to++ = {mine.index, both};
  }
  chunks_.resize(static_cast<std::size_t>(to - chunks_.begin()));
  return *this;
}

CpuSet& CpuSet::operator-=(const CpuSet& other) {
  bool emptied = false;
  Chunk* at = chunks_.begin();
  for (const Chunk& theirs : other.chunks_) {
    at = seek(at, chunks_.end(), theirs.index);
    if (at == chunks_.end()) break;
    if (at->index != theirs.index) continue;
    at->bits &= ~theirs.bits;
    emptied |= at->bits == 0;
  }
  if (!emptied) return *this;
  Chunk* left = std::remove_if(chunks_.begin(), chunks_.end(),
                               [](const Chunk& chunk) { return chunk.bits == 0; });
  chunks_.resize(static_cast<std::size_t>(left - chunks_.begin()));
  return *this;
}

}  // namespace scx
