// SPDX-License-Identifier: GPL-2.0-only
#include "library.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

#include "libbpf_log.h"
#include "object_tables.h"
#include "scx/framework/kernel.h"

namespace scx::test {
namespace {

// Two caches, and the second threads numbered behind all the first ones, as Intel does: a CPU's
// number is not its cid.
RawTopology interleaved() {
  std::vector<CoreSpec> specs;
  for (int core = 0; core < 32; ++core)
    specs.push_back({.cpus = {core, core + 32}, .llc = core / 16});
  return machine(specs);
}

// 65 cids, and cores of three threads, one of which lies on cids 62 to 64: in two words.
RawTopology straddling() { return machine(cores(2, 1, 0) + cores(21, 3, 2)); }

// Two nodes with five caches each; in a cache cores of three threads and small ones of one; a few
// CPUs are offline.
RawTopology crooked() {
  std::vector<CoreSpec> specs;
  for (int llc = 0; llc < 10; ++llc) {
    auto big = cores(20, 3, llc * 100, llc / 5, llc),
         little = cores(40, 1, llc * 100 + 60, llc / 5, llc);
    for (CoreSpec& core : big) core.capacity = 1024;
    for (CoreSpec& core : little) core.capacity = 300;
    specs = std::move(specs) + big + little;
  }
  RawTopology raw = machine(specs);
  offline(raw, CpuSet::of({0, 7, 333, 999}));
  return raw;
}

RawTopology largest() {
  std::vector<CoreSpec> specs;
  for (int llc = 0; llc < 64; ++llc)
    specs = std::move(specs) + cores(64, 2, llc * 128, llc / 8, llc);
  return machine(specs);
}

}  // namespace

std::vector<SizedMachine> sized_machines() {
  return {
      {"Cids4", [] { return machine(cores(2, 2, 0)); }},
      {"Cids64", interleaved},
      {"Cids65", straddling},
      {"Cids1000", crooked},
      {"Cids8192", largest},
  };
}

Result<std::unique_ptr<Library>> Library::load(Machine machine) {
#ifdef __SANITIZE_THREAD__
  return fail(ErrorKind::unsupported, "ThreadSanitizer leaves no room for an arena");
#endif
  if (::geteuid() != 0) return fail(ErrorKind::permission, "loading BPF needs root");
  const auto kernel = SCX_TRY(KernelBtf::load());
  if (!kernel.has_function("bpf_arena_alloc_pages"))
    return fail(ErrorKind::unsupported, "this kernel has no BPF arenas");
  LibbpfLog log;
  Owned skel{library_bpf::open()};
  if (!skel) return fail(ErrorKind::invalid, "libbpf does not open the object: " + log.text());
  SCX_TRY(fill_tables(skel->obj, machine, {Form::cpu}));
  if (const int err = library_bpf::load(skel.get()); err != 0) {
    // A verifier that says no has a log; without one, BPF as a whole is forbidden here.
    if (err == -EPERM && log.text().find("BEGIN PROG LOAD LOG") == std::string::npos)
      return fail_errno(-err, "this machine refuses BPF");
    return fail(ErrorKind::rejected, "the kernel refuses the library: " + log.text());
  }
  populate_arena(skel->obj);
  return std::unique_ptr<Library>(new Library(std::move(machine), std::move(skel)));
}

library_args Library::run(bpf_program* program, library_args args) const {
  bpf_test_run_opts opts{};
  opts.sz = sizeof(opts);
  opts.ctx_in = &args;
  opts.ctx_size_in = sizeof(args);
  const int err = bpf_prog_test_run_opts(bpf_program__fd(program), &opts);
  EXPECT_EQ(err, 0) << bpf_program__name(program);
  EXPECT_EQ(opts.retval, 0U) << bpf_program__name(program);
  return args;
}

std::span<u64> Library::by_cid(const char* array) const {
  const auto bytes = detail::ArenaArrays(skel_->obj).find(array, sizeof(u64));
  EXPECT_EQ(bytes.size(), counts().nr_cids * sizeof(u64)) << array;
  return {reinterpret_cast<u64*>(bytes.data()), counts().nr_cids};
}

std::span<u64> Library::visited() const {
  const auto bytes = detail::ArenaArrays(skel_->obj).find("visited", sizeof(u64));
  return {reinterpret_cast<u64*>(bytes.data()), bytes.size() / sizeof(u64)};
}

Cids read(std::span<const u64> set) {
  Cids cids;
  for (std::size_t word = 0; word < set.size(); ++word) {
    for (u64 bits = set[word]; bits != 0; bits &= bits - 1)
      cids.insert(static_cast<int>(word * 64) + std::countr_zero(bits));
  }
  return cids;
}

void write(std::span<u64> set, const Cids& cids) {
  std::ranges::fill(set, 0);
  for (const int cid : cids) set[static_cast<std::size_t>(cid) / 64] |= 1ull << (cid % 64);
}

void expect_counts(std::span<const u64> counts, const std::vector<u64>& things) {
  std::vector<u64> expected(counts.size());
  const auto add = [&](std::size_t at, int half, bool nonempty) {
    expected[at] += u64{nonempty} << (32 * half);
  };
  for (std::size_t at = 0; at < things.size(); ++at) add(at / 8 * 8, 0, things[at] != 0);
  for (std::size_t at = 0; at < things.size(); at += 8)
    add(at / 64 * 64, 1, static_cast<u32>(expected[at]) != 0);
  EXPECT_TRUE(std::ranges::equal(counts, expected));
}

Cids random_cids(std::mt19937& random, u32 nr_cids, u32 one_in) {
  Cids cids;
  for (u32 cid = 0; cid < nr_cids; ++cid)
    if (random() % one_in == 0) cids.insert(static_cast<int>(cid));
  return cids;
}

void LibraryTest::SetUp() {
  auto loaded = Library::load(whole(GetParam().make()));
  if (!loaded) {
    const ErrorKind kind = loaded.error().kind;
    if (kind == ErrorKind::permission || kind == ErrorKind::unsupported ||
        kind == ErrorKind::missing)
      GTEST_SKIP() << loaded.error().message();
    FAIL() << loaded.error().message();
  }
  library_ = std::move(*loaded);
}

}  // namespace scx::test
