// SPDX-License-Identifier: GPL-2.0-only
//
// The BPF library on a made-up machine, loaded into this machine's kernel: its tables and arena are
// laid out by the framework itself, as a scheduler's are. Not for more than one at a time: an arena
// has a fixed address.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "library_intf.h"
#include "scx/framework/tables.h"
#include "support.h"

// The skeleton uses the types of the shared header: a block of its own, below it.
#include "library.skel.h"

namespace scx::test {

// Cids as a set, for comparing with bits in the arena.
using Cids = std::set<int>;

class Library {
 public:
  // Errors: permission or unsupported when this machine cannot run it, others when the library is
  // at fault.
  static Result<std::unique_ptr<Library>> load(Machine machine);

  // Runs one of progs() once; any number of threads may do so at once. What the program left in its
  // context, or its result alone.
  library_args run(bpf_program* program, library_args args) const;
  s64 result(bpf_program* program, const library_args& args) const {
    return run(program, args).result;
  }
  const auto& progs() const { return skel_->progs; }

  const Machine& machine() const { return machine_; }
  const Tables& tables() const { return tables_; }  // what the framework put into the object
  // As the programs read it: with the addresses that the framework gave out.
  const scx_machine& counts() const {
    return reinterpret_cast<const scx_machine&>(skel_->rodata->scx_machine);
  }

  // Sets in the arena, nr_words each, and elements by cid.
  std::span<u64> set_a() const { return words("set_a"); }
  std::span<u64> set_b() const { return words("set_b"); }
  std::span<u64> things() const { return by_cid("things"); }
  std::span<u64> visited() const;  // nr_domains
  std::span<u64> idle_counts() const {
    return words(skel_->rodata->scx_per_word_scx_idle_counts.addr);
  }
  std::span<u64> idle_cids() const { return words(counts().idle_addr); }
  std::span<u64> idle_cores() const { return words(counts().idle_cores_addr); }
  std::span<u64> usable_cids() const { return words(counts().usable_addr); }
  library_found& found() const { return skel_->arena->found; }
  const scx_slab& slab() const { return skel_->arena->scx_slab; }
  // Bytes of one context of the slab.
  u64 context_size() const { return 16 + counts().nr_words * 8ull; }

 private:
  struct Destroy {
    void operator()(library_bpf* skel) const { library_bpf::destroy(skel); }
  };
  using Owned = std::unique_ptr<library_bpf, Destroy>;

  Library(Machine machine, Owned skel)
      : machine_(std::move(machine)), tables_(make_tables(machine_)), skel_(std::move(skel)) {}
  std::span<u64> by_cid(const char* array) const;
  std::span<u64> words(const char* array) const { return by_cid(array).first(counts().nr_words); }
  std::span<u64> words(u64 at) const { return {reinterpret_cast<u64*>(at), counts().nr_words}; }

  Machine machine_;
  Tables tables_;
  Owned skel_;
};

inline u64 address(std::span<u64> set) { return reinterpret_cast<u64>(set.data()); }
Cids read(std::span<const u64> set);
void write(std::span<u64> set, const Cids& cids);
// That the counts of scx/nonempty.bpf.h are those of `things`, of which the empty ones are 0.
void expect_counts(std::span<const u64> counts, const std::vector<u64>& things);
// Each cid below nr_cids with a chance of one in `one_in`.
Cids random_cids(std::mt19937& random, u32 nr_cids, u32 one_in);

// Tests that run on machines of many sizes, the same binary on all of them.
struct SizedMachine {
  const char* name;
  RawTopology (*make)();
};
inline void PrintTo(const SizedMachine& machine, std::ostream* out) { *out << machine.name; }
std::vector<SizedMachine> sized_machines();

class LibraryTest : public ::testing::TestWithParam<SizedMachine> {
 protected:
  void SetUp() override;
  int below(u32 n) { return static_cast<int>(random_() % n); }

  std::unique_ptr<Library> library_;
  std::mt19937 random_{20260101};
};

}  // namespace scx::test
