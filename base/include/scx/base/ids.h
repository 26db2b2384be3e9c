// SPDX-License-Identifier: GPL-2.0-only
//
// Strong ids. Everything in this project is numbered, and mixing up two numberings is the bug that
// a scheduler cannot afford: a CPU number is not a cid, a domain is not an LLC. Each numbering is a
// type of its own that converts to nothing else; .value() is the way out, the constructor the way
// in.
//
//   CpuId  the kernel's CPU number            Cid       topological CPU id, 0 … nr_cids - 1
//   NodeId the kernel's NUMA node number      LlcId     last-level caches in cid order
//   CoreId physical cores in cid order        DomainId  compute domains in cid order
//
// A negative value means "belongs to none" (kNone), as in the kernel's own tables.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace scx {

template <typename Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::int32_t value) : value_(value) {}
  constexpr std::int32_t value() const { return value_; }
  // As an index into a table; requires: valid().
  constexpr std::size_t index() const { return static_cast<std::size_t>(value_); }
  constexpr bool valid() const { return value_ >= 0; }
  constexpr auto operator<=>(const Id&) const = default;

 private:
  std::int32_t value_ = -1;
};

using CpuId = Id<struct CpuTag>;
using Cid = Id<struct CidTag>;
using CoreId = Id<struct CoreTag>;
using LlcId = Id<struct LlcTag>;
using NodeId = Id<struct NodeTag>;
using DomainId = Id<struct DomainTag>;

// A contiguous run of ids, [first, first + count).
template <typename IdType>
struct Range {
  IdType first;
  std::int32_t count = 0;

  constexpr bool contains(IdType id) const {
    return id.value() >= first.value() && id.value() - first.value() < count;
  }
  constexpr bool operator==(const Range&) const = default;
};

using CidRange = Range<Cid>;
using DomainRange = Range<DomainId>;

}  // namespace scx

template <typename Tag>
struct std::hash<scx::Id<Tag>> {
  std::size_t operator()(scx::Id<Tag> id) const noexcept {
    return std::hash<std::int32_t>{}(id.value());
  }
};
